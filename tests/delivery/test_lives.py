"""Whole lives of families, drawn at random: whatever happens, the promises about time hold."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.core.actions import Answer, When
from bot.core.cadence import Rhythm
from bot.delivery.following import plan_check
from bot.delivery.planning import change_rhythm, come_back, leave, snooze
from bot.errors import MessageRefused, SendError, SendLater
from bot.store.columns import id_of
from bot.store.states import DeliveryStatus, GuardianState
from bot.store.tables import Child, Delivery, Guardian
from tests.core.test_slots import rhythms
from tests.delivery.world import MONDAY_MORNING, World, open_world

CAP = 3
SHORT = 12
LEAVINGS = (GuardianState.PAUSED, GuardianState.STOPPED, GuardianState.UNREACHABLE)
FAILURES: dict[str, Callable[[], SendError]] = {
    "busy": lambda: SendLater("too many requests", retry_after=timedelta(minutes=3)),
    "broken": lambda: SendLater("Internal Server Error"),
    "lost": lambda: SendLater("answer lost", in_doubt=True),
    "refused": lambda: MessageRefused("message is too long"),
}


@dataclass(frozen=True)
class Happening:
    """Something that happens to a guardian, some hours after what happened before."""

    hours: float
    what: str
    value: Any = None


@dataclass(frozen=True)
class Life:
    """One family's life with Kuffert."""

    begins: datetime
    rhythm: Rhythm
    children: int
    happenings: Sequence[Happening]


@dataclass
class Diary:
    """What a guardian's settings were from when on, written down beside the database."""

    entries: list[tuple[datetime, Rhythm, bool]] = field(default_factory=list)

    def at(self, moment: datetime) -> list[tuple[Rhythm, bool]]:
        """Give what was set right before a moment, and whatever was set at that very moment."""
        before = [entry for entry in self.entries if entry[0] < moment][-1:]
        then = [entry for entry in self.entries if entry[0] == moment]
        return [(rhythm, is_on) for _, rhythm, is_on in (*before, *then)]


def happenings() -> st.SearchStrategy[Happening]:
    hours = st.floats(0, 24 * 6, allow_nan=False)
    return st.one_of(
        st.builds(Happening, hours, st.just("tap"), st.sampled_from(Answer)),
        st.builds(Happening, hours, st.just("will try"), st.sampled_from(When)),
        st.builds(Happening, hours, st.just("rhythm"), rhythms()),
        st.builds(Happening, hours, st.just("snooze"), st.integers(1, 4)),
        st.builds(Happening, hours, st.just("leave"), st.sampled_from(LEAVINGS)),
        st.builds(Happening, hours, st.just("come back")),
        st.builds(Happening, hours, st.just("sibling")),
        st.builds(Happening, hours, st.just("down"), st.integers(1, 24 * 9)),
        st.builds(Happening, hours, st.just("fails"), st.sampled_from(sorted(FAILURES))),
        st.builds(Happening, hours, st.just("nothing")),
    )


def lives() -> st.SearchStrategy[Life]:
    begins = st.integers(0, 24 * 366).map(lambda hours: MONDAY_MORNING + timedelta(hours=hours))
    some = st.lists(happenings(), min_size=3, max_size=14)
    return st.builds(Life, begins, rhythms().filter(has_daytime), st.integers(1, 4), some)


def has_daytime(rhythm: Rhythm) -> bool:
    """Keep quiet hours shorter than a day, so that something can go out."""
    return (rhythm.quiet_until - rhythm.quiet_from) % 24 <= 20


class Family:
    """Plays one life, and writes its diary."""

    def __init__(self, world: World, life: Life) -> None:
        self.world = world
        self.life = life
        self.diary = Diary()
        self.guardian: Guardian
        self.children: list[Child] = []

    async def play(self) -> None:
        world, life = self.world, self.life
        await world.begin(life.begins)
        self.children = [await world.add_child() for _ in range(life.children)]
        self.guardian = await world.add_guardian(*self.children, rhythm=life.rhythm)
        self.write(life.rhythm, is_on=True)
        await world.sender.send_due()
        for happening in life.happenings:
            await world.go(hours=happening.hours)
            await self.happen(happening)
            await self.write_down()
            await self.check_queue()
        await world.go(weeks=1)
        await self.check_queue()

    async def happen(self, happening: Happening) -> None:
        world, now, weeks = self.world, self.world.clock.now(), self.world.weeks
        if happening.what == "down":
            await world.sleep(hours=happening.value)
        elif happening.what == "fails":
            world.post.failures.append(FAILURES[happening.value]())
        elif happening.what == "sibling" and len(self.children) < 4:
            self.children.append(await world.add_child())
            async with world.changing(self.guardian) as (session, guardian):
                if guardian.state is GuardianState.ACTIVE:
                    await world.tie(session, guardian, self.children[-1])
                else:
                    self.children.pop()
        elif happening.what == "tap":
            await world.tap(self.guardian, happening.value)
        elif happening.what == "will try":
            about = await world.tap(self.guardian, Answer.NOT_YET)
            if about:
                async with world.changing(self.guardian) as (session, guardian):
                    await plan_check(session, guardian, about, happening.value, now=now)
        else:
            async with world.changing(self.guardian) as (session, guardian):
                match happening.what:
                    case "rhythm" if has_daytime(happening.value):
                        await change_rhythm(
                            session, guardian, happening.value, weeks=weeks, now=now
                        )
                    case "snooze":
                        await snooze(
                            session, guardian, pause_weeks=happening.value, weeks=weeks, now=now
                        )
                    case "leave":
                        await leave(session, guardian, happening.value, weeks=weeks, now=now)
                    case "come back":
                        await come_back(session, guardian, weeks=weeks, now=now)
        await world.sender.send_due()

    async def write_down(self) -> None:
        """Write the diary: what is set now, whatever brought it about."""
        guardian, now = await self.world.get(self.guardian), self.world.clock.now()
        rhythm = Rhythm(
            guardian.zone,
            guardian.days,
            guardian.hour,
            guardian.quiet_from,
            guardian.quiet_until,
        )
        self.write(rhythm, is_on=guardian.state is GuardianState.ACTIVE)
        if guardian.state is GuardianState.SNOOZED and guardian.snoozed_until:
            is_over = guardian.snoozed_until <= now
            self.diary.entries.append((max(guardian.snoozed_until, now), rhythm, True))
            if is_over:
                self.write(rhythm, is_on=True)

    def write(self, rhythm: Rhythm, *, is_on: bool) -> None:
        now = self.world.clock.now()
        kept = [entry for entry in self.diary.entries if entry[0] <= now]
        self.diary.entries = [*kept, (now, rhythm, is_on)]

    async def check_queue(self) -> None:
        """See that every pair that hears from us has exactly one planned delivery."""
        guardian = await self.world.get(self.guardian)
        open_rows = Counter(
            row.child_id
            for row in await self.world.programme(guardian)
            if row.status is DeliveryStatus.PLANNED
        )
        hears = guardian.state in (GuardianState.ACTIVE, GuardianState.SNOOZED)
        expected = {
            pair.child_id: 1
            for pair in await self.world.pairs(guardian)
            if hears and pair.finished_at is None
        }
        assert open_rows == expected

    async def check(self) -> None:
        """See that everything that was promised about time was kept."""
        rows = await self.world.programme(self.guardian)
        scheduled = [row for row in rows if row.status is DeliveryStatus.SENT and not row.asked]
        for row in scheduled:
            allowed = [
                is_on and not is_in(rhythm, row.ended_at)
                for rhythm, is_on in self.diary.at(row.ended_at)
            ]
            assert any(allowed), "a touch went out in quiet hours, or to one who was away"
        self.check_counts(scheduled)
        for child in self.children:
            check_child([row for row in rows if row.child_id == id_of(child)])
        assert await self.world.examine(self.guardian) == []

    def check_counts(self, scheduled: Sequence[Delivery]) -> None:
        """See that no day brings two touches, and no week more than three, where the zone stays."""
        zones = {rhythm.zone for _, rhythm, _ in self.diary.entries}
        if len(zones) > 1:
            return
        (zone,) = zones
        local = [row.ended_at.astimezone(ZoneInfo(zone)) for row in scheduled]
        days = Counter(at.date() for at in local)
        weeks = Counter(at.isocalendar()[:2] for at in local)
        assert max(days.values(), default=0) <= 1
        assert max(weeks.values(), default=0) <= CAP


def is_in(rhythm: Rhythm, moment: datetime) -> bool:
    """Say whether a moment lies in quiet hours, told by walking through them."""
    hour, until = rhythm.quiet_from, rhythm.quiet_until
    quiet = set()
    while hour != until:
        quiet.add(hour)
        hour = (hour + 1) % 24
    return moment.astimezone(ZoneInfo(rhythm.zone)).hour in quiet


def check_child(rows: Sequence[Delivery]) -> None:
    """See that a child's touches come each once and in order."""
    assert len({row.slot_on for row in rows}) == len(rows)
    sent = [row for row in rows if row.status is DeliveryStatus.SENT]
    assert all(before.ended_at < after.ended_at for before, after in pairwise(sent))
    told = [row for row in sent if row.notice is None]  # "still useful?" stands for a touch
    assert all(before.week <= after.week <= before.week + 1 for before, after in pairwise(told))
    assert all(row.reason for row in rows if row.status is DeliveryStatus.SKIPPED)


async def live(world: World, life: Life) -> None:
    """Play a life to its end, check it, and leave the world as it was found."""
    family = Family(world, life)
    world.post.letters.clear()
    world.post.failures.clear()
    await family.play()
    await family.check()
    repeated = Counter(
        (letter.address, letter.message.text.split("\n")[0]) for letter in world.post.letters
    )
    assert repeated
    async with world.changing(family.guardian) as (session, guardian):
        await leave(
            session,
            guardian,
            GuardianState.STOPPED,
            weeks=world.weeks,
            now=world.clock.now(),
        )


@pytest.mark.parametrize(
    "examples", [SHORT, pytest.param(300, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_whatever_happens_the_promises_about_time_hold(database_url: str, examples: int) -> None:
    with open_world(database_url) as runner:

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=examples == SHORT,
            phases=[Phase.generate] if examples == SHORT else list(Phase),
            suppress_health_check=list(HealthCheck),
        )
        @given(lives())
        def live_once(life: Life) -> None:
            runner.run(live(runner.world, life))

        live_once()
