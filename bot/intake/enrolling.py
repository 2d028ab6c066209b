"""Open a centre, and put a new child on a roster, under a study code that nobody has."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from random import SystemRandom
from zoneinfo import available_timezones

from bot.core.codes import draw_study_code
from bot.errors import BotError
from bot.store import Session, centres
from bot.store.tables import Centre, Child

CODE = re.compile(r"\w[\w-]{0,39}")  # as it stands in addresses, names of files and commands
LONGEST_NAME = 120


async def open_centre(
    session: Session,
    code: str,
    *,
    name: str,
    zone: str,
    language: str,
    languages: Sequence[str],
    now: datetime,
    is_test: bool = False,
) -> Centre:
    """Add a centre; raise BotError for what none can have.

    `languages` are the programme's; one that is a test counts nowhere.
    """
    if not CODE.fullmatch(code):
        raise BotError(
            f'"{code}" is no code for a centre. Use up to 40 letters, digits, "-" and "_", '
            "such as sun-flower."
        )
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BotError(f"A centre has a name of 1 to {LONGEST_NAME} characters.")
    if zone not in available_timezones():
        raise BotError(f'There is no time zone "{zone}". Write one such as Europe/Copenhagen.')
    if language not in languages:
        known = ", ".join(languages)
        raise BotError(f'"{language}" is not a language of the programme. Use one of: {known}.')
    return await centres.add_centre(
        session,
        code,
        name=name.strip(),
        zone=zone,
        language=language,
        is_test=is_test,
        now=now,
    )


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
