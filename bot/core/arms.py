"""Draw units into arms, balanced within and over strata, and tell every draw there could have been.

In a stratum each arm gets the same number of units; what is left over (fewer than there are arms)
goes, one each, to the arms that have had least of the left-overs of the strata before, and among
equals by chance. Which units an arm gets is chance alone. So arms differ by one at most in each
stratum and over all of them, and every allocation that can be drawn is as likely as every other:
how many choices a step leaves does not depend on what was chosen before.
"""

import itertools
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from bot.errors import BotError

REMAINDERS = (
    "one each to the arms with fewest left-over units so far, strata in this order, ties by chance"
)
WRITTEN_BITS = 40  # up to where a count of allocations is written in full


@dataclass(frozen=True)
class Stratum:
    """Units that are drawn among themselves: how they are called, and how many they are."""

    name: str
    size: int


@dataclass(frozen=True)
class Scheme:
    """All that the set of possible allocations depends on: arms, and strata in their order."""

    unit: str
    arms: tuple[str, ...]
    strata: tuple[Stratum, ...]


@dataclass(frozen=True)
class Unit:
    """A centre or a child that is to be drawn, by its code, and its stratum."""

    code: str
    stratum: str


@dataclass(frozen=True)
class Drawn:
    """A unit and the arm that it was drawn into."""

    code: str
    stratum: str
    arm: str


Allocation = tuple[str, ...]  # an arm for each unit: stratum by stratum, in each by code


def make_scheme(units: Sequence[Unit], *, unit: str, arms: Sequence[str]) -> Scheme:
    """Make the scheme for some units; strata are in the order of their names."""
    return scheme_of(Counter(each.stratum for each in units), unit=unit, arms=arms)


def scheme_of(sizes: Mapping[str, int], *, unit: str, arms: Sequence[str]) -> Scheme:
    """Make the scheme for strata by their names and sizes."""
    if len(set(arms)) != len(arms) or len(arms) < 2:
        raise BotError("Name two arms or more, each by another name: --arms now,later.")
    return Scheme(unit, tuple(arms), tuple(Stratum(name, sizes[name]) for name in sorted(sizes)))


def draw_arms(units: Sequence[Unit], scheme: Scheme, *, seed: int) -> list[Drawn]:
    """Draw every unit's arm; the same units, scheme and seed give the same, in whatever order."""
    ordered = sorted(units, key=lambda each: (each.stratum, each.code))
    allocation = draw_allocation(scheme, Random(seed))
    pairs = zip(ordered, allocation, strict=True)
    return [Drawn(each.code, each.stratum, arm) for each, arm in pairs]


def draw_allocation(scheme: Scheme, rng: Random) -> Allocation:
    """Draw one allocation, each with the same chance."""
    drawn: list[str] = []
    extras = Counter(dict.fromkeys(scheme.arms, 0))
    for stratum in scheme.strata:
        each, left_over = divmod(stratum.size, len(scheme.arms))
        certain, open_to, count = split_remainder(extras, scheme, left_over)
        chosen = [*certain, *rng.sample(open_to, count)]
        extras.update(chosen)
        arms = [*(arm for arm in scheme.arms for _ in range(each)), *sorted(chosen)]
        rng.shuffle(arms)
        drawn += arms
    return tuple(drawn)


def split_remainder(
    extras: Mapping[str, int], scheme: Scheme, left_over: int
) -> tuple[list[str], list[str], int]:
    """Say which arms get a left-over unit for certain, which may, and how many of those do."""
    least = min(extras.values())
    behind = [arm for arm in scheme.arms if extras[arm] == least]
    if left_over <= len(behind):
        return [], behind, left_over
    ahead = [arm for arm in scheme.arms if extras[arm] > least]
    return behind, ahead, left_over - len(behind)


def count_allocations(scheme: Scheme) -> int:
    """Count the allocations that can be drawn."""
    total = 1
    extras = Counter(dict.fromkeys(scheme.arms, 0))
    for stratum in scheme.strata:
        each, left_over = divmod(stratum.size, len(scheme.arms))
        certain, open_to, count = split_remainder(extras, scheme, left_over)
        chosen = [*certain, *open_to[:count]]  # which ones makes no difference to how many
        extras.update(chosen)
        left = stratum.size
        for arm in scheme.arms:  # a division of factorials would stop the process for seconds
            taken = each + (arm in chosen)
            total *= math.comb(left, taken)
            left -= taken
        total *= math.comb(len(open_to), count)
    return total


def say_count(count: int) -> str:
    """Write a count; of a very large one how many digits it has."""
    if not is_very_large(count):
        return f"{count:,}"
    return f"more than 10^{int((count.bit_length() - 1) * math.log10(2))}"


def is_very_large(count: int) -> bool:
    """Say whether a count is too large to be written in full."""
    return count.bit_length() >= WRITTEN_BITS


def list_allocations(scheme: Scheme) -> Iterator[Allocation]:
    """Go through every allocation that can be drawn, each once."""
    return extend((), dict.fromkeys(scheme.arms, 0), scheme, 0)


def extend(
    begun: Allocation, extras: Mapping[str, int], scheme: Scheme, place: int
) -> Iterator[Allocation]:
    """Go through every way on from an allocation of the strata before a place."""
    if place == len(scheme.strata):
        yield begun
        return
    each, left_over = divmod(scheme.strata[place].size, len(scheme.arms))
    certain, open_to, count = split_remainder(extras, scheme, left_over)
    for others in itertools.combinations(open_to, count):
        chosen = (*certain, *others)
        counts = {arm: each + (arm in chosen) for arm in scheme.arms}
        after = {arm: extras[arm] + (arm in chosen) for arm in scheme.arms}
        for arms in list_orders(counts):
            yield from extend((*begun, *arms), after, scheme, place + 1)


def list_orders(counts: Mapping[str, int]) -> Iterator[Allocation]:
    """Go through every order of so many of each arm, each once."""
    (arm, count), *others = counts.items()
    size = sum(counts.values())
    if not others:
        yield (arm,) * size
        return
    for places in itertools.combinations(range(size), count):
        taken = set(places)
        for rest in list_orders(dict(others)):
            following = iter(rest)
            yield tuple(arm if place in taken else next(following) for place in range(size))


def describe_scheme(scheme: Scheme, drawn: Sequence[Drawn], *, seed: int) -> str:
    """Write a scheme as JSON, with the seed and what was drawn by stratum, for whoever redraws."""
    per_arm = Counter((each.stratum, each.arm) for each in drawn)
    said: dict[str, Any] = {
        "unit": scheme.unit,
        "arms": list(scheme.arms),
        "strata": [
            {
                "name": each.name,
                "size": each.size,
                "drawn": {arm: per_arm[each.name, arm] for arm in scheme.arms},
            }
            for each in scheme.strata
        ],
        "remainders": REMAINDERS,
        "generator": "Python's random.Random, sample then shuffle, stratum by stratum",
        "seed": seed,
    }
    return json.dumps(said, ensure_ascii=False, indent=1)


def parse_scheme(text: str) -> Scheme:
    """Read a scheme as it was written."""
    said = json.loads(text)
    strata = tuple(Stratum(each["name"], each["size"]) for each in said["strata"])
    return Scheme(said["unit"], tuple(said["arms"]), strata)
