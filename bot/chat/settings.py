"""What a guardian sets by taps: each takes effect at once, and the screen shows what holds now."""

from dataclasses import replace

from bot.catalogue.shown.choices import (
    ROLES,
    Held,
    list_quiets,
    render_days,
    render_hours,
    render_often,
    render_quiet,
    render_regions,
    render_roles,
    render_settings,
    render_zones,
)
from bot.catalogue.shown.menus import Outlook, render_break, render_languages
from bot.chat.replies import Note
from bot.chat.turns import Tapped, Turn
from bot.chat.waiting import find_waited_for
from bot.core.actions import (
    Action,
    DayTapped,
    HourTapped,
    OftenTapped,
    QuietTapped,
    RegionTapped,
    RoleTapped,
    Screen,
    ZoneTapped,
)
from bot.core.cadence import (
    DAYS_A_WEEK,
    Rhythm,
    list_hours,
    pick_days,
    toggle_day,
    with_quiet,
)
from bot.core.messages import OutgoingMessage
from bot.core.zones import LIKELY, ZONES_OF
from bot.delivery.planning import change_rhythm, find_expected_at
from bot.store import centres, guardians
from bot.store.columns import id_of
from bot.store.guardians import find_absence
from bot.store.states import FamilyRole
from bot.store.tables import Guardian


async def act_in_settings(turn: Turn, guardian: Guardian, action: Action, tapped: Tapped) -> None:
    """Do what a button of the settings says; a value that none of ours carries changes nothing."""
    rhythm = chosen_rhythm(guardian)
    match action:
        case DayTapped(day) if day < DAYS_A_WEEK:
            await change_day(turn, guardian, day, tapped)
        case OftenTapped(times) if 1 <= times <= turn.catalogue.programme.weekly_cap:
            days = pick_days(rhythm.days, turn.catalogue.programme.days, times)
            await change(turn, guardian, replace(rhythm, days=days), Screen.OFTEN, tapped)
        case HourTapped(hour) if hour in list_hours(rhythm):
            await change(turn, guardian, replace(rhythm, hour=hour), Screen.HOUR, tapped)
        case QuietTapped():
            await change_quiet(turn, guardian, (action.from_hour, action.until_hour), tapped)
        case RegionTapped(region) if region in ZONES_OF:
            turn.show(tapped, render_zones(turn.catalogue, await hold(turn, guardian), region))
        case ZoneTapped(zone) if zone in {*LIKELY, *await list_centre_zones(turn, guardian)}:
            await change(turn, guardian, replace(rhythm, zone=zone), Screen.ZONE, tapped)
        case RoleTapped(role) if role in ROLES:
            guardian.role = FamilyRole(role)
            turn.session.add(guardian)
            await show_setting(turn, guardian, Screen.ROLE, tapped, note="note-saved")


def chosen_rhythm(guardian: Guardian) -> Rhythm:
    """Give what a guardian chose, whatever the pace is now."""
    return Rhythm(
        zone=guardian.zone,
        days=tuple(guardian.days),
        hour=guardian.hour,
        quiet_from=guardian.quiet_from,
        quiet_until=guardian.quiet_until,
    )


async def change_day(turn: Turn, guardian: Guardian, day: int, tapped: Tapped) -> None:
    """Put a day in or take it out; one stays, and there are no more than the programme sends."""
    rhythm = chosen_rhythm(guardian)
    days = toggle_day(rhythm.days, day)
    most = turn.catalogue.programme.weekly_cap
    if 1 <= len(days) <= most:
        await change(turn, guardian, replace(rhythm, days=days), Screen.DAYS, tapped)
        return
    words = turn.catalogue.words_in(guardian.language)
    told = words.label("note-most-days", most) if days else words.label("note-one-day")
    turn.reply(Note(tapped.callback_id, told))


async def change_quiet(
    turn: Turn, guardian: Guardian, quiet: tuple[int, int], tapped: Tapped
) -> None:
    """Set quiet hours that are offered; the hour moves out of them where it must."""
    if quiet not in list_quiets(turn.catalogue):
        return
    rhythm = with_quiet(chosen_rhythm(guardian), *quiet)
    await change(turn, guardian, rhythm, Screen.QUIET, tapped)


async def change(
    turn: Turn, guardian: Guardian, rhythm: Rhythm, screen: Screen, tapped: Tapped
) -> None:
    """Set a rhythm, for what is queued too, and show what holds now."""
    if rhythm != chosen_rhythm(guardian):
        weeks = turn.catalogue.programme.weeks
        await change_rhythm(turn.session, guardian, rhythm, weeks=weeks, now=turn.now)
        turn.calls_sender = True
    await show_setting(turn, guardian, screen, tapped, note="note-saved")


async def show_setting(
    turn: Turn, guardian: Guardian, screen: Screen, tapped: Tapped, *, note: str = ""
) -> None:
    """Show a screen of the settings."""
    turn.show(tapped, await draw_setting(turn, guardian, screen), note=note)


async def draw_setting(turn: Turn, guardian: Guardian, screen: Screen) -> OutgoingMessage:
    """Give a screen of the settings as it stands now; the first one for any other screen."""
    catalogue, held = turn.catalogue, await hold(turn, guardian)
    match screen:
        case Screen.DAYS:
            return render_days(catalogue, held)
        case Screen.OFTEN:
            return render_often(catalogue, held)
        case Screen.HOUR:
            return render_hours(catalogue, held)
        case Screen.QUIET:
            return render_quiet(catalogue, held)
        case Screen.ZONE:
            zones = await list_centre_zones(turn, guardian)
            return render_regions(catalogue, held, zones)
        case Screen.ROLE:
            return render_roles(catalogue, held)
        case Screen.LANGUAGE:
            return render_languages(catalogue, language=held.language)
        case Screen.BREAK:
            return render_break(catalogue, language=held.language)
    return render_settings(catalogue, held)


async def hold(turn: Turn, guardian: Guardian) -> Held:
    """Give what a guardian has chosen, and what follows from it."""
    return Held(
        rhythm=chosen_rhythm(guardian),
        outlook=await look_ahead(turn, guardian),
        role=guardian.role,
        language=guardian.language,
    )


async def look_ahead(turn: Turn, guardian: Guardian) -> Outlook:
    """Say what a guardian can expect."""
    await turn.session.flush()
    cap = turn.catalogue.programme.weekly_cap
    return Outlook(
        zone=guardian.zone,
        is_away=find_absence(guardian, now=turn.now) is not None,
        has_children=bool(await centres.list_children(turn.session, id_of(guardian))),
        next_at=await find_expected_at(turn.session, guardian, cap=cap),
        games_from=await find_waited_for(turn, guardian),
    )


async def list_centre_zones(turn: Turn, guardian: Guardian) -> list[str]:
    """List the zones of the kindergartens that a guardian's children go to."""
    pairs = await guardians.list_pairs(turn.session, id_of(guardian))
    children = [pair.child_id for pair in pairs]
    return list(await centres.list_zones(turn.session, children))
