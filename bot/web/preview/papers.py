"""The pages of things on paper: a page to print, a story, what is printed for families."""

from collections.abc import Callable
from dataclasses import replace

from bot.catalogue.checks.texts import CAPTION_UNITS
from bot.catalogue.materials import Printable, Story
from bot.catalogue.shown.papers import render_paper, render_story_paper
from bot.catalogue.shown.storybook import title_of
from bot.core.actions import BookForm, Tongues
from bot.core.messages import MediaKind, OutgoingMessage
from bot.errors import FileRefused
from bot.printing.books import lay_story
from bot.printing.printables import explaining, lay_printable
from bot.printing.typesetting import Layout
from bot.web.preview.bubbles import Bubble, Enclosure
from bot.web.preview.columns import PDF, Column, Sheets, Visit
from bot.web.preview.items import Item, Query, read_tongues
from bot.web.preview.prints import PRINTS
from bot.web.preview.samples import Sample
from bot.web.preview.taps import Place
from bot.web.preview.tellings import read_view

PRINT_FOLDER = "content/print"


def show_printable(visit: Visit, printable: Printable, query: Query) -> Item:
    """Show a page to print as it is set, with the message that brings it."""
    view, path = read_view(visit.catalogue, query), f"/printable/{printable.id}"
    tongues = printable.tongues(read_tongues(query))
    columns = [
        show_set(visit, printable, Place(each, view.school), tongues)
        for each in visit.languages(view.language)
    ]
    title = printable.text_in(visit.catalogue.programme.language, "").title
    offered = [(each, each) for each in Tongues if printable.tongues(each) is each]
    more = {"card": printable.card, "tongues": tongues, "offered": offered}
    return Item("printable", title, [printable.folder], columns, path, view, more)


def show_set(visit: Visit, printable: Printable, place: Place, tongues: Tongues) -> Column:
    """Show a page to print in one language or two; say why where it cannot be set."""
    catalogue, reader = visit.catalogue, place.reader
    column = replace(
        visit.column(place.language, [printable.folder]),
        marks=visit.ledger.mark([printable.folder], place.language, printable.texts),
    )
    languages = reader.languages_of(tongues)
    name = "-".join((printable.id, *languages))
    try:
        with explaining(printable):
            sheets = visit.sheets(lay_printable(catalogue, printable.id, *languages), name)
    except FileRefused as refused:
        return replace(column, trouble=str(refused))
    return bring(
        visit, column, place, sheets, lambda: render_paper(catalogue, printable, reader, tongues)
    )


def show_book(visit: Visit, story: Story, query: Query) -> Item:
    """Show a story on paper, with the message that brings it."""
    view, path = read_view(visit.catalogue, query), f"/book/{story.id}"
    said = query.get("form", "")
    form = BookForm(said) if said in set(BookForm) else BookForm.FOLD
    tongues = read_tongues(query)
    columns = [
        show_bound(visit, story, Place(each, view.school), form=form, tongues=tongues)
        for each in visit.languages(view.language)
    ]
    title = title_of(visit.catalogue, story, visit.catalogue.programme.language)
    offered = [(each, each) for each in Tongues]
    more = {"card": story.card, "tongues": tongues, "offered": offered, "form": form}
    return Item("book", title, [story.folder], columns, path, view, more)


def show_bound(
    visit: Visit, story: Story, place: Place, *, form: BookForm, tongues: Tongues
) -> Column:
    """Show a story on paper in one language or two."""
    catalogue, reader = visit.catalogue, place.reader
    column = replace(
        visit.column(place.language, [story.folder, PRINT_FOLDER]),
        marks=visit.ledger.mark([story.folder], place.language, story.texts),
    )
    languages = reader.languages_of(tongues)
    layout: Layout = lay_story(catalogue, story, form, languages)
    sheets = visit.sheets(layout, "-".join((story.id, form, *languages)))
    return bring(
        visit, column, place, sheets, lambda: render_story_paper(catalogue, story, reader, form)
    )


def bring(
    visit: Visit,
    column: Column,
    place: Place,
    sheets: Sheets,
    draw: Callable[[], OutgoingMessage],
) -> Column:
    """Put what is printed into a column, and the message that brings it."""
    message = visit.bubble(place, draw)
    bubble = message and with_file(message, sheets)
    return replace(column, sheets=sheets, bubbles=[bubble] if bubble else [])


def with_file(bubble: Bubble, sheets: Sheets) -> Bubble:
    """Put a printed page's PDF into the bubble of the message that brings it."""
    enclosure = Enclosure(sheets.pdf, MediaKind.DOCUMENT, f"{sheets.title}{PDF}", "")
    return replace(bubble, enclosure=enclosure, most=CAPTION_UNITS)


def show_print(visit: Visit, name: str, query: Query) -> Item:
    """Show what is printed for families, with stand-ins."""
    view = read_view(visit.catalogue, query)
    printed = PRINTS[name]
    columns = []
    for language in visit.languages(view.language):
        layout = printed.lay(Sample(visit.catalogue, language, view.school))
        columns.append(
            replace(
                visit.column(language, [PRINT_FOLDER]),
                sheets=visit.sheets(layout, f"{name}-{language}"),
                marks=visit.ledger.mark([PRINT_FOLDER], language, visit.catalogue.prints),
            )
        )
    return Item("print", printed.title, [PRINT_FOLDER], columns, f"/print/{name}", view, {})
