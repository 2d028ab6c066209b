"""What a programme cost, from the evaluators' cost file: by the ingredients, in one currency.

Parents' time is an ingredient as well, and stands apart: nobody pays it.
"""

from enum import StrEnum

from pydantic import Field, model_validator

from bot.catalogue.plain import Plain
from bot.report.estimates.costing import price
from bot.report.estimates.records import Estimate
from bot.report.findings import CostLine, Costs
from bot.report.plans import parse_whole

MINUTES = 60


class Per(StrEnum):
    """What a cost is paid for, again and again."""

    STUDY = "study"
    MONTH = "month"
    CENTRE = "centre"
    CHILD = "child"


class Ingredient(Plain):
    """One thing that costs: an amount, or minutes of somebody's time."""

    name: str = Field(min_length=1, description="Write what it is.")
    per: Per = Field(default=Per.STUDY, description=f"Write what it is paid for: {', '.join(Per)}.")
    amount: float | None = Field(default=None, ge=0, description="Write what it costs.")
    minutes: float | None = Field(default=None, ge=0, description="Write how long it takes.")
    hourly: float | None = Field(default=None, ge=0, description="Write what an hour costs.")
    share: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="Write which share of it this study bears, where others bear the rest.",
    )

    @model_validator(mode="after")
    def check_amount(self) -> "Ingredient":
        """See that there is an amount, or time with its price, and not both."""
        has_time = self.minutes is not None and self.hourly is not None
        is_half = (self.minutes is None) != (self.hourly is None)
        if is_half or has_time == (self.amount is not None):
            raise ValueError(f'"{self.name}" needs amount, or minutes and hourly')
        return self

    def cost_once(self) -> float:
        """Give what it costs once, the share that this study bears."""
        if self.amount is not None:
            return self.amount * self.share
        return (self.minutes or 0.0) / MINUTES * (self.hourly or 0.0) * self.share


class CostFile(Plain):
    """What a programme cost, thing by thing."""

    currency: str = Field(min_length=1, max_length=10, description="Write the currency, as DKK.")
    months: float | None = Field(
        default=None, gt=0, description="Write how many months the programme ran."
    )
    costs: tuple[Ingredient, ...] = Field(
        description="Write what cost something: name, amount (or minutes and hourly), per, share."
    )
    parents: tuple[Ingredient, ...] = Field(
        default=(), description="Write what parents gave, as under costs; it is in no sum."
    )

    @model_validator(mode="after")
    def check_months(self) -> "CostFile":
        """See that it is known how many months there were, where something is paid by the month."""
        by_month = [each.name for each in (*self.costs, *self.parents) if each.per is Per.MONTH]
        if by_month and self.months is None:
            raise ValueError(f'months is missing, and "{by_month[0]}" is paid by the month')
        return self


def parse_costs(name: str, content: bytes) -> CostFile:
    """Read a cost file; raise FileRefused with every problem in it."""
    return parse_whole(CostFile, name, content)


def work_out(
    costs: CostFile,
    *,
    centres: int,
    children: int,
    active: int | None,
    did_it: int | None,
    effect: Estimate | None,
) -> Costs:
    """Work out what the treated arms cost, and what a tenth of a standard deviation did.

    `centres` and `children` are those of the treated arms' roster, whoever joined; `active` are the
    children with an active week, None where that is suppressed; `did_it` counts activities done.
    `effect` is in standard deviations.
    """
    times = {
        Per.STUDY: 1.0,
        Per.MONTH: costs.months or 0.0,
        Per.CENTRE: centres,
        Per.CHILD: children,
    }

    def add_up(ingredients: tuple[Ingredient, ...]) -> list[CostLine]:
        return [CostLine(each.name, each.cost_once() * times[each.per]) for each in ingredients]

    lines = add_up(costs.costs)
    total = sum(line.amount for line in lines)
    return Costs(
        currency=costs.currency,
        lines=lines,
        total=total,
        per_rostered=total / children if children else None,
        per_active=total / active if active else None,
        per_did_it=total / did_it if did_it else None,
        parents=add_up(costs.parents),
        price=price(total, effect, children=children) if effect and children else None,
    )
