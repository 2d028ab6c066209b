"""The roster as a study reads it: what schools say of each child, and what was drawn for it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.store.database import Session
from bot.store.evaluation_tables import Allotment, Arm, RosterEntry
from bot.store.reading import read
from bot.store.states import DeliveryStatus
from bot.store.tables import Centre, Child, Delivery


class Enrolled(NamedTuple):
    """A child on a school's list, and the arm and stratum that it or its centre was drawn into."""

    child_id: int
    centre: str
    study_code: str
    birth_month: date | None
    home_language: str | None
    baseline: float | None
    arm: str | None
    stratum: str


class Drawn(NamedTuple):
    """What was drawn: the arm, its stratum, and the number of the centre or of the child."""

    arm: str
    stratum: str
    centre_id: int | None
    child_id: int | None


DRAWN = select_columns(
    col(Arm.name), col(Allotment.stratum), col(Allotment.centre_id), col(Allotment.child_id)
).join(Arm, col(Arm.id) == col(Allotment.arm_id))
ENROLLED = (
    select_columns(
        col(Child.id),
        col(Child.centre_id),
        col(Centre.code),
        col(Child.study_code),
        col(Child.birth_month),
        col(RosterEntry.home_language),
        col(RosterEntry.baseline),
    )
    .join(Centre, col(Centre.id) == col(Child.centre_id))
    .outerjoin(RosterEntry, col(RosterEntry.child_id) == col(Child.id))
    .where(col(Child.is_open).is_(False), col(Centre.is_test).is_(False))
    .order_by(col(Centre.code), col(Child.id))
)
VERSIONS = (
    select_columns(col(Delivery.content_version))
    .where(col(Delivery.status) == DeliveryStatus.SENT, col(Delivery.content_version).is_not(None))
    .distinct()
)


async def list_enrolled(session: Session) -> list[Enrolled]:
    """List the schools' lists; who came to a centre after the draw has the centre's arm."""
    drawn = [Drawn(*row) for row in await read(session, DRAWN)]
    of_child = {each.child_id: each for each in drawn if each.child_id is not None}
    of_centre = {each.centre_id: each for each in drawn if each.centre_id is not None}
    nothing = Drawn("", "", None, None)
    enrolled = []
    for child_id, centre_id, code, study_code, month, language, baseline in await read(
        session, ENROLLED
    ):
        own = of_child.get(child_id) or of_centre.get(centre_id) or nothing
        enrolled.append(
            Enrolled(
                child_id, code, study_code, month, language, baseline, own.arm or None, own.stratum
            )
        )
    return enrolled


async def list_content_versions(session: Session) -> Sequence[str]:
    """List the catalogues that anything was sent from."""
    return sorted(version for (version,) in await read(session, VERSIONS))
