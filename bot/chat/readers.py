"""Who reads: a family's languages and ages, and what is written down of what it used."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.storybook import Reader
from bot.chat.turns import Turn
from bot.core.choosing import age_in_months
from bot.store import centres, events
from bot.store.centres import Pupil
from bot.store.columns import id_of
from bot.store.standing import list_family
from bot.store.states import EventKind
from bot.store.tables import Guardian

LATELY = timedelta(seconds=20)  # an impatient second tap brings a thing once


async def list_pupils(turn: Turn, guardian: Guardian) -> Sequence[Pupil]:
    """List the children whose programme goes on, in the order of joining."""
    family = await list_family(turn.session, id_of(guardian), at=turn.now)
    numbers = [child_id for child_id, _birth_month in family]
    found = await centres.list_pupils(turn.session, numbers) if numbers else {}
    return [found[number] for number in numbers if number in found]


def list_bands(catalogue: Catalogue, pupils: Sequence[Pupil], *, on: date) -> list[str]:
    """List the age bands of some children."""
    ages = [age_in_months(each.birth_month, on=on) if each.birth_month else None for each in pupils]
    return [catalogue.programme.band_at(age) for age in ages]


async def find_reader(turn: Turn, guardian: Guardian) -> Reader:
    """Say in which languages a guardian can read; of several schools the first other one counts."""
    known = [each.centre_language for each in await list_pupils(turn, guardian)]
    others = [
        each for each in known if each != guardian.language and each in turn.catalogue.languages
    ]
    return Reader(guardian.language, others[0] if others else "")


async def was_used(turn: Turn, guardian: Guardian, kind: EventKind, material: str) -> bool:
    """Say whether a material was asked for a moment ago: an impatient tap brings it once."""
    since = turn.now - LATELY
    return await events.has_used(
        turn.session, id_of(guardian), kind, material=material, since=since
    )


async def record(turn: Turn, guardian: Guardian, kind: EventKind, material: str) -> None:
    """Write down what a guardian did with a material; for the child, where there is one alone."""
    pupils = await list_pupils(turn, guardian)
    await events.record_event(
        turn.session,
        kind,
        guardian_id=id_of(guardian),
        child_id=pupils[0].id if len(pupils) == 1 else None,
        material=material,
        now=turn.now,
    )
