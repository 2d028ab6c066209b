"""What staff were told of and is not over; of several processes one tells it."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import col, delete, select

from bot.store.database import Session, insert_into
from bot.store.operation_tables import StandingAlarm


async def record_standing(
    session: Session, standing: Mapping[str, str], *, now: datetime
) -> tuple[list[str], list[str]]:
    """Note what is the matter now, name by words; give what is new, and what is over.

    Of processes that do so together each thing is given to one, which is the one to tell it.
    """
    known = (await session.exec(select(StandingAlarm))).all()
    over = [each.words for each in known if each.name not in standing]
    gone = delete(StandingAlarm).where(col(StandingAlarm.name).not_in(list(standing)))
    ended = (await session.exec(gone)).rowcount if over else 0
    new = []
    for name in sorted(standing.keys() - {each.name for each in known}):
        row = {"name": name, "words": standing[name], "since": now}
        first = insert_into(session, StandingAlarm).values(**row)
        if (await session.exec(first.on_conflict_do_nothing(index_elements=["name"]))).rowcount:
            new.append(name)
    return new, over if ended else []


async def forget(session: Session, name: str) -> None:
    """Let something be told again, since nobody could be told."""
    await session.exec(delete(StandingAlarm).where(col(StandingAlarm.name) == name))


async def list_standing(session: Session) -> list[StandingAlarm]:
    """List what is the matter, as staff were told, the oldest first."""
    return list(
        (await session.exec(select(StandingAlarm).order_by(col(StandingAlarm.since)))).all()
    )


async def forget_all(session: Session) -> None:
    """Forget what staff were told: it was of another time."""
    await session.exec(delete(StandingAlarm))
