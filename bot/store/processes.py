"""Which processes run: each says again and again that it does, and says when it ends."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, delete, select

from bot.store.database import Session, insert_into
from bot.store.operation_tables import RunningProcess


async def record_alive(session: Session, process: RunningProcess) -> None:
    """Note that a process runs; earlier ones of its kind on its machine are no more missed."""
    values = process.model_dump()
    first = insert_into(session, RunningProcess).values(**values)
    seen = {"seen_at": process.seen_at, "keys": process.keys}
    await session.exec(first.on_conflict_do_update(index_elements=["name"], set_=seen))
    await session.exec(
        delete(RunningProcess).where(
            col(RunningProcess.host) == process.host,
            col(RunningProcess.role) == process.role,
            col(RunningProcess.seen_at) < process.started_at,
        )
    )


async def record_ended(session: Session, name: str) -> None:
    """Let go of a process that ends."""
    await session.exec(delete(RunningProcess).where(col(RunningProcess.name) == name))


async def list_processes(session: Session) -> Sequence[RunningProcess]:
    """List the processes, those included that nobody has heard of for some time."""
    order = (col(RunningProcess.host), col(RunningProcess.role), col(RunningProcess.started_at))
    return (await session.exec(select(RunningProcess).order_by(*order))).all()


async def forget_before(session: Session, moment: datetime) -> None:
    """Forget processes that nobody has heard of since a moment."""
    await session.exec(delete(RunningProcess).where(col(RunningProcess.seen_at) < moment))


async def forget_all(session: Session) -> None:
    """Forget all processes: they are those of another time."""
    await session.exec(delete(RunningProcess))
