"""What goes with a file to print: its name, what to do with it, and the other languages of it."""

from bot.catalogue.materials import Printable, Story
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.shelves import name_printable
from bot.catalogue.shown.storybook import Reader, offer_tongues, title_of
from bot.core.actions import BookForm, PrintTapped, Tongues
from bot.core.messages import OutgoingMessage

SAID = {BookForm.FOLD: "story-to-fold", BookForm.PAGES: "story-to-print"}


def render_paper(
    catalogue: Catalogue, printable: Printable, reader: Reader, tongues: Tongues = Tongues.HOME
) -> OutgoingMessage:
    """Say what a page to print is; offer it in the school's language, or in both on one page."""
    title = name_printable(catalogue, printable, reader.home)
    row = offer_tongues(
        catalogue,
        reader,
        chosen=printable.tongues(tongues),
        offered=[each for each in Tongues if printable.tongues(each) is each],
        lead=lambda each: PrintTapped(printable.id, each),
    )
    text = catalogue.words_in(reader.home).say("printable-sent", title=title)
    return OutgoingMessage(text, (row,) if row else ())


def render_story_paper(
    catalogue: Catalogue, story: Story, reader: Reader, form: BookForm
) -> OutgoingMessage:
    """Say what to do with a story to print."""
    title = title_of(catalogue, story, reader.home)
    return OutgoingMessage(catalogue.words_in(reader.home).say(SAID[form], title=title))
