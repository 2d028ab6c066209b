"""Centres and the children on their rosters."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import col, func, select

from bot.core.choosing import Variant
from bot.errors import BotError
from bot.store.database import Session
from bot.store.tables import Centre, Child, ChildWeek, id_of


async def add_centre(
    session: Session, code: str, *, name: str, zone: str, language: str, now: datetime
) -> Centre:
    """Add a centre; raise BotError when its code is taken."""
    if await find_centre(session, code):
        raise BotError(f'There is a centre "{code}" already. Choose another code.')
    centre = Centre(code=code, name=name, zone=zone, language=language, created_at=now)
    session.add(centre)
    await session.flush()
    return centre


async def find_centre(session: Session, code: str) -> Centre | None:
    """Look up a centre by its code."""
    return (await session.exec(select(Centre).where(col(Centre.code) == code))).first()


async def get_centre(session: Session, code: str) -> Centre:
    """Get a centre by its code; raise BotError when there is none."""
    centre = await find_centre(session, code)
    if centre is None:
        known = ", ".join(each.code for each in await list_centres(session)) or "none yet"
        raise BotError(f'There is no centre "{code}". There are: {known}.')
    return centre


async def list_centres(session: Session) -> Sequence[Centre]:
    """List all centres, by code."""
    return (await session.exec(select(Centre).order_by(col(Centre.code)))).all()


async def count_children(session: Session, centre: Centre) -> int:
    """Count the children on a centre's roster."""
    statement = select(func.count()).where(col(Child.centre_id) == id_of(centre))
    return (await session.exec(statement)).one()


async def enrol_child(
    session: Session, centre: Centre, *, study_code: str, birth_month: date | None, now: datetime
) -> Child:
    """Put a child on a centre's roster."""
    child = Child(
        centre_id=id_of(centre), study_code=study_code, birth_month=birth_month, enrolled_at=now
    )
    session.add(child)
    await session.flush()
    return child


async def is_study_code_taken(session: Session, study_code: str) -> bool:
    """Say whether a child has this study code."""
    statement = select(Child.id).where(col(Child.study_code) == study_code)
    return (await session.exec(statement)).first() is not None


async def get_child(session: Session, child_id: int) -> Child:
    """Get a child; raise BotError when there is none."""
    child = await session.get(Child, child_id)
    if child is None:
        raise BotError(f"There is no child {child_id}.")
    return child


async def get_centre_of(session: Session, child: Child) -> Centre:
    """Get the centre whose roster a child is on."""
    statement = select(Centre).where(col(Centre.id) == child.centre_id)
    return (await session.exec(statement)).one()


async def record_level(session: Session, child: Child, level: Variant) -> None:
    """Set the level that decides a child's variants."""
    child.level = level
    session.add(child)


async def find_week(session: Session, child_id: int, week: int) -> ChildWeek | None:
    """Look up what a child has in one week of its programme."""
    return await session.get(ChildWeek, (child_id, week))


async def list_weeks(session: Session, child_id: int) -> Sequence[ChildWeek]:
    """List what a child has had, oldest first."""
    statement = (
        select(ChildWeek).where(col(ChildWeek.child_id) == child_id).order_by(col(ChildWeek.week))
    )
    return (await session.exec(statement)).all()


async def lock_child(session: Session, child_id: int) -> None:
    """Make others wait who are about to choose for this child, until this transaction ends."""
    await session.exec(select(Child.id).where(col(Child.id) == child_id).with_for_update())


async def record_week(
    session: Session, child_id: int, *, week: int, activity_id: str, now: datetime
) -> None:
    """Write down what a child has in a week; every guardian of the child gets the same."""
    chosen = ChildWeek(child_id=child_id, week=week, activity_id=activity_id, chosen_at=now)
    await session.merge(chosen)
    await session.flush()


async def find_latest_week(session: Session, child_id: int) -> int | None:
    """Look up the latest week that a child has begun."""
    statement = select(func.max(ChildWeek.week)).where(col(ChildWeek.child_id) == child_id)
    return (await session.exec(statement)).one()
