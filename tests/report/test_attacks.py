"""Whoever has the whole report, and adds and subtracts all of it, learns of no few children.

Every count that the report shows is a sum over kinds of children: centre, language, disadvantage,
how far the family came, and whether there is a result. What follows from the shown counts is what
lies in the space that they span; nothing small may lie there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.arms import Unit, describe_scheme, draw_arms, make_scheme
from bot.report.analysis.analysing import Setting, conclude
from bot.report.analysis.describing import list_bounds
from bot.report.analysis.gathering import Gathered, Member
from bot.report.doses import Dose
from bot.report.drawing import write_list
from bot.report.findings import Engagement, Findings, Followed, Measured, Step
from bot.report.funnel import STEPS, UNKNOWN, By, Reach, measure
from bot.report.funnel import Step as FunnelStep
from bot.report.plans import Plan
from bot.store.evaluation_tables import Allocation, Arm
from bot.store.funnel import FunnelRow
from bot.store.linking import Linking
from bot.store.outcomes import KnownOutcome
from bot.store.states import AllocationUnit, Disadvantage, OutcomeEnd
from bot.store.study import Enrolled

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
AFTER = Measured("words", "after")
ARMS = ("later", "now")
BARS = list_bounds(8)
WEEKS = (0, 2, 5, 9, 17, 33)  # a number of active weeks for each bar
CARD, OPENED, FORGOTTEN, JOINED = range(1, 5)
LINKED, NOT_LINKED, WITHHELD = range(3)


@dataclass(frozen=True)
class Kind:
    """All that a count of the report may depend on."""

    centre: str
    language: str | None
    disadvantage: Disadvantage | None
    came: int
    bar: int = 0
    tapped: bool = False
    stopped: bool = False
    linking: int = NOT_LINKED
    has_result: bool = False


def list_ways() -> Iterator[dict[str, Any]]:
    """List how far a family can come, and what can be known of it then."""
    for came, has_result in product((0, CARD, OPENED), (False, True)):
        yield {"came": came, "has_result": has_result}
    yield {"came": FORGOTTEN, "linking": WITHHELD}
    for bar, stopped, linking in product(range(len(BARS)), (False, True), range(3)):
        for tapped in (True,) if bar else (False, True):
            for has_result in (False,) if linking == WITHHELD else (False, True):
                yield {
                    "came": JOINED,
                    "bar": bar,
                    "tapped": tapped,
                    "stopped": stopped,
                    "linking": linking,
                    "has_result": has_result,
                }


WAYS = list(list_ways())


def draw_kinds(rng: Random, *, centres: int, size: int) -> list[Kind]:
    """Draw children; what is rare in a study is another thing each time."""
    languages = rng.sample(["ar", "da", "en", None], rng.randint(1, 4))
    chances = [rng.random() ** 3 + 0.02 for _ in languages]
    flags = [Disadvantage.LOW, Disadvantage.OTHER, None]
    weights = [1.0, rng.random() + 0.05, rng.choice((0.0, 0.05, 0.3))]
    ways = [rng.random() ** 4 + (0.3 if way["came"] < JOINED else 0.0) for way in WAYS]
    return [
        Kind(
            f"c{centre}",
            rng.choices(languages, chances)[0],
            rng.choices(flags, weights)[0],
            **rng.choices(WAYS, ways)[0],
        )
        for centre in range(centres)
        for _ in range(rng.randint(max(1, size // 2), size))
    ]


def make_member(number: int, kind: Kind, arm: str | None) -> Member:
    """Make a child of a kind."""
    has_card, has_opened, has_joined = (kind.came >= each for each in (CARD, OPENED, JOINED))
    begun = NOW - timedelta(days=20)
    enrolled = Enrolled(
        number, kind.centre, f"s{number}", date(2022, 1, 1), kind.language, None, arm, ""
    )
    reached = FunnelRow(
        child_id=number,
        centre=kind.centre,
        language=kind.language,
        disadvantage=kind.disadvantage,
        is_open=False,
        withdrawn_at=begun if kind.came == FORGOTTEN else None,
        issued_at=begun if has_card else None,
        printed_at=None,
        opened_at=begun if has_opened else None,
        joined_at=begun if has_joined else None,
    )
    dose = Dose(
        active_weeks=WEEKS[kind.bar],
        weeks_assigned=36 if has_joined else 0,
        has_stopped=kind.stopped,
        is_complier=WEEKS[kind.bar] >= 8,
    )
    linking = {LINKED: Linking.LINKED, WITHHELD: Linking.WITHHELD}
    return Member(enrolled, reached, dose, linking.get(kind.linking, Linking.NOT_LINKED))


@dataclass(frozen=True)
class StudyDrawn:
    """A study made up: its children, their arms, and its report."""

    kinds: list[Kind]
    arm_of: dict[str, str]
    gathered: Gathered
    reached: list[Reach]
    plan: Plan
    findings: Findings


def make_study(rng: Random, *, centres: int, size: int, smallest: int) -> StudyDrawn:
    """Make a study of some centres, the last of which may have come after the draw."""
    kinds = draw_kinds(rng, centres=centres, size=size)
    late = {f"c{centres - 1}"} if rng.random() < 0.3 and centres > 2 else set()
    units = [Unit(each, "") for each in sorted({kind.centre for kind in kinds} - late)]
    scheme = make_scheme(units, unit="centre", arms=ARMS)
    drawn = draw_arms(units, scheme, seed=rng.randrange(1000))
    allocation = Allocation(
        digest="",
        unit=AllocationUnit.CENTRE,
        seed=1,
        scheme=describe_scheme(scheme, drawn, seed=1),
        listed=write_list(drawn),
        drawn_at=NOW,
    )
    arm_of = {each.code: each.arm for each in drawn}
    members = [
        make_member(number, kind, arm_of.get(kind.centre))
        for number, kind in enumerate(kinds, start=1)
    ]
    results = {
        number: rng.gauss(50, 10) for number, kind in enumerate(kinds, start=1) if kind.has_result
    }
    gathered = Gathered(
        members=members,
        scores={AFTER: results},
        ends=[
            KnownOutcome(each, AFTER.instrument, AFTER.wave, OutcomeEnd.ACCEPTED, None, True)
            for each in results
        ],
        allocation=allocation,
        arms=[Arm(allocation_id=1, name=name, is_control=name == ARMS[0]) for name in ARMS],
        contaminated=0,
        versions=[],
    )
    plan = Plan(smallest=smallest, seed=1, draws=999)
    reached = [
        Reach(each.reached, measure(each.reached, [NOW] if kind.tapped else [], now=NOW))
        for each, kind in zip(members, kinds, strict=True)
    ]
    setting = Setting("", "", {}, "0", plan)
    findings = conclude(gathered, reached, setting, now=NOW)
    return StudyDrawn(kinds, arm_of, gathered, reached, plan, findings)


Mask = np.ndarray  # of some kinds of children, in their order
Told = tuple[str, Mask, float | None]


class Kinds:
    """Every kind of children that there can be in a study, as columns; then who is of which."""

    def __init__(self, study: StudyDrawn) -> None:
        values = [
            sorted({getattr(each, name) for each in study.kinds}, key=str)
            for name in ("centre", "language", "disadvantage")
        ]
        self.kinds = [
            Kind(centre, language, flag, **way)
            for centre, language, flag, way in product(*values, WAYS)
        ]
        number = {kind: place for place, kind in enumerate(self.kinds)}
        of_child = [number[kind] for kind in study.kinds]
        self.truth = np.bincount(of_child, minlength=len(self.kinds)).astype(float)
        self.centre = self.list("centre")
        self.language = self.list("language")
        self.disadvantage = self.list("disadvantage")
        self.arm = np.array([study.arm_of.get(each, "(none)") for each in self.centre])
        self.stopped = self.list("stopped").astype(bool)
        self.bar, came, linking = (
            self.list(name).astype(int) for name in ("bar", "came", "linking")
        )
        tapped = self.list("tapped").astype(bool)
        complied = np.array(WEEKS)[self.bar] >= 8
        everybody = came >= 0
        self.came = dict(
            zip(
                Step,
                (everybody, came >= CARD, came >= OPENED, came == JOINED, self.bar > 0, complied),
                strict=True,
            )
        )
        self.withheld = linking == WITHHELD
        self.matched = self.list("has_result").astype(bool)
        self.linked = {
            "roster": everybody,
            "matched": self.matched,
            "without": ~self.withheld & ~self.matched,
            "withheld": self.withheld,
        }
        self.funnel = {
            FunnelStep.CARDS: came >= CARD,
            FunnelStep.OPENED: came >= OPENED,
            FunnelStep.CONSENTED: came >= FORGOTTEN,
            FunnelStep.TAPPED: tapped,
        }
        self.unknown = (came == JOINED) & (linking == NOT_LINKED)
        self.served = self.arm == "now"
        self.drawn = self.arm != "(none)"

    def list(self, name: str) -> Mask:
        """Give one thing of every kind."""
        return np.array([getattr(each, name) for each in self.kinds], dtype=object)

    def group(self, name: str) -> Mask:
        """Find the group of a linkage, by its name."""
        sort, _, rest = name.partition(" ")
        if sort == "all":
            return self.came[Step.ROSTER]
        return (self.centre if sort == "centre" else self.arm) == rest

    def by(self, by: By, name: str) -> Mask:
        """Find a group of the engagement."""
        column = {By.CENTRE: self.centre, By.LANGUAGE: self.language}.get(by, self.disadvantage)
        return np.array([(each or UNKNOWN) == name for each in column])


def list_told(study: StudyDrawn, kinds: Kinds) -> Iterator[Told]:
    """List every count of the report: what it says, of whom, and the figure, None if hidden."""
    findings = study.findings
    yield "everybody", kinds.group("all"), findings.flow.children
    yield "left out", ~kinds.drawn, findings.flow.left_out
    for arm in findings.flow.arms:
        is_in = kinds.arm == arm.arm
        for step, count in arm.took_part.items():
            yield f"flow {arm.arm} {step}", is_in & kinds.came[step], count
        kept = arm.followed.get(Followed.KEPT)
        yield f"flow {arm.arm} kept", is_in & ~kinds.withheld, kept
    for linkage in findings.linkages:
        for row in linkage.rows:
            for column, mask in kinds.linked.items():
                name = f"linking {row.group} {column}"
                yield name, kinds.group(row.group) & mask, getattr(row, column)
    for bar, told in enumerate(findings.doses):
        yield f"bar {told.least}", kinds.served & (kinds.bar == bar), told.children
    for by, rows in findings.engagement.items():
        for each in rows:
            yield from list_engaged(each, kinds.served & kinds.by(by, each.group), kinds)
    for column in STEPS:
        yield f"funnel {column.step}", kinds.funnel[column.step], findings.funnel.total[column]
    yield from list_balance(study, kinds)
    yield from list_compared(study, kinds)


def list_engaged(told: Engagement, group: Mask, kinds: Kinds) -> Iterator[Told]:
    """List the counts of a group's engagement; shares of a number that is told are counts."""
    joined = group & kinds.came[Step.CONSENTED]
    complied, stopped = (
        None if share is None else share * (told.joined or 0)
        for share in (told.compliers, told.stopped)
    )
    yield f"engaged {told.group}", group, told.children
    yield f"engaged {told.group} joined", joined, told.joined
    yield f"engaged {told.group} complied", joined & kinds.came[Step.COMPLIED], complied
    yield f"engaged {told.group} stopped", joined & kinds.stopped, stopped


def list_balance(study: StudyDrawn, kinds: Kinds) -> Iterator[Told]:
    """List the counts of the balance: of whom something is known, and of whom it is so."""
    balance = study.findings.balance
    of_language = [each.name.values["language"] for each in balance if each.name.values]
    is_known = np.array([each is not None for each in kinds.language])
    is_other = is_known & ~np.isin(kinds.language.astype(str), of_language)
    for line in balance:
        if line.name.text == "Share of disadvantaged children":
            known = np.array([each is not None for each in kinds.disadvantage])
            is_so = np.array([each is Disadvantage.LOW for each in kinds.disadvantage])
        elif "language" in line.name.text:
            known = is_known
            own = kinds.language == line.name.values.get("language")
            is_so = own if line.name.values else is_other
        else:
            continue
        name = f"balance {line.name.text} {dict(line.name.values)}"
        for place, arm in enumerate(ARMS):
            is_in, count, mean = kinds.arm == arm, line.children[place], line.means[place]
            ones = None if count is None or mean is None else count * mean
            yield f"{name} {arm} known", is_in & known, count
            yield f"{name} {arm}", is_in & is_so, ones


def list_compared(study: StudyDrawn, kinds: Kinds) -> Iterator[Told]:
    """List the counts beside the estimates."""
    for each in study.findings.comparisons:
        for arm, count in zip(ARMS, each.children, strict=True):
            yield f"compared {arm}", (kinds.arm == arm) & kinds.matched, count
        yield "estimate", kinds.drawn & kinds.matched, each.itt.children
        if each.subgroups:
            for flag, estimate in (
                (Disadvantage.LOW, each.subgroups.disadvantaged),
                (Disadvantage.OTHER, each.subgroups.others),
            ):
                has_flag = np.array([own is flag for own in kinds.disadvantage])
                mask = kinds.drawn & kinds.matched & has_flag
                yield f"subgroup {flag}", mask, estimate.children
        if each.thirds:
            mask = kinds.served & kinds.matched & ~kinds.unknown
            yield "thirds", mask, sum(third.children for third in each.thirds)


def list_secrets(told: Sequence[Told], kinds: Kinds) -> Iterator[tuple[str, Mask]]:
    """List what nobody may learn where it is few: each group, and who fell away between two."""
    for place, (name, mask, _count) in enumerate(told):
        yield name, mask
        for other, part, _ in told[place + 1 : place + 7] if place > 1 else ():
            yield f"{name}, not {other}", mask & ~part
    for (step, mask), flow in zip(kinds.funnel.items(), list(Step)[1:], strict=False):
        yield f"funnel {step}, not flow", mask & ~kinds.came[flow]
    yield "nothing said of linking", kinds.served & kinds.matched & kinds.unknown
    for arm in (*ARMS, "(none)"):
        for step, mask in kinds.came.items():
            yield f"arm {arm} {step}", (kinds.arm == arm) & mask


def find_learnt(study: StudyDrawn) -> dict[str, int]:
    """Work out what follows from the report for certain; give the counts that do, by name."""
    kinds = Kinds(study)
    told = list(list_told(study, kinds))
    shown = np.array([mask for _, mask, count in told if count is not None], dtype=float)
    counts = [count for _, _, count in told if count is not None]
    truth = kinds.truth
    assert np.allclose(shown @ truth, counts), "the report is wrong"
    secrets = list(list_secrets(told, kinds))
    asked = np.array([mask for _, mask in secrets], dtype=float)
    while True:
        follows = find_spanned(shown, asked)
        empty = asked[follows & (asked @ truth == 0)].any(axis=0)
        if not empty.any():
            break
        shown, asked, truth = shown[:, ~empty], asked[:, ~empty], truth[~empty]
    found = zip(secrets, asked @ truth, follows, strict=True)
    return {name: int(count) for (name, _), count, is_known in found if is_known}


def find_spanned(shown: Mask, asked: Mask) -> Mask:
    """Say which rows are sums and differences of those that are shown."""
    values, vectors = np.linalg.eigh(shown @ shown.T)
    is_used = values > 1e-9 * max(float(values.max(initial=0.0)), 1.0)
    basis = (vectors[:, is_used] / np.sqrt(values[is_used])).T @ shown
    rest = asked - (asked @ basis.T) @ basis
    spanned: Mask = np.linalg.norm(rest, axis=1) < 1e-5
    return spanned


@settings(max_examples=25, deadline=None)
@example(seed=255, centres=3, size=4, smallest=3)  # who was left out of the draw
@example(seed=3174, centres=3, size=4, smallest=3)  # one language less those of one flag
@example(seed=448061, centres=2, size=12, smallest=5)  # one centre less one language
@example(seed=622715, centres=5, size=4, smallest=5)  # cards of those left out
@example(seed=516007, centres=2, size=4, smallest=3)  # funnel less balance
@example(seed=519338, centres=5, size=4, smallest=3)  # who opened a card and did no more
@given(
    seed=st.integers(0, 10**6),
    centres=st.integers(2, 5),
    size=st.sampled_from((4, 12, 40)),
    smallest=st.sampled_from((3, 5)),
)
def test_no_few_children_follow_from_the_whole_report(
    seed: int, centres: int, size: int, smallest: int
) -> None:
    study = make_study(Random(seed), centres=centres, size=size, smallest=smallest)

    learnt = find_learnt(study)

    assert {name: count for name, count in learnt.items() if 0 < count < smallest} == {}
