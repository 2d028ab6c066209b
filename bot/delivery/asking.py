"""Ask a new guardian what joining leaves open: one question after the other, each once."""

from datetime import datetime, timedelta

from bot.catalogue.shown.notices import Notice
from bot.core.actions import Purpose
from bot.store import Session, centres, deliveries, families, guardians
from bot.store.columns import id_of
from bot.store.states import DeliveryKind
from bot.store.tables import Delivery, Guardian

JOINING = (Notice.AGE, Notice.NEW_PHONE, Notice.LINKING)  # in this order


def make_notice(
    guardian_id: int, notice: Notice, *, now: datetime, child_id: int | None = None
) -> Delivery:
    """Make a notice that is due at once and was asked for."""
    return Delivery(
        guardian_id=guardian_id,
        child_id=child_id,
        kind=DeliveryKind.NOTICE,
        planned_at=now,
        due_at=now,
        slot_at=now,
        notice=notice,
        asked=True,
    )


async def ask_next(
    session: Session, guardian: Guardian, *, child_id: int | None, now: datetime
) -> None:
    """Plan the first question that is called for and was not asked yet, if there is one."""
    guardian_id = id_of(guardian)
    for notice in JOINING:
        if await deliveries.has_notice(session, guardian_id, notice):
            continue
        if await is_called_for(session, guardian, notice, child_id=child_id, now=now):
            planned = make_notice(guardian_id, notice, now=now, child_id=child_id)
            await deliveries.plan(session, planned)
            return


async def is_called_for(
    session: Session, guardian: Guardian, notice: Notice, *, child_id: int | None, now: datetime
) -> bool:
    """Say whether a question has to be asked.

    The age only of a child that no roster knows; whether this is a new phone only of somebody new,
    and only where the child has an earlier guardian.
    """
    match notice:
        case Notice.AGE:
            child = await centres.get_child(session, child_id) if child_id else None
            return child is not None and child.is_open and child.birth_month is None
        case Notice.NEW_PHONE:
            is_new = now - guardian.joined_at < NEW_FOR
            return is_new and bool(await families.list_earlier(session, id_of(guardian)))
        case _:
            return not await guardians.find_consent(session, id_of(guardian), Purpose.LINKING)


NEW_FOR = timedelta(days=1)
