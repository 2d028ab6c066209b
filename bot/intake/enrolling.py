"""Put a new child on a roster, under a study code that nobody has."""

from datetime import date, datetime
from random import SystemRandom

from bot.core.codes import draw_study_code
from bot.store import Session, centres
from bot.store.tables import Centre, Child


async def enrol(
    session: Session,
    centre: Centre,
    *,
    birth_month: date | None,
    now: datetime,
    is_open: bool = False,
) -> Child:
    """Put a child on a roster; `is_open` marks one that no school's list knows."""
    rng = SystemRandom()
    study_code = draw_study_code(rng)
    while await centres.is_study_code_taken(session, study_code):
        study_code = draw_study_code(rng)
    return await centres.enrol_child(
        session, centre, study_code=study_code, birth_month=birth_month, now=now, is_open=is_open
    )
