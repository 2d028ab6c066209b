"""Everything that is kept of guardians' programmes, read a batch of guardians at a time."""

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import col, func, select

from bot.store.database import Session
from bot.store.reading import among_numbers
from bot.store.states import DeliveryKind
from bot.store.tables import Delivery, Guardian, Pair


async def count_guardians(session: Session) -> int:
    """Count all guardians."""
    return (await session.exec(select(func.count()).select_from(Guardian))).one()


async def list_guardians(session: Session, *, after: int, limit: int) -> Sequence[Guardian]:
    """List guardians by number, from the first behind `after` on."""
    statement = (
        select(Guardian).where(col(Guardian.id) > after).order_by(col(Guardian.id)).limit(limit)
    )
    return (await session.exec(statement)).all()


async def list_pairs(session: Session, numbers: Sequence[int]) -> dict[int, list[Pair]]:
    """Give all pairs of some guardians, those that are through the programme included."""
    statement = select(Pair).where(among_numbers(col(Pair.guardian_id))).order_by(col(Pair.id))
    found: dict[int, list[Pair]] = defaultdict(list)
    for pair in (await session.exec(statement, params={"numbers": numbers})).all():
        found[pair.guardian_id].append(pair)
    return found


async def list_programme(
    session: Session, numbers: Sequence[int]
) -> dict[tuple[int, int], list[Delivery]]:
    """Give the programme deliveries of some guardians, by (guardian, child), in slot order."""
    statement = (
        select(Delivery)
        .where(
            among_numbers(col(Delivery.guardian_id)),
            col(Delivery.kind) == DeliveryKind.PROGRAMME,
        )
        .order_by(col(Delivery.slot_on))
    )
    found: dict[tuple[int, int], list[Delivery]] = defaultdict(list)
    for row in (await session.exec(statement, params={"numbers": numbers})).all():
        found[row.guardian_id, row.child_id or 0].append(row)
    return found


async def list_open_beside(session: Session, numbers: Sequence[int]) -> dict[int, list[Delivery]]:
    """Give what is open beside the programme, by guardian."""
    statement = select(Delivery).where(
        among_numbers(col(Delivery.guardian_id)),
        col(Delivery.kind) != DeliveryKind.PROGRAMME,
        col(Delivery.ended_at).is_(None),
    )
    found: dict[int, list[Delivery]] = defaultdict(list)
    for row in (await session.exec(statement, params={"numbers": numbers})).all():
        found[row.guardian_id].append(row)
    return found
