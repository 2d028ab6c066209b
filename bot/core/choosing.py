"""Which activity comes next: the week's skill, in the child's age band, not had before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.core.skills import REPEAT

MONTHS_A_YEAR = 12


class Variant(StrEnum):
    """The easier, plain or harder form of an activity; a child's level decides it."""

    EASIER = "easier"
    PLAIN = "plain"
    HARDER = "harder"


VARIANTS = tuple(Variant)


class Pass(StrEnum):
    """Which time it is that a child has an activity; the second asks for more than the first."""

    FIRST = ""
    HARDER = "again-harder"
    AGAIN = "again"  # the first time was too hard, or had the hardest form already


@dataclass(frozen=True)
class Outline:
    """What choosing needs to know of an activity."""

    activity_id: str
    skill: str
    band: str


def age_in_months(birth_month: date, *, on: date) -> int:
    """Count the whole months from the month of birth to a date's month."""
    years = on.year - birth_month.year
    return years * MONTHS_A_YEAR + on.month - birth_month.month


def birth_month_of(months: int, *, on: date) -> date:
    """Give the month of birth of a child that is so many months old on a date."""
    count = on.year * MONTHS_A_YEAR + on.month - 1 - months
    return date(count // MONTHS_A_YEAR, count % MONTHS_A_YEAR + 1, 1)


def choose_activity(
    bank: Sequence[Outline],
    had: Sequence[str],
    *,
    skill: str,
    band: str,
    fallbacks: Mapping[str, Sequence[str]],
    favourite: str | None = None,
) -> str:
    """Choose an activity of the band: the skill first, then its fallbacks, then anything.

    Among those that fit, one not had yet comes first, in the bank's order; where the skill and
    its fallbacks have nothing new, the one had longest ago comes again. `had` is oldest first.
    A week of `repeat` brings back the child's favourite, or its latest.
    """
    of_band = [outline for outline in bank if outline.band == band] or list(bank)
    if skill == REPEAT and had:
        return favourite if favourite is not None and favourite in had else had[-1]
    for wanted in (skill, *fallbacks.get(skill, ())):
        fitting = [outline.activity_id for outline in of_band if outline.skill == wanted]
        if fitting:
            return least_recent(fitting, had)
    return least_recent([outline.activity_id for outline in of_band], had)


def least_recent(fitting: Sequence[str], had: Sequence[str]) -> str:
    """Pick the first never had; otherwise the one whose last time lies furthest back."""
    last_time = {activity_id: place for place, activity_id in enumerate(had)}
    return min(fitting, key=lambda activity_id: last_time.get(activity_id, -1))


def easier_than(level: Variant) -> Variant:
    """One step down, no further than the easiest."""
    return VARIANTS[max(VARIANTS.index(level) - 1, 0)]


def harder_than(level: Variant) -> Variant:
    """One step up, no further than the hardest."""
    return VARIANTS[min(VARIANTS.index(level) + 1, len(VARIANTS) - 1)]
