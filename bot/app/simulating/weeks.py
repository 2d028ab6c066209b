"""Eight weeks of the demo before its visitor comes: simulated families, played one by one."""

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bot.app.clocks import MovableClock, StandingClock
from bot.app.opening import Store
from bot.app.running import Network, Runtime
from bot.app.simulating import paperwork
from bot.app.simulating.cast import ANSWER, ANSWERED, BEGINS, LIVES, NAME, STAFF, WEEKS, Day
from bot.app.simulating.living import Neighbourhood
from bot.app.time_machine import ZONE
from bot.core.asked import ANSWER as ANSWER_SEAL
from bot.core.asked import QUESTION, format_answers, parse_asked
from bot.core.cadence import local_date
from bot.core.clock import Clock
from bot.delivery.shelf import Shelf
from bot.delivery.staff_answers import list_answers, plan_answer
from bot.sandbox import Sandbox, serve
from bot.store import Session, arms, centres, merging, open_database, questions
from bot.store.migrating import prepare
from bot.store.tables import Centre

SEED = 1
SPAN = timedelta(weeks=WEEKS)
BEGINS_AT = 9  # o'clock
FIRST_PERSON = 700_001  # far from those whom a visitor plays
RATE = 1000.0  # the stand-in takes any pace
WAITS = timedelta(weeks=4)  # until the centres begin that wait
RESULTS_ON = (Day(-10, 10), Day(-4, 10))  # a file each, of a part of the centres
ANSWERED_AFTER = timedelta(hours=15)


class Simulation:
    """Lets families live in a draft of their own, and takes them into the demo in one step.

    So they are there whole, or not at all: what was stopped half-way is begun anew.
    """

    def __init__(self, store: Store, shelf: Shelf, sandbox: Sandbox, *, clock: Clock) -> None:
        """Keep where they are to come to."""
        self.store, self.shelf, self.sandbox, self.clock = store, shelf, sandbox, clock

    async def run(self, folder: Path) -> None:
        """Simulate what is not there yet, in a folder that is emptied before and after."""
        if not await self._is_wanted():
            return
        begin_empty(folder)
        ends = self.clock.now()
        clock = MovableClock(StandingClock(moment_of(ends - SPAN, hour=BEGINS_AT)))
        draft = Sandbox(clock, token=self.sandbox.token, first_person=FIRST_PERSON)
        try:
            with saying_little():
                async with self._open(folder, draft, clock) as (store, runtime):
                    hood = Neighbourhood(runtime, draft, clock, rng=Random(SEED))
                    await Weeks(store, hood, ends=ends).play()
                    await self._take_in(store, draft)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _is_wanted(self) -> bool:
        """Say whether there are no simulated families, and no arms that theirs would mix with."""
        async with self.store.database.reading() as session:
            there = await centres.list_centres(session)
            is_drawn = await arms.find_allocation(session) is not None
        return not is_drawn and not any(each.code.startswith(BEGINS) for each in there)

    @asynccontextmanager
    async def _open(
        self, folder: Path, sandbox: Sandbox, clock: MovableClock
    ) -> AsyncIterator[tuple[Store, Runtime]]:
        """Open a bot of the demo's key and content, on a database and a network of its own."""
        async with AsyncExitStack() as stack:
            server = await serve(sandbox)
            stack.push_async_callback(server.stop)
            database = open_database(f"sqlite:///{folder / 'draft.db'}")
            stack.push_async_callback(database.close)
            await prepare(database)
            store = Store(database, self.store.sealer)
            network = Network(sandbox.token, server.url, rate=RATE, chat_wait=timedelta())
            runtime = Runtime(store, Shelf(self.shelf.current), clock=clock, network=network)
            yield store, await stack.enter_async_context(runtime)

    async def _take_in(self, draft: Store, sandbox: Sandbox) -> None:
        """Take everybody into the demo: the phones first, since messages are planned for them."""
        for person in sandbox.persons.values():
            self.sandbox.take_in(person, sandbox)
        async with (
            draft.database.reading() as source,
            self.store.database.writing() as session,
        ):
            moves = await merging.take_in(session, source)
            await self._put_answers_right(session, moves=moves)

    async def _put_answers_right(self, session: Session, *, moves: dict[str, int]) -> None:
        """Let sealed answers name their deliveries by the new numbers."""
        sealer = self.store.sealer
        for question in await questions.list_answered_after(session, moves["question"]):
            answers = [
                replace(each, delivery_id=each.delivery_id + moves["delivery"])
                for each in list_answers(sealer, question.answer_sealed)
            ]
            question.answer_sealed = sealer.seal(format_answers(answers), bound_to=ANSWER_SEAL)


@contextmanager
def saying_little() -> Iterator[None]:
    """Leave out what sending says of each batch: the visitor reads what to try meanwhile."""
    log = logging.getLogger("bot.delivery")
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(before)


def begin_empty(folder: Path) -> None:
    """Make a folder that holds nothing, whatever was left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def moment_of(moment: datetime, *, hour: int) -> datetime:
    """Give an hour of a moment's date, in the centres' zone."""
    local = datetime.combine(local_date(moment, ZONE), time(hour), ZoneInfo(ZONE))
    return local.astimezone(UTC)


def find_outage(ends: datetime) -> tuple[datetime, datetime]:
    """Find a Monday afternoon to a Wednesday evening: a touch comes too late, and the next late."""
    latest = ends - timedelta(days=3)
    monday = latest - timedelta(days=local_date(latest, ZONE).weekday())
    return moment_of(monday, hour=16), moment_of(monday + timedelta(days=2), hour=18)


class Weeks:
    """Sets up the centres, says who does what when, and lets it happen."""

    def __init__(self, store: Store, hood: Neighbourhood, *, ends: datetime) -> None:
        """Begin at the clock's moment."""
        self.store, self.hood = store, hood
        self.rng = Random(SEED)
        self.began = hood.clock.now()
        self.ends = ends
        self.rosters: dict[str, list[str]] = {}
        self.in_programme: frozenset[str] = frozenset()

    async def play(self) -> None:
        """Play it all, up to the end."""
        async with self.store.database.writing() as session:
            centres = await self._set_up(session)
            chosen = [each for each in centres if each.code in self.in_programme]
            for place, centre in enumerate(chosen):
                codes = await paperwork.hand_out(
                    session,
                    centre,
                    self.rosters[centre.code],
                    place=place,
                    sealer=self.store.sealer,
                    now=self.began,
                )
                self._settle_in(centre, codes, place=place)
        for number, day in enumerate(RESULTS_ON):
            self.hood.plan(self.moment(day), partial(self._take_in, number))
        self.hood.plan(self.moment(Day(-2, 9)), partial(self._set_themes, centres))
        away_from, away_until = find_outage(self.ends)
        self.hood.plan(away_from, partial(self.hood.be_away, away_until))
        await self.hood.play(self.ends)

    async def _set_up(self, session: Session) -> list[Centre]:
        """Make centres, rosters and arms."""
        centres = await paperwork.make_centres(session, zone=ZONE, now=self.began)
        for centre in centres:
            self.rosters[centre.code] = await paperwork.take_in_roster(
                session, centre, rng=self.rng, now=self.began
            )
        waits_until = (self.ends + WAITS).date()
        self.in_programme = await paperwork.draw(session, now=self.began, waits_until=waits_until)
        return centres

    def _settle_in(self, centre: Centre, codes: list[str], *, place: int) -> None:
        """Let a centre's families in, and plan what they do."""
        for number, life in enumerate(LIVES[place]):
            if life.comes_on is None:
                continue
            mine = codes[number : number + 1 + life.siblings]
            name = f"{centre.name.replace(NAME, 'Simulated family')}-{number + 1}"
            family = self.hood.settle_in(name, life, mine)
            for later, code in enumerate(mine):
                at = self.moment(life.comes_on) + timedelta(days=later)
                self.hood.plan(at, partial(self.hood.open_card, family, code))
            for day, what in life.does.items():
                self.hood.plan(self.moment(day), partial(self.hood.do, family, what))
                if what == ANSWERED:
                    at = self.moment(day) + ANSWERED_AFTER
                    self.hood.plan(at, self._answer)

    def moment(self, day: Day) -> datetime:
        """Give the moment of a day and an hour, in the centres' zone."""
        first = self.began if day.number >= 0 else self.ends
        return moment_of(first + timedelta(days=day.number), hour=day.hour)

    # What staff do

    async def _take_in(self, number: int) -> None:
        """Take in the results of a part of the centres."""
        share = list(self.rosters.items())[number :: len(RESULTS_ON)]
        async with self.store.database.writing() as session:
            await paperwork.take_in_results(
                session,
                dict(share),
                name=f"simulated-results-{number + 1}.csv",
                in_programme=self.in_programme,
                rng=self.rng,
                now=self.hood.clock.now(),
            )

    async def _set_themes(self, centres: list[Centre]) -> None:
        """Set the themes of these weeks."""
        async with self.store.database.writing() as session:
            for centre in centres:
                await paperwork.set_theme(session, centre, now=self.hood.clock.now())

    async def _answer(self) -> None:
        """Answer the question that is to be answered."""
        sealer, now = self.store.sealer, self.hood.clock.now()
        async with self.store.database.writing() as session:
            for each in await questions.list_open(session):
                question = await questions.get_question(session, each.id, is_to_change=True)
                asked = parse_asked(sealer.unseal(question.body_sealed, bound_to=QUESTION))
                if asked.text == ANSWERED:
                    await plan_answer(session, question, ANSWER, sealer=sealer, now=now)
                    for action in ("question opened", "question answered"):
                        await paperwork.note(session, STAFF, action, str(question.id), now=now)
