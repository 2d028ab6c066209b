"""Centres and the children on their rosters."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns
from sqlmodel import col, func, select

from bot.core.choosing import Variant
from bot.errors import BotError
from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.reading import among_numbers, read
from bot.store.states import LeftReason, LevelSource
from bot.store.tables import Centre, CentreTheme, Child, Pair


class Pupil(NamedTuple):
    """What composing asks of a child and its centre, read for many at once."""

    id: int
    level: Variant
    birth_month: date | None
    centre_id: int
    centre_language: str
    level_source: LevelSource | None


async def add_centre(
    session: Session,
    code: str,
    *,
    name: str,
    zone: str,
    language: str,
    now: datetime,
    is_test: bool = False,
) -> Centre:
    """Add a centre; raise BotError when its code is taken."""
    if await find_centre(session, code):
        raise BotError(f'There is a centre "{code}" already. Choose another code.')
    centre = Centre(
        code=code, name=name, zone=zone, language=language, created_at=now, is_test=is_test
    )
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


async def get_centre_numbered(session: Session, centre_id: int) -> Centre:
    """Get a centre by its number."""
    return (await session.exec(select(Centre).where(col(Centre.id) == centre_id))).one()


async def list_centres(session: Session) -> Sequence[Centre]:
    """List all centres, by code."""
    return (await session.exec(select(Centre).order_by(col(Centre.code)))).all()


async def count_children(session: Session, centre: Centre) -> int:
    """Count the children on a centre's roster."""
    statement = select(func.count()).where(col(Child.centre_id) == id_of(centre))
    return (await session.exec(statement)).one()


async def enrol_child(
    session: Session,
    centre: Centre,
    *,
    study_code: str,
    birth_month: date | None,
    now: datetime,
    is_open: bool = False,
) -> Child:
    """Put a child on a centre's roster."""
    child = Child(
        centre_id=id_of(centre),
        study_code=study_code,
        birth_month=birth_month,
        enrolled_at=now,
        is_open=is_open,
    )
    session.add(child)
    await session.flush()
    return child


async def is_study_code_taken(session: Session, study_code: str) -> bool:
    """Say whether a child has this study code."""
    statement = select(Child.id).where(col(Child.study_code) == study_code)
    return (await session.exec(statement)).first() is not None


async def get_child_by_code(session: Session, study_code: str) -> Child:
    """Get a child by its study code; raise BotError when there is none."""
    found = (await session.exec(select(Child).where(col(Child.study_code) == study_code))).first()
    if found is None:
        raise BotError(f'No child has the study code "{study_code}".')
    return found


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


async def list_zones(session: Session, numbers: Sequence[int]) -> Sequence[str]:
    """List the zones of the centres that some children go to, each once."""
    statement = (
        select(Centre.zone)
        .join(Child, col(Child.centre_id) == col(Centre.id))
        .where(among_numbers(col(Child.id)))
        .distinct()
        .order_by(col(Centre.zone))
    )
    return (await session.exec(statement, params={"numbers": numbers})).all()


async def record_birth_month(session: Session, child: Child, birth_month: date) -> None:
    """Set when a child was born, as far as the family told."""
    child.birth_month = birth_month
    session.add(child)


async def record_level(
    session: Session, child: Child, level: Variant, *, source: LevelSource
) -> None:
    """Set the level that decides a child's variants, and where it comes from."""
    child.level, child.level_source = level, source
    session.add(child)


async def record_left(session: Session, child: Child, reason: LeftReason, *, now: datetime) -> None:
    """Note that a child is gone, and why its family says so."""
    child.left_at, child.left_reason = now, reason
    session.add(child)
    await session.flush()


async def find_centre_of_guardian(session: Session, guardian_id: int) -> Centre | None:
    """Look up the centre of the child that a guardian joined with first."""
    statement = (
        select(Centre)
        .join(Child, col(Child.centre_id) == col(Centre.id))
        .join(Pair, col(Pair.child_id) == col(Child.id))
        .where(col(Pair.guardian_id) == guardian_id)
        .order_by(col(Pair.id))
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def list_children(session: Session, guardian_id: int) -> Sequence[Child]:
    """List a guardian's children who are still here, in the order of joining."""
    statement = (
        select(Child)
        .join(Pair, col(Pair.child_id) == col(Child.id))
        .where(col(Pair.guardian_id) == guardian_id, col(Child.left_at).is_(None))
        .order_by(col(Pair.id))
    )
    return (await session.exec(statement)).all()


async def list_all_children(session: Session, guardian_id: int) -> Sequence[Child]:
    """List a guardian's children, those who are gone included."""
    statement = (
        select(Child)
        .join(Pair, col(Pair.child_id) == col(Child.id))
        .where(col(Pair.guardian_id) == guardian_id)
        .order_by(col(Pair.id))
    )
    return (await session.exec(statement)).all()


async def list_left(session: Session, guardian_numbers: Sequence[int]) -> dict[int, set[int]]:
    """Give the children who are gone, by guardian; nearly nobody has any."""
    found: dict[int, set[int]] = defaultdict(set)
    for guardian_id, child_id in await read(session, LEFT, numbers=guardian_numbers):
        found[guardian_id].add(child_id)
    return found


LEFT = (
    select_columns(col(Pair.guardian_id), col(Pair.child_id))
    .join(Child, col(Child.id) == col(Pair.child_id))
    .where(among_numbers(col(Pair.guardian_id)), col(Child.left_at).is_not(None))
)


PUPILS = (
    select_columns(
        col(Child.id),
        col(Child.level),
        col(Child.birth_month),
        col(Child.centre_id),
        col(Centre.language),
        col(Child.level_source),
    )
    .join(Centre, col(Centre.id) == col(Child.centre_id))
    .where(among_numbers(col(Child.id)))
)


async def list_pupils(session: Session, numbers: Sequence[int]) -> dict[int, Pupil]:
    """Give what composing asks of some children, by number."""
    found = [Pupil(*row) for row in await read(session, PUPILS, numbers=numbers)]
    return {pupil.id: pupil for pupil in found}


async def lock_children(session: Session, numbers: Sequence[int]) -> None:
    """Make others wait who are about to choose for these children, until this transaction ends."""
    await read(session, LOCKED, numbers=numbers)


LOCKED = (
    select_columns(col(Child.id))
    .where(among_numbers(col(Child.id)))
    .order_by(col(Child.id))
    .with_for_update()
)


async def record_zone(session: Session, centre: Centre, zone: str) -> None:
    """Change a centre's time zone; families that have joined keep theirs."""
    centre.zone = zone
    session.add(centre)
    await session.flush()


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
    """Give the themes of some centres from the first of some weeks to the last."""
    if not mondays:
        return {}
    first, last = min(mondays), max(mondays)
    found = await read(session, THEMES, numbers=numbers, first=first, last=last)
    return {(centre_id, monday): words for centre_id, monday, words in found}


THEMES = select_columns(
    col(CentreTheme.centre_id), col(CentreTheme.monday), col(CentreTheme.words)
).where(
    among_numbers(col(CentreTheme.centre_id)),
    col(CentreTheme.monday).between(bindparam("first"), bindparam("last")),
)
