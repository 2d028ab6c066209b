"""The week of a guardian, and what becomes of deliveries that cannot go out as planned."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import delete, select

from bot.sandbox.records import Fault
from bot.store import guardians
from bot.store.states import DeliveryStatus
from bot.store.tables import Child, Delivery, Guardian, Pair
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


@pytest.fixture
async def phone(town: Town) -> Phone:
    phone = town.phone()
    await phone.join(await town.card("en"))
    return phone


async def programme(town: Town) -> list[Delivery]:
    return [each for each in await town.deliveries() if each.touch]


def local(delivery: Delivery) -> str:
    at = delivery.ended_at or delivery.due_at
    return at.astimezone(COPENHAGEN).strftime("%a %H:%M")


async def test_three_weeks_bring_why_do_and_grow_on_the_guardians_days_and_hour(
    town: Town, phone: Phone
) -> None:
    await phone.live(weeks=3)

    sent = [each for each in await programme(town) if each.status is DeliveryStatus.SENT]
    assert [(each.week, str(each.touch), local(each)) for each in sent] == [
        (1, "do", "Mon 11:00"),
        (1, "grow", "Fri 17:00"),
        (2, "why", "Mon 17:00"),
        (2, "do", "Wed 17:00"),
        (2, "grow", "Fri 17:00"),
        (3, "why", "Mon 17:00"),
        (3, "do", "Wed 17:00"),
        (3, "grow", "Fri 17:00"),
    ]
    assert len({each.activity_id for each in sent}) == 3


async def test_every_pair_has_exactly_one_planned_delivery(town: Town, phone: Phone) -> None:
    for _ in range(12):
        await town.skip_to_next()
        await phone.tap_something()
        open_rows = [
            each for each in await programme(town) if each.status is DeliveryStatus.PLANNED
        ]
        assert len(open_rows) == 1


async def test_the_hour_stays_the_same_when_clocks_change(town: Town, phone: Phone) -> None:
    await phone.live(weeks=8)  # over 25 October 2026

    sent = [each for each in await programme(town) if each.status is DeliveryStatus.SENT][1:]
    assert {local(each)[4:] for each in sent} == {"17:00"}
    assert len({(each.ended_at or each.due_at).hour for each in sent}) == 2


async def test_three_days_down_brings_one_message_and_the_missed_one_is_recorded(
    town: Town, phone: Phone
) -> None:
    await town.skip(days=6)
    count = len(phone.from_bot)

    town.clock.move_to(town.clock.now() + timedelta(days=3, hours=8))  # nothing ran meanwhile
    await town.settle()

    assert len(phone.from_bot) == count + 1
    missed = [each for each in await programme(town) if each.status is DeliveryStatus.SKIPPED]
    assert [(str(each.touch), each.reason) for each in missed] == [("why", "too late")]


async def test_nothing_goes_out_at_night(town: Town, phone: Phone) -> None:
    count = len(phone.from_bot)
    at_night = datetime(2026, 9, 11, 22, 30, tzinfo=COPENHAGEN)

    town.clock.move_to(at_night.astimezone(UTC))
    await town.settle()
    assert len(phone.from_bot) == count
    await town.skip(hours=11)

    assert len(phone.from_bot) == count + 1
    last = [each for each in await programme(town) if each.status is DeliveryStatus.SENT][-1]
    assert local(last) == "Sat 08:00"


async def test_an_activity_that_was_just_asked_for_comes_at_night_too(town: Town) -> None:
    town.clock.move_to(datetime(2026, 9, 7, 21, 30, tzinfo=UTC))
    phone = town.phone()

    first = await phone.join(await town.card("en"))

    assert first.media is not None


async def test_siblings_take_turns_under_one_cap(town: Town, phone: Phone) -> None:
    await phone.start(await town.card("en", months=66))
    await town.wait_for(lambda: len([each for each in phone.from_bot if each.media]) == 2)
    await town.settle()

    await phone.live(weeks=5)

    children = [child.id for child in await town.rows(Child)]
    rows = [
        each for each in await programme(town) if each.slot_at > town.clock.now() - timedelta(28)
    ]
    for week in range(4):
        monday = datetime(2026, 9, 14, tzinfo=COPENHAGEN) + timedelta(weeks=week)
        sent = [
            each
            for each in rows
            if each.status is DeliveryStatus.SENT
            and monday <= each.slot_at < monday + timedelta(weeks=1)
        ]
        assert len(sent) == 3
        assert {each.child_id for each in sent} == {sent[0].child_id}
    assert {each.child_id for each in rows if each.status is DeliveryStatus.SENT} == set(children)
    reasons = {each.reason for each in rows if each.status is DeliveryStatus.SKIPPED}
    assert reasons == {"sibling's week"}


async def test_whoever_is_through_the_programme_is_told_so(town: Town, phone: Phone) -> None:
    async with town.store.database.writing() as session:
        (pair,) = (await session.exec(select(Pair))).all()
        await guardians.finish_pair(session, pair, now=town.clock.now())
        await session.exec(delete(Delivery).where(Delivery.status == DeliveryStatus.PLANNED))

    answer = await phone.write("/resume")

    assert answer.text.startswith("You have been through all the games.")


async def test_a_guardian_who_blocks_the_bot_is_left_alone(town: Town, phone: Phone) -> None:
    town.sandbox.block(phone.person.id)
    await town.settle()
    calls = len(town.sandbox.calls)

    await town.skip(days=14)

    assert str((await town.rows(Guardian))[0].state) == "unreachable"
    rows = (await programme(town))[1:]
    assert [(each.status, each.reason) for each in rows] == [
        (DeliveryStatus.SKIPPED, "unreachable")
    ]
    assert len(town.sandbox.calls) == calls


async def test_a_guardian_who_unblocks_the_bot_gets_the_next_right_activity(
    town: Town, phone: Phone
) -> None:
    town.sandbox.block(phone.person.id)
    await town.settle()
    await town.skip(days=14)
    count = len(phone.from_bot)

    town.sandbox.unblock(phone.person.id)
    await town.settle()
    await town.skip(days=1)

    assert len(phone.from_bot) == count + 1
    assert [each.week for each in await programme(town) if each.week] == [1, 2]


async def test_a_deleted_account_is_tried_once_and_then_left_alone(
    town: Town, phone: Phone
) -> None:
    town.sandbox.delete_account(phone.person.id)

    await town.skip(days=14)

    assert str((await town.rows(Guardian))[0].state) == "unreachable"
    rows = (await programme(town))[1:]
    assert [(each.status, each.reason) for each in rows][:1] == [
        (DeliveryStatus.FAILED, "unreachable")
    ]
    assert {each.status for each in rows[1:]} <= {DeliveryStatus.SKIPPED}
    calls = [each for each in town.sandbox.calls if each.method.startswith("send")]
    assert len([each for each in calls if each.at > phone.from_bot[-1].at]) == 1


async def test_a_message_whose_answer_was_lost_is_repeated_once_and_marked(
    town: Town, phone: Phone
) -> None:
    town.sandbox.faults.append(Fault("drop_after", "sendMessage", times=1))

    await town.skip(days=4, hours=9)

    second = (await programme(town))[1]
    assert (second.status, second.in_doubt) == (DeliveryStatus.SENT, True)
    texts = [each.text for each in phone.from_bot if each.text.startswith("I Am Thinking")]
    assert texts.count(texts[-1]) == 2


async def test_a_message_whose_answer_is_lost_twice_is_not_sent_a_third_time(
    town: Town, phone: Phone
) -> None:
    town.sandbox.faults.append(Fault("drop_after", "sendMessage", times=2))

    await town.skip(days=4, hours=9)

    second, third = (await programme(town))[1:]
    assert second.status is DeliveryStatus.FAILED
    assert second.reason.startswith("answer lost twice")
    assert third.status is DeliveryStatus.PLANNED


@pytest.mark.parametrize(
    "fault",
    [
        Fault("server_error", "sendMessage", times=3),
        Fault("too_many_requests", "sendMessage", times=2, retry_after=1),
        Fault("drop_before", "sendMessage", times=1),
    ],
    ids=lambda fault: fault.kind,
)
async def test_a_network_in_trouble_is_tried_again_until_it_works(
    town: Town, phone: Phone, fault: Fault
) -> None:
    count = len(phone.from_bot)
    town.sandbox.faults.append(Fault(**vars(fault)))

    await town.skip(days=4, hours=9)

    assert len(phone.from_bot) == count + 1
    assert (await programme(town))[1].status is DeliveryStatus.SENT


async def test_twelve_weeks_over_a_network_that_fails_every_tenth_time_end_where_they_should(
    town: Town, phone: Phone
) -> None:
    for method in ("sendMessage", "sendPhoto"):
        town.sandbox.faults.append(Fault("server_error", method, times=10_000, every=10))

    await phone.live(weeks=12)

    sent = [each for each in await programme(town) if each.status is DeliveryStatus.SENT]
    assert sum(each.attempts > 1 for each in sent) >= 3
    assert {local(each)[:6] for each in sent[1:]} == {"Mon 17", "Wed 17", "Fri 17"}
    assert [(each.week, str(each.touch)) for each in sent[-3:]] == [
        (12, "why"),
        (12, "do"),
        (12, "grow"),
    ]
    assert len({each.activity_id for each in sent[-3:]}) == 1
    assert len(sent) == 2 + 11 * 3


async def test_a_picture_is_uploaded_once_and_then_sent_by_its_id(town: Town) -> None:
    mother, father = town.phone("Amina"), town.phone("Bashir")
    code = await town.card("en")

    first, second = await mother.join(code), await father.join(code)

    assert first.media == second.media


async def test_each_delivery_records_the_content_it_was_made_from(town: Town, phone: Phone) -> None:
    first = (await town.deliveries())[0]

    assert first.content_version == town.runtime.shelf.current.version
    assert (first.activity_id, str(first.variant), first.language) == ("B01", "plain", "en")
