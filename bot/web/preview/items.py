"""The pages of single things in the chat: an activity, a story, a screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot.catalogue.materials import Story
from bot.catalogue.records import Activity
from bot.catalogue.shown.storybook import Opened, render_page, render_story_recording, title_of
from bot.catalogue.shown.touches import render_recording
from bot.core.actions import Tongues
from bot.core.cadence import Touch
from bot.core.messages import OutgoingMessage
from bot.errors import BotError
from bot.web.preview.bubbles import Bubble, Draw, Tag
from bot.web.preview.columns import Column, Visit
from bot.web.preview.groups import Group
from bot.web.preview.ledger import words_of
from bot.web.preview.samples import Sample
from bot.web.preview.screens import GROUPS, SCREENS, group_of
from bot.web.preview.taps import Place
from bot.web.preview.tellings import (
    ALL,
    CHECK,
    View,
    read_view,
    render,
    tell,
)

Query = Mapping[str, str]
TITLES = {
    Touch.WHY: "Why",
    Touch.DO: "Do",
    Touch.GROW: "Grow",
    CHECK: "On the day after the one that was chosen",
}


@dataclass(frozen=True)
class Item:
    """A page about one thing: its title, where it lies, its columns, and what can be chosen."""

    kind: str
    title: str
    folders: Sequence[str]
    columns: Sequence[Column]
    path: str
    view: View
    more: Mapping[str, Any]


def read_tongues(query: Query) -> Tongues:
    """Read from an address which languages are read; the family's own where that is not said."""
    said = query.get("tongues", "")
    return Tongues(said) if said in set(Tongues) else Tongues.HOME


def show_activity(visit: Visit, activity: Activity, query: Query) -> Item:
    """Show an activity's touches in a view."""
    number = activity.card.id
    view, path = read_view(visit.catalogue, query), f"/activity/{number}"
    columns = [
        show_touches(visit, activity, view, path=path, language=language)
        for language in visit.languages(view.language)
    ]
    title = activity.text_in(visit.catalogue.programme.language, "").title
    return Item("activity", title, [activity.folder], columns, path, view, {"card": activity.card})


def show_touches(
    visit: Visit, activity: Activity, view: View, *, path: str, language: str
) -> Column:
    """Show an activity's touches in one language, and its recording where there is one."""
    place = Place(language, view.school, path, view)
    shown = [
        show_touch(visit, activity, place, touch=touch, title=TITLES.get(touch, touch))
        for touch in view.touches
    ]
    if language in activity.audio:
        shown.append(
            visit.bubble(place, lambda: render_recording(activity, language), Tag("The recording"))
        )
    return replace(
        visit.column(language, [activity.folder]),
        bubbles=[each for each in shown if each],
        marks=visit.ledger.mark([activity.folder], language, activity.texts),
    )


def show_touch(
    visit: Visit, activity: Activity, place: Place, *, touch: str, title: str = ""
) -> Bubble | None:
    """Show a touch as it stands in the view of a place."""
    catalogue, view, number = visit.catalogue, place.view, activity.card.id
    if view is None:
        raise BotError(f"There is no view of {number}.")

    def draw() -> OutgoingMessage:
        telling = tell(catalogue, number, view, touch=touch, language=place.language)
        return render(catalogue, telling, touch)

    return visit.bubble(
        place,
        draw,
        Tag(title, is_caption=touch in (Touch.DO, Touch.GROW)),
    )


def show_story(visit: Visit, story: Story, query: Query) -> Item:
    """Show a story's page, or all of them, in the languages that are read."""
    view, path = read_view(visit.catalogue, query), f"/story/{story.id}"
    numbers = {str(number): number for number in range(1, len(story.pages) + 1)}
    asked = query.get("page", "1")
    page = numbers.get(asked, 1)
    pages = tuple(numbers.values()) if asked == ALL else (page,)
    tongues = read_tongues(query)
    columns = [
        show_pages(
            visit,
            story,
            view,
            language=language,
            opened=[Opened(story, number, tongues) for number in pages],
        )
        for language in visit.languages(view.language)
    ]
    more = {
        "pages": len(numbers),
        "page": ALL if asked == ALL else page,
        "tongues": tongues,
        "card": story.card,
    }
    title = title_of(visit.catalogue, story, visit.catalogue.programme.language)
    return Item("story", title, [story.folder], columns, path, view, more)


def show_pages(
    visit: Visit, story: Story, view: View, *, language: str, opened: Sequence[Opened]
) -> Column:
    """Show some pages of a story in one language, each with its recording."""
    place = Place(language, view.school)
    bubbles = []
    for each in opened:
        bubbles.append(visit.bubble(place, draw_page(visit, each, place)))
        if (language, each.page) in story.audio:
            bubbles.append(
                visit.bubble(place, draw_recording(visit, each, language), Tag("The recording"))
            )
    return replace(
        visit.column(language, [story.folder]),
        bubbles=[each for each in bubbles if each],
        marks=visit.ledger.mark([story.folder], language, story.texts),
    )


def draw_page(visit: Visit, opened: Opened, place: Place) -> Draw:
    """Say how a page is drawn for the readers of a place."""
    reader = place.reader
    tongues = opened.tongues if reader.school else Tongues.HOME
    return lambda: render_page(visit.catalogue, replace(opened, tongues=tongues), reader)


def draw_recording(visit: Visit, opened: Opened, language: str) -> Draw:
    """Say how a page's recording is drawn."""
    return lambda: render_story_recording(visit.catalogue, opened, language)


def show_screen(visit: Visit, name: str, query: Query) -> Item:
    """Show one screen."""
    view, group = read_view(visit.catalogue, query), group_of(name)
    columns = show_screens(visit, GROUPS[group], view, names=[name])
    more = {"group": group, "group_title": GROUPS[group].title}
    title = SCREENS[name].title
    return Item("screen", title, GROUPS[group].folders, columns, f"/screen/{name}", view, more)


def show_group(visit: Visit, name: str, query: Query) -> Item:
    """Show the screens of a group, one under the other."""
    view, group = read_view(visit.catalogue, query), GROUPS[name]
    columns = show_screens(visit, group, view, names=list(group.screens))
    return Item("screens", group.title, group.folders, columns, f"/screens/{name}", view, {})


def show_screens(visit: Visit, group: Group, view: View, *, names: Sequence[str]) -> list[Column]:
    """Show some screens of a group, in each language of a view."""
    columns = []
    for language in visit.languages(view.language):
        place = Place(language, view.school)
        sample = Sample(visit.catalogue, language, view.school)
        bubbles = [
            visit.bubble(
                place,
                partial(group.screens[name].show, sample),
                Tag(group.screens[name].title, place.screen(name) if len(names) > 1 else ""),
            )
            for name in names
        ]
        folders = [*group.folders, words_of(language)]
        columns.append(
            replace(visit.column(language, folders), bubbles=[each for each in bubbles if each])
        )
    return columns
