"""Find what a page of one thing is about, by the name in its address."""

from collections.abc import Callable

from starlette.requests import Request

from bot.web.preview.columns import Visit
from bot.web.preview.items import Item, show_activity, show_group, show_screen, show_story
from bot.web.preview.papers import show_book, show_print, show_printable
from bot.web.preview.prints import PRINTS
from bot.web.preview.screens import GROUPS, SCREENS

Find = Callable[[Visit, Request], Item | None]


def find_activity(visit: Visit, request: Request) -> Item | None:
    """Find an activity."""
    activity = visit.catalogue.activities.get(request.path_params["name"])
    return show_activity(visit, activity, request.query_params) if activity else None


def find_story(visit: Visit, request: Request) -> Item | None:
    """Find a story."""
    story = visit.catalogue.stories.get(request.path_params["name"])
    return show_story(visit, story, request.query_params) if story else None


def find_book(visit: Visit, request: Request) -> Item | None:
    """Find a story, to show it on paper."""
    story = visit.catalogue.stories.get(request.path_params["name"])
    return show_book(visit, story, request.query_params) if story else None


def find_printable(visit: Visit, request: Request) -> Item | None:
    """Find a page to print."""
    printable = visit.catalogue.printables.get(request.path_params["name"])
    return show_printable(visit, printable, request.query_params) if printable else None


def find_group(visit: Visit, request: Request) -> Item | None:
    """Find a group of screens."""
    name = request.path_params["name"]
    return show_group(visit, name, request.query_params) if name in GROUPS else None


def find_screen(visit: Visit, request: Request) -> Item | None:
    """Find a screen."""
    name = request.path_params["name"]
    return show_screen(visit, name, request.query_params) if name in SCREENS else None


def find_print(visit: Visit, request: Request) -> Item | None:
    """Find what is printed."""
    name = request.path_params["name"]
    return show_print(visit, name, request.query_params) if name in PRINTS else None
