"""Tell what it cost, how the study was made, and how to find the same numbers again."""

from collections.abc import Sequence

from bot.report.findings import Costs, Drawing, Findings
from bot.report.paper.blocks import Block, Heading, Paragraph, Points, Section, Table, Terms
from bot.report.paper.speech import SUPPRESSED, Speech

UNITS = {"centre": "centres", "child": "children"}


def tell_costs(findings: Findings, speech: Speech) -> Section:
    """Tell what the programme cost, and what a tenth of a standard deviation did."""
    title = speech.say("Cost")
    costs = findings.costs
    if costs is None:
        text = speech.say("No cost file was given, so nothing can be said of cost.")
        return Section("cost", title, [Paragraph(text)])
    currency = costs.currency
    rows = [[line.name, speech.money(line.amount, currency)] for line in costs.lines]
    rows.append([speech.say("Total"), speech.money(costs.total, currency)])
    figures = [
        ["Per child on the roster", speech.money(costs.per_rostered, currency, 2)],
        ["Per child with an active week", speech.money(costs.per_active, currency, 2)],
        ["Per activity done", speech.money(costs.per_did_it, currency, 2)],
        ["Per tenth of a standard deviation and child", tell_price(costs, speech)],
    ]
    head = [speech.say("Item"), speech.say("Amount")]
    blocks: list[Block] = [
        Table(speech.say("What the programme cost"), head, rows),
        Table(
            speech.say("Cost by what it gave"),
            [speech.say("Figure"), speech.say("Amount")],
            [[speech.say(label), amount] for label, amount in figures],
            [
                speech.say(
                    "Of the treated arms. The price of a tenth of a standard deviation is that of "
                    "the primary outcome; its interval is the effect's, the cost is taken as known."
                )
            ],
        ),
    ]
    if costs.parents:
        parents = [[line.name, speech.money(line.amount, currency)] for line in costs.parents]
        note = speech.say("Nobody pays it, and it is in no sum above.")
        blocks.append(Table(speech.say("Parents' own time"), head, parents, [note]))
    return Section("cost", title, blocks)


def tell_price(costs: Costs, speech: Speech) -> str:
    """Say the price of a tenth of a standard deviation, or why there is none."""
    price = costs.price
    if price is None:
        return speech.tell("not estimable: no interval")
    if price.per_step is None or price.interval is None:
        return speech.tell(price.reason)
    low, high = (speech.number(end, 0) for end in price.interval)
    return speech.say(
        "{price} (95 % interval {low} to {high})",
        price=speech.money(price.per_step, costs.currency), low=low, high=high,
    )  # fmt: skip


def tell_methods(findings: Findings, speech: Speech) -> Section:
    """Tell what CONSORT asks of a cluster trial, and what finds the same numbers again."""
    title = speech.say("Methods")
    blocks: list[Block] = [
        Heading(speech.say("The study")),
        Terms(list_study(findings, speech)),
        Heading(speech.say("How it was analysed")),
        Points(list_rules(findings, speech)),
        Heading(speech.say("To find the same numbers again")),
        Terms(list_sources(findings, speech)),
    ]
    return Section("methods", title, blocks)


def list_study(findings: Findings, speech: Speech) -> list[tuple[str, str]]:
    """List what the reporting rules for cluster trials ask for."""
    study, drawing = findings.study, findings.methods.drawing
    pairs = [
        ("Design", tell_design(findings, speech)),
        (
            "Who could take part",
            speech.say(
                "Centres with a roster; all children on it, whether their family joined or not."
            ),
        ),
        ("How arms were drawn", tell_drawing(drawing, speech)),
        (
            "Numbers at each stage",
            speech.say("See the flow of centres and children."),
        ),
        ("Likeness within centres (ICC), primary outcome", tell_icc(findings, speech)),
        ("Registration", study.registration),
        ("Deviations from the plan", study.deviations),
        ("Who assessed the children", study.testers),
        ("Did they know who was in which arm?", study.blinding),
        ("Legal basis of roster and results", findings.legal_basis),
    ]
    return [(speech.say(name), text or speech.say("not stated")) for name, text in pairs]


def tell_design(findings: Findings, speech: Speech) -> str:
    """Say what kind of study it is."""
    drawing = findings.methods.drawing
    if drawing is None:
        return speech.say("No arms were drawn: children before and after, without a comparison.")
    if drawing.unit == "child":
        return speech.say("Randomised trial: children were drawn into arms.")
    return speech.say(
        "Cluster-randomised trial: whole centres were drawn into arms; programme and outcomes are "
        "of single children."
    )


def tell_drawing(drawing: Drawing | None, speech: Speech) -> str:
    """Say how arms were drawn."""
    if drawing is None:
        return speech.say("They were not drawn.")
    strata = speech.say("within strata") if drawing.stratified else speech.say("without strata")
    unit = UNITS.get(drawing.unit, drawing.unit)
    return speech.say(
        "By a computer from a seed, {unit} as units, {strata}, the numbers in each arm fixed. The "
        "draw could have come out in {allocations} ways.",
        unit=speech.say(unit),
        strata=strata,
        allocations=tell_allocations(drawing.allocations, speech),
    )


def tell_allocations(allocations: str, speech: Speech) -> str:
    """Say how many allocations there could have been."""
    digits = allocations.replace(",", "")
    return speech.whole(int(digits)) if digits.isdecimal() else speech.tell(allocations)


def tell_icc(findings: Findings, speech: Speech) -> str:
    """Say the ICC of the primary outcome, for each arm that was compared."""
    found = [
        f"{each.arm}: {speech.number(each.icc)}"
        for each in findings.comparisons
        if each.is_primary and each.icc is not None
    ]
    return "; ".join(found) or SUPPRESSED


def list_rules(findings: Findings, speech: Speech) -> list[str]:
    """List the rules of the analysis."""
    methods = findings.methods
    rules = [
        speech.say(
            "Figures that rest on fewer than {smallest} children are suppressed, and so is a "
            "second one wherever it would tell the first.",
            smallest=methods.smallest,
        ),
    ]
    if methods.drawing is None:
        return rules
    return [
        speech.say(
            "Every child is analysed in the arm that it was drawn into, whatever its family did."
        ),
        speech.say(
            "Clustering: the default test compares the result with those of all other draws that "
            "could have been (every one up to {limit}, else {draws} drawn at random); standard "
            "errors allow for children of one centre being alike.",
            limit=methods.exact_limit,
            draws=methods.draws,
        ),
        speech.say(
            "Effects are adjusted for the score before the start and for strata, where there are "
            "any. They are standardised by the control group's standard deviation, with Hedges' "
            "correction."
        ),
        speech.say("With fewer than 6 centres in an arm no p-value is given."),
        speech.say(
            "An effect worth finding was set at {effect} standard deviations.",
            effect=findings.study.relevant_effect,
        ),
        *rules,
    ]


def list_sources(findings: Findings, speech: Speech) -> list[tuple[str, str]]:
    """List versions, seeds and hashes."""
    methods = findings.methods
    pairs = [
        (speech.say("Made at"), speech.moment(findings.made_at)),
        (speech.say("Version of Kuffert"), methods.version),
        (speech.say("Libraries"), ", ".join(f"{k} {v}" for k, v in methods.libraries.items())),
        (speech.say("Versions of the content"), list_words(methods.content_versions, speech)),
        (speech.say("Seed of the analysis"), str(methods.seed)),
        (speech.say("Draws"), speech.whole(methods.draws)),
        (speech.say("Active weeks that make a complier"), speech.whole(methods.active_weeks)),
    ]
    drawing = methods.drawing
    if drawing is not None:
        pairs += [
            (speech.say("Hash of the assignment"), drawing.digest),
            (speech.say("Seed of the assignment"), str(drawing.seed)),
            (speech.say("Drawn at"), speech.moment(drawing.drawn_at)),
            (
                speech.say("Guardians with children in two arms"),
                speech.whole(drawing.contaminated),
            ),
        ]
    return pairs


def list_words(words: Sequence[str], speech: Speech) -> str:
    """List words, or say that there are none."""
    return ", ".join(words) or speech.say("none")
