"""The preview's pages: each is made anew from the latest look, and goes on when there is another.

Nothing is read but content; nothing is changed. By itself, the preview answers this machine alone;
within the console, whoever the console lets in.
"""

import mimetypes
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Match, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.core.actions import BookForm, Tongues
from bot.core.choosing import Variant
from bot.core.messages import Media
from bot.errors import DrawingFailed, FileRefused
from bot.printing.typesetting import FONTS
from bot.web.guarding import Guarded
from bot.web.preview.columns import Visit
from bot.web.preview.desk import Desk, Source
from bot.web.preview.finding import (
    Find,
    find_activity,
    find_book,
    find_group,
    find_print,
    find_printable,
    find_screen,
    find_story,
)
from bot.web.preview.gallery import Gallery, read
from bot.web.preview.ledger import Ledger, Noted, by_file, words_of
from bot.web.preview.lists import (
    list_everything,
    list_phrases,
    list_weeks,
    read_band,
    read_school,
    show_week,
)
from bot.web.preview.news import AT_ONCE, News
from bot.web.preview.screens import GROUPS
from bot.web.preview.tellings import ABLE, ALL, CHILD, SHOWN, STATES, read_language
from bot.web.preview.within import address_of, base_of, path_of, way_back_of
from bot.web.wording import choose_language, wording_in

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
        "media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def make_preview(desk: Desk) -> Starlette:
    """Make the pages that stand by themselves and follow files."""
    return make_pages(
        desk,
        more=[Route("/events", News(desk).events)],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False),
            Middleware(Guarded, headers=HEADERS, pdf_headers=PDF_HEADERS),
        ],
    )


def make_pages(
    source: Source, *, more: Sequence[Route] = (), middleware: Sequence[Middleware] = ()
) -> Starlette:
    """Make the pages; whoever shows them within others stands guard."""
    pages = Pages(source)
    return Starlette(
        routes=[
            *pages.drawn,
            *more,
            Route("/file/{digest}/{name}", pages.file),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
            Mount("/fonts", StaticFiles(directory=FONTS)),
        ],
        exception_handlers={404: pages.not_found},
        middleware=middleware,
    )


class Pages:
    """Answers requests; what draws or reads is run beside the event loop."""

    def __init__(self, source: Source) -> None:
        """Show what a desk sees, or content that stands still."""
        self.source = source
        self.gallery = Gallery()
        self._latest: Visit | None = None  # made once for each look, since all pages share it
        self.drawn = [
            Route("/", self.index),
            Route("/activity/{name}", self.item(find_activity)),
            Route("/story/{name}", self.item(find_story)),
            Route("/book/{name}", self.item(find_book)),
            Route("/printable/{name}", self.item(find_printable)),
            Route("/screens/{name}", self.item(find_group)),
            Route("/screen/{name}", self.item(find_screen)),
            Route("/print/{name}", self.item(find_print)),
            Route("/weeks", self.weeks),
            Route("/week/{number:int}", self.week),
            Route("/strings", self.strings),
            Route("/problems", self.problems),
        ]

    def visit(self) -> Visit | None:
        """Begin a page; None where there never was content without errors."""
        look, latest = self.source.latest, self._latest
        if look.catalogue is None:
            return None
        if latest is None or latest.look is not look:
            latest = Visit(look, look.catalogue, self.gallery, self.source.drawings)
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
        look = visit.look if visit else self.source.latest
        ledger = visit.ledger if visit else Ledger(look, NO_LANGUAGES)
        here: list[Noted] = shown.pop("here", [])
        is_here = set(here)
        base, path = base_of(request), path_of(request)
        language = language_of(request)
        made_by = "" if self.source.is_live else f"?of={quote(f'{path}?{request.url.query}')}"
        values = {
            "base": base,
            "path": path,
            "is_live": self.source.is_live,
            "way_back": way_back_of(request),
            "parts": draw_parts(language, base, made_by),
            "look": look,
            "look_name": self.source.name(look),
            "visit": visit,
            "here": here,
            "errors_here": [each for each in here if each.is_error],
            "errors_elsewhere": by_file(each for each in ledger.errors if each not in is_here),
            "files": by_file([*ledger.errors, *ledger.warnings[:MOST_WARNINGS]]),
            "left_out": max(len(ledger.warnings) - MOST_WARNINGS, 0),
            "address": address_of(request),
        }
        page = environment(language).get_template(f"{name}.html.jinja").render(**values, **shown)
        return HTMLResponse(page, status_code=status, headers=AT_ONCE)

    def file(self, request: Request) -> Response:
        """Give a file that a page points to."""
        digest = request.path_params["digest"]
        media = self.gallery.find(digest) or self.find_again(digest, request)
        if media is None:
            return PlainTextResponse("There is no such file, or no longer.", status_code=404)
        try:
            content = read(media)
        except (DrawingFailed, FileRefused) as error:
            return PlainTextResponse(str(error), status_code=404)
        kind = mimetypes.guess_type(media.name)[0] or "application/octet-stream"
        return Response(content, media_type=kind, headers=FOR_EVER)

    def find_again(self, digest: str, request: Request) -> Media | None:
        """Find a file by making its page anew: another process, or an earlier one, made that."""
        path, _, query = request.query_params.get("of", "").partition("?")
        asked = {"path": base_of(request) + path, "query_string": query.encode()}
        scope = {**request.scope, **asked}
        for route in self.drawn:
            match, more = route.matches(scope)
            if match is Match.FULL:
                route.endpoint(Request({**scope, **more}))
                return self.gallery.find(digest)
        return None


def language_of(request: Request) -> str:
    """Say in which language the page speaks: that of the pages around it, or the browser's."""
    back = way_back_of(request)
    return back.language if back else choose_language(request.headers.get("accept-language", ""))


@cache
def environment(language: str) -> Environment:
    """Make the reader of our templates in a language, which escapes all that is put in."""
    words = wording_in(language)
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(words.say, words.count, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(
        told=words.tell, number=lambda count: format_decimal(count, locale=words.locale)
    )
    made.globals.update(
        page_language=words.language,
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
    return made


def draw_parts(language: str, base: str, made_by: str) -> object:
    """Give what pages are drawn with; each file that they point to says which page made it."""
    shared = {"base": base, "made_by": made_by}
    return environment(language).get_template("parts.html.jinja").make_module(shared)
