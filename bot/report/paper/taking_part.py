"""Tell who took part: the flow, linking, balance, doses, engagement and the funnel."""

from collections.abc import Sequence

from bot.report.findings import BalanceLine, Engagement, Findings, FlowArm, Followed, Step
from bot.report.funnel import STEPS as CARD_STEPS
from bot.report.funnel import UNKNOWN, By, Column, Counts
from bot.report.funnel import Step as FunnelStep
from bot.report.linking import ALL, Linkage, LinkageRow
from bot.report.paper.blocks import Block, Figure, Heading, Notice, Paragraph, Section, Table
from bot.report.paper.charts import Bar, Group, draw_bars
from bot.report.paper.drawing import Drawing, render_svg
from bot.report.paper.flow_chart import FOLLOWED, draw_flow, name_arm
from bot.report.paper.flow_chart import STEPS as FLOW_STEPS
from bot.report.paper.speech import Speech

MOST_BARS = 16  # more groups than these are told in the table alone
OF = {By.CENTRE: "By centre", By.LANGUAGE: "By language", By.DISADVANTAGE: "By disadvantage"}
FLAGS = {"low": "disadvantaged", "other": "other children", UNKNOWN: "not known"}
FUNNEL = {
    FunnelStep.CARDS: "Card issued",
    FunnelStep.OPENED: "Card opened",
    FunnelStep.CONSENTED: "Guardian joined",
    FunnelStep.TAPPED: "First tap",
}


def draw(key: str, drawing: Drawing, *, caption: str, description: str) -> Figure:
    """Make a figure of a drawing."""
    svg = render_svg(drawing, key=key, title=caption, description=description)
    return Figure(key, caption, description, drawing.width, svg)


def suppression_note(findings: Findings, speech: Speech) -> str:
    """Say what a dash means."""
    return speech.say(
        "A dash (–) is a figure that is suppressed, since it or another figure would tell of "
        "fewer than {smallest} children, or one that cannot be known.",
        smallest=findings.methods.smallest,
    )


# The flow


def tell_flow(findings: Findings, speech: Speech) -> Section:
    """Tell how far centres and children came."""
    flow = findings.flow
    is_drawn = any(arm.arm for arm in flow.arms)
    note = suppression_note(findings, speech)
    head = [speech.say("Children"), *(name_arm(arm, speech) for arm in flow.arms)]
    rows = [
        [speech.say("Centres"), *(speech.whole(arm.centres) for arm in flow.arms)],
        count_row("On the roster", [arm.took_part.get(Step.ROSTER) for arm in flow.arms], speech),
        *(
            count_row(label, [arm.took_part.get(step) for arm in flow.arms], speech)
            for step, label in FLOW_STEPS.items()
        ),
    ]
    if flow.outcome:
        rows += [
            count_row(label, [arm.followed.get(step) for arm in flow.arms], speech)
            for step, label in FOLLOWED.items()
        ]
        rows += [
            count_row(label, [lose(arm, start, end) for arm in flow.arms], speech)
            for label, start, end in (
                ("Lost: result withheld, as a guardian wished", Followed.ROSTER, Followed.KEPT),
                ("Lost: no result from the school", Followed.KEPT, Followed.ASSESSED),
                ("Lost: not analysed", Followed.ASSESSED, Followed.ANALYSED),
            )
        ]
    caption = speech.say("The flow of centres and children")
    description = speech.say(
        "Boxes from the roster down to the children analysed, a column for each arm. "
        "The same counts stand in the table below."
    )
    blocks: list[Block] = [
        Paragraph(
            speech.say(
                "Every child on the roster is counted, whether its family joined or not. Taking "
                "part and having a result are two things: a child whose family never joined is "
                "analysed as well."
            )
        ),
        draw("flow", draw_flow(flow, speech), caption=caption, description=description),
        Table(speech.say("The flow in figures"), head, rows, [note]),
    ]
    title = speech.say("Flow of centres and children")
    if not is_drawn:
        blocks.insert(0, Notice(speech.say("No arms were drawn: there is no comparison.")))
    return Section("flow", title, blocks)


def count_row(label: str, counts: Sequence[int | None], speech: Speech) -> list[str]:
    """Give a row of counts."""
    return [speech.say(label), *(speech.whole(each) for each in counts)]


def lose(arm: FlowArm, start: Followed, end: Followed) -> int | None:
    """Count the children lost between two steps; unknown where one of them is."""
    before, after = arm.followed.get(start), arm.followed.get(end)
    return None if before is None or after is None else before - after


# Linking


def tell_linkages(findings: Findings, speech: Speech) -> Section:
    """Tell how the roster and the schools' results meet."""
    blocks: list[Block] = [
        Paragraph(
            speech.say(
                "Linking starts from the roster. It was counted before any estimate was made."
            )
        )
    ]
    if not findings.linkages:
        blocks.append(Paragraph(speech.say("No results have been supplied yet.")))
    for each in findings.linkages:
        blocks.append(tabulate_linkage(each, speech))
    if findings.linkages:
        blocks.append(Paragraph(suppression_note(findings, speech)))
    return Section("linking", speech.say("How roster and results meet"), blocks)


def tabulate_linkage(linkage: Linkage, speech: Speech) -> Table:
    """Tabulate one instrument at one wave."""
    head = ["Group", "On the roster", "With a result", "Without a result", "Result withheld"]
    rows = [
        [
            name_group(row, speech),
            *(speech.whole(n) for n in (row.roster, row.matched, row.without, row.withheld)),
        ]
        for row in linkage.rows
    ]
    notes = [
        speech.say(
            "Results of nobody on the roster: {strangers}. Results that came twice: {duplicates}.",
            strangers=speech.whole(linkage.not_on_roster),
            duplicates=speech.whole(linkage.duplicates),
        )
    ]
    caption = f"{linkage.instrument}, {linkage.wave}"
    return Table(caption, [speech.say(each) for each in head], rows, notes)


def name_group(row: LinkageRow, speech: Speech) -> str:
    """Name a group of the roster."""
    if row.group == ALL:
        return speech.say("All children")
    kind, _, name = row.group.partition(" ")
    if kind == "arm":
        return speech.say("Not drawn") if name == "(none)" else speech.say("Arm: {arm}", arm=name)
    return speech.say("Centre: {centre}", centre=name)


# Balance


def tell_balance(findings: Findings, speech: Speech) -> Section:
    """Tell whether the arms were alike at the start."""
    title = speech.say("Were the arms alike at the start?")
    if not findings.balance:
        text = speech.say("There is nothing to compare: no arms, or nothing known at the start.")
        return Section("balance", title, [Paragraph(text)])
    notes = [
        speech.say(
            "Differences are treated less control, in pooled standard deviations. Above 0.25 or "
            "below −0.25 is often called a lack of balance; there is no test of it, since the "
            "arms were drawn."
        ),
        suppression_note(findings, speech),
    ]
    tables = [
        tabulate_balance(findings.balance, arms, notes, speech)
        for arms in dict.fromkeys(each.arms for each in findings.balance)
    ]
    return Section("balance", title, tables)


def tabulate_balance(
    lines: Sequence[BalanceLine], arms: tuple[str, str], notes: list[str], speech: Speech
) -> Table:
    """Tabulate what two arms were like at the start."""
    head = [
        speech.say("Characteristic"),
        *(speech.say("{arm}: children", arm=name) for name in arms),
        *(speech.say("{arm}: mean", arm=name) for name in arms),
        speech.say("Difference in standard deviations"),
    ]
    rows = [
        [
            speech.phrase(each.name),
            *(speech.whole(n) for n in each.children),
            *(speech.number(mean) for mean in each.means),
            speech.number(each.difference),
        ]
        for each in lines
        if each.arms == arms
    ]
    return Table(speech.say("Characteristics at the start"), head, rows, notes)


# Doses


def tell_doses(findings: Findings, speech: Speech) -> Section:
    """Tell how much families did, and what children scored by it, which is no effect."""
    bars = [(name_weeks(each.least, each.most, speech), each.children) for each in findings.doses]
    most = max((children or 0 for _name, children in bars), default=0) or 1
    caption = speech.say("Children by active weeks")
    drawn = [Bar(name, None if n is None else n / most, speech.whole(n)) for name, n in bars]
    description = speech.say("A bar for each number of active weeks, as long as its children.")
    blocks: list[Block] = [
        Paragraph(
            speech.say(
                "An active week is one in which the family said of at least one activity that "
                "they did it. A child complied with {weeks} active weeks or more.",
                weeks=findings.methods.active_weeks,
            )
        ),
    ]
    if bars:
        blocks += [
            draw("doses", draw_bars([Group("", drawn)]), caption=caption, description=description),
            Table(
                caption,
                [speech.say("Active weeks"), speech.say("Children")],
                [[name, speech.whole(children)] for name, children in bars],
                [suppression_note(findings, speech)],
            ),
        ]
    else:
        blocks.append(Paragraph(speech.say("Nobody has received the programme yet.")))
    blocks += tell_thirds(findings, speech)
    return Section("doses", speech.say("How much families did"), blocks)


def name_weeks(least: int, most: int | None, speech: Speech) -> str:
    """Name a bar."""
    if most is None:
        return speech.say("{least} weeks or more", least=least)
    if least == most:
        return speech.count("{number} week", "{number} weeks", least)
    return speech.say("{least} to {most} weeks", least=least, most=most)


def tell_thirds(findings: Findings, speech: Speech) -> list[Block]:
    """Tabulate outcomes by thirds of dose, where there are any."""
    rows = [
        [
            f"{each.outcome.instrument}, {each.outcome.wave}: {each.arm}",
            speech.tell(third.name),
            speech.say("{low} to {high}", low=speech.percent(third.doses[0]),
                       high=speech.percent(third.doses[1])),
            speech.whole(third.children),
            speech.number(third.mean),
        ]
        for each in findings.comparisons
        for third in each.thirds
    ]  # fmt: skip
    if not rows:
        return []
    head = ["Outcome and arm", "Third", "Active weeks of those assigned", "Children", "Mean score"]
    note = next(third.note for each in findings.comparisons for third in each.thirds)
    return [
        Heading(speech.say("Scores by dose")),
        Notice(speech.tell(note)),
        Table(
            speech.say("Mean scores by thirds of dose"), [speech.say(each) for each in head], rows
        ),
    ]


# Engagement


def tell_engagement(findings: Findings, speech: Speech) -> Section:
    """Tell what families of each group did, and how many stopped."""
    blocks: list[Block] = [
        Paragraph(
            speech.say(
                "A difference in engagement between groups is the earliest warning that a gap may "
                "widen. Shares are of the children whose guardian joined."
            )
        )
    ]
    for by in (By.DISADVANTAGE, By.LANGUAGE, By.CENTRE):
        groups = findings.engagement.get(by, ())
        if not groups:
            continue
        caption = speech.say(OF[by])
        blocks.append(Heading(caption))
        if len(groups) <= MOST_BARS and any(each.share_of_weeks is not None for each in groups):
            blocks.append(draw_engagement(by, groups, speech))
        head = [
            "Group", "Children", "Guardian joined", "Active weeks of those assigned", "Complied",
            "Stopped",
        ]  # fmt: skip
        rows = [
            [
                name_engaged(by, each.group, speech),
                speech.whole(each.children),
                speech.whole(each.joined),
                *(speech.percent(n) for n in (each.share_of_weeks, each.compliers, each.stopped)),
            ]
            for each in groups
        ]
        blocks.append(
            Table(
                speech.say("Engagement and opt-out: {by}", by=caption),
                [speech.say(each) for each in head],
                rows,
                [suppression_note(findings, speech)],
            )
        )
    if len(blocks) == 1:
        blocks.append(Paragraph(speech.say("Nobody has received the programme yet.")))
    return Section("engagement", speech.say("Engagement and opt-out"), blocks)


def draw_engagement(by: By, groups: Sequence[Engagement], speech: Speech) -> Figure:
    """Draw two bars for each group: active weeks, and who stopped."""
    drawn = [
        Group(
            name_engaged(by, each.group, speech),
            [
                Bar(
                    speech.say("Active weeks of those assigned"),
                    each.share_of_weeks,
                    speech.percent(each.share_of_weeks),
                ),
                Bar(speech.say("Stopped"), each.stopped, speech.percent(each.stopped), True),
            ],
        )
        for each in groups
    ]
    description = speech.say("Two bars for each group: active weeks, and families that stopped.")
    caption = speech.say("Engagement and opt-out: {by}", by=speech.say(OF[by]))
    return draw(f"engagement-{by}", draw_bars(drawn), caption=caption, description=description)


def name_engaged(by: By | None, group: str, speech: Speech) -> str:
    """Name a group of families."""
    if by is By.DISADVANTAGE or group == UNKNOWN:
        return speech.say(FLAGS[group]) if group in FLAGS else group
    return speech.language_name(group) if by is By.LANGUAGE else group


# The funnel


def tell_funnel(findings: Findings, speech: Speech) -> Section:
    """Tell how families came from the printed card to being active."""
    funnel = findings.funnel
    total = {step: funnel.total.get(Column(step)) for step in FUNNEL}
    cards = total[FunnelStep.CARDS]
    bars = [
        Bar(speech.say(label), share(total[step], cards), speech.whole(total[step]))
        for step, label in FUNNEL.items()
    ]
    months = list(range(1, funnel.months + 1))
    monthly = [
        (
            speech.say("Month {month}", month=month),
            funnel.total.get(Column(FunnelStep.DUE, month)),
            funnel.total.get(Column(FunnelStep.ACTIVE, month)),
        )
        for month in months
    ]
    later = [
        Bar(name, share(active, due), speech.percent(share(active, due)), True)
        for name, due, active in monthly
    ]
    groups = [Group(speech.say("From card to first tap"), bars)]
    if later:
        groups.append(Group(speech.say("Active, of those who joined that long ago"), later))
    caption = speech.say("The funnel")
    description = speech.say("Bars from cards issued to families active month by month.")
    steps = [
        [speech.say(label), speech.whole(total[step]), speech.percent(share(total[step], cards))]
        for step, label in FUNNEL.items()
    ]
    blocks: list[Block] = [
        Paragraph(
            speech.say(
                "Cards printed: {printed}; issued in another way: {issued}. Families who came by "
                "a poster: {posters}.",
                issued=speech.whole(funnel.issued),
                printed=speech.whole(funnel.printed),
                posters=speech.whole(funnel.by_poster),
            )
        ),
        draw("funnel", draw_bars(groups), caption=caption, description=description),
        Table(
            speech.say("From card to first tap"),
            [speech.say("Step"), speech.say("Children"), speech.say("Share of the cards")],
            steps,
            [suppression_note(findings, speech)],
        ),
    ]
    if monthly:
        head = ["Month since joining", "Joined that long ago", "Active", "Share"]
        rows = [
            [name, speech.whole(due), speech.whole(active), speech.percent(share(active, due))]
            for name, due, active in monthly
        ]
        caption = speech.say("Active month by month")
        blocks.append(Table(caption, [speech.say(each) for each in head], rows))
    if funnel.groups:
        head = [speech.say("Group"), *(speech.say(label) for label in FUNNEL.values())]
        rows = [
            [name_engaged(funnel.by, group, speech), *list_counts(counts, speech)]
            for group, counts in funnel.groups.items()
        ]
        caption = speech.say("The funnel by group")
        blocks.append(Table(caption, head, rows))
    return Section("funnel", speech.say("From the card to the first tap"), blocks)


def list_counts(counts: Counts, speech: Speech) -> list[str]:
    """Write the counts of the funnel's first steps."""
    return [speech.whole(counts.get(column)) for column in CARD_STEPS]


def share(part: int | None, whole: int | None) -> float | None:
    """Give a share of two counts, where both are known."""
    return None if part is None or not whole else part / whole
