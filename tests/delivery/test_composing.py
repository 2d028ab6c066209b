"""What a batch of deliveries says: each child's week is chosen once, whoever is written to."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from bot.core.cadence import Rhythm
from bot.store.columns import id_of
from bot.store.tables import Child, ChildWeek, Guardian
from tests.delivery.world import USUAL, World, world_of

pytestmark = pytest.mark.anyio
AN_HOUR_LATER = Rhythm(USUAL.zone, USUAL.days, USUAL.hour + 1, USUAL.quiet_from, USUAL.quiet_until)


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_of(database_url) as world:
        yield world


async def weeks_of(world: World, child: Child) -> list[ChildWeek]:
    statement = select(ChildWeek).where(ChildWeek.child_id == id_of(child)).order_by("week")
    async with world.database.reading() as session:
        return list((await session.exec(statement)).all())


async def said_to(world: World, guardian: Guardian) -> list[tuple[str | None, int | None]]:
    return [(row.activity_id, row.week) for row in await world.sent(guardian)]


@pytest.mark.parametrize("second", [USUAL, AN_HOUR_LATER])
async def test_two_guardians_of_one_child_begin_its_week_once(world: World, second: Rhythm) -> None:
    child = await world.add_child()
    amina = await world.add_guardian(child)
    bashir = await world.add_guardian(child, rhythm=second)

    await world.go(days=10)

    weeks = await weeks_of(world, child)
    assert [each.week for each in weeks] == [1, 2]
    assert all(each.sent_at for each in weeks)
    assert await said_to(world, amina) == await said_to(world, bashir)
    chosen = {(each.activity_id, each.week) for each in weeks}
    assert chosen == {*await said_to(world, amina)}


async def test_many_children_who_begin_a_week_at_once_each_get_their_own(world: World) -> None:
    children = [await world.add_child(months=40 + n) for n in range(9)]
    families = [await world.add_guardian(child) for child in children]

    await world.go(days=8)

    for child, guardian in zip(children, families, strict=True):
        chosen = [(each.activity_id, each.week) for each in await weeks_of(world, child)]
        assert [week for _activity, week in chosen] == [1, 2]
        assert {*chosen} == {*await said_to(world, guardian)}


async def test_a_week_whose_activity_is_gone_is_chosen_again_for_all(world: World) -> None:
    child = await world.add_child()
    amina, bashir = await world.add_guardian(child), await world.add_guardian(child)
    await world.go(minutes=1)
    async with world.database.writing() as session:
        (week,) = (await session.exec(select(ChildWeek))).all()
        week.activity_id = "Z99"

    await world.go(days=5)

    (week,) = await weeks_of(world, child)
    assert week.activity_id in world.catalogue.activities
    for guardian in (amina, bashir):
        assert (await said_to(world, guardian))[-1] == (week.activity_id, 1)
