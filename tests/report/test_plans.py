"""A study file and a cost file say what is wrong with them, each fault in a sentence of its own."""

from collections.abc import Callable

import pytest

from bot.errors import FileRefused
from bot.report.costs import CostFile, parse_costs, work_out
from bot.report.estimates.records import Estimate
from bot.report.plans import Plan, Primary, parse_plan

STUDY = """\
primary:
  instrument: Sprogvurdering
  wave: after
baseline_wave: before
control: later
smallest: 4
seed: 17
registration: AEARCTR-0000000
"""
COSTS = """\
currency: DKK
months: 9
costs:
  - {name: Hosting, amount: 100, per: month}
  - {name: Translation, amount: 40000, share: 0.25}
  - {name: Cards, amount: 3, per: child}
  - {name: Educators introduce it, minutes: 20, hourly: 300, per: centre}
parents:
  - {name: Parents' time, minutes: 30, hourly: 100, per: child}
"""
REFUSED = [
    (parse_plan, "", "study.yaml, line 1: there are no keys. Write lines such as `key: value`."),
    (
        parse_plan,
        "primary: {instrument: A}\n",
        'study.yaml, line 1: "primary": field required. '
        "Write the primary outcome's instrument and wave.",
    ),
    (
        parse_plan,
        "seed: 1\nsmallest: 2\n",
        'study.yaml, line 2: "smallest": input should be greater than or equal to 3. '
        "Write the fewest children that a shown figure may rest on, 3 or more.",
    ),
    (
        parse_plan,
        "weeks: 8\n",
        'study.yaml, line 1: unknown key "weeks". Use: primary, baseline_wave, control, '
        "active_weeks, smallest, seed, draws, relevant_effect, registration, deviations, testers, "
        "blinding.",
    ),
    (
        parse_costs,
        "currency: DKK\ncosts:\n  - {name: Cards, amount: 3, minutes: 2}\n",
        'study.yaml, line 3: "costs": "Cards" needs amount, or minutes and hourly. '
        "Write what cost something: name, amount (or minutes and hourly), per, share.",
    ),
    (
        parse_costs,
        "currency: DKK\ncosts:\n  - {name: Visits, minutes: 2}\n",
        'study.yaml, line 3: "costs": "Visits" needs amount, or minutes and hourly. '
        "Write what cost something: name, amount (or minutes and hourly), per, share.",
    ),
    (
        parse_costs,
        "currency: DKK\ncosts:\n  - {name: Hosting, amount: 3, per: month}\n",
        'study.yaml, line 1: months is missing, and "Hosting" is paid by the month. '
        "See the README.",
    ),
]


@pytest.mark.parametrize(("parse", "written", "said"), REFUSED)
def test_what_is_wrong_with_a_file_is_said(
    parse: Callable[[str, bytes], object], written: str, said: str
) -> None:
    with pytest.raises(FileRefused) as refusal:
        parse("study.yaml", written.encode())

    assert str(refusal.value) == said


def test_what_a_study_file_leaves_out_is_done_in_the_usual_way() -> None:
    plan = parse_plan("study.yaml", STUDY.encode())

    assert plan == Plan(
        primary=Primary(instrument="Sprogvurdering", wave="after"),
        baseline_wave="before",
        control="later",
        smallest=4,
        seed=17,
        registration="AEARCTR-0000000",
    )
    assert (plan.active_weeks, plan.draws, plan.relevant_effect) == (8, 9_999, 0.2)


def read_costs() -> CostFile:
    """Read the cost file above."""
    return parse_costs("costs.yaml", COSTS.encode())


def make_effect(*, low: float) -> Estimate:
    """Make an effect of 0.25 standard deviations."""
    return Estimate("effect", 0.25, "by hand", 300, (30, 31), interval=(low, 0.5))


def test_costs_are_counted_as_often_as_they_are_paid_and_parents_time_apart() -> None:
    told = work_out(
        read_costs(), centres=30, children=150, active=100, did_it=4000, effect=make_effect(low=0.1)
    )

    assert [line.amount for line in told.lines] == [900, 10_000, 450, 3_000]
    assert told.total == 14_350
    assert [(line.name, line.amount) for line in told.parents] == [("Parents' time", 7_500)]
    assert told.per_rostered == pytest.approx(95.667, abs=0.001)
    assert told.per_active == 143.5
    assert told.per_did_it == 3.5875
    assert told.price is not None
    assert told.price.per_step == pytest.approx(38.267, abs=0.001)  # 95.667 x 0.1 / 0.25


def test_without_a_clear_effect_there_is_no_price_and_a_suppressed_count_tells_nothing() -> None:
    told = work_out(
        read_costs(), centres=30, children=150, active=None, did_it=None,
        effect=make_effect(low=-0.1),
    )  # fmt: skip

    assert told.per_active is None
    assert told.per_did_it is None
    assert told.price is not None
    assert told.price.per_step is None
