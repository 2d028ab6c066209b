"""What a batch of deliveries says: each child's week is chosen once, whoever is written to."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from bot.catalogue.files import pack, version_of
from bot.catalogue.reading.loading import load_catalogue
from bot.core.actions import When
from bot.core.cadence import Rhythm, Touch
from bot.delivery.following import plan_check
from bot.store import snapshots
from bot.store.columns import id_of
from bot.store.states import DeliveryKind
from bot.store.tables import Child, ChildWeek, Guardian
from tests.delivery.world import USUAL, World, world_of
from tests.shipped import shipped_body, shipped_catalogue, shipped_files

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


async def accept(world: World, files: dict[str, bytes]) -> None:
    """Let another catalogue run, as when it is reloaded."""
    earlier = shipped_catalogue()
    async with world.database.writing() as session:
        for version, body in ((earlier.version, shipped_body()), (version_of(files), pack(files))):
            await snapshots.accept_snapshot(session, version, body=body, now=world.clock.now())
    world.sender.shelf.replace(load_catalogue(files))


def without(world: World, activity_id: str) -> dict[str, bytes]:
    folder = world.catalogue.activities[activity_id].folder
    return {
        name: body for name, body in shipped_files().items() if not name.startswith(f"{folder}/")
    }


def with_words(world: World, activity_id: str, words: str) -> dict[str, bytes]:
    """Add a line to the end of what is grown from an activity, in English."""
    path = f"{world.catalogue.activities[activity_id].folder}/en.md"
    body = shipped_files()[path].replace(b"## easier", f"{words}\n## easier".encode(), 1)
    return {**shipped_files(), path: body}


async def begin_week(world: World) -> tuple[Child, Guardian, str]:
    child = await world.add_child()
    guardian = await world.add_guardian(child)
    await world.go(minutes=1)
    (week,) = await weeks_of(world, child)
    return child, guardian, week.activity_id


async def test_an_activity_that_is_gone_is_finished_by_whoever_is_in_the_middle_of_it(
    world: World,
) -> None:
    child, guardian, begun = await begin_week(world)
    version = world.catalogue.version
    await accept(world, without(world, begun))
    unborn = await world.add_guardian(await world.add_child())

    await world.go(days=5)
    (week,) = await weeks_of(world, child)
    finished = await world.sent(guardian)
    await world.go(days=5)

    assert week.activity_id == begun
    assert [row.touch for row in finished][-1] is Touch.GROW
    assert {(row.activity_id, row.content_version) for row in finished} == {(begun, version)}
    assert (await world.sent(guardian))[-1].activity_id != begun
    assert begun not in {row.activity_id for row in await world.sent(unborn)}


async def test_a_second_guardian_of_a_child_in_the_middle_of_it_finishes_the_same(
    world: World,
) -> None:
    child, guardian, begun = await begin_week(world)
    await accept(world, without(world, begun))
    bashir = await world.add_guardian(child)

    await world.go(days=4)

    told = {row.activity_id for each in (guardian, bashir) for row in await world.sent(each)}
    assert told == {begun}


async def test_a_check_about_an_activity_that_is_gone_asks_in_its_words(world: World) -> None:
    _child, guardian, begun = await begin_week(world)
    (about,) = await world.sent(guardian)
    async with world.changing(guardian) as (session, found):
        await plan_check(session, found, about, When.TODAY, now=world.clock.now())
    await accept(world, without(world, begun))

    await world.go(days=1, hours=12)

    checks = [row for row in await world.rows(guardian) if row.kind is DeliveryKind.CHECK]
    assert [(row.activity_id, row.content_version) for row in checks] == [
        (begun, world.catalogue.version)
    ]
    title = world.catalogue.activities[begun].texts["en"].title
    assert any(title in each.message.text for each in world.letters_to(guardian)[1:])


async def test_a_correction_reaches_whoever_is_in_the_middle_of_the_activity(world: World) -> None:
    _child, guardian, begun = await begin_week(world)
    files = with_words(world, begun, "Corrected today.")
    await accept(world, files)

    await world.go(days=5)

    rows = await world.sent(guardian)
    assert {row.activity_id for row in rows} == {begun}
    assert rows[-1].content_version == version_of(files)
    assert "Corrected today." in world.letters_to(guardian)[-1].message.text
