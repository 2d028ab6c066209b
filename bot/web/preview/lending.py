"""Materials as they arrive in a chat: a story's pages, recordings and books, a page to print."""

from bot.catalogue.shown.papers import render_paper, render_story_paper
from bot.catalogue.shown.shelves import render_other_stories
from bot.catalogue.shown.storybook import Opened, render_page, render_story_recording
from bot.core.actions import BookForm, Tongues
from bot.core.messages import Media, MediaKind, OutgoingMessage
from bot.printing.books import bind_story
from bot.printing.printables import lay_printable
from bot.printing.typesetting import typeset_layout
from bot.web.preview.samples import Sample

BOOKS = {
    BookForm.FOLD: "A story arrives as a little book to fold",
    BookForm.PAGES: "A story arrives as pages to print",
}


def show_story(to: Sample) -> OutgoingMessage | None:
    """Show a story's first page."""
    return render_page(to.catalogue, Opened(to.story), to.reader) if to.story else None


def show_story_recording(to: Sample) -> OutgoingMessage | None:
    """Show the recording of a story's page."""
    story = to.story
    heard = (
        sorted(page for language, page in story.audio if language == to.language) if story else []
    )
    if story is None or not heard:
        return None
    return render_story_recording(to.catalogue, Opened(story, heard[0]), to.language)


def show_other_stories(to: Sample) -> OutgoingMessage | None:
    """Show the list of stories under a story's picture."""
    if not to.catalogue.has_stories:
        return None
    bands = [to.catalogue.programme.default_band]
    listed = render_other_stories(
        to.catalogue, bands, language=to.language, tongues=Tongues.HOME, first=0
    )
    story = to.story
    return OutgoingMessage(listed.text, listed.buttons, story.pages[0].picture if story else None)


def show_book(to: Sample, form: BookForm) -> OutgoingMessage | None:
    """Show a story to print as it arrives."""
    if to.story is None:
        return None
    message = render_story_paper(to.catalogue, to.story, to.reader, form)
    file = bind_story(to.catalogue, to.story.id, form, [to.language])
    return OutgoingMessage(message.text, message.buttons, file)


def show_printable(to: Sample) -> OutgoingMessage | None:
    """Show a page to print as it arrives."""
    catalogue, language = to.catalogue, to.language
    printable = next(iter(catalogue.printables.values()), None)
    if printable is None:
        return None
    layout = lay_printable(catalogue, printable.id, language)
    file = Media(
        MediaKind.DOCUMENT,
        f"{printable.id}-{language}.pdf",
        layout.digest,
        draw=lambda: typeset_layout(layout),
    )
    message = render_paper(catalogue, printable, to.reader)
    return OutgoingMessage(message.text, message.buttons, file)
