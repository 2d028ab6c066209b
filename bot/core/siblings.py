"""Tell a family's children apart without a name: by age, or by the order of joining."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.core.choosing import MONTHS_A_YEAR, age_in_months


class Naming(StrEnum):
    """How a child is told from its siblings."""

    AGE = "age"  # your 4-year-old
    YOUNGER = "younger"  # your younger 4-year-old
    OLDER = "older"
    AGE_PLACE = "age-place"  # your 4-year-old, the second who joined
    CHILD = "child"  # your child
    CHILD_PLACE = "child-place"  # your child, the second who joined


@dataclass(frozen=True)
class Sibling:
    """A child of a guardian, as far as telling it apart goes."""

    child_id: int
    birth_month: date | None


@dataclass(frozen=True)
class Label:
    """What a child is called; `age` is in years, `place` counts from 1 in the order of joining."""

    naming: Naming
    age: int
    place: int


def label_child(child_id: int, family: Sequence[Sibling], *, on: date) -> Label | None:
    """Call a child by its age on a date, as far as that tells it apart; None for an only child.

    `family` is in the order of joining. Two of one age are the younger and the older; where that
    does not part them either, the order of joining does.
    """
    place = next((n for n, each in enumerate(family, start=1) if each.child_id == child_id), None)
    if place is None or len(family) < 2:
        return None
    child, age = family[place - 1], years_of(family[place - 1], on=on)
    others = [each for each in family if each.child_id != child_id and years_of(each, on=on) == age]
    if age is None:
        return Label(Naming.CHILD_PLACE if others else Naming.CHILD, 0, place)
    if not others:
        return Label(Naming.AGE, age, place)
    return Label(name_of_same_age(child, others), age, place)


def name_of_same_age(child: Sibling, others: Sequence[Sibling]) -> Naming:
    """Part a child from others who are as many years old."""
    mine, theirs = child.birth_month, others[0].birth_month
    if len(others) > 1 or mine is None or theirs is None or mine == theirs:
        return Naming.AGE_PLACE
    return Naming.YOUNGER if mine > theirs else Naming.OLDER


def years_of(child: Sibling, *, on: date) -> int | None:
    """Give a child's age in whole years; None where it is not known, or not yet one."""
    if child.birth_month is None:
        return None
    years = age_in_months(child.birth_month, on=on) // MONTHS_A_YEAR
    return years if years > 0 else None
