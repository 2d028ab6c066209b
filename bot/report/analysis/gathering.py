"""Everything that a study is worked out from, read in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.core.arms import Drawn, Scheme, parse_scheme
from bot.errors import BotError
from bot.report.doses import Dose, gather_doses
from bot.report.findings import Measured
from bot.report.plans import Plan
from bot.store import Session, arms, exports, linking, outcomes, study
from bot.store.evaluation_tables import Allocation, Arm
from bot.store.funnel import FunnelRow
from bot.store.linking import Linking
from bot.store.outcomes import KnownOutcome, LinkedChild
from bot.store.states import AllocationUnit
from bot.store.study import Enrolled


@dataclass(frozen=True)
class Member:
    """A child of the roster: what its school says, how far its family came, and what that did."""

    enrolled: Enrolled
    reached: FunnelRow
    dose: Dose
    linking: Linking

    @property
    def has_joined(self) -> bool:
        """Whether a guardian has said yes to messages."""
        return self.reached.joined_at is not None

    @property
    def is_known(self) -> bool:
        """Whether what its family did, or that nobody joined, may stand beside its results."""
        if self.linking is Linking.WITHHELD:
            return False
        return self.linking is Linking.LINKED or not self.has_joined


@dataclass(frozen=True)
class Gathered:
    """A study as it stands; `scores` are those in use, by outcome and child, none withheld."""

    members: Sequence[Member]
    scores: Mapping[Measured, Mapping[int, float]]
    ends: Sequence[KnownOutcome]
    allocation: Allocation | None
    arms: Sequence[Arm]
    contaminated: int
    versions: Sequence[str]

    @property
    def linked_children(self) -> list[LinkedChild]:
        """The roster as linking counts it."""
        return [
            LinkedChild(each.enrolled.child_id, each.enrolled.centre, each.enrolled.arm)
            for each in self.members
        ]

    @property
    def withheld(self) -> frozenset[int]:
        """The children whose results are withheld."""
        return frozenset(
            each.enrolled.child_id for each in self.members if each.linking is Linking.WITHHELD
        )

    @property
    def is_by_child(self) -> bool:
        """Whether children were drawn, and not centres."""
        return self.allocation is not None and self.allocation.unit is AllocationUnit.CHILD

    @cached_property
    def scheme(self) -> Scheme:
        """What the arms were drawn by."""
        if self.allocation is None:
            raise BotError("No arms have been drawn yet. Draw them: kuffert assign --arms A,B.")
        return parse_scheme(self.allocation.scheme)

    @cached_property
    def drawn(self) -> list[Drawn]:
        """The frozen list of the draw."""
        return arms.list_frozen(self.allocation) if self.allocation else []

    def find_control(self, plan: Plan) -> str:
        """Give the control arm's name; raise BotError where nobody has said which one it is."""
        names = [each.name for each in self.arms]
        if plan.control is not None:
            if plan.control not in names:
                raise BotError(f'There is no arm "{plan.control}". There are: {", ".join(names)}.')
            return plan.control
        marked = [each.name for each in self.arms if each.is_control]
        if len(marked) != 1:
            raise BotError(
                "It is not said which arm is the control. "
                f"Say it: --control {' or --control '.join(names)}."
            )
        return marked[0]

    def list_outcomes(self, plan: Plan) -> list[Measured]:
        """List what was assessed after the start, the primary outcome first.

        Raise BotError where there are several and nobody has said which one is the primary.
        """
        found = [each for each in self.scores if each.wave != plan.baseline_wave]
        found.sort(key=lambda each: (each.instrument, each.wave))
        told = ", ".join(f"{each.instrument} at {each.wave}" for each in found)
        if plan.primary is None:
            if len(found) > 1 and self.allocation is not None:
                raise BotError(
                    f"There are several outcomes: {told}. Say in a study file which one is the "
                    "primary: primary: {instrument: ..., wave: ...}."
                )
            return found
        primary = Measured(plan.primary.instrument, plan.primary.wave)
        if found and primary not in found:
            raise BotError(
                f'There is no outcome "{primary.instrument}" at "{primary.wave}". '
                f"There are: {told}."
            )
        return sorted(found, key=lambda each: each != primary)


async def gather(
    session: Session, plan: Plan, *, minutes: Mapping[str, int], rows: Sequence[FunnelRow]
) -> Gathered:
    """Read a study; `minutes` says how long each activity takes, `rows` how far children came."""
    doses = await gather_doses(session, minutes=minutes, active_weeks=plan.active_weeks, rows=rows)
    reached = {each.child_id: each for each in rows}
    agreed = await linking.map_linking(session)
    members = [
        Member(each, reached[each.child_id], doses[each.child_id], agreed[each.child_id])
        for each in await study.list_enrolled(session)
        if each.child_id in reached
    ]
    scores: dict[Measured, dict[int, float]] = {}
    for outcome in await exports.list_outcomes(session):
        own = scores.setdefault(Measured(outcome.instrument, outcome.wave), {})
        if agreed.get(outcome.child_id) is not Linking.WITHHELD:
            own[outcome.child_id] = outcome.score
    return Gathered(
        members=members,
        scores=scores,
        ends=await outcomes.list_ends(session),
        allocation=await arms.find_allocation(session),
        arms=await arms.list_arms(session),
        contaminated=sum((await arms.count_contaminated(session)).values()),
        versions=await study.list_content_versions(session),
    )
