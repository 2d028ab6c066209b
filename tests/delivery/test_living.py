"""What families do, and what the queue makes of it: checks, swaps, breaks, tapering, siblings."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.core.actions import Answer, When
from bot.core.cadence import Rhythm, Touch
from bot.core.choosing import Variant
from bot.delivery.following import plan_check
from bot.delivery.planning import change_rhythm, come_back, hear, leave, snooze
from bot.errors import SendLater
from bot.store import centres, chat_turns, liveness
from bot.store.states import DeliveryKind, DeliveryStatus, GuardianState, LevelSource, Pace
from bot.store.tables import Delivery, Guardian
from tests.delivery.world import World, world_of

pytestmark = pytest.mark.anyio
EASIER = Variant.EASIER


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_of(database_url) as world:
        yield world


@pytest.fixture
async def amina(world: World) -> Guardian:
    """A mother of one child of four who joined on Monday at 11 and got the first activity."""
    amina = await world.add_guardian(await world.add_child())
    await world.go(minutes=1)
    return amina


async def of_kind(world: World, guardian: Guardian, kind: DeliveryKind) -> list[Delivery]:
    return [row for row in await world.rows(guardian) if row.kind is kind]


def days_of(rows: list[Delivery]) -> list[str]:
    return [f"{row.ended_at:%a %d}" for row in rows]


# When will you try it?


@pytest.mark.parametrize(
    ("when", "asked_on"),
    [(When.TODAY, "Tue 08"), (When.TOMORROW, "Wed 09"), (When.WEEKEND, "Sun 13")],
)
async def test_a_chosen_time_brings_one_check_the_day_after(
    world: World, amina: Guardian, when: When, asked_on: str
) -> None:
    about = await world.tap(amina, Answer.NOT_YET)
    async with world.changing(amina) as (session, guardian):
        await plan_check(session, guardian, about, When.TOMORROW, now=world.clock.now())
        await plan_check(session, guardian, about, when, now=world.clock.now())

    await world.go(days=7)

    checks = await of_kind(world, amina, DeliveryKind.CHECK)
    sent = [check for check in checks if check.status is DeliveryStatus.SENT]
    assert days_of(sent) == [asked_on]
    assert f"{sent[0].ended_at:%H:%M}" == "15:00"  # 17:00 in Copenhagen
    assert len(await world.sent(amina)) == 2  # the check took no touch's place


async def test_an_answer_takes_the_check_back(world: World, amina: Guardian) -> None:
    about = await world.tap(amina, Answer.NOT_YET)
    async with world.changing(amina) as (session, guardian):
        await plan_check(session, guardian, about, When.TODAY, now=world.clock.now())

    await world.tap(amina, Answer.DID_IT)
    await world.go(days=2)

    (check,) = await of_kind(world, amina, DeliveryKind.CHECK)
    assert (check.status, check.reason) == (DeliveryStatus.SKIPPED, "answered already")


async def test_too_hard_brings_the_easier_variant_of_the_same_activity(
    world: World, amina: Guardian
) -> None:
    about = await world.tap(amina, Answer.TOO_HARD)
    await world.go(minutes=1)

    (answer,) = await of_kind(world, amina, DeliveryKind.ANSWER)
    assert about is not None
    assert answer.status is DeliveryStatus.SENT
    assert (answer.activity_id, answer.variant) == (about.activity_id, Variant.EASIER)
    assert "An easier way" in world.letters_to(amina)[-1].message.text


async def test_not_for_us_swaps_the_activity_for_both_guardians_of_the_child(
    world: World, amina: Guardian
) -> None:
    (child,) = await world.children()
    bashir = await world.add_guardian(child)
    await world.go(minutes=1)

    about = await world.tap(amina, Answer.NOT_FOR_US)
    await world.go(days=5)

    (answer,) = await of_kind(world, amina, DeliveryKind.ANSWER)
    assert about is not None
    assert answer.activity_id != about.activity_id
    fridays = [(await world.sent(each))[1] for each in (amina, bashir)]
    assert {row.activity_id for row in fridays} == {answer.activity_id}


# Whoever ignores what comes


async def test_two_ignored_weeks_bring_one_a_week_and_four_a_question_and_then_quiet(
    world: World, amina: Guardian
) -> None:
    await world.go(weeks=8)

    sent = await world.sent(amina)
    assert days_of(sent) == [
        "Mon 07",
        "Fri 11",
        "Mon 14",
        "Wed 16",
        "Fri 18",
        "Mon 21",
        "Wed 23",
        "Fri 25",
        "Wed 30",  # two weeks went by without a tap; in the first one she joined
        "Wed 07",
        "Wed 14",
    ]
    assert sent[-1].notice == "still-useful"
    assert {str(row.touch) for row in sent[8:]} == {"do"}
    assert (await world.get(amina)).state is GuardianState.QUIET
    assert await world.examine(amina) == []


async def test_a_tap_after_the_question_brings_everything_back(
    world: World, amina: Guardian
) -> None:
    await world.go(weeks=8)  # until Monday 2 November, at 11

    await world.tap(amina, Answer.SEEN)
    await world.go(days=6)

    assert days_of(await world.sent(amina))[-3:] == ["Mon 02", "Wed 04", "Fri 06"]
    assert (await world.get(amina)).pace is Pace.FULL


async def test_a_tap_while_tapering_brings_the_full_pace_back(
    world: World, amina: Guardian
) -> None:
    await world.go(days=24)  # until Thursday 1 October, after Wednesday's one message

    await world.tap(amina)
    await world.go(weeks=1)

    assert days_of(await world.sent(amina))[-4:] == ["Wed 30", "Fri 02", "Mon 05", "Wed 07"]


async def test_whoever_was_out_of_reach_and_taps_hears_from_us_again(
    world: World, amina: Guardian
) -> None:
    async with world.changing(amina) as (session, guardian):
        now = world.clock.now()
        await leave(session, guardian, GuardianState.UNREACHABLE, weeks=world.weeks, now=now)
    await world.go(weeks=2)

    await world.tap(amina)
    await world.go(days=6)

    assert (await world.get(amina)).state is GuardianState.ACTIVE
    assert days_of(await world.sent(amina))[1:] == ["Mon 21", "Wed 23", "Fri 25"]
    assert await world.examine(amina) == []


# Breaks


@pytest.mark.parametrize("weeks", [1, 2, 3, 4])
async def test_a_break_of_some_weeks_ends_by_itself(
    world: World, amina: Guardian, weeks: int
) -> None:
    async with world.changing(amina) as (session, guardian):
        now = world.clock.now()
        until = await snooze(session, guardian, pause_weeks=weeks, weeks=world.weeks, now=now)

    await world.go(weeks=6)

    after = [row for row in await world.sent(amina) if row.ended_at > now]
    assert min(row.ended_at for row in after) > until
    assert min(row.ended_at for row in after) < until + timedelta(days=5)
    assert (await world.reasons(amina)).count("snoozed") == 1
    assert await world.examine(amina) == []


@pytest.mark.parametrize(
    "state", [GuardianState.PAUSED, GuardianState.STOPPED, GuardianState.UNREACHABLE]
)
async def test_whoever_leaves_gets_nothing_that_was_queued_checks_included(
    world: World, amina: Guardian, state: GuardianState
) -> None:
    about = await world.tap(amina, Answer.NOT_YET)
    async with world.changing(amina) as (session, guardian):
        now = world.clock.now()
        await plan_check(session, guardian, about, When.TODAY, now=now)
        await leave(session, guardian, state, weeks=world.weeks, now=now)
    count = len(world.letters_to(amina))

    await world.go(weeks=4)

    assert len(world.letters_to(amina)) == count
    open_rows = [row for row in await world.rows(amina) if row.ended_at is None]
    assert open_rows == []


async def test_whoever_stops_between_the_claim_and_the_request_gets_nothing(
    world: World, amina: Guardian
) -> None:
    async def stop_meanwhile() -> None:
        """Stop while the message waits, say for another's upload of the same picture."""
        world.clock.move_to(world.clock.now() + timedelta(seconds=2))
        async with world.changing(amina) as (session, guardian):
            now = world.clock.now()
            await leave(session, guardian, GuardianState.STOPPED, weeks=world.weeks, now=now)

    count = len(world.letters_to(amina))
    world.post.before_request = stop_meanwhile
    await world.go(days=5)

    assert len(world.letters_to(amina)) == count
    assert set(await world.reasons(amina)) == {"stopped"}
    assert await world.examine(amina) == []


async def test_a_delivery_that_was_taken_over_in_flight_is_sent_and_followed_all_the_same(
    world: World, amina: Guardian
) -> None:
    async def be_taken_for_dead() -> None:
        async with world.database.writing() as session:
            await liveness.release(session, world.sender.name)

    world.post.before_request = be_taken_for_dead
    await world.go(days=4, hours=7)

    row = (await world.programme(amina))[1]
    assert (row.status, row.in_doubt) == (DeliveryStatus.SENT, True)
    assert (await world.programme(amina))[2].status is DeliveryStatus.PLANNED
    assert await world.examine(amina) == []


# Rhythm, zone, clock


async def test_a_changed_zone_moves_what_is_queued(world: World, amina: Guardian) -> None:
    async with world.changing(amina) as (session, guardian):
        tokyo = Rhythm("Asia/Tokyo", (1, 3, 5), 18, 21, 8)
        await change_rhythm(session, guardian, tokyo, weeks=world.weeks, now=world.clock.now())

    await world.go(weeks=1)

    assert [f"{row.ended_at:%a %H:%M}" for row in await world.sent(amina)] == [
        "Mon 09:00",
        "Sat 09:00",  # 18:00 in Tokyo, and the first week's "why" and "do" are past
    ]


async def test_an_hour_in_quiet_hours_waits_for_their_end(world: World, amina: Guardian) -> None:
    async with world.changing(amina) as (session, guardian):
        late = Rhythm("Europe/Copenhagen", (0, 2, 4), 23, 21, 8)
        await change_rhythm(session, guardian, late, weeks=world.weeks, now=world.clock.now())

    await world.go(weeks=1)

    assert [f"{row.ended_at:%a %H:%M}" for row in await world.sent(amina)][1:] == ["Sat 06:00"]


async def test_three_days_without_the_bot_bring_the_next_right_touch_alone(
    world: World, amina: Guardian
) -> None:
    await world.go(days=6)

    await world.sleep(days=3, hours=8)  # from Sunday to Wednesday evening
    await world.go(minutes=5)

    assert days_of(await world.sent(amina))[-2:] == ["Fri 11", "Wed 16"]
    assert await world.reasons(amina) == ["too late"]
    await world.go(days=3)
    assert days_of(await world.sent(amina))[-1] == "Fri 18"


async def test_a_loop_that_was_blocked_for_a_minute_at_the_hour_sends_once_and_late(
    world: World, amina: Guardian
) -> None:
    await world.go_to(datetime(2026, 9, 11, 14, 59, 30, tzinfo=UTC))

    await world.sleep(minutes=1)
    await world.go(days=2)

    assert [f"{row.ended_at:%a %H:%M:%S}" for row in await world.sent(amina)][1:] == [
        "Fri 15:00:30"
    ]


async def test_a_month_without_the_bot_is_no_flood(world: World, amina: Guardian) -> None:
    await world.sleep(weeks=4, hours=8)
    await world.go(days=1)

    letters = [letter for letter in world.letters_to(amina) if letter.at.month == 10]
    assert len(letters) == 1
    assert await world.examine(amina) == []


async def test_a_clock_that_is_set_back_an_hour_repeats_nothing(
    world: World, amina: Guardian
) -> None:
    await world.go_to(datetime(2026, 9, 11, 15, 5, tzinfo=UTC))
    count = len(world.letters_to(amina))

    world.clock.reset(world.clock.now() - timedelta(hours=1))
    await world.go(hours=3)

    assert len(world.letters_to(amina)) == count
    await world.go(days=3)
    assert days_of(await world.sent(amina))[-2:] == ["Fri 11", "Mon 14"]


async def test_a_change_after_the_clock_was_set_back_leaves_what_was_sent_as_it_is(
    world: World, amina: Guardian
) -> None:
    await world.go_to(datetime(2026, 9, 11, 15, 5, tzinfo=UTC))
    world.clock.reset(world.clock.now() - timedelta(hours=1))

    async with world.changing(amina) as (session, guardian):
        now = world.clock.now()
        await leave(session, guardian, GuardianState.PAUSED, weeks=world.weeks, now=now)

    sent = await world.sent(amina)
    assert days_of(sent) == ["Mon 07", "Fri 11"]
    assert [f"{row.slot_on:%a %d}" for row in sent] == ["Mon 07", "Fri 11"]


async def test_a_clock_that_is_set_back_cannot_hold_everybody_for_longer_than_was_asked(
    world: World, amina: Guardian
) -> None:
    world.post.failures.append(SendLater("too many requests", retry_after=timedelta(seconds=9)))
    await world.go_to(datetime(2026, 9, 11, 15, 0, tzinfo=UTC))
    assert len(await world.sent(amina)) == 1

    world.clock.reset(world.clock.now() - timedelta(hours=1))
    assert (await world.sender.pace.take(1)).is_held
    world.clock.move_to(world.clock.now() + timedelta(seconds=10))
    grant = await world.sender.pace.take(1)

    assert grant.count == 1


# Several children, several guardians


async def test_a_sibling_who_joins_in_mid_week_leaves_the_week_to_the_first_child(
    world: World, amina: Guardian
) -> None:
    await world.go(days=7)  # Monday's "why" lies ahead
    await world.tap(amina)
    await world.go(days=1)
    first = (await world.children())[0]

    second = await world.add_child(months=66)
    async with world.changing(amina) as (session, guardian):
        await world.tie(session, guardian, second)
    await world.go(days=5)

    this_week = [row for row in await world.sent(amina) if row.ended_at.day >= 14]
    asked = [row for row in this_week if row.asked]
    scheduled = [row for row in this_week if not row.asked]
    assert [row.child_id for row in asked] == [second.id]
    assert [(row.child_id, str(row.touch)) for row in scheduled] == [
        (first.id, "why"),
        (first.id, "do"),
        (first.id, "grow"),
    ]


@pytest.mark.parametrize("count", [2, 3, 4])
async def test_siblings_take_turns_week_by_week_under_one_cap(world: World, count: int) -> None:
    children = [await world.add_child() for _ in range(count)]
    amina = await world.add_guardian(*children)
    for _ in range(count + 1):
        await world.go(weeks=1)
        await world.tap(amina)

    weeks: dict[int, list[int | None]] = {}
    for row in await world.sent(amina):
        if not row.asked:
            weeks.setdefault(row.slot_on.isocalendar().week, []).append(row.child_id)
    whole = [kids for kids in weeks.values() if len(kids) == 3]
    assert len(whole) == count
    assert all(len(set(kids)) == 1 for kids in whole)
    assert {kids[0] for kids in whole} == {child.id for child in children}
    assert set(await world.reasons(amina)) == {"sibling's week"}
    assert await world.examine(amina) == []


async def test_two_guardians_of_one_child_get_the_same_activity_each_at_their_hour(
    world: World, amina: Guardian
) -> None:
    (child,) = await world.children()
    early = Rhythm("Europe/Copenhagen", (1, 3, 5), 9, 21, 8)
    bashir = await world.add_guardian(child, rhythm=early)

    for _ in range(3):
        await world.go(days=6)
        await world.tap(amina)
        await world.tap(bashir)
        await world.go(days=1)

    mothers = {row.week: row.activity_id for row in await world.sent(amina)}
    fathers = {row.week: row.activity_id for row in await world.sent(bashir)}
    assert mothers == fathers
    assert len(mothers) == 3
    assert {f"{row.ended_at:%H:%M}" for row in (await world.sent(bashir))[1:]} == {"07:00"}


# What it says


async def test_a_centres_theme_is_told_in_its_week_alone(world: World, amina: Guardian) -> None:
    async with world.database.writing() as session:
        centre = await centres.get_centre(session, "solsikken")
        monday = datetime(2026, 9, 14, tzinfo=UTC).date()
        await centres.record_theme(session, centre, monday=monday, words="bread & <baking>")

    await world.go(days=6)
    await world.tap(amina)
    await world.go(days=14)

    told = [
        f"{letter.at:%a %d}"
        for letter in world.letters_to(amina)
        if "bread &amp; &lt;baking&gt;" in letter.message.text
    ]
    assert told == ["Mon 14", "Wed 16"]


async def test_a_child_moves_up_an_age_band_in_mid_programme(world: World) -> None:
    amina = await world.add_guardian(await world.add_child(months=58))  # five in November
    for _ in range(14):
        await world.go(weeks=1)
        await world.tap(amina)

    band_of = {each.activity_id: each.band for each in world.catalogue.outlines}
    bands = {
        row.week: (row.ended_at.month, band_of[row.activity_id or ""])
        for row in await world.sent(amina)
    }
    assert {band for month, band in bands.values() if month < 11} == {"4-5"}
    assert {band for month, band in bands.values() if month > 11} == {"5-6"}


async def test_the_programme_ends_after_its_last_week_for_good(
    world: World, amina: Guardian
) -> None:
    for _ in range(world.weeks + 2):
        await world.go(weeks=1)
        await world.tap(amina)

    sent = await world.sent(amina)
    assert max(row.week for row in sent) == world.weeks
    assert sent[-1].touch is Touch.GROW
    assert [row for row in await world.rows(amina) if row.ended_at is None] == []
    (pair,) = await world.pairs(amina)
    assert pair.finished_at is not None
    assert await world.examine(amina) == []


async def test_a_message_that_never_left_is_decided_anew(world: World, amina: Guardian) -> None:
    await world.go(days=9)  # Wednesday's "do" lies ahead
    await world.tap(amina)
    world.post.failures.append(SendLater("Bad Gateway"))
    await world.go_to(datetime(2026, 9, 16, 15, 0, tzinfo=UTC))  # Wednesday: "do" fails once
    (child,) = await world.children()
    async with world.database.writing() as session:
        found = await centres.get_child(session, child.id)
        await centres.record_level(session, found, EASIER, source=LevelSource.ROSTER)

    await world.go(minutes=5)

    last = (await world.sent(amina))[-1]
    assert (last.attempts, last.variant) == (2, EASIER)
    assert "An easier way" in world.letters_to(amina)[-1].message.text


async def test_a_touch_keeps_a_second_away_from_a_reply_of_any_replica(
    world: World, amina: Guardian
) -> None:
    world.sender.pace.chat_wait = timedelta(seconds=1)
    friday = datetime(2026, 9, 11, 15, 0, tzinfo=UTC)
    await world.go_to(friday - timedelta(seconds=0.4))
    async with world.changing(amina) as (session, guardian):
        now = world.clock.now()
        await chat_turns.record_replied(session, guardian.chat_key, now=now)

    await world.go(minutes=1)

    last = (await world.sent(amina))[-1]
    assert last.ended_at == friday + timedelta(seconds=0.6)


async def test_a_clock_that_is_set_back_keeps_no_answer_back(world: World, amina: Guardian) -> None:
    await world.go_to(datetime(2026, 9, 11, 15, 5, tzinfo=UTC))
    world.sender.pace.chat_wait = timedelta(seconds=1)
    await world.begin(world.clock.now() - timedelta(hours=1))

    await world.tap(amina, Answer.NOT_FOR_US)
    await world.sleep(seconds=1)

    (answer,) = await of_kind(world, amina, DeliveryKind.ANSWER)
    assert answer.status is DeliveryStatus.SENT


# A network in trouble


async def test_what_cannot_be_sent_waits_longer_each_time_and_is_given_up_with_the_reason(
    world: World, amina: Guardian
) -> None:
    await world.go(days=3)
    world.post.failure_rate, world.post.make_failure = 1.0, lambda: SendLater("Bad Gateway")

    await world.go(days=4, hours=8)

    row = (await world.programme(amina))[1]
    assert row.status is DeliveryStatus.SKIPPED
    assert row.reason == f"too late, after {row.attempts} attempts: Bad Gateway"
    assert 10 < row.attempts < 90


async def test_a_check_that_cannot_be_sent_for_a_day_is_given_up(
    world: World, amina: Guardian
) -> None:
    about = await world.tap(amina, Answer.NOT_YET)
    async with world.changing(amina) as (session, guardian):
        await plan_check(session, guardian, about, When.TODAY, now=world.clock.now())
    world.post.failure_rate, world.post.make_failure = 1.0, lambda: SendLater("Bad Gateway")

    await world.go(days=3)

    (check,) = await of_kind(world, amina, DeliveryKind.CHECK)
    assert check.status is DeliveryStatus.SKIPPED
    assert (check.reason or "").startswith("too late, after ")


@pytest.mark.parametrize("seed", range(3))
async def test_twelve_weeks_with_every_tenth_request_failing_end_where_they_should(
    world: World, seed: int
) -> None:
    world.post.rng.seed(seed)
    families = [await world.add_guardian(await world.add_child()) for _ in range(6)]
    world.post.failure_rate, world.post.make_failure = 0.1, lambda: SendLater("Bad Gateway")

    for _ in range(12):
        await world.go(weeks=1)
        for guardian in families:
            await world.tap(guardian)

    for guardian in families:
        sent = await world.sent(guardian)
        assert len(sent) == 2 + 11 * 3
        assert {f"{row.ended_at:%a}" for row in sent[1:]} == {"Mon", "Wed", "Fri"}
        late = [row.ended_at - row.slot_at for row in sent]
        assert max(late) < timedelta(minutes=10)
        assert [row.week for row in sent[-3:]] == [12, 12, 12]
        assert [str(row.touch) for row in sent[-3:]] == ["why", "do", "grow"]
        assert len({row.activity_id for row in sent[-3:]}) == 1
    assert len({(await world.sent(each))[-1].activity_id for each in families}) == 1
    assert await world.examine(*families) == []


async def test_coming_back_from_a_long_absence_begins_with_the_next_right_activity(
    world: World, amina: Guardian
) -> None:
    async with world.changing(amina) as (session, guardian):
        now = world.clock.now()
        await leave(session, guardian, GuardianState.PAUSED, weeks=world.weeks, now=now)
    await world.go(weeks=5)

    async with world.changing(amina) as (session, guardian):
        await come_back(session, guardian, weeks=world.weeks, now=world.clock.now())
    await world.go(weeks=1)

    weeks = [row.week for row in await world.sent(amina)]
    assert weeks == [1, 2, 2, 2]


async def test_a_check_that_is_queued_takes_a_new_hour_and_a_new_zone(
    world: World, amina: Guardian
) -> None:
    about = await world.tap(amina, Answer.NOT_YET)
    async with world.changing(amina) as (session, guardian):
        await plan_check(session, guardian, about, When.TOMORROW, now=world.clock.now())
    baghdad = Rhythm("Asia/Baghdad", (0, 2, 4), 10, 21, 8)

    async with world.changing(amina) as (session, guardian):
        await change_rhythm(session, guardian, baghdad, weeks=world.weeks, now=world.clock.now())
    await world.go(days=4)

    (check,) = await of_kind(world, amina, DeliveryKind.CHECK)
    assert f"{check.ended_at:%a %H:%M}" == "Wed 07:00"  # 10:00 in Baghdad
    assert await world.examine(amina) == []


async def test_however_often_settings_change_every_slot_is_accounted_for(world: World) -> None:
    amina = await world.add_guardian(await world.add_child())
    rng = Random(5)
    for _ in range(40):
        days = tuple(sorted(rng.sample(range(7), rng.choice([1, 1, 2, 3]))))
        zone = rng.choice(["Europe/Copenhagen", "Europe/Copenhagen", "Asia/Baghdad"])
        rhythm = Rhythm(zone, days, rng.randrange(8, 21), 21, 8)
        async with world.changing(amina) as (session, guardian):
            now = world.clock.now()
            await hear(session, guardian, weeks=world.weeks, now=now)
            await change_rhythm(session, guardian, rhythm, weeks=world.weeks, now=now)
        await world.go(hours=rng.randrange(1, 200))

        assert await world.examine(amina) == []

    once = Rhythm("Europe/Copenhagen", (2,), 17, 21, 8)
    async with world.changing(amina) as (session, guardian):
        await change_rhythm(session, guardian, once, weeks=world.weeks, now=world.clock.now())
    await world.go(days=8)
    before = len(await world.sent(amina))
    for _ in range(3):
        async with world.changing(amina) as (session, guardian):
            await hear(session, guardian, weeks=world.weeks, now=world.clock.now())
        await world.go(days=7)

    assert len(await world.sent(amina)) - before == 3
