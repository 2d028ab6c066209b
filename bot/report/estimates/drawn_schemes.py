"""The draw of `kuffert assign`, as the comparison of one arm with the control arm sees it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np

from bot.core.arms import Drawn, split_remainder
from bot.core.arms import Scheme as WholeScheme
from bot.errors import BotError
from bot.report.estimates.schemes import Allotted, list_choices

CELLS_AT_ONCE = 4_000_000
Extras = tuple[int, int]  # left-over units that the control arm and the treated one have had


@dataclass(frozen=True)
class Part:
    """A stratum's units in the two arms, by code; `each` is what either arm got for certain.

    `shared` left-over units are for the two arms; `others` are the other arms that got one each.
    """

    codes: Sequence[str]
    each: int
    shared: int
    others: frozenset[str]


@dataclass(frozen=True)
class DrawnScheme:
    """All allocations of two arms that the draw could have given, had the other arms stayed.

    Every allocation of the whole draw was as likely as every other (`bot.core.arms`), and so are
    those that agree with what the other arms got. Over the strata they differ in which of the two
    arms got a left-over unit, and in each stratum in which units an arm has.
    """

    arms: tuple[str, ...]
    pair: tuple[str, str]
    parts: Sequence[Part]
    treated: frozenset[str]

    @cached_property
    def clusters(self) -> list[str]:
        """All units of the two arms, stratum by stratum: the columns of every matrix."""
        return [code for part in self.parts for code in part.codes]

    @cached_property
    def others_before(self) -> list[dict[str, int]]:
        """How many left-over units each other arm has had before each stratum."""
        before = [dict.fromkeys(self.arms, 0)]
        for part in self.parts:
            before.append({arm: had + (arm in part.others) for arm, had in before[-1].items()})
        return before

    @cached_property
    def ways(self) -> list[dict[Extras, int]]:
        """How many allocations of this stratum and the later ones there are, by what was before."""
        reached: list[set[Extras]] = [{(0, 0)}]
        for place in range(len(self.parts)):
            reached.append({after for at in reached[-1] for after in self._go_on(place, at)})
        ways: list[dict[Extras, int]] = [dict.fromkeys(reached[-1], 1)]
        for place in reversed(range(len(self.parts))):
            later = ways[0]
            ways.insert(
                0,
                {
                    at: sum(
                        self._choose(place, at, after) * later[after]
                        for after in self._go_on(place, at)
                    )
                    for at in reached[place]
                },
            )
        return ways

    def count(self) -> int:
        """Count the allocations that could have been drawn."""
        return self.ways[0][0, 0]

    def list_all(self) -> Allotted:
        """List every allocation: a row each, 1 where a unit is in the treated arm."""
        begun: dict[Extras, Allotted] = {(0, 0): np.empty((1, 0), dtype=np.int8)}
        for place, part in enumerate(self.parts):
            grown: defaultdict[Extras, list[Allotted]] = defaultdict(list)
            for at, rows in begun.items():
                for after in self._go_on(place, at):
                    own = list_choices(len(part.codes), part.each + after[1] - at[1])
                    left = np.repeat(rows, len(own), axis=0)
                    grown[after].append(np.hstack([left, np.tile(own, (len(rows), 1))]))
            begun = {at: np.vstack(several) for at, several in grown.items()}
        return np.vstack(list(begun.values()))

    def draw(self, rng: np.random.Generator, *, count: int) -> Allotted:
        """Draw allocations, each independently of the others, some at a time to spare memory."""
        step = max(1, CELLS_AT_ONCE // max(len(self.clusters), 1))
        sizes = [min(step, count - done) for done in range(0, count, step)]
        return np.vstack([self._draw_some(rng, count=size) for size in sizes])

    def find_own(self, arms: Mapping[str, float]) -> Allotted:
        """Give the allocation that was drawn; raise BotError where the arms are others."""
        for code, arm in arms.items():
            if (code in self.treated) != (arm == 1):
                raise BotError(
                    f"{code} is in another arm here than was drawn. Give the arms that were drawn."
                )
        return np.array([code in self.treated for code in self.clusters], dtype=np.int8)

    def _draw_some(self, rng: np.random.Generator, *, count: int) -> Allotted:
        """Draw allocations: which arm gets the left-over units, then who is in it."""
        at: list[Extras] = [(0, 0)] * count
        columns = []
        for place, part in enumerate(self.parts):
            after = self._step(place, at, rng)
            treated = [part.each + new[1] - old[1] for old, new in zip(at, after, strict=True)]
            order = rng.random((count, len(part.codes))).argsort(axis=1).argsort(axis=1)
            columns.append((order < np.array(treated)[:, None]).astype(np.int8))
            at = after
        return np.hstack(columns)

    def _step(self, place: int, at: Sequence[Extras], rng: np.random.Generator) -> list[Extras]:
        """Draw, for each allocation, which of the two arms gets a stratum's left-over units."""
        chance = rng.random(len(at))
        steps: dict[Extras, tuple[list[Extras], list[float]]] = {}
        for each in set(at):
            whole, reached, below = self.ways[place][each], [], 0
            bounds = []
            for after in self._go_on(place, each):
                below += self._choose(place, each, after) * self.ways[place + 1][after]
                if self.ways[place + 1][after]:
                    reached.append(after)
                    bounds.append(below / whole)
            steps[each] = reached, bounds[:-1]
        return [
            steps[each][0][sum(luck >= bound for bound in steps[each][1])]
            for each, luck in zip(at, chance.tolist(), strict=True)
        ]

    def _choose(self, place: int, at: Extras, after: Extras) -> int:
        """Count the ways to choose the treated units of a stratum."""
        part = self.parts[place]
        return comb(len(part.codes), part.each + after[1] - at[1])

    def _go_on(self, place: int, at: Extras) -> Iterator[Extras]:
        """Give what the two arms can have had after a stratum, by the rule of the draw."""
        part = self.parts[place]
        before = self.others_before[place] | dict(zip(self.pair, at, strict=True))
        left_over = part.shared + len(part.others)
        certain, open_to, _count = split_remainder(before, self._whole, left_over)
        for picked in ((0, 0), (1, 0), (0, 1), (1, 1)):
            if sum(picked) != part.shared:
                continue
            got = part.others | {arm for arm, one in zip(self.pair, picked, strict=True) if one}
            if got >= set(certain) and got <= {*certain, *open_to}:
                yield at[0] + picked[0], at[1] + picked[1]

    @cached_property
    def _whole(self) -> WholeScheme:
        """The arms of the whole draw, for its rule."""
        return WholeScheme("", self.arms, ())


def narrow(
    scheme: WholeScheme, drawn: Sequence[Drawn], *, control: str, treated: str
) -> DrawnScheme:
    """Narrow a draw to two of its arms, what the others got taken as given."""
    pair = (control, treated)
    parts = []
    for stratum in scheme.strata:
        own = [each for each in drawn if each.stratum == stratum.name]
        counts = Counter(each.arm for each in own)
        each, left_over = divmod(stratum.size, len(scheme.arms))
        others = frozenset(
            arm for arm in scheme.arms if arm not in pair and counts[arm] == each + 1
        )
        codes = sorted(unit.code for unit in own if unit.arm in pair)
        parts.append(Part(codes, each, left_over - len(others), others))
    chosen = frozenset(each.code for each in drawn if each.arm == treated)
    return DrawnScheme(scheme.arms, pair, parts, chosen)
