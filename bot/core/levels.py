"""A child's level from three questions: what it can do already, as its family says."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.core.actions import Able
from bot.core.cadence import Touch
from bot.core.choosing import Variant

ASKED_WEEKS = 2  # whoever joins in mid-week gets the first why in the second week
FIRST_CHECK = 1
POINTS = {Able.NOT_YET: 0, Able.A_LITTLE: 1, Able.YES: 2}
EASIER_UP_TO, PLAIN_UP_TO = 2, 4


class Said(NamedTuple):
    """What a family said of one thing, and in which week's message it was asked."""

    week: int
    touch: Touch
    able: Able


def find_check(week: int, checks: Sequence[int]) -> int | None:
    """Give the level check that a week belongs to: its own week, and one more for what is open."""
    return max((each for each in checks if each <= week < each + ASKED_WEEKS), default=None)


def pick_said(said: Iterable[Said], check: int | None) -> dict[Touch, Able]:
    """Pick the last word on each question of one check, from all words in their order."""
    weeks = range(check, check + ASKED_WEEKS) if check else range(0)
    return {each.touch: each.able for each in said if each.week in weeks}


def find_level(said: Mapping[Touch, Able]) -> Variant | None:
    """Tell the level from the last word on each of the three questions; None before all are there.

    Not yet is 0, a little 1, yes 2. A sum of 0 to 2 calls for easier, 3 or 4 for plain, 5 or 6 for
    harder.
    """
    if set(said) != set(Touch):
        return None
    total = sum(POINTS[able] for able in said.values())
    if total <= EASIER_UP_TO:
        return Variant.EASIER
    return Variant.PLAIN if total <= PLAIN_UP_TO else Variant.HARDER


def is_asked(
    touch: Touch, check: int | None, *, is_level_known: bool, said: Mapping[Touch, Able]
) -> bool:
    """Say whether a touch of a check's weeks carries its question: until it is answered.

    The first check is for those of whose level nothing is known, by the roster, a wish or the
    questions themselves; the later ones are for everybody, since children grow.
    """
    if check is None or (check == FIRST_CHECK and is_level_known):
        return False
    return touch not in said
