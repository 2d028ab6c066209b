"""Centres and the children on their rosters."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import bindparam
from sqlmodel import col, func, select, update

from bot.core.choosing import Variant
from bot.errors import BotError
from bot.store.database import Session, padded
from bot.store.tables import Centre, CentreTheme, Child, ChildWeek, id_of


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


async def get_children(session: Session, numbers: Sequence[int]) -> dict[int, Child]:
    """Get children by number."""
    statement = select(Child).where(col(Child.id).in_(padded(numbers)))
    return {id_of(child): child for child in (await session.exec(statement)).all()}


async def get_centres(session: Session, numbers: Sequence[int]) -> dict[int, Centre]:
    """Get centres by number."""
    statement = select(Centre).where(col(Centre.id).in_(padded(numbers)))
    return {id_of(centre): centre for centre in (await session.exec(statement)).all()}


async def list_weeks(session: Session, child_id: int) -> Sequence[ChildWeek]:
    """List what a child has had, oldest first."""
    statement = (
        select(ChildWeek).where(col(ChildWeek.child_id) == child_id).order_by(col(ChildWeek.week))
    )
    return (await session.exec(statement)).all()


async def find_latest_weeks(session: Session, numbers: Sequence[int]) -> dict[int, ChildWeek]:
    """Look up the latest week that each of some children has begun."""
    latest = (
        select(ChildWeek.child_id, func.max(ChildWeek.week).label("week"))
        .where(col(ChildWeek.child_id).in_(padded(numbers)))
        .group_by(col(ChildWeek.child_id))
        .subquery()
    )
    statement = (
        select(ChildWeek)
        .join(
            latest,
            (col(ChildWeek.child_id) == latest.c.child_id) & (col(ChildWeek.week) == latest.c.week),
        )
        .execution_options(populate_existing=True)
    )
    return {row.child_id: row for row in (await session.exec(statement)).all()}


async def find_last_weeks(
    session: Session, numbers: Sequence[int], *, week: int
) -> dict[int, ChildWeek]:
    """Look up, of some children, the programme's last week where they have reached it."""
    statement = select(ChildWeek).where(
        col(ChildWeek.child_id).in_(padded(numbers)), col(ChildWeek.week) >= week
    )
    found = await session.exec(statement.execution_options(populate_existing=True))
    return {row.child_id: row for row in found.all()}


async def lock_children(session: Session, numbers: Sequence[int]) -> None:
    """Make others wait who are about to choose for these children, until this transaction ends."""
    statement = select(Child.id).where(col(Child.id).in_(padded(numbers))).order_by(col(Child.id))
    await session.exec(statement.with_for_update())


async def record_week(session: Session, week: ChildWeek) -> None:
    """Write down what a child has in a week; every guardian of the child gets the same."""
    session.add(week)
    await session.flush()


async def record_weeks_sent(
    session: Session, weeks: Sequence[tuple[int, int]], *, now: datetime
) -> None:
    """Note that something of (child, week) was sent, the first time."""
    if not weeks:
        return
    statement = (
        update(ChildWeek)
        .where(
            col(ChildWeek.child_id) == bindparam("child"),
            col(ChildWeek.week) == bindparam("number"),
            col(ChildWeek.sent_at).is_(None),
        )
        .values(sent_at=bindparam("now"))
    )
    connection = await session.connection()
    await connection.execute(
        statement, [{"child": child, "number": week, "now": now} for child, week in weeks]
    )


async def record_theme(session: Session, centre: Centre, *, monday: date, words: str) -> None:
    """Set what a centre works on in the week of a Monday; no words take the theme back."""
    if words:
        await session.merge(CentreTheme(centre_id=id_of(centre), monday=monday, words=words))
        return
    found = await session.get(CentreTheme, (id_of(centre), monday))
    if found:
        await session.delete(found)


async def list_themes(
    session: Session, numbers: Sequence[int], *, mondays: Sequence[date]
) -> dict[tuple[int, date], str]:
    """Give the themes of some centres in some weeks."""
    statement = select(CentreTheme).where(
        col(CentreTheme.centre_id).in_(padded(numbers)), col(CentreTheme.monday).in_(mondays)
    )
    found = (await session.exec(statement)).all()
    return {(theme.centre_id, theme.monday): theme.words for theme in found}
