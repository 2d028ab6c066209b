"""The brief: one page in plain words, written by rules that never say more than was found."""

from collections.abc import Sequence

from bot.report.estimates.costing import NOT_ESTIMABLE
from bot.report.estimates.gaps import Adjustment
from bot.report.estimates.pre_post import SENTENCE
from bot.report.estimates.records import FEWEST_CLUSTERS, Estimate
from bot.report.findings import Comparison, Engagement, Findings, FlowArm, Step
from bot.report.funnel import By
from bot.report.paper.blocks import Block, Heading, Notice, Paragraph, Points, Section
from bot.report.paper.closing import tell_price
from bot.report.paper.effects import name_outcome
from bot.report.paper.speech import Speech
from bot.report.paper.taking_part import share

WARNING = 0.10  # from how far apart two groups' shares of active weeks are called a warning
MUCH_LOST = 0.20
MOST_ARMS = 3  # more comparisons than these are left to the tables


def tell_brief(findings: Findings, speech: Speech) -> Section:
    """Write the brief."""
    is_drawn = findings.methods.drawing is not None
    blocks: list[Block] = [] if is_drawn else [Notice(speech.tell(SENTENCE))]
    parts = [
        ("What was asked", [tell_question(findings, speech)]),
        ("Who took part", [" ".join(tell_who(findings, speech))]),
        ("What was found", tell_found(findings, speech)),
        ("The gap", tell_gap(findings, speech)),
        ("Early warning", [" ".join(tell_warning(findings, speech))]),
        ("What it cost", [tell_cost(findings, speech)]),
    ]
    for title, paragraphs in parts:
        if paragraphs:
            blocks += [Heading(speech.say(title)), *map(Paragraph, paragraphs)]
    limits = list_limits(findings, speech)
    blocks += [Heading(speech.say("What this cannot say")), Points(limits)]
    return Section("brief", speech.say("In brief"), blocks)


def list_primary(findings: Findings) -> list[Comparison]:
    """List the comparisons that the study was made for; all where none was named."""
    primary = [each for each in findings.comparisons if each.is_primary]
    return (primary or list(findings.comparisons))[:MOST_ARMS]


# What was asked, and who took part


def tell_question(findings: Findings, speech: Speech) -> str:
    """Say what was asked."""
    if findings.methods.drawing is None:
        return speech.say(
            "How children's results changed from before to after, and how families took part. No "
            "arms were drawn, so nothing here can say what the programme did."
        )
    if not findings.comparisons:
        return speech.say(
            "Whether being offered the programme raises children's results. There are no results "
            "yet, so this says who took part and nothing more."
        )
    primary = list_primary(findings)
    outcomes = list(dict.fromkeys(name_outcome(each.outcome) for each in primary))
    arms = list(dict.fromkeys(each.arm for each in primary))
    return speech.say(
        "Whether children who were drawn for {arms} score higher on {outcomes} than children who "
        "were drawn for {control}, whether or not their family took part.",
        arms=speech.listed(arms),
        outcomes=speech.listed(outcomes),
        control=primary[0].control,
    )


def tell_who(findings: Findings, speech: Speech) -> list[str]:
    """Say who took part."""
    flow = findings.flow
    centres = speech.count("{number} centre", "{number} centres", flow.centres)
    sentences = [
        speech.count(
            "{centres} with {number} child on the roster.",
            "{centres} with {number} children on the roster.",
            flow.children,
            centres=centres,
        )
        if flow.children is not None
        else speech.say("{centres}; the number of children is suppressed.", centres=centres)
    ]
    sentences += [tell_arm(arm, speech) for arm in flow.arms if not arm.is_control]
    return sentences


def tell_arm(arm: FlowArm, speech: Speech) -> str:
    """Say how far the families of one arm came."""
    roster = arm.took_part.get(Step.ROSTER)
    joined, active = arm.took_part.get(Step.CONSENTED), arm.took_part.get(Step.ACTIVE)
    name = arm.arm or speech.say("All centres")
    if roster is None or joined is None or active is None:
        return speech.say("{arm}: too few to tell how many took part.", arm=name)
    return speech.say(
        "{arm}: of {roster} children, {joined} ({joined_share}) had a guardian who joined, and "
        "{active} ({active_share}) had at least one active week.",
        arm=name,
        roster=roster,
        joined=joined,
        joined_share=speech.percent(share(joined, roster)),
        active=active,
        active_share=speech.percent(share(active, roster)),
    )


# What was found


def tell_found(findings: Findings, speech: Speech) -> list[str]:
    """Say what was found, never more than the interval bears."""
    if findings.changes and not findings.comparisons:
        return [
            tell_change(name_outcome(each.outcome), each.change, speech)
            for each in findings.changes[:MOST_ARMS]
        ]
    sentences = []
    primary = list_primary(findings)
    for each in primary:
        name = f"{name_outcome(each.outcome)} ({each.arm})"
        effect, power = tell_effect(each.standardised, speech), speech.phrase(each.power)
        sentences.append(f"{name}: {effect} {power}")
    return sentences or [speech.say("There are no results to compare yet.")]


def tell_effect(effect: Estimate, speech: Speech) -> str:
    """Say an effect in standard deviations, in the words that its interval allows."""
    if effect.value is None:
        return speech.say("not estimated. {reason}", reason=speech.tell(effect.reason))
    value = speech.number(abs(effect.value))
    if effect.interval is None:
        text = speech.say(
            "the estimate is {value} standard deviations, without an interval; nothing is clear.",
            value=speech.number(effect.value),
        )
        return f"{text} {speech.tell(effect.reason)}"
    low, high = (speech.number(end) for end in effect.interval)
    if min(effect.clusters) < FEWEST_CLUSTERS:
        return speech.say(
            "the estimate is {value} standard deviations (95 % interval {low} to {high}), from too "
            "few centres for a test: a hint, not a finding.",
            value=speech.number(effect.value), low=low, high=high,
        )  # fmt: skip
    if not effect.is_clear:
        return speech.say(
            "no clear difference. The estimate is {value} standard deviations, and anything from "
            "{low} to {high} fits what was seen (95 % interval).",
            value=speech.number(effect.value), low=low, high=high,
        )  # fmt: skip
    tested = f", {speech.with_p(effect.p)}" if effect.p is not None else ""
    if effect.value > 0:
        return speech.say(
            "a clear gain of about {value} standard deviations (95 % interval {low} to "
            "{high}{tested}).",
            value=value, low=low, high=high, tested=tested,
        )  # fmt: skip
    return speech.say(
        "a clear loss of about {value} standard deviations (95 % interval {low} to "
        "{high}{tested}).",
        value=value, low=low, high=high, tested=tested,
    )  # fmt: skip


def tell_change(name: str, change: Estimate, speech: Speech) -> str:
    """Say how results changed where there is no comparison."""
    if change.value is None:
        reason = speech.tell(change.reason)
        return f"{name}: {speech.say('not estimated. {reason}', reason=reason)}"
    return speech.say(
        "{outcome}: from before to after the mean changed by {value} points (95 % interval "
        "{bounds}).",
        outcome=name, value=speech.number(change.value), bounds=speech.bounds(change.interval),
    )  # fmt: skip


# The gap


def tell_gap(findings: Findings, speech: Speech) -> list[str]:
    """Say whether the gap between disadvantaged children and the others has changed."""
    if not findings.comparisons:
        return []
    sentences = []
    for each in list_primary(findings):
        drawn = each.subgroups.changes.get(Adjustment.ADJUSTED) if each.subgroups else None
        if drawn is None:
            reason = each.subgroups_reason
            said = speech.phrase(reason) if reason else speech.say("There are no such results.")
            sentences.append(speech.say("{arm}: cannot be told. {reason}", arm=each.arm,
                                        reason=said))  # fmt: skip
            continue
        sentences.append(f"{each.arm}: {tell_gap_change(drawn.change, speech)}")
    return sentences


def tell_gap_change(change: Estimate, speech: Speech) -> str:
    """Say how the gap between arms differs, in the outcome's points."""
    if change.value is None or change.interval is None:
        return speech.say("cannot be told. {reason}", reason=speech.tell(change.reason))
    values = {
        "value": speech.number(abs(change.value)),
        "low": speech.number(change.interval[0]),
        "high": speech.number(change.interval[1]),
    }
    if min(change.clusters) < FEWEST_CLUSTERS or not change.is_clear:
        values["value"] = speech.number(change.value)
        return speech.say(
            "no clear change in the gap between disadvantaged children and the others. The "
            "estimate is {value} points, and anything from {low} to {high} fits what was seen; "
            "below 0 is a narrower gap.",
            **values,
        )
    if change.value < 0:
        return speech.say(
            "the gap between disadvantaged children and the others is clearly narrower, by about "
            "{value} points (95 % interval of the change {low} to {high}).",
            **values,
        )
    return speech.say(
        "the gap between disadvantaged children and the others is clearly wider, by about "
        "{value} points (95 % interval of the change {low} to {high}).",
        **values,
    )


# Warning and cost


def tell_warning(findings: Findings, speech: Speech) -> list[str]:
    """Say whether disadvantaged families do less, which warns of a wider gap."""
    groups = {each.group: each for each in findings.engagement.get(By.DISADVANTAGE, ())}
    low, other = find_share(groups.get("low")), find_share(groups.get("other"))
    if low is None or other is None:
        return [speech.say("Engagement by disadvantage is suppressed or not known.")]
    told = speech.say(
        "Families of disadvantaged children who joined were active in {low} of their weeks, other "
        "families in {other}.",
        low=speech.percent(low), other=speech.percent(other),
    )  # fmt: skip
    if low <= other - WARNING:
        return [told, speech.say("That is a warning: the gap may widen.")]
    if low >= other + WARNING:
        return [told, speech.say("There is no sign here that the gap will widen.")]
    return [told, speech.say("They are about alike: less than ten percentage points apart.")]


def find_share(engagement: Engagement | None) -> float | None:
    """Give a group's share of active weeks, where it is known."""
    return engagement.share_of_weeks if engagement else None


def tell_cost(findings: Findings, speech: Speech) -> str:
    """Say what it cost."""
    costs = findings.costs
    if costs is None:
        return speech.say("No cost file was given, so nothing can be said of cost.")
    total = speech.money(costs.total, costs.currency)
    child = speech.money(costs.per_rostered, costs.currency)
    first = speech.say("{total} in all, {child} for each child on the roster.",
                       total=total, child=child)  # fmt: skip
    has_price = costs.price is not None and costs.price.per_step is not None
    price = tell_price(costs, speech) if costs.price else speech.tell(NOT_ESTIMABLE)
    if has_price:
        return f"{first} " + speech.say(
            "A tenth of a standard deviation cost {price} a child.", price=price
        )
    return f"{first} " + speech.say("What an effect cost: {price}.", price=price)


# Limits


def list_limits(findings: Findings, speech: Speech) -> Sequence[str]:
    """List what the study cannot say, those that apply."""
    limits = []
    if findings.methods.drawing is None:
        limits.append(
            speech.say("It cannot say what the programme did: there was no group to compare with.")
        )
    limits.append(
        speech.say(
            "Families who did more may differ from the others in many ways: that their children "
            "score higher or lower shows nothing of the programme."
        )
    )
    for each in list_primary(findings):
        lost = each.loss.overall
        if lost is not None and lost > MUCH_LOST:
            limits.append(
                speech.say(
                    "{lost} of the children compared have no result in use ({outcome}, {arm}); "
                    "those who are missing may differ.",
                    lost=speech.percent(lost), outcome=name_outcome(each.outcome), arm=each.arm,
                )
            )  # fmt: skip
    drawing = findings.methods.drawing
    if drawing is not None and drawing.contaminated:
        limits.append(
            speech.count(
                "{number} guardian has children in two arms.",
                "{number} guardians have children in two arms.",
                drawing.contaminated,
            )
        )
    if findings.comparisons:
        limits.append(
            speech.say(
                "A difference that is not clear is no proof that there is none, and one study's "
                "result need not hold elsewhere."
            )
        )
    return limits
