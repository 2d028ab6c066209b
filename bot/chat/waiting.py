"""Keep a waiting list waiting: until its arm's first day a family is given nothing to do."""

from collections.abc import Sequence
from datetime import date

from bot.catalogue.shown.menus import say_with_menu
from bot.chat.turns import Turn
from bot.core.cadence import local_date
from bot.core.messages import OutgoingMessage
from bot.store import arms, guardians
from bot.store.columns import id_of
from bot.store.tables import Guardian, Pair


async def find_waited_for(turn: Turn, guardian: Guardian) -> date | None:
    """Look up the day from which a family has games; None where it need not wait for one.

    Where one of several children has begun, nothing is kept back: the family has the games at home.
    """
    pairs = await guardians.list_pairs(turn.session, id_of(guardian))
    days = await list_first_days(turn, pairs)
    ahead = [day for day in days if day and day > local_date(turn.now, guardian.zone)]
    return min(ahead) if ahead and len(ahead) == len(days) else None


async def find_latest_first_day(turn: Turn, guardian: Guardian) -> date | None:
    """Look up the first day of the child that came last; None where it has come."""
    pairs = await guardians.list_pairs(turn.session, id_of(guardian))
    (day,) = await list_first_days(turn, pairs[-1:]) or [None]
    return day if day and day > local_date(turn.now, guardian.zone) else None


async def list_first_days(turn: Turn, pairs: Sequence[Pair]) -> list[date | None]:
    """Give the first day of each child's arm, None where it has none."""
    starts = await arms.list_starts(turn.session, [pair.child_id for pair in pairs])
    begun = [arms.begin(starts, pair.child_id, joined_at=pair.joined_at) for pair in pairs]
    return [each.starts_on for each in begun]


def say_waiting(turn: Turn, guardian: Guardian, day: date) -> OutgoingMessage:
    """Say from which day there are games, in place of what was asked for."""
    told = turn.catalogue.words_in(guardian.language).date(day)
    return say_with_menu(turn.catalogue, "games-from", language=guardian.language, day=told)
