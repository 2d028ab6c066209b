"""What an effect cost, for a child and for each tenth of a standard deviation."""

from dataclasses import dataclass

from bot.errors import BotError
from bot.report.estimates.records import Estimate

STEP = 0.1
NOT_ESTIMABLE = "not estimable"


@dataclass(frozen=True)
class Cost:
    """Costs in one currency; without an effect clear of 0, `reason` says why there is no price."""

    per_child: float
    per_step: float | None
    interval: tuple[float, float] | None
    reason: str = ""


def price(total: float, standardised: Estimate, *, children: int) -> Cost:
    """Price an effect in standard deviations: cost of the treated arm over its children on roster.

    The interval is the effect's, turned about; the cost itself is taken as known.
    """
    if children < 1 or not total >= 0:
        raise BotError(
            f"A cost of {total:g} for {children} children. Use 0 or more, for 1 or more."
        )
    per_child = total / children
    value, interval = standardised.value, standardised.interval
    if value is None or interval is None or not standardised.is_clear:
        reason = f"{NOT_ESTIMABLE}: the effect's interval includes 0"
        return Cost(per_child, None, None, reason if interval else f"{NOT_ESTIMABLE}: no interval")
    if value < 0:
        return Cost(per_child, None, None, f"{NOT_ESTIMABLE}: the effect is a harm, not a gain")
    low, high = interval
    return Cost(
        per_child, per_child * STEP / value, (per_child * STEP / high, per_child * STEP / low)
    )
