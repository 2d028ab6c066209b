"""Arms: who was drawn into which, how, and what follows for the children of a centre."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, insert, text
from sqlalchemy import select as select_columns
from sqlmodel import col, func, or_, select

from bot.core.arms import Drawn
from bot.core.slots import Beginning
from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.evaluation_tables import Allocation, Allotment, Arm, RosterEntry
from bot.store.reading import among_numbers, read
from bot.store.states import AllocationUnit
from bot.store.tables import Centre, Child, Pair

UNKNOWN = "unknown"
CHUNK = 5_000  # allotments that are written at once, so that others have their turn in between
IN_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('draw of arms', 0))")


class Candidate(NamedTuple):
    """What may be drawn: its number and code, and its values by column, which make the strata."""

    id: int
    code: str
    values: Mapping[str, str]


class ArmCount(NamedTuple):
    """An arm, and how many units were drawn into it and children are in it now."""

    arm: Arm
    units: int
    children: int


async def wait_in_turn(session: Session) -> None:
    """Let one transaction at a time draw, so that no two of them see that nobody has drawn yet.

    It holds until the transaction ends. On SQLite there is one writer at a time anyway.
    """
    if session.get_bind().dialect.name != "sqlite":
        await (await session.connection()).execute(IN_TURN)


MAY_CENTRE = col(Centre.is_test).is_(False)
MAY_CHILD = and_(MAY_CENTRE, col(Child.is_open).is_(False))
CENTRES = (
    select_columns(col(Centre.id), col(Centre.code), col(Centre.language), col(Centre.zone))
    .where(MAY_CENTRE)
    .order_by(col(Centre.code))
)
CHILDREN = (
    select_columns(
        col(Child.id),
        col(Child.study_code),
        col(RosterEntry.home_language),
        col(RosterEntry.disadvantage),
        col(Child.level),
        col(Centre.code),
        col(Centre.zone),
    )
    .join(Centre, col(Centre.id) == col(Child.centre_id))
    .join(RosterEntry, col(RosterEntry.child_id) == col(Child.id), isouter=True)
    .where(MAY_CHILD)
    .order_by(col(Child.study_code))
)


async def list_centres(session: Session) -> list[Candidate]:
    """List the centres that may be drawn."""
    return [
        Candidate(number, code, {"language": language, "zone": zone})
        for number, code, language, zone in await read(session, CENTRES)
    ]


async def list_children(session: Session) -> list[Candidate]:
    """List the children that may be drawn: those of the schools' lists, whoever joined or left."""
    return [
        Candidate(
            number,
            study_code,
            {
                "language": language or UNKNOWN,
                "zone": zone,
                "centre": centre,
                "disadvantage": str(disadvantage or UNKNOWN),
                "level": level,
            },
        )
        for number, study_code, language, disadvantage, level, centre, zone in await read(
            session, CHILDREN
        )
    ]


async def count_children(session: Session) -> int:
    """Count the children that may be drawn."""
    statement = select(func.count()).select_from(Child).join(Centre).where(MAY_CHILD)
    return (await session.exec(statement)).one()


async def find_latest(session: Session, unit: AllocationUnit) -> int | None:
    """Find the number of the centre, or of the child, that was added last."""
    table = Centre if unit is AllocationUnit.CENTRE else Child
    return (await session.exec(select(func.max(col(table.id))))).one()


async def list_late(session: Session, unit: AllocationUnit) -> list[str]:
    """List the codes of the units that came after the draw, and have no arm."""
    has_none = col(Allotment.id).is_(None)
    of_centre = col(Allotment.centre_id) == col(Centre.id)
    of_child = col(Allotment.child_id) == col(Child.id)
    rows = await read(
        session,
        CENTRES.outerjoin(Allotment, of_centre).where(has_none)
        if unit is AllocationUnit.CENTRE
        else CHILDREN.outerjoin(Allotment, of_child).where(has_none),
    )
    return [row[1] for row in rows]


async def find_allocation(session: Session) -> Allocation | None:
    """Look up the draw; there is one at most."""
    return (await session.exec(select(Allocation).order_by(col(Allocation.id)))).first()


def list_frozen(allocation: Allocation) -> list[Drawn]:
    """List what was drawn, as the frozen list says it."""
    rows = csv.DictReader(io.StringIO(allocation.listed.decode()))
    return [Drawn(row["code"], row["stratum"], row["arm"]) for row in rows]


async def record_draw(
    session: Session,
    allocation: Allocation,
    *,
    arms: Sequence[Arm],
    drawn: Iterable[Drawn],
    numbers: Mapping[str, int],
) -> None:
    """Write down a draw, its arms, and what was drawn for each unit, whose numbers are given."""
    session.add(allocation)
    await session.flush()
    for arm in arms:
        arm.allocation_id = id_of(allocation)
        session.add(arm)
    await session.flush()
    by_name = {arm.name: id_of(arm) for arm in arms}
    column = "centre_id" if allocation.unit is AllocationUnit.CENTRE else "child_id"
    rows = [
        {"arm_id": by_name[each.arm], column: numbers[each.code], "stratum": each.stratum}
        for each in drawn
    ]
    connection = await session.connection()
    for begin_at in range(0, len(rows), CHUNK):
        await connection.execute(insert(Allotment), rows[begin_at : begin_at + CHUNK])


async def find_digest(session: Session) -> str | None:
    """Look up the hash of the draw's list alone; None where nothing was drawn."""
    return (await session.exec(select(Allocation.digest).order_by(col(Allocation.id)))).first()


async def list_arms(session: Session) -> Sequence[Arm]:
    """List the arms, as they were named when they were drawn."""
    return (await session.exec(select(Arm).order_by(col(Arm.id)))).all()


def is_of_child() -> ColumnElement[bool]:
    """Condition: what was drawn holds for a child: for itself, or for its centre."""
    return or_(
        col(Allotment.child_id) == col(Child.id), col(Allotment.centre_id) == col(Child.centre_id)
    )


async def count_by_arm(session: Session) -> list[ArmCount]:
    """Count each arm's units and children; who came to a centre later is in the centre's arm."""
    units = select_columns(col(Allotment.arm_id), func.count().label("number")).group_by(
        col(Allotment.arm_id)
    )
    children = (
        select_columns(col(Allotment.arm_id), func.count().label("number"))
        .join(Child, is_of_child())
        .group_by(col(Allotment.arm_id))
    )
    by_units = {row.arm_id: row.number for row in await read(session, units)}
    by_children = {row.arm_id: row.number for row in await read(session, children)}
    return [
        ArmCount(arm, by_units.get(id_of(arm), 0), by_children.get(id_of(arm), 0))
        for arm in await list_arms(session)
    ]


async def count_contaminated(session: Session) -> Counter[tuple[str, str]]:
    """Count the guardians with children in two arms, by pair of arms."""
    statement = (
        select_columns(col(Pair.guardian_id), col(Arm.name))
        .join(Child, col(Child.id) == col(Pair.child_id))
        .join(Allotment, is_of_child())
        .join(Arm, col(Arm.id) == col(Allotment.arm_id))
        .distinct()
    )
    arms_of: dict[int, list[str]] = defaultdict(list)
    for guardian_id, name in await read(session, statement):
        arms_of[guardian_id].append(name)
    return Counter(
        (first, second)
        for names in arms_of.values()
        for place, first in enumerate(sorted(names))
        for second in sorted(names)[place + 1 :]
    )


class Start(NamedTuple):
    """From when a child's arm receives anything, and when that was drawn."""

    starts_on: date
    drawn_at: datetime


STARTS = (
    select_columns(col(Child.id), col(Arm.starts_on), col(Allocation.drawn_at))
    .join(Allotment, is_of_child())
    .join(Arm, col(Arm.id) == col(Allotment.arm_id))
    .join(Allocation, col(Allocation.id) == col(Arm.allocation_id))
    .where(among_numbers(col(Child.id)), col(Arm.starts_on).is_not(None))
)


async def list_starts(session: Session, child_numbers: Sequence[int]) -> dict[int, Start]:
    """Give the first days of the arms of some children, where those have one."""
    found = await read(session, STARTS, numbers=child_numbers)
    return {child_id: Start(starts_on, drawn_at) for child_id, starts_on, drawn_at in found}


def begin(starts: Mapping[int, Start], child_id: int, *, joined_at: datetime) -> Beginning:
    """Say how a pair begins; a draw holds for those who came together after it."""
    start = starts.get(child_id)
    is_bound = start is not None and joined_at >= start.drawn_at
    return Beginning(joined_at, start.starts_on if start and is_bound else None)


async def find_beginning(session: Session, child_id: int, *, joined_at: datetime) -> Beginning:
    """Look up how one pair begins."""
    return begin(await list_starts(session, [child_id]), child_id, joined_at=joined_at)


async def find_arm_of_centre(session: Session, centre_id: int) -> Arm | None:
    """Look up the arm that a centre was drawn into; None where it, or its children, were not."""
    statement = (
        select(Arm)
        .join(Allotment, col(Allotment.arm_id) == col(Arm.id))
        .where(col(Allotment.centre_id) == centre_id)
    )
    return (await session.exec(statement)).first()


async def list_arms_of(session: Session, child_numbers: Sequence[int]) -> dict[int, Arm]:
    """Give the arms of some children, where they have one."""
    statement = (
        select(Child.id, Arm)
        .join(Allotment, is_of_child())
        .join(Arm, col(Arm.id) == col(Allotment.arm_id))
        .where(among_numbers(col(Child.id)))
    )
    rows = (await session.exec(statement, params={"numbers": child_numbers})).all()
    return {child_id: arm for child_id, arm in rows if child_id is not None}
