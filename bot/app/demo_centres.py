"""The demo's own centres, for whoever tries it: a child with a card in each language."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot.app.cards import issue_for
from bot.app.opening import Store
from bot.app.time_machine import ZONE
from bot.core.choosing import birth_month_of
from bot.intake.enrolling import enrol
from bot.store import Session, centres

SCHOOL_LANGUAGE = "da"


class Home(NamedTuple):
    """A child: the language that its family speaks, and how many months old it is."""

    language: str
    months: int


CENTRES = {
    "solsikken": (Home("da", 52), Home("ar", 56), Home("en", 41)),
    "regnbuen": (Home("ar", 45), Home("da", 66), Home("en", 63)),
    "broen": (Home("tr", 52), Home("so", 45), Home("uk", 66), Home("pl", 57), Home("ur", 63)),
}


async def seed(store: Store, languages: Sequence[str], *, now: datetime) -> None:
    """Make the centres, the first time, with a card for each child whose language is spoken."""
    async with store.database.writing() as session:
        for code, homes in CENTRES.items():
            spoken = [each for each in homes if each.language in languages]
            if spoken and not await centres.find_centre(session, code):
                await open_centre(session, store, code, homes=spoken, now=now)


async def open_centre(
    session: Session, store: Store, code: str, *, homes: Sequence[Home], now: datetime
) -> None:
    """Make one centre with its children and their cards."""
    centre = await centres.add_centre(
        session, code, name=code.capitalize(), zone=ZONE, language=SCHOOL_LANGUAGE, now=now
    )
    for home in homes:
        child = await enrol(
            session, centre, birth_month=birth_month_of(home.months, on=now.date()), now=now
        )
        await issue_for(session, child, language=home.language, sealer=store.sealer, now=now)
