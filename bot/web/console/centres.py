"""Centres: how far their families have come, rosters, themes, zone, arms."""

import asyncio
from datetime import timedelta
from urllib.parse import quote
from zoneinfo import available_timezones

from starlette.responses import Response

from bot.core.cadence import local_date, monday_of
from bot.errors import BotError, FileRefused
from bot.intake.enrolling import open_centre
from bot.intake.rosters import check_roster, give_codes, import_roster, parse_roster
from bot.report.funnel import STEPS, By, Column, Counts, Funnel, Step, count_funnel
from bot.store import Session, arms, centres, work
from bot.store.columns import id_of
from bot.store.states import StaffRole
from bot.store.tables import Centre
from bot.web.console.files import CSV
from bot.web.console.remembering import Memory, Remembered
from bot.web.console.visits import Visit

WEEKS_AHEAD = 4
MOST_MONTHS = 3
SETS_UP = (StaffRole.STAFF, StaffRole.ADMIN)
READS_ROSTERS = (*SETS_UP, StaffRole.EVALUATOR)


async def recall_funnel(visit: Visit, memory: Memory, *, by: By | None = By.CENTRE) -> Remembered:
    """Give the funnel, as it was counted a moment ago."""

    async def count() -> Funnel:
        async with visit.office.database.reading() as session:
            return await count_funnel(session, by=by, now=visit.now)

    return await memory.recall(("funnel", by), count, now=visit.now)


def list_columns(funnel: Funnel) -> list[Column]:
    """List the columns that are shown: the steps, and the first months."""
    months = range(1, min(funnel.months, MOST_MONTHS) + 1)
    return [*STEPS, *(Column(Step.ACTIVE, month) for month in months)]


def find_counts(funnel: Funnel, centre: Centre) -> Counts | None:
    """Give a centre's counts: none at all where cards were never issued, None for a test's.

    The funnel groups children with a card; a centre that is not among them has no such child, which
    is another thing than a few.
    """
    if centre.is_test:
        return None
    return funnel.groups.get(centre.code) or dict.fromkeys(funnel.total, 0)


async def show_all(visit: Visit, memory: Memory) -> Response:
    """List the centres; an educator sees their own alone."""
    counted = await recall_funnel(visit, memory)
    async with visit.office.database.reading() as session:
        found = await centres.list_centres(session)
    if visit.role is StaffRole.EDUCATOR:
        found = [each for each in found if each.id == visit.account.centre_id]
    return visit.page(
        "centres",
        centres=found,
        counted=counted,
        counts={each.id: find_counts(counted.value, each) for each in found},
        total=counted.value.total,
        columns=list_columns(counted.value),
        sees_all=visit.role is not StaffRole.EDUCATOR,
        sets_up=visit.role in SETS_UP,
        zones=sorted(available_timezones()),
        program_languages=visit.office.running().languages,
    )


async def add(visit: Visit, memory: Memory) -> Response:
    """Add a centre."""
    code = visit.said("code")
    async with visit.office.database.writing() as session:
        centre = await open_centre(
            session,
            code,
            name=visit.said("name"),
            zone=visit.said("zone"),
            language=visit.said("language"),
            languages=visit.office.running().languages,
            is_test=visit.said("is_test") == "yes",
            now=visit.now,
        )
        await visit.note(session, "centre added", code)
    memory.forget()
    return visit.back(path_of(centre), said=visit.words.say("The centre is added."))


async def show(visit: Visit, memory: Memory) -> Response:
    """Show one centre."""
    counted = await recall_funnel(visit, memory)
    async with visit.office.database.reading() as session:
        centre = await get_centre(visit, session)
        arm = await arms.find_arm_of_centre(session, id_of(centre))
        children = await centres.count_children(session, centre)
        this_monday = monday_of(local_date(visit.now, centre.zone))
        mondays = [this_monday + timedelta(days=7 * week) for week in range(WEEKS_AHEAD)]
        themes = await centres.list_themes(session, [id_of(centre)], mondays=mondays)
    return visit.page(
        "centre",
        centre=centre,
        arm=arm,
        children=children,
        counted=counted,
        counts=find_counts(counted.value, centre),
        columns=list_columns(counted.value),
        weeks=[(monday, themes.get((id_of(centre), monday), "")) for monday in mondays],
        zones=sorted(available_timezones()),
        sets_up=visit.role in SETS_UP,
        reads_rosters=visit.role in READS_ROSTERS,
    )


async def get_centre(visit: Visit, session: Session) -> Centre:
    """Get the centre of the address; an educator's own alone, the others are as if not there."""
    centre = await centres.get_centre(session, visit.request.path_params["code"])
    if visit.role is StaffRole.EDUCATOR and centre.id != visit.account.centre_id:
        raise BotError(f'There is no centre "{centre.code}".')
    return centre


def path_of(centre: Centre) -> str:
    """Give the address of a centre's page."""
    return f"/centres/{quote(centre.code)}"


async def change_theme(visit: Visit) -> Response:
    """Note what a centre works on in a week."""
    words, monday = visit.said("words"), visit.said("monday")
    if len(words) > 80:
        raise BotError(visit.words.say("A theme has at most 80 characters."))
    async with visit.office.database.writing() as session:
        centre = await get_centre(visit, session)
        this_monday = monday_of(local_date(visit.now, centre.zone))
        known = [this_monday + timedelta(days=7 * week) for week in range(WEEKS_AHEAD)]
        chosen = next((each for each in known if each.isoformat() == monday), None)
        if chosen is None:
            raise BotError(visit.words.say("Choose one of the weeks that are shown."))
        await centres.record_theme(session, centre, monday=chosen, words=words)
        await visit.note(session, "theme changed", f"{centre.code} {monday}")
    return visit.back(path_of(centre), said=visit.words.say("The theme is noted."))


async def change_zone(visit: Visit) -> Response:
    """Change the time zone of a centre: families that join from now on begin with it."""
    zone = visit.said("zone")
    if zone not in available_timezones():
        raise BotError(visit.words.say("Choose a time zone of the list."))
    async with visit.office.database.writing() as session:
        centre = await get_centre(visit, session)
        await centres.record_zone(session, centre, zone)
        await visit.note(session, "zone changed", f"{centre.code} {zone}")
    return visit.back(path_of(centre), said=visit.words.say("The time zone is changed."))


async def take_in_roster(visit: Visit, memory: Memory) -> Response:
    """Take in a school's list; what is wrong is said row by row, and nothing is half taken in."""
    name, content = await visit.read_file("file")
    takes_good_rows = visit.said("good_rows") == "yes"
    roster = await asyncio.to_thread(parse_roster, name, content, now=visit.now)
    async with visit.office.database.writing() as session:
        centre = await get_centre(visit, session)
        roster = await check_roster(session, roster, name=name, centre=centre)
        if roster.problems and not takes_good_rows:
            raise FileRefused(roster.problems)
        roster = await give_codes(session, roster, content, centre=centre)
        imported = await import_roster(session, roster, name=name, centre=centre, now=visit.now)
        codes = await work.keep_file(
            session,
            account_id=id_of(visit.account),
            kind="codes",
            file_name=f"{centre.code}-codes.csv",
            media_type=CSV,
            content=roster.write_with_codes().encode("utf-8-sig"),
            now=visit.now,
            expires_at=visit.now + visit.office.keeps,
        )
        await visit.note(session, "roster taken in", f"{centre.code} {name}: {imported.new} new")
    memory.forget()
    return visit.page(
        "roster",
        centre=centre,
        imported=imported,
        problems=imported.problems,
        codes=id_of(codes),
        path_back=path_of(centre),
    )
