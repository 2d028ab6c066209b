"""Today: is it well? What was sent and what was not, what waits, what runs; and the stop switch."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response

from bot.store import Session, budget, overview
from bot.store.condition import read_condition
from bot.store.overview import Ended
from bot.store.snapshots import short
from bot.store.states import DeliveryStatus, GuardianState, StaffRole
from bot.web.console.remembering import Memory, Remembered
from bot.web.console.visits import Visit

DAYS = 7
FRESH = 10.0  # seconds
ENDS = (DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.SKIPPED)
FIRST_PAGE = {
    StaffRole.EDUCATOR: "/centres",
    StaffRole.EVALUATOR: "/evaluation",
}


@dataclass(frozen=True)
class Day:
    """What became of a day's deliveries."""

    at: datetime
    counts: Counter[DeliveryStatus]


@dataclass(frozen=True)
class Bar:
    """A part of a day's column in the chart: where it begins from below, how high, in percent."""

    status: DeliveryStatus
    bottom: float
    height: float
    count: int


@dataclass(frozen=True)
class Reason:
    """Why messages were not sent: how many today, and how many in all the days that are shown.

    `share` is the latter as a percentage of the most frequent reason's.
    """

    status: DeliveryStatus
    said: str
    today: int
    week: int
    share: float


@dataclass(frozen=True)
class LanguageState:
    """How many texts of a language are there, are missing or stale, and reviewed by nobody."""

    language: str
    name: str
    texts: int
    missing: int
    stale: int
    unreviewed: int


async def go_in(visit: Visit) -> Response:
    """Show the first page that is for whoever asks."""
    path = FIRST_PAGE.get(visit.role, "/today")
    return RedirectResponse(path, status_code=303)


@dataclass(frozen=True)
class Week:
    """What became of the deliveries of the last days, today last, and of the families."""

    days: list[Day]
    reasons: list[Reason]
    families: dict[GuardianState, int]


async def recall_week(visit: Visit, memory: Memory) -> Remembered:
    """Give what was counted a moment ago: with very many families it takes a second."""
    now, midnight = visit.now, start_of_day(visit)

    async def count() -> Week:
        async with visit.office.database.reading() as session:
            days, reasons = await count_days(session, midnight, now=now)
            return Week(days, reasons, await overview.count_guardians(session))

    return await memory.recall(("week", midnight), count, now=now, fresh=FRESH)


async def show(visit: Visit, memory: Memory) -> Response:
    """Show how things stand."""
    now = visit.now
    counted = await recall_week(visit, memory)
    week: Week = counted.value
    async with visit.office.database.reading() as session:
        found = await read_condition(session, now=now)
    return visit.page(
        "today",
        counted=counted,
        days=week.days,
        bars=[draw_bars(day, highest(week.days)) for day in week.days],
        today=week.days[-1].counts,
        reasons=week.reasons,
        found=found,
        families=week.families,
        version=short(found.version) if found.version else None,
        languages_of_content=list_languages(visit),
    )


def start_of_day(visit: Visit) -> datetime:
    """Give the last midnight where the console is read."""
    local = visit.now.astimezone(ZoneInfo(visit.zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


async def count_days(
    session: Session, midnight: datetime, *, now: datetime
) -> tuple[list[Day], list[Reason]]:
    """Count how deliveries ended on each of the last days, today last, and why."""
    days, ended, found = [], list[Ended](), list[Ended]()
    for back in range(DAYS - 1, -1, -1):
        since = midnight - timedelta(days=back)
        until = min(since + timedelta(days=1), now + timedelta(seconds=1))
        counts: Counter[DeliveryStatus] = Counter()
        found = list(await overview.count_ended(session, since=since, until=until))
        for each in found:
            counts[each.status] += each.many
        days.append(Day(since, counts))
        ended += found
    return days, list_reasons(ended, today=found)


def highest(days: Sequence[Day]) -> int:
    """Give the most that ended on one day; at least 1, so that it can be divided by."""
    return max(1, *(sum(day.counts[end] for end in ENDS) for day in days))


def draw_bars(day: Day, most: int) -> list[Bar]:
    """Stack a day's counts."""
    bars, bottom = [], 0.0
    for end in ENDS:
        height = 100 * day.counts[end] / most
        bars.append(Bar(end, round(bottom, 2), round(height, 2), day.counts[end]))
        bottom += height
    return bars


def list_reasons(week: Sequence[Ended], *, today: Sequence[Ended]) -> list[Reason]:
    """List why something was not sent, the most frequent first."""
    counts, of_today = count_reasons(week), count_reasons(today)
    most = max(counts.values(), default=1)
    return [
        Reason(*why, of_today[why], count, round(100 * count / most, 2))
        for why, count in counts.most_common()
    ]


def count_reasons(ended: Sequence[Ended]) -> Counter[tuple[DeliveryStatus, str]]:
    """Count why something was not sent; numbers within a reason are left out."""
    counts: Counter[tuple[DeliveryStatus, str]] = Counter()
    for each in ended:
        if each.status is not DeliveryStatus.SENT:
            counts[each.status, (each.reason or "").partition(":")[0]] += each.many
    return counts


def list_languages(visit: Visit) -> list[LanguageState]:
    """Say how far each language of the running content is."""
    catalogue = visit.office.running()
    found = []
    for language in catalogue.languages:
        told = [each.texts.get(language) for each in catalogue.stories.values()]
        played = [each.texts.get(language) for each in catalogue.activities.values()]
        all_texts = [*played, *told]
        there = [each for each in all_texts if each]
        found.append(
            LanguageState(
                language,
                catalogue.words_in(language).plain("language-name"),
                len(there),
                len(all_texts) - len(there),
                sum(each.is_stale for each in there),
                sum(not each.is_reviewed for each in there),
            )
        )
    return found


async def switch(visit: Visit) -> Response:
    """Stop the schedule on every machine, or let it go on."""
    is_stopped = visit.said("to") == "stop"
    async with visit.office.database.writing() as session:
        changes = await budget.record_stopped(session, is_stopped=is_stopped, now=visit.now)
        if changes:
            await visit.note(session, "sending stopped" if is_stopped else "sending resumed")
    said = "Sending is stopped, everywhere. Taps are still answered." if is_stopped else ""
    return visit.back("/today", said=visit.words.say(said or "Sending goes on."))
