"""Make pages from templates: in a language, moments in a zone, everything escaped."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.intake.telling import ToldReason
from bot.store.states import StaffRole
from bot.web.wording import LANGUAGES, Wording, wording_in

if TYPE_CHECKING:
    from bot.web.console.visits import Visit

FOLDER = Path(__file__).parent / "page"
MOST_KEPT = 64  # languages and zones
SAID = "kuffert_said"  # the cookie that holds what is said once, after something was done
SAID_LENGTH = 2000


def render(name: str, visit: "Visit", values: Mapping[str, Any]) -> str:
    """Make a page."""
    template = environment(visit.words.language, visit.zone).get_template(f"{name}.html.jinja")
    signed_in = visit.signed_in
    return template.render(
        visit=visit,
        now=visit.now,
        path=visit.request.url.path,
        account=signed_in.account if signed_in else None,
        form_key=signed_in.sign_in.form_key if signed_in else "",
        said=read_said(visit.request.cookies.get(SAID, "")),
        is_demo=visit.office.is_demo,
        is_filling=visit.office.is_filling(),
        **values,
    )


def read_said(kept: str) -> str:
    """Read what is to be shown once; nothing of what is not ours."""
    try:
        return bytes.fromhex(kept[:SAID_LENGTH]).decode()
    except (ValueError, UnicodeDecodeError):
        return ""


@lru_cache(MOST_KEPT)
def environment(language: str, zone: str) -> Environment:
    """Make the reader of templates for a language and a zone."""
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
    made.filters.update(filters(words, ZoneInfo(zone)))
    made.globals.update(language=language, languages=LANGUAGES, roles=StaffRole)
    return made


def filters(words: Wording, zone: ZoneInfo) -> dict[str, Any]:
    """Give what templates write moments and numbers with."""
    locale = words.locale

    def moment(at: datetime | None) -> str:
        if at is None:
            return "–"
        return str(format_datetime(at.astimezone(zone), "d MMM y, HH:mm", locale=locale))

    def day(on: date | datetime | None) -> str:
        if on is None:
            return "–"
        local = on.astimezone(zone).date() if isinstance(on, datetime) else on
        return str(format_date(local, "d MMM y", locale=locale))

    def weekday(at: datetime) -> str:
        return str(format_date(at.astimezone(zone).date(), "EEEEEE", locale=locale))

    def number(count: float | None) -> str:
        return "–" if count is None else str(format_decimal(count, locale=locale))

    def tongue(code: str) -> str:
        return str(locale.languages.get(code, code))

    def since(at: datetime, now: datetime) -> str:
        return str(format_timedelta(now - at, locale=locale))

    def phrase(text: object) -> str:
        return words.say(str(text))

    def reason(told: ToldReason | None) -> str:
        if told is None:
            return ""
        return f"{phrase(told.fault)}: {phrase(told.what).format(**told.given)}"

    def kept_reason(told: str | None) -> str:
        fault, colon, what = (told or "").partition(": ")
        return f"{words.tell(fault)}{colon}{words.tell(what)}"

    return {
        "reason": reason,
        "kept_reason": kept_reason,
        "moment": moment,
        "day": day,
        "number": number,
        "since": since,
        "tongue": tongue,
        "weekday": weekday,
        "phrase": phrase,
        "told": words.tell,
    }
