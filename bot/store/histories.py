"""The history of each guardian's settings, from which every slot can be told again."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, delete, select

from bot.core.slots import History, Setting
from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.guardians import rhythm_of
from bot.store.reading import among_numbers
from bot.store.states import GuardianState
from bot.store.tables import Guardian, GuardianSetting


async def record_setting(session: Session, guardian: Guardian, *, now: datetime) -> None:
    """Write down a guardian's settings as they are from now on; a planned return is part of them.

    A return that an earlier setting had planned is taken back.
    """
    guardian_id = id_of(guardian)
    await session.exec(
        delete(GuardianSetting).where(
            col(GuardianSetting.guardian_id) == guardian_id, col(GuardianSetting.from_at) > now
        )
    )
    session.add(as_row(guardian, from_at=now, state=guardian.state))
    guardian.settled_at = now
    if guardian.state is GuardianState.SNOOZED and guardian.snoozed_until:
        until = guardian.snoozed_until
        session.add(as_row(guardian, from_at=until, state=GuardianState.ACTIVE))
        guardian.settled_at = until
    session.add(guardian)
    await session.flush()


def as_row(guardian: Guardian, *, from_at: datetime, state: GuardianState) -> GuardianSetting:
    """Make the row of a guardian's present rhythm."""
    rhythm = rhythm_of(guardian)
    return GuardianSetting(
        guardian_id=id_of(guardian),
        from_at=from_at,
        zone=rhythm.zone,
        days=rhythm.days,
        hour=rhythm.hour,
        quiet_from=rhythm.quiet_from,
        quiet_until=rhythm.quiet_until,
        state=state,
    )


async def list_histories(session: Session, guardian_numbers: Sequence[int]) -> dict[int, History]:
    """Give the whole history of each of some guardians, oldest setting first."""
    if not guardian_numbers:
        return {}
    statement = (
        select(GuardianSetting)
        .where(among_numbers(col(GuardianSetting.guardian_id)))
        .order_by(col(GuardianSetting.from_at), col(GuardianSetting.id))
    )
    histories: dict[int, list[Setting]] = defaultdict(list)
    for row in (await session.exec(statement, params={"numbers": guardian_numbers})).all():
        histories[row.guardian_id].append(
            Setting(row.from_at, rhythm_of(row), row.state is GuardianState.ACTIVE)
        )
    return dict(histories)


async def get_history(session: Session, guardian: Guardian) -> History:
    """Get one guardian's history."""
    return (await list_histories(session, [id_of(guardian)]))[id_of(guardian)]


def settled_history(guardian: Guardian) -> History:
    """Give what holds since a guardian's last change: enough for every slot after that."""
    is_on = guardian.state in (GuardianState.ACTIVE, GuardianState.SNOOZED)
    return [Setting(guardian.settled_at, rhythm_of(guardian), is_on)]
