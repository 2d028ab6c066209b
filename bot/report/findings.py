"""What the report says, as data: worked out and suppressed, before any word of it is written.

Every count, share and mean here may leave the building: None is suppressed, or not known where a
`reason` says so. Pairs are the control arm's figure, then the treated one's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.report.estimates.costing import Cost
from bot.report.estimates.describing import Third
from bot.report.estimates.gap_changes import GapChange
from bot.report.estimates.gaps import Adjustment, Gaps
from bot.report.estimates.records import Estimate
from bot.report.funnel import By, Funnel
from bot.report.linking import Linkage
from bot.report.phrases import Phrase

Pair = tuple[int | None, int | None]
Means = tuple[float | None, float | None]


@dataclass(frozen=True)
class Measured:
    """What was assessed, and when: an instrument at a wave, as the school's file names them."""

    instrument: str
    wave: str


class Step(StrEnum):
    """How far a child of the roster came; each step is a part of the one before it."""

    ROSTER = "on the roster"
    CARD = "card issued"
    OPENED = "card opened"
    CONSENTED = "guardian joined"
    ACTIVE = "at least one active week"
    COMPLIED = "complied"


class Followed(StrEnum):
    """How far a child's result came, joined or not; each step is a part of the one before it."""

    ROSTER = "on the roster"
    KEPT = "not withheld"
    ASSESSED = "with a result"
    ANALYSED = "analysed"


@dataclass(frozen=True)
class FlowArm:
    """One arm in the flow; without a draw there is one, and its name is empty."""

    arm: str
    is_control: bool
    starts_on: date | None
    centres: int
    took_part: Mapping[Step, int | None]
    followed: Mapping[Followed, int | None]


@dataclass(frozen=True)
class Flow:
    """The flow of centres and children (CONSORT, cluster trials).

    `followed` is about `outcome`, the primary one; it is None where there are no results yet.
    `left_out` are children of centres, or children, that were never drawn.
    """

    centres: int
    drawn: int
    children: int | None
    left_out: int | None
    outcome: Measured | None
    arms: Sequence[FlowArm]


@dataclass(frozen=True)
class BalanceLine:
    """One characteristic at the start, of two arms; `difference` is in pooled deviations."""

    arms: tuple[str, str]
    name: Phrase
    children: Pair
    means: Means
    difference: float | None


@dataclass(frozen=True)
class Loss:
    """Shares of the roster's children without a result in use, and the difference of the arms."""

    overall: float | None
    by_arm: Means
    differential: Estimate | None


@dataclass(frozen=True)
class Subgroups:
    """Effects on disadvantaged and other children, and whether they differ, over the draw.

    `changes` are by the default method, over the draw, in the outcome's own points; `gaps` and
    `change_beside` hold the same by other methods. `gaps_before` is about the score before the
    start in its own points, by raw means; None where there is none.
    """

    disadvantaged: Estimate
    others: Estimate
    interaction: Estimate
    changes: Mapping[Adjustment, GapChange]
    change_beside: Estimate  # adjusted, by the bootstrap
    gaps: Mapping[Adjustment, Gaps]
    means: Mapping[str, Means]  # of "disadvantaged" and "others": the outcome by arm
    gaps_before: Gaps | None = None


@dataclass(frozen=True)
class Comparison:
    """One outcome of one arm against the control arm; effects are treated less control.

    `itt` and `standardised` are by the default method, over the draw. `beside` holds the same
    effect by other methods, in standard deviations. `adjusted` holds p-values for several outcomes
    at once, by method. `icc` and `deviation` are of the children analysed.
    """

    outcome: Measured
    arm: str
    control: str
    is_primary: bool
    children: Pair
    centres: tuple[int, int]
    means: Means
    deviation: float | None
    itt: Estimate
    standardised: Estimate
    beside: Sequence[Estimate]
    adjusted: Mapping[str, float]
    first_stage: Estimate | None
    cace: Estimate | None
    subgroups: Subgroups | None
    subgroups_reason: Phrase | None
    loss: Loss
    icc: float | None
    power: Phrase
    thirds: Sequence[Third]


@dataclass(frozen=True)
class Change:
    """Before and after of one outcome, where nobody was drawn: never an impact estimate."""

    outcome: Measured
    children: int | None
    before: float | None
    after: float | None
    change: Estimate


@dataclass(frozen=True)
class DoseBar:
    """How many children of the treated arms had between so many active weeks."""

    least: int
    most: int | None
    children: int | None


@dataclass(frozen=True)
class Engagement:
    """What families of one group did; means are over the children whose guardian has joined."""

    group: str
    children: int | None
    joined: int | None
    share_of_weeks: float | None  # mean primary dose
    compliers: float | None  # share of those who joined
    stopped: float | None  # share of those who joined


@dataclass(frozen=True)
class CostLine:
    """One cost, as the cost file names it."""

    name: str
    amount: float


@dataclass(frozen=True)
class Costs:
    """What the programme cost; parents' time stands apart and is in no sum."""

    currency: str
    lines: Sequence[CostLine]
    total: float
    per_rostered: float | None
    per_active: float | None
    per_did_it: float | None
    parents: Sequence[CostLine]
    price: Cost | None  # of a tenth of a standard deviation of the primary outcome


@dataclass(frozen=True)
class Drawing:
    """How arms were drawn, and what stands for the draw in the tests."""

    digest: str
    unit: str
    seed: int
    drawn_at: datetime
    allocations: str  # how many there could have been, as written: "352,800" or "more than 10^40"
    stratified: bool
    contaminated: int | None


@dataclass(frozen=True)
class Methods:
    """All that somebody needs to find the same numbers again."""

    version: str
    libraries: Mapping[str, str]
    content_versions: Sequence[str]
    seed: int
    draws: int
    exact_limit: int
    active_weeks: int
    smallest: int
    drawing: Drawing | None


@dataclass(frozen=True)
class Study:
    """What the evaluators say of their study themselves; empty where they said nothing."""

    registration: str = ""
    deviations: str = ""
    testers: str = ""
    blinding: str = ""
    relevant_effect: float = 0.2
    simulated: bool = False


@dataclass(frozen=True)
class Findings:
    """The whole report; `comparisons` only where arms were drawn, `changes` only where not."""

    title: str
    made_at: datetime
    legal_basis: str
    study: Study
    flow: Flow
    linkages: Sequence[Linkage]
    balance: Sequence[BalanceLine]
    comparisons: Sequence[Comparison]
    changes: Sequence[Change]
    doses: Sequence[DoseBar]
    engagement: Mapping[By, Sequence[Engagement]]
    funnel: Funnel
    costs: Costs | None
    methods: Methods
