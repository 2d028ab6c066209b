"""What may be told of a draw of arms: before it by sizes alone, after it with what came of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.arms import Drawn, Scheme, count_allocations, parse_scheme, scheme_of
from bot.report.disclosure import is_small, suppress
from bot.store import Session, arms
from bot.store.evaluation_tables import Allocation, Arm
from bot.store.states import AllocationUnit


@dataclass(frozen=True)
class ArmTold:
    """An arm, its units when it was drawn, and its children now; None is suppressed."""

    arm: Arm
    units: int
    children: int | None


@dataclass(frozen=True)
class StratumTold:
    """A stratum, and how many of its units each arm got, in the order of the arms."""

    name: str
    counts: Sequence[int]


@dataclass(frozen=True)
class Shared:
    """Two arms, and how many guardians have children in both; None is a few."""

    first: str
    second: str
    guardians: int | None


@dataclass(frozen=True)
class Told:
    """What was drawn, and how; what came later, and who is in two arms.

    `strata` is empty where there is only one, which the arms tell, and where their counts would
    tell of a few children; `of_strata` says how many there are.
    """

    allocation: Allocation
    scheme: Scheme
    allocations: int
    arms: Sequence[ArmTold]
    of_strata: int
    strata: Sequence[StratumTold]
    late: Sequence[str]
    shared: Sequence[Shared]


async def find_told(session: Session) -> Told | None:
    """Tell what was drawn; None where nothing was."""
    allocation = await arms.find_allocation(session)
    if allocation is None:
        return None
    scheme, drawn = parse_scheme(allocation.scheme), arms.list_frozen(allocation)
    counted = await arms.count_by_arm(session)
    shown = suppress([each.children for each in counted])
    contaminated = await arms.count_contaminated(session)
    return Told(
        allocation,
        scheme,
        count_allocations(scheme),
        [ArmTold(each.arm, each.units, kept) for each, kept in zip(counted, shown, strict=True)],
        len({each.stratum for each in drawn}),
        tell_strata(allocation.unit, drawn, scheme.arms),
        await arms.list_late(session, allocation.unit),
        [
            Shared(first, second, None if is_small(count) else count)
            for (first, second), count in sorted(contaminated.items())
        ],
    )


def tell_strata(
    unit: AllocationUnit, drawn: Sequence[Drawn], names: Sequence[str]
) -> list[StratumTold]:
    """Tell how each stratum was drawn; where there is one only, the arms say it."""
    counts = Counter((each.stratum, each.arm) for each in drawn)
    strata = sorted({each.stratum for each in drawn})
    told = [StratumTold(each, [counts[each, arm] for arm in names]) for each in strata]
    if len(strata) < 2 or tells_of_few(unit, (count for each in told for count in each.counts)):
        return []
    return told


def tells_of_few(unit: AllocationUnit, counts: Iterable[int]) -> bool:
    """Say whether counts by stratum and arm have to be kept.

    Of children, nothing is said where an arm has a few in any stratum: the arms' own counts less
    the other strata would tell them.
    """
    return unit is AllocationUnit.CHILD and any(is_small(count) for count in counts)


@dataclass(frozen=True)
class Expected:
    """Units that would be drawn among themselves: how many, and how many each arm would get."""

    name: str
    size: int
    least: int
    most: int


@dataclass(frozen=True)
class Ahead:
    """What a draw would be like; None is suppressed, and `strata` is empty where they are.

    It rests on the sizes of the strata alone. No unit's arm is in it, and nothing in it depends on
    a seed: else somebody could look at one draw after another, and keep the one that pleases.
    """

    allocations: int | None
    whole: Expected | None
    strata: Sequence[Expected]
    of_strata: int


def look_ahead(sizes: Mapping[str, int], unit: AllocationUnit, names: Sequence[str]) -> Ahead:
    """Tell what a draw would be like, and of a few children as little as after it."""
    scheme = scheme_of(sizes, unit=unit, arms=names)
    strata = [expect(each.name, each.size, scheme) for each in scheme.strata]
    whole = expect("", sum(each.size for each in strata), scheme)
    is_of_few = tells_of_few(unit, (count for each in strata for count in (each.least, each.most)))
    return Ahead(
        None if is_of_few else count_allocations(scheme),  # it would tell how few they are
        None if tells_of_few(unit, (whole.least, whole.most)) else whole,
        [] if is_of_few or len(strata) < 2 else strata,
        len(strata),
    )


def expect(name: str, size: int, scheme: Scheme) -> Expected:
    """Say how many of some units each arm gets: as many as every other, or one more."""
    least, left_over = divmod(size, len(scheme.arms))
    return Expected(name, size, least, least + bool(left_over))
