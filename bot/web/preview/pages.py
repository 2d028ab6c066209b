"""The preview's pages: each is made anew from the latest look, and goes on when there is another.

Nothing is read but content; nothing is changed; only this machine is answered.
"""

import mimetypes
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.core.actions import BookForm, Tongues
from bot.core.choosing import Variant
from bot.errors import DrawingFailed, FileRefused
from bot.web.guarding import Guarded
from bot.web.preview.columns import Visit
from bot.web.preview.desk import Desk, Look
from bot.web.preview.gallery import Gallery, read
from bot.web.preview.items import (
    Item,
    show_activity,
    show_group,
    show_screen,
    show_story,
)
from bot.web.preview.ledger import Ledger, Noted, by_file, words_of
from bot.web.preview.lists import (
    list_everything,
    list_phrases,
    list_weeks,
    read_band,
    read_school,
    show_week,
)
from bot.web.preview.papers import show_book, show_print, show_printable
from bot.web.preview.prints import PRINTS
from bot.web.preview.screens import GROUPS, SCREENS
from bot.web.preview.tellings import ABLE, ALL, CHILD, SHOWN, STATES, read_language

FOLDER = Path(__file__).parent / "page"
HOSTS = ("127.0.0.1", "localhost")
MOST_WARNINGS = 400  # on the page that lists all; each stands beside what it is about, too
NO_LANGUAGES: tuple[str, ...] = ()
PDF_HEADERS = {  # the browser shows a PDF by a page of its own, which the policy would refuse
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HEADERS = PDF_HEADERS | {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}
AT_ONCE = {"Cache-Control": "no-store"}
Find = Callable[[Visit, Request], Item | None]


def make_preview(desk: Desk) -> Starlette:
    """Make the pages."""
    pages = Pages(desk)
    return Starlette(
        routes=[
            Route("/", pages.index),
            Route("/activity/{name}", pages.item(find_activity)),
            Route("/story/{name}", pages.item(find_story)),
            Route("/book/{name}", pages.item(find_book)),
            Route("/printable/{name}", pages.item(find_printable)),
            Route("/screens/{name}", pages.item(find_group)),
            Route("/screen/{name}", pages.item(find_screen)),
            Route("/print/{name}", pages.item(find_print)),
            Route("/weeks", pages.weeks),
            Route("/week/{number:int}", pages.week),
            Route("/strings", pages.strings),
            Route("/problems", pages.problems),
            Route("/events", pages.events),
            Route("/file/{digest}/{name}", pages.file),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        exception_handlers={404: pages.not_found},
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False),
            Middleware(Guarded, headers=HEADERS, pdf_headers=PDF_HEADERS),
        ],
    )


class Pages:
    """Answers requests; what draws or reads is run beside the event loop."""

    def __init__(self, desk: Desk) -> None:
        """Show what a desk sees."""
        self.desk = desk
        self.gallery = Gallery()
        self._latest: Visit | None = None  # made once for each look, since all pages share it

    def visit(self) -> Visit | None:
        """Begin a page; None where there never was content without errors."""
        look, latest = self.desk.latest, self._latest
        if look.catalogue is None:
            return None
        if latest is None or latest.look is not look:
            latest = Visit(look, look.catalogue, self.gallery, self.desk.drawings)
            self._latest = latest
        return latest

    def index(self, request: Request) -> Response:
        """List everything."""
        visit = self.visit()
        if visit is None:
            return self.nothing(request)
        return self.draw(request, "index", visit, sections=list_everything(visit))

    def item(self, find: Find) -> Callable[[Request], Response]:
        """Make the page of one thing."""

        def show(request: Request) -> Response:
            visit = self.visit()
            if visit is None:
                return self.nothing(request)
            item = find(visit, request)
            if item is None:
                return self.missing(request, visit)
            here = list(dict.fromkeys(each for column in item.columns for each in column.noted))
            return self.draw(request, "item", visit, item=item, here=here)

        return show

    def weeks(self, request: Request) -> Response:
        """List the weeks of an age band."""
        visit = self.visit()
        if visit is None:
            return self.nothing(request)
        band = read_band(visit, request.query_params)
        return self.draw(request, "weeks", visit, weeks=list_weeks(visit, band), band=band)

    def week(self, request: Request) -> Response:
        """Show a week in every language."""
        visit = self.visit()
        if visit is None:
            return self.nothing(request)
        band = read_band(visit, request.query_params)
        school, weeks = read_school(visit, request.query_params), list_weeks(visit, band)
        number = request.path_params["number"]
        if not 1 <= number <= len(weeks):
            return self.missing(request, visit)
        week = weeks[number - 1]
        rows = show_week(visit, week, school)
        here = list(visit.ledger.about_all(week.activity.folder))
        return self.draw(
            request,
            "week",
            visit,
            week=week,
            weeks=weeks,
            band=band,
            school=school,
            rows=rows,
            here=here,
        )

    def strings(self, request: Request) -> Response:
        """List the short strings."""
        visit = self.visit()
        if visit is None:
            return self.nothing(request)
        language = read_language(visit.catalogue, request.query_params.get("language", ""))
        here = visit.ledger.about([words_of(language)], language)
        phrases = list_phrases(visit, language)
        return self.draw(
            request,
            "strings",
            visit,
            language=language,
            phrases=phrases,
            words=visit.catalogue.words_in(language),
            source=visit.catalogue.words_in(visit.catalogue.programme.language),
            here=here,
        )

    def problems(self, request: Request) -> Response:
        """List what the check says."""
        visit = self.visit()
        return self.draw(request, "problems", visit) if visit else self.nothing(request)

    def nothing(self, request: Request) -> Response:
        """Show only what is wrong, where nothing good was ever read."""
        return self.draw(request, "nothing", None)

    def not_found(self, request: Request, _error: Exception) -> Response:
        """Answer for an address that is no page's."""
        visit = self.visit()
        return self.missing(request, visit) if visit else self.nothing(request)

    def missing(self, request: Request, visit: Visit) -> Response:
        """Say that there is no such page, or no longer."""
        return self.draw(request, "missing", visit, status=404)

    def draw(
        self, request: Request, name: str, visit: Visit | None, *, status: int = 200, **shown: Any
    ) -> Response:
        """Draw a page; what is wrong with what it shows stands first."""
        look = visit.look if visit else self.desk.latest
        ledger = visit.ledger if visit else Ledger(look, NO_LANGUAGES)
        here: list[Noted] = shown.pop("here", [])
        is_here = set(here)
        values = {
            "look": look,
            "look_name": self.desk.name(look),
            "visit": visit,
            "here": here,
            "errors_here": [each for each in here if each.is_error],
            "errors_elsewhere": by_file(each for each in ledger.errors if each not in is_here),
            "files": by_file([*ledger.errors, *ledger.warnings[:MOST_WARNINGS]]),
            "left_out": max(len(ledger.warnings) - MOST_WARNINGS, 0),
            "path": request.url.path,
            "address": address_of(request),
        }
        page = environment().get_template(f"{name}.html.jinja").render(**values, **shown)
        return HTMLResponse(page, status_code=status, headers=AT_ONCE)

    async def events(self, _request: Request) -> Response:
        """Tell a page that is open of each look, the latest at once."""
        return StreamingResponse(self.tell(), media_type="text/event-stream", headers=AT_ONCE)

    async def tell(self) -> AsyncIterator[str]:
        """Name each look, until the desk closes."""
        look: Look | None = self.desk.latest
        while look:
            yield f"event: look\ndata: {self.desk.name(look)}\n\n"
            look = await self.desk.wait_past(look.number)

    def file(self, request: Request) -> Response:
        """Give a file that a page points to."""
        media = self.gallery.find(request.path_params["digest"])
        if media is None:
            return PlainTextResponse("There is no such file, or no longer.", status_code=404)
        try:
            content = read(media)
        except (DrawingFailed, FileRefused) as error:
            return PlainTextResponse(str(error), status_code=404)
        kind = mimetypes.guess_type(media.name)[0] or "application/octet-stream"
        return Response(content, media_type=kind, headers=FOR_EVER)


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


def address_of(request: Request) -> Callable[..., str]:
    """Give a way to write the address of the page, with something in it changed."""

    def address(**changes: str) -> str:
        return str(request.url.include_query_params(**changes)).removeprefix(
            str(request.base_url).rstrip("/")
        )

    return address


@cache
def environment() -> Environment:
    """Make the reader of our templates, which escapes all that is put in."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        ALL=ALL,
        groups=GROUPS,
        shown=SHOWN,
        states=STATES,
        able=ABLE,
        child=CHILD,
        variants=tuple(Variant),
        tongues=tuple(Tongues),
        forms=tuple(BookForm),
    )
    made.globals["parts"] = made.get_template("parts.html.jinja").module
    return made
