"""What `kuffert doctor` finds in a damaged record, in which words, and how it mends it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlmodel import col, delete, update

from bot.core.cadence import Touch
from bot.delivery.mending import mend
from bot.delivery.planning import leave
from bot.store import Session
from bot.store.columns import id_of
from bot.store.states import DeliveryKind, DeliveryStatus, GuardianState
from bot.store.tables import Delivery, Guardian, GuardianSetting
from tests.delivery.world import World, world_of

pytestmark = pytest.mark.anyio
Damage = Callable[[Session, World, list[Delivery]], Awaitable[None]]


async def lose(session: Session, _world: World, rows: list[Delivery]) -> None:
    await session.exec(delete(Delivery).where(col(Delivery.id) == id_of(rows[2])))


async def lose_the_planned_one(session: Session, _world: World, rows: list[Delivery]) -> None:
    await session.exec(delete(Delivery).where(col(Delivery.id) == id_of(rows[-1])))


async def add_one_on_a_sunday(session: Session, world: World, rows: list[Delivery]) -> None:
    row = rows[2]
    session.add(
        Delivery(
            guardian_id=row.guardian_id,
            child_id=row.child_id,
            kind=DeliveryKind.PROGRAMME,
            status=DeliveryStatus.SKIPPED,
            planned_at=world.clock.now(),
            due_at=row.due_at + timedelta(days=6),
            slot_at=row.due_at + timedelta(days=6),
            slot_on=row.slot_on + timedelta(days=6),
            touch=Touch.WHY,
            ended_at=world.clock.now(),
            reason="nobody knows",
        )
    )


async def change(session: Session, row: Delivery, **values: object) -> None:
    await session.exec(update(Delivery).where(col(Delivery.id) == id_of(row)).values(**values))


async def move(session: Session, _world: World, rows: list[Delivery]) -> None:
    await change(session, rows[-1], slot_at=rows[-1].due_at + timedelta(hours=1))


async def forget_the_reason(session: Session, _world: World, rows: list[Delivery]) -> None:
    await change(session, rows[2], status=DeliveryStatus.SKIPPED, reason=None)


async def claim_and_die(session: Session, world: World, rows: list[Delivery]) -> None:
    await change(
        session,
        rows[-1],
        status=DeliveryStatus.CLAIMED,
        claimed_by="gone",
        claimed_until=world.clock.now() - timedelta(hours=1),
    )


async def stop_behind_our_back(session: Session, _world: World, rows: list[Delivery]) -> None:
    await session.exec(update(Guardian).values(state=GuardianState.STOPPED))


async def lose_the_history(session: Session, _world: World, rows: list[Delivery]) -> None:
    await session.exec(
        update(GuardianSetting)
        .where(col(GuardianSetting.guardian_id) == rows[0].guardian_id)
        .values(hour=9)
    )


async def send_at_night(session: Session, _world: World, rows: list[Delivery]) -> None:
    await change(session, rows[2], ended_at=rows[2].ended_at + timedelta(hours=6))


async def send_too_often(session: Session, _world: World, rows: list[Delivery]) -> None:
    for place, row in enumerate(rows[2:6]):
        at = rows[5].ended_at - timedelta(minutes=10 - place)
        await change(session, row, ended_at=at)


async def send_in_another_order(session: Session, _world: World, rows: list[Delivery]) -> None:
    await change(session, rows[2], week=9)


@pytest.mark.parametrize(
    ("damage", "said", "is_mended"),
    [
        (lose, "the slot of 2026-09-14 17:00 (why) has no delivery.", True),
        (lose_the_planned_one, "the slot of 2026-09-25 17:00 (grow) has no delivery.", True),
        (add_one_on_a_sunday, "(skipped) of 2026-09-20 17:00 (why) fills no slot.", True),
        (move, "and its slot at 2026-09-25 17:00 (grow).", True),
        (forget_the_reason, "is skipped, and the record does not say when or why.", True),
        (claim_and_die, "was claimed, and nobody ended it in time.", True),
        (stop_behind_our_back, "is still queued, though guardian 1 is stopped.", True),
        (lose_the_history, "the settings are not those that the history ends with.", True),
        (send_at_night, "went out in the quiet hours of guardian 1.", False),
        (
            send_too_often,
            "Guardian 1 was sent 5 messages in the week of 2026-09-21, and the cap is 3.",
            False,
        ),
        (send_in_another_order, "went out before", False),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
async def test_each_breach_is_said_in_a_sentence_and_mended_where_that_is_possible(
    database_url: str, damage: Damage, said: str, is_mended: bool
) -> None:
    async with world_of(database_url) as world:
        guardian = await world.add_guardian(await world.add_child())
        for _ in range(3):
            await world.go(days=6)
            await world.tap(guardian)
        assert await world.examine(guardian) == []
        async with world.database.writing() as session:
            await damage(session, world, await world.programme(guardian))

        found = [breach.sentence for breach in await world.examine(guardian)]
        async with world.database.writing() as session:
            left = await mend(
                session, id_of(guardian), cap=3, weeks=world.weeks, now=world.clock.now()
            )

        assert any(said in sentence for sentence in found), found
        assert (left == []) == is_mended
        assert [breach.sentence for breach in await world.examine(guardian)] == [
            breach.sentence for breach in left
        ]


async def test_a_mended_record_goes_on_as_if_nothing_had_happened(database_url: str) -> None:
    async with world_of(database_url) as world:
        guardian = await world.add_guardian(await world.add_child())
        await world.go(days=6)
        await world.tap(guardian)
        async with world.database.writing() as session:
            await session.exec(
                delete(Delivery).where(col(Delivery.status) == DeliveryStatus.PLANNED)
            )
        async with world.database.writing() as session:
            await mend(session, id_of(guardian), cap=3, weeks=world.weeks, now=world.clock.now())

        await world.go(days=7)

        assert [f"{row.slot_on:%a}" for row in await world.sent(guardian)] == [
            "Mon",
            "Fri",
            "Mon",
            "Wed",
            "Fri",
        ]


async def test_guardians_who_are_away_are_in_order(database_url: str) -> None:
    async with world_of(database_url) as world:
        away = [await world.add_guardian(await world.add_child()) for _ in range(3)]
        await world.go(days=2)
        for guardian, state in zip(
            away,
            (GuardianState.PAUSED, GuardianState.STOPPED, GuardianState.UNREACHABLE),
            strict=True,
        ):
            async with world.changing(guardian) as (session, found):
                await leave(session, found, state, weeks=world.weeks, now=world.clock.now())

        await world.go(weeks=5)

        assert await world.examine(*away) == []
