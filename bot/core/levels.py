"""A child's level from three questions: what it can do already, as its family says."""

from collections.abc import Mapping

from bot.core.actions import Able
from bot.core.cadence import Touch
from bot.core.choosing import Variant

ASKED_WEEKS = 2  # whoever joins in mid-week gets the first why in the second week
POINTS = {Able.NOT_YET: 0, Able.A_LITTLE: 1, Able.YES: 2}
EASIER_UP_TO, PLAIN_UP_TO = 2, 4


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


def is_asked(touch: Touch, week: int, *, is_level_known: bool, said: Mapping[Touch, Able]) -> bool:
    """Say whether a touch of a child's week carries its question: the first weeks, until answered.

    A level of the roster's, of a wish or of the questions themselves is known.
    """
    return not is_level_known and 1 <= week <= ASKED_WEEKS and touch not in said
