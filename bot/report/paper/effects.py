"""Tell what was found: effects, the gap, changes without a comparison."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.report.estimates.gaps import Adjustment, Gaps
from bot.report.estimates.pre_post import SENTENCE
from bot.report.estimates.records import Estimate
from bot.report.findings import Comparison, Findings, Measured, Subgroups
from bot.report.paper.blocks import (
    Block,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Points,
    Section,
    Table,
)
from bot.report.paper.charts import Group, Whisker, draw_whiskers
from bot.report.paper.speech import SUPPRESSED, Speech
from bot.report.paper.taking_part import draw, suppression_note

ADJUSTMENTS = {Adjustment.RAW: "raw means", Adjustment.ADJUSTED: "adjusted for baseline and strata"}
TOGETHER = "\u00a0+\u00a0"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
HEAD = ("Estimate", "95 % interval", "p", "Children", "Centres", "Method")


@dataclass
class Remarks:
    """What stands below a table: methods by letter, and why a figure is missing."""

    speech: Speech
    methods: dict[str, str] = field(default_factory=dict)
    others: dict[str, None] = field(default_factory=dict)

    def mark(self, method: str) -> str:
        """Give a method its letter."""
        if not method:
            return SUPPRESSED
        number = len(self.methods)
        first, last = divmod(number, len(LETTERS))
        letter = (LETTERS[first - 1] if first else "") + LETTERS[last]
        return self.methods.setdefault(method, letter)

    def tell(self, name: str, text: str) -> None:
        """Keep a remark, once."""
        if text:
            self.others[f"{name}: {self.speech.tell(text)}"] = None

    def list(self) -> list[str]:
        """List all of them, methods first."""
        methods = [
            f"{letter}: {self.speech.tell(method)}." for method, letter in self.methods.items()
        ]
        return [*methods, *self.others]


def name_outcome(outcome: Measured) -> str:
    """Name an outcome as the school's file does."""
    return f"{outcome.instrument}, {outcome.wave}"


def name_comparison(each: Comparison) -> str:
    """Name a comparison: its outcome and its arms."""
    return f"{name_outcome(each.outcome)}: {each.arm} – {each.control}"


def write_row(
    name: str, estimate: Estimate, remarks: Remarks, *, as_percent: bool = False
) -> list[str]:
    """Write an estimate as a row, with what has to be said of it below."""
    speech = remarks.speech
    remarks.tell(name, estimate.reason)
    remarks.tell(name, estimate.note)
    return [
        name,
        write_value(estimate, speech, as_percent=as_percent),
        write_bounds(estimate, speech, as_percent=as_percent),
        speech.p(estimate.p),
        speech.whole(estimate.children),
        TOGETHER.join(speech.whole(n) for n in estimate.clusters),
        remarks.mark(estimate.method),
    ]


def write_value(estimate: Estimate, speech: Speech, *, as_percent: bool = False) -> str:
    """Write an estimate's figure."""
    return speech.percent(estimate.value) if as_percent else speech.number(estimate.value)


def write_bounds(estimate: Estimate, speech: Speech, *, as_percent: bool = False) -> str:
    """Write an estimate's interval."""
    if as_percent and estimate.interval is not None:
        low, high = (speech.percent(end) for end in estimate.interval)
        return speech.say("{low} to {high}", low=low, high=high)
    return speech.bounds(estimate.interval)


def tabulate(
    caption: str, first: str, rows: Sequence[Sequence[str]], remarks: Remarks, speech: Speech
) -> Table:
    """Make a table of estimates."""
    head = [first, *(speech.say(each) for each in HEAD)]
    return Table(caption, head, rows, remarks.list())


# Effects


def tell_effects(findings: Findings, speech: Speech) -> Section:
    """Tell the effects of being assigned, with all that a reader needs to judge them."""
    title = speech.say("What was found")
    if not findings.comparisons:
        if findings.changes:
            return tell_changes(findings, speech)
        blocks: list[Block] = [Paragraph(speech.say("There are no results to compare yet."))]
        if not any(arm.arm for arm in findings.flow.arms):
            blocks.insert(0, Notice(speech.tell(SENTENCE)))
        return Section("effects", title, blocks)
    blocks = [
        Paragraph(
            speech.say(
                "Effects are treated less control, of being assigned, over all children with a "
                "result, as their centre or they themselves were drawn; in the control group's "
                "standard deviations. A result that is not clear is no proof that nothing happened."
            )
        ),
        draw_forest(findings.comparisons, speech),
        tabulate_effects(findings.comparisons, speech),
        tabulate_scores(findings, speech),
    ]
    blocks += tell_power(findings, speech)
    blocks += tell_methods_beside(findings.comparisons, speech)
    blocks += tell_several(findings.comparisons, speech)
    blocks += tell_subgroups(findings.comparisons, speech)
    blocks += tell_complying(findings.comparisons, speech)
    blocks += tell_losses(findings.comparisons, speech)
    return Section("effects", title, blocks)


def draw_forest(comparisons: Sequence[Comparison], speech: Speech) -> Figure:
    """Draw every effect in standard deviations with its interval."""
    groups = [
        Group(
            speech.say("Effect of assignment"),
            [
                make_whisker(name_comparison(each), each.standardised, speech, each.is_primary)
                for each in comparisons
            ],
        )
    ]
    for each in comparisons:
        if each.is_primary and each.beside:
            lines = [
                make_whisker(name_method(beside, speech), beside, speech) for beside in each.beside
            ]
            title = speech.say("By other methods: {comparison}", comparison=name_comparison(each))
            groups.append(Group(title, lines))
        if each.subgroups:
            lines = [
                make_whisker(speech.tell(one.name), one, speech)
                for one in list_subgroups(each.subgroups)
            ]
            title = speech.say("By disadvantage: {comparison}", comparison=name_comparison(each))
            groups.append(Group(title, lines))
    caption = speech.say("Effects with 95 % intervals")
    drawing = draw_whiskers(
        groups, speech, unit=speech.say("standard deviations; right of 0 is a gain")
    )
    description = speech.say(
        "A square for each estimate, filled where it is the primary one, on a line for its "
        "interval; the dashed line is no difference. The figures stand in the tables below."
    )
    return draw("forest", drawing, caption=caption, description=description)


def make_whisker(name: str, estimate: Estimate, speech: Speech, is_main: bool = False) -> Whisker:
    """Make a line of the forest plot."""
    text = speech.number(estimate.value)
    if estimate.interval is not None:
        text = f"{text} ({speech.bounds(estimate.interval)})"
    return Whisker(name, estimate.value, estimate.interval, text, is_main)


def name_method(estimate: Estimate, speech: Speech) -> str:
    """Name a method shortly, by its first words."""
    if not estimate.method:
        return speech.say("not estimated")
    return speech.tell(estimate.method).partition(";")[0].partition(",")[0].partition("(")[0]


def list_subgroups(subgroups: Subgroups) -> list[Estimate]:
    """List the effects on both groups and their difference."""
    return [subgroups.disadvantaged, subgroups.others, subgroups.interaction]


def tabulate_effects(comparisons: Sequence[Comparison], speech: Speech) -> Table:
    """Tabulate effects in standard deviations."""
    remarks = Remarks(speech)
    rows = [write_row(mark_primary(each, speech), each.standardised, remarks)
            for each in comparisons]  # fmt: skip
    caption = speech.say("Effects of assignment in standard deviations")
    return tabulate(caption, speech.say("Outcome and arms"), rows, remarks, speech)


def mark_primary(each: Comparison, speech: Speech) -> str:
    """Name a comparison, and say where it is about the primary outcome."""
    name = name_comparison(each)
    return speech.say("{comparison} (primary)", comparison=name) if each.is_primary else name


def tabulate_scores(findings: Findings, speech: Speech) -> Table:
    """Tabulate both arms' means and the effect in the outcome's own points."""
    head = [
        "Outcome and arms", "Children", "Mean, control", "Mean, treated",
        "Standard deviation", "Effect in points", "95 % interval", "ICC",
    ]  # fmt: skip
    rows = [
        [
            name_comparison(each),
            TOGETHER.join(speech.whole(n) for n in each.children),
            *(speech.number(mean) for mean in each.means),
            speech.number(each.deviation),
            speech.number(each.itt.value),
            speech.bounds(each.itt.interval),
            speech.number(each.icc),
        ]
        for each in findings.comparisons
    ]
    notes = [
        speech.say(
            "Children: control + treated. The standard deviation is the control group's. ICC: how "
            "alike children of one centre are (intracluster correlation), arms' means apart."
        ),
        suppression_note(findings, speech),
    ]
    caption = speech.say("Effects in the outcomes' own points")
    return Table(caption, [speech.say(each) for each in head], rows, notes)


def tell_power(findings: Findings, speech: Speech) -> list[Block]:
    """Say what effect could have been found."""
    items = [f"{name_comparison(each)}: {speech.phrase(each.power)}"
             for each in findings.comparisons]  # fmt: skip
    return [Heading(speech.say("What effect could have been found")), Points(items)]


def tell_methods_beside(comparisons: Sequence[Comparison], speech: Speech) -> list[Block]:
    """Tabulate the same effects by other methods."""
    remarks = Remarks(speech)
    rows = [
        write_row(f"{name_comparison(each)}: {name_method(beside, speech)}", beside, remarks)
        for each in comparisons
        for beside in each.beside
    ]
    if not rows:
        return []
    caption = speech.say("The same effects by other methods, in standard deviations")
    table = tabulate(caption, speech.say("Outcome, arms and method"), rows, remarks, speech)
    return [Heading(speech.say("By other methods")), table]


def tell_several(comparisons: Sequence[Comparison], speech: Speech) -> list[Block]:
    """Tabulate p-values that hold for several outcomes at once."""
    methods = list(dict.fromkeys(name for each in comparisons for name in each.adjusted))
    if not methods:
        return []
    rows = [
        [
            name_comparison(each),
            speech.p(each.itt.p),
            *(speech.p(each.adjusted.get(name)) for name in methods),
        ]
        for each in comparisons
    ]
    head = [speech.say("Outcome and arms"), speech.say("p alone"), *methods]
    note = speech.say("The more outcomes are tested, the more often one is clear by chance alone.")
    return [
        Heading(speech.say("Several outcomes at once")),
        Table(speech.say("p-values for several outcomes at once"), head, rows, [note]),
    ]


# Subgroups and the gap


def tell_subgroups(comparisons: Sequence[Comparison], speech: Speech) -> list[Block]:
    """Tell the effects on disadvantaged children and on the others."""
    blocks: list[Block] = [Heading(speech.say("Disadvantaged children and the others"))]
    remarks = Remarks(speech)
    rows = []
    for each in comparisons:
        if each.subgroups is None:
            reason = speech.phrase(each.subgroups_reason) if each.subgroups_reason else SUPPRESSED
            blocks.append(Paragraph(f"{name_comparison(each)}: {reason}"))
            continue
        rows += [
            write_row(f"{name_comparison(each)}: {speech.tell(one.name)}", one, remarks)
            for one in list_subgroups(each.subgroups)
        ]
    if rows:
        caption = speech.say("Effects by disadvantage, in standard deviations")
        blocks += [
            Paragraph(
                speech.say(
                    "That one effect is clear of 0 and the other is not is no difference between "
                    "them; look at the difference itself."
                )
            ),
            tabulate(caption, speech.say("Outcome, arms and group"), rows, remarks, speech),
        ]
    return blocks


def tell_gaps(findings: Findings, speech: Speech) -> Section:
    """Tell whether the gap between disadvantaged children and the others has changed."""
    title = speech.say("The gap before and after")
    parted = [(each, each.subgroups) for each in findings.comparisons if each.subgroups]
    blocks: list[Block] = [
        Paragraph(
            speech.say(
                "The gap is the mean of the other children less the mean of the disadvantaged "
                "ones, in the outcome's own points. It narrows where it is smaller in the treated "
                "arm than in the control arm."
            )
        )
    ]
    if not parted:
        reason = speech.say("The gap cannot be told here: there are no results by disadvantage.")
        return Section("gap", title, [Paragraph(reason)])
    blocks.append(
        Paragraph(
            speech.say(
                "Where a change or a share stands several times, the first is the report's own, "
                "over the draw; the others stand beside it."
            )
        )
    )
    for number, (each, subgroups) in enumerate(parted):
        blocks.append(Heading(name_comparison(each)))
        blocks.append(draw_gap(f"gap-{number + 1}", each, subgroups, speech))
        if subgroups.gaps_before is None:
            blocks.append(
                Paragraph(speech.say("The gap before the start is not known for this outcome."))
            )
        blocks += [tabulate_gap(each, subgroups, speech), tabulate_means(each, subgroups, speech)]
    return Section("gap", title, blocks)


def list_gaps(
    each: Comparison, subgroups: Subgroups, speech: Speech
) -> Iterator[tuple[str, Estimate]]:
    """List the gap in each arm, before and after, as it stands."""
    found: list[tuple[str, Gaps | None]] = [
        ("Before: {arm}", subgroups.gaps_before),
        ("After: {arm}", subgroups.gaps.get(Adjustment.RAW)),
    ]
    for name, gaps in found:
        if gaps is not None:
            yield speech.say(name, arm=each.control), gaps.control_gap
            yield speech.say(name, arm=each.arm), gaps.treated_gap


def draw_gap(key: str, each: Comparison, subgroups: Subgroups, speech: Speech) -> Figure:
    """Draw the gap in both arms, before and after."""
    lines = [
        make_whisker(name, gap, speech, is_main=number % 2 == 1)
        for number, (name, gap) in enumerate(list_gaps(each, subgroups, speech))
    ]
    unit = speech.say("points; right of 0 disadvantaged children are behind")
    drawing = draw_whiskers([Group("", lines)], speech, unit=unit)
    caption = speech.say("The gap by arm: {outcome}", outcome=name_outcome(each.outcome))
    description = speech.say(
        "A square for the gap in each arm, filled for the treated one, on a line for its interval."
    )
    return draw(key, drawing, caption=caption, description=description)


def tabulate_gap(each: Comparison, subgroups: Subgroups, speech: Speech) -> Table:
    """Tabulate the gap and its change, as it stands and adjusted."""
    remarks = Remarks(speech)
    rows = [write_row(name, gap, remarks) for name, gap in list_gaps(each, subgroups, speech)]
    for adjustment, label in ADJUSTMENTS.items():
        change = speech.say("Change in the gap, {adjustment}", adjustment=speech.say(label))
        closed = speech.say("Share of the gap closed, {adjustment}", adjustment=speech.say(label))
        changes, shares = list_changes(subgroups, adjustment)
        rows += [write_row(change, one, remarks) for one in changes]
        rows += [write_row(closed, one, remarks, as_percent=True) for one in shares]
    caption = speech.say("The gap and its change: {comparison}", comparison=name_comparison(each))
    return tabulate(caption, speech.say("Figure"), rows, remarks, speech)


def list_changes(
    subgroups: Subgroups, adjustment: Adjustment
) -> tuple[list[Estimate], list[Estimate]]:
    """List the change in the gap and the share closed, by the default method and those beside."""
    changes, shares = [], []
    if (drawn := subgroups.changes.get(adjustment)) is not None:
        changes.append(drawn.change)
        shares.append(drawn.share_closed)
    if (gaps := subgroups.gaps.get(adjustment)) is not None:
        changes.append(gaps.change)
        shares.append(gaps.share_closed)
    if adjustment is Adjustment.ADJUSTED:
        changes.append(subgroups.change_beside)
    return changes, shares


def tabulate_means(each: Comparison, subgroups: Subgroups, speech: Speech) -> Table:
    """Tabulate both groups' means by arm."""
    names = {"disadvantaged": "Disadvantaged children", "others": "Other children"}
    rows = [
        [speech.say(label), *(speech.number(mean) for mean in subgroups.means[key])]
        for key, label in names.items()
        if key in subgroups.means
    ]
    head = [speech.say("Group"), each.control, each.arm]
    caption = speech.say("Mean scores by disadvantage: {outcome}",
                         outcome=name_outcome(each.outcome))  # fmt: skip
    return Table(caption, head, rows)


# Taking part and losses


def tell_complying(comparisons: Sequence[Comparison], speech: Speech) -> list[Block]:
    """Tell what assignment did to taking part, and what taking part did."""
    remarks = Remarks(speech)
    rows = []
    for each in comparisons:
        for one, as_percent in ((each.first_stage, True), (each.cace, False)):
            if one is not None:
                name = f"{name_comparison(each)}: {speech.tell(one.name)}"
                rows.append(write_row(name, one, remarks, as_percent=as_percent))
    if not rows:
        return []
    caption = speech.say("Taking part, and its effect in points")
    table = tabulate(caption, speech.say("Outcome, arms and figure"), rows, remarks, speech)
    return [Heading(speech.say("Those who took part because they were assigned")), table]


def tell_losses(comparisons: Sequence[Comparison], speech: Speech) -> list[Block]:
    """Tell whose results are missing."""
    remarks = Remarks(speech)
    rows = []
    for each in comparisons:
        loss = each.loss
        cells = ["–", "–", "–"]
        if loss.differential is not None:
            name = name_comparison(each)
            row = write_row(name, loss.differential, remarks, as_percent=True)
            cells = [row[1], row[2], row[6]]
        shares = (loss.overall, *loss.by_arm)
        rows.append([name_comparison(each), *(speech.percent(n) for n in shares), *cells])
    head = [
        "Outcome and arms", "All", "Control", "Treated", "Difference", "95 % interval", "Method",
    ]  # fmt: skip
    caption = speech.say("Shares of the roster's children without a result in use")
    table = Table(caption, [speech.say(each) for each in head], rows, remarks.list())
    return [Heading(speech.say("Missing results")), table]


# Without arms


def tell_changes(findings: Findings, speech: Speech) -> Section:
    """Tell before and after where nobody was drawn."""
    remarks = Remarks(speech)
    rows = []
    for each in findings.changes:
        row = write_row(name_outcome(each.outcome), each.change, remarks)
        means = [speech.whole(each.children), speech.number(each.before), speech.number(each.after)]
        rows.append([row[0], *means, row[1], row[2], row[6]])
    head = ["Outcome", "Children", "Before", "After", "Change", "95 % interval", "Method"]
    lines = [
        make_whisker(name_outcome(each.outcome), each.change, speech) for each in findings.changes
    ]
    unit = speech.say("points; right of 0 is a rise")
    caption = speech.say("Change from before to after")
    description = speech.say("A square for each change on a line for its interval.")
    drawing = draw_whiskers([Group("", lines)], speech, unit=unit)
    blocks: list[Block] = [
        Notice(speech.tell(SENTENCE)),
        Paragraph(
            speech.say(
                "No arms were drawn. Children grow and learn between two tests anyway; what the "
                "programme did to it cannot be told apart."
            )
        ),
        draw("changes", drawing, caption=caption, description=description),
        Table(caption, [speech.say(each) for each in head], rows,
              [*remarks.list(), suppression_note(findings, speech)]),
    ]  # fmt: skip
    return Section("effects", speech.say("Before and after"), blocks)
