"""Judge each result of a file: whose it is, and whether it can be taken in as it stands."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from bot.core.codes import STUDY_LETTERS, is_study_code, parse_code
from bot.intake.layouts import Results
from bot.intake.readings import Fault, Reason, explain
from bot.store.states import OutcomeEnd

Known = Mapping[tuple[int, str, str], float | None]  # by child, instrument and wave
Place = tuple[str, int]  # sheet and line
OF_CODES = frozenset({Fault.NO_CODE, Fault.WRONG_CODE, Fault.NOT_ON_ROSTER})
CODE_CHARACTERS = 20  # what is longer is no slip in a code, and may be a name


@dataclass
class Judged:
    """Results with whose they are; reasons for quarantine and suggestions are by place."""

    results: Results
    children: list[int | None]
    reasons: dict[int, Reason]
    suggestions: dict[int, tuple[str, ...]] = field(default_factory=dict)
    corrected: set[int] = field(default_factory=set)
    known: set[int] = field(default_factory=set)

    def ended(self, place: int) -> OutcomeEnd:
        """Say how a result ended, but for linking, which is looked at when it is read."""
        if place in self.reasons:
            return OutcomeEnd.QUARANTINED
        return OutcomeEnd.CORRECTED if place in self.corrected else OutcomeEnd.ACCEPTED


@dataclass(frozen=True)
class Counts:
    """How a file's results ended; each is in exactly one of the four."""

    rows: int
    results: int
    accepted: int
    corrected: int
    withheld: int
    quarantined: Mapping[Fault, int]
    known: int  # of those that are not quarantined: an earlier file says the same

    def list_lines(self) -> list[str]:
        """Say it in lines."""
        wrong = sum(self.quarantined.values())
        lines = [
            f"{self.rows:,} rows, {self.results:,} results",
            f"{self.accepted:,} accepted",
            f"{self.corrected:,} corrected by confirmation",
            f"{self.withheld:,} withheld: linking refused or withdrawn",
            f"{wrong:,} quarantined",
        ]
        lines += [f"  {many:,} {fault}" for fault, many in sorted(self.quarantined.items())]
        if self.known:
            lines.append(f"{self.known:,} of these are known from an earlier file")
        return lines


def judge(
    results: Results,
    roster: Mapping[str, int],
    *,
    known: Known,
    confirmed: Mapping[Place, str],
) -> Judged:
    """Find each result's child, and what speaks against taking it in."""
    owners = {code: roster.get(code) or roster.get(parse_code(code)) for code in set(results.codes)}
    judged = Judged(results, list(map(owners.__getitem__, results.codes)), dict(results.reasons))
    lost = {code for code, child in owners.items() if child is None}
    if lost:
        judge_codes(judged, lost, roster, confirmed=confirmed)
    judge_repeats(judged)
    judge_known(judged, known)
    return judged


def judge_codes(
    judged: Judged,
    lost: Iterable[str],
    roster: Mapping[str, int],
    *,
    confirmed: Mapping[Place, str],
) -> None:
    """Quarantine the results whose code no child has, but where somebody confirmed which it is."""
    results = judged.results
    why = {code: explain_code(code) for code in lost}
    wrong = {code: parse_code(code) for code in why if why[code].fault is Fault.WRONG_CODE}
    found = find_near(wrong.values(), roster)
    near = {code: found[plain] for code, plain in wrong.items() if found.get(plain)}
    for place, code in enumerate(results.codes):
        if code not in why:
            continue
        right = confirmed.get((results.sheets[place], results.lines[place]))
        if right is not None and right in roster:
            judged.children[place] = roster[right]
            judged.corrected.add(place)
        else:
            judged.reasons[place] = why[code]
            if code in near:
                judged.suggestions[place] = near[code]


def explain_code(written: str) -> Reason:
    """Say what is wrong with a code that no child has."""
    if not written:
        return explain(Fault.NO_CODE, "the cell of the study code is empty")
    if is_study_code(parse_code(written)):
        return explain(Fault.NOT_ON_ROSTER, "no child has this study code")
    return explain(Fault.WRONG_CODE, "a character of the study code is wrong or missing")


def find_near(codes: Iterable[str], roster: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Give the codes of the roster that differ by one character, or one swap of neighbours."""
    asked = {code for code in codes if len(code) == STUDY_LETTERS + 1}
    if not asked:
        return {}
    by_hole: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    holes = {hole for code in asked for hole in list_holes(code)}
    known = set(roster)
    for code in known:
        for hole in list_holes(code):
            if hole in holes:
                by_hole[hole].append(code)
    near = {}
    for code in asked:
        found = {each for hole in list_holes(code) for each in by_hole.get(hole, ())}
        near[code] = tuple(sorted(found | (set(list_swaps(code)) & known)))
    return near


def list_holes(code: str) -> list[tuple[int, str]]:
    """List a code with each of its characters left out."""
    return [(place, code[:place] + code[place + 1 :]) for place in range(len(code))]


def list_swaps(code: str) -> list[str]:
    """List a code with each pair of neighbours swapped."""
    return [
        code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        for place in range(len(code) - 1)
    ]


def judge_repeats(judged: Judged) -> None:
    """Quarantine what stands in the file twice: the later where it is the same, else all."""
    results, reasons = judged.results, judged.reasons
    keys = zip(judged.children, results.instruments, results.waves, strict=True)
    first: dict[tuple[int | None, str, str], int] = {}
    repeated: defaultdict[int, list[int]] = defaultdict(list)
    for place, key in zip(count(), keys):
        if place not in reasons:
            before = first.setdefault(key, place)
            if before != place:
                repeated[before].append(place)
    for before, later in repeated.items():
        places = [before, *later]
        if len({results.scores[each] for each in places}) == 1:
            for each in later:
                reasons[each] = explain_repeat(results, before, beside=later, is_same=True)
        else:
            for each in places:
                other = before if each != before else later[0]
                reasons[each] = explain_repeat(results, other, beside=[each], is_same=False)


def explain_repeat(results: Results, place: int, *, beside: Sequence[int], is_same: bool) -> Reason:
    """Say what another line says of the same, and its sheet where that is another."""
    line, sheet = results.lines[place], results.sheets[place]
    if all(results.sheets[each] == sheet for each in beside):
        if is_same:
            return explain(Fault.DUPLICATE, "line {line} says the same", line=line)
        return explain(Fault.CONTRADICTED, "line {line} gives another value", line=line)
    where = {"line": line, "sheet": sheet}
    if is_same:
        return explain(Fault.DUPLICATE, "line {line} of sheet {sheet} says the same", **where)
    return explain(Fault.CONTRADICTED, "line {line} of sheet {sheet} gives another value", **where)


def judge_known(judged: Judged, known: Known) -> None:
    """Find what an earlier file says too, and quarantine what it says otherwise."""
    if not known:
        return
    results = judged.results
    keys = zip(judged.children, results.instruments, results.waves, strict=True)
    for place, (child, instrument, wave) in enumerate(keys):
        if child is None or place in judged.reasons or (child, instrument, wave) not in known:
            continue
        before = known[child, instrument, wave]
        if before == results.scores[place]:
            judged.known.add(place)
        else:
            judged.reasons[place] = explain_conflict(before)


def explain_conflict(before: float | None) -> Reason:
    """Say what an earlier file says otherwise."""
    if before is None:
        return explain(Fault.CONFLICT, "an earlier file has no score for this")
    return explain(Fault.CONFLICT, "an earlier file says {score} for this", score=f"{before:g}")


def count_ends(judged: Judged, withheld: frozenset[int]) -> Counts:
    """Count how the results ended, each once."""
    reasons, total = judged.reasons, len(judged.results.lines)
    held = {place for place, child in enumerate(judged.children) if child in withheld}
    held -= reasons.keys()
    corrected = judged.corrected - reasons.keys() - held
    return Counts(
        rows=judged.results.rows,
        results=total,
        accepted=total - len(reasons) - len(held) - len(corrected),
        corrected=len(corrected),
        withheld=len(held),
        quarantined=Counter(reason.fault for reason in reasons.values()),
        known=len(judged.known),
    )
