"""How the settings look: what holds now, and what can be chosen instead by a tap."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.menus import Outlook, back_row, say_outlook, screen_button
from bot.catalogue.shown.notices import button, in_rows
from bot.catalogue.shown.touches import PARAGRAPH
from bot.catalogue.words import Words
from bot.core.actions import (
    Action,
    DayTapped,
    HourTapped,
    OftenTapped,
    QuietTapped,
    RegionTapped,
    ResumeTapped,
    RoleTapped,
    Screen,
    ZoneTapped,
    format_action,
)
from bot.core.cadence import DAYS_A_WEEK, QUIETS_OFFERED, Rhythm, list_hours
from bot.core.messages import Button, ButtonRows, OutgoingMessage
from bot.core.zones import ZONES_OF

CHOSEN = "✅ "
ROLES = ("mother", "father", "grandparent", "other")


@dataclass(frozen=True)
class Held:
    """What a guardian has chosen, and what follows from it."""

    rhythm: Rhythm
    outlook: Outlook
    role: str | None
    language: str


def render_settings(catalogue: Catalogue, held: Held) -> OutgoingMessage:
    """Show everything that is set, with the way to each of it."""
    words = catalogue.words_in(held.language)
    lines = [
        say_days(words, held.rhythm),
        say_hour(words, held.rhythm),
        say_quiet(words, held.rhythm),
        say_zone(words, held.rhythm),
    ]
    text = PARAGRAPH.join(
        [words.say("settings-title"), "\n".join(lines), say_outlook(words, held.outlook)]
    )
    resume = ((button(words, "button-resume", ResumeTapped()),),) if held.outlook.is_away else ()
    doors = (
        Screen.DAYS,
        Screen.OFTEN,
        Screen.HOUR,
        Screen.QUIET,
        Screen.ZONE,
        Screen.LANGUAGE,
        Screen.ROLE,
        Screen.BREAK,
    )
    rows = in_rows((screen_button(words, each) for each in doors), width=2)
    return OutgoingMessage(text, (*resume, *rows, back_row(words)))


def render_days(catalogue: Catalogue, held: Held) -> OutgoingMessage:
    """Show the days; each is put in or taken out by a tap."""
    words = catalogue.words_in(held.language)
    buttons = (
        choice(words.weekday(day), DayTapped(day), is_chosen=day in held.rhythm.days)
        for day in range(DAYS_A_WEEK)
    )
    most = catalogue.programme.weekly_cap
    lines = [say_days(words, held.rhythm), words.count("days-most", most)]
    return offer(words, held, lines, in_rows(buttons, width=2))


def render_often(catalogue: Catalogue, held: Held) -> OutgoingMessage:
    """Offer one, two or three messages a week, as far as the programme goes."""
    words = catalogue.words_in(held.language)
    buttons = (
        choice(
            words.label("times-a-week", times),
            OftenTapped(times),
            is_chosen=times == len(held.rhythm.days),
        )
        for times in range(1, catalogue.programme.weekly_cap + 1)
    )
    lines = [say_days(words, held.rhythm), words.say("often-what")]
    return offer(words, held, lines, in_rows(buttons, width=1))


def render_hours(catalogue: Catalogue, held: Held) -> OutgoingMessage:
    """Offer the hours of the day, without the quiet ones."""
    words = catalogue.words_in(held.language)
    buttons = (
        choice(words.hour(hour), HourTapped(hour), is_chosen=hour == held.rhythm.hour)
        for hour in list_hours(held.rhythm)
    )
    lines = [say_hour(words, held.rhythm), words.say("hour-what")]
    return offer(words, held, lines, in_rows(buttons, width=3))


def render_quiet(catalogue: Catalogue, held: Held) -> OutgoingMessage:
    """Offer a few nights of different length."""
    words = catalogue.words_in(held.language)
    now = (held.rhythm.quiet_from, held.rhythm.quiet_until)
    buttons = (
        choice(say_span(words, *each), QuietTapped(*each), is_chosen=each == now)
        for each in list_quiets(catalogue)
    )
    lines = [say_quiet(words, held.rhythm), words.say("quiet-what")]
    return offer(words, held, lines, in_rows(buttons, width=1))


def list_quiets(catalogue: Catalogue) -> list[tuple[int, int]]:
    """List the quiet hours that can be chosen, the programme's own among them."""
    own = (catalogue.programme.quiet.from_hour, catalogue.programme.quiet.until_hour)
    return sorted({*QUIETS_OFFERED, own})


def render_regions(
    catalogue: Catalogue, held: Held, centre_zones: Sequence[str]
) -> OutgoingMessage:
    """Offer the kindergarten's own zone, and the parts of the world for another."""
    words = catalogue.words_in(held.language)
    near = [choice_of_zone(words, held, each) for each in centre_zones]
    regions = [
        Button(words.territory(each), format_action(RegionTapped(each))) for each in ZONES_OF
    ]
    lines = [say_zone(words, held.rhythm), words.say("zone-what")]
    rows = (*in_rows(near, width=1), *in_rows(regions, width=1))
    return offer(words, held, lines, rows)


def render_zones(catalogue: Catalogue, held: Held, region: str) -> OutgoingMessage:
    """Offer the zones of a part of the world, by their names in the guardian's language."""
    words = catalogue.words_in(held.language)
    zones = sorted(ZONES_OF[region], key=lambda zone: words.zone(zone).casefold())
    buttons = (choice_of_zone(words, held, each) for each in zones)
    lines = [say_zone(words, held.rhythm), words.say("zone-which")]
    return offer(words, held, lines, in_rows(buttons, width=2), back=Screen.ZONE)


def choice_of_zone(words: Words, held: Held, zone: str) -> Button:
    """Make the button of a zone."""
    return choice(words.zone(zone), ZoneTapped(zone), is_chosen=zone == held.rhythm.zone)


def render_roles(catalogue: Catalogue, held: Held) -> OutgoingMessage:
    """Ask who the guardian is to the child; it can be left open."""
    words = catalogue.words_in(held.language)
    buttons = (
        choice(words.plain(f"role-{each}"), RoleTapped(each), is_chosen=each == held.role)
        for each in ROLES
    )
    text = words.say("role-what")
    rows = (*in_rows(buttons, width=1), back_row(words, Screen.SETTINGS))
    return OutgoingMessage(text, rows)


def offer(
    words: Words,
    held: Held,
    lines: Sequence[str],
    rows: ButtonRows,
    *,
    back: Screen = Screen.SETTINGS,
) -> OutgoingMessage:
    """Show what holds now and when the next message comes, the choices, and the way back."""
    text = PARAGRAPH.join([*lines, say_outlook(words, held.outlook)])
    return OutgoingMessage(text, (*rows, back_row(words, back)))


def say_days(words: Words, rhythm: Rhythm) -> str:
    """Say on which days messages come."""
    return words.say("held-days", days=words.listed([words.weekday(each) for each in rhythm.days]))


def say_hour(words: Words, rhythm: Rhythm) -> str:
    """Say at which hour messages come."""
    return words.say("held-hour", hour=words.hour(rhythm.hour))


def say_quiet(words: Words, rhythm: Rhythm) -> str:
    """Say when nothing comes by itself."""
    start, end = words.hour(rhythm.quiet_from), words.hour(rhythm.quiet_until)
    return words.say("held-quiet", start=start, end=end)


def say_span(words: Words, start: int, end: int) -> str:
    """Give quiet hours as a button bears them."""
    return words.label("hours-span", start=words.hour(start), end=words.hour(end))


def say_zone(words: Words, rhythm: Rhythm) -> str:
    """Say which clock counts."""
    return words.say("held-zone", zone=words.zone(rhythm.zone))


def choice(label: str, action: Action, *, is_chosen: bool) -> Button:
    """Make a button that can be chosen, marked where it is."""
    return Button(f"{CHOSEN}{label}" if is_chosen else label, format_action(action))
