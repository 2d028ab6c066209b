"""What each estimate promises its reader, beside the figures that R checks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BotError
from bot.report.estimates import check_extra
from bot.report.estimates.adjusting import (
    correct_small,
    describe_power,
    estimate_itt,
    find_minimum_detectable,
    standardise,
)
from bot.report.estimates.complying import estimate_cace, estimate_first_stage
from bot.report.estimates.costing import price
from bot.report.estimates.describing import (
    DESCRIPTIVE,
    compare_arms,
    describe_thirds,
    measure_attrition,
    measure_icc,
)
from bot.report.estimates.drawing import estimate_by_draw
from bot.report.estimates.gaps import Adjustment, estimate_gaps, find_fieller
from bot.report.estimates.pre_post import SENTENCE, estimate_change
from bot.report.estimates.records import Estimate
from bot.report.estimates.trial import Trial
from tests.report.estimates.trials import find_scheme, make_trial, simulate

PLACES = np.repeat([str(each) for each in range(12)], 4)
ARMS = np.repeat([0.0, 1.0] * 6, 4)


def a_trial(*, clusters: int = 16, effect: float = 0.4, seed: int = 7) -> Trial:
    """Simulate one trial."""
    return simulate(np.random.default_rng(seed), clusters=clusters, effect=effect)


def an_estimate(value: float, *, reach: float = 0.1, clusters: int = 10) -> Estimate:
    """Make an estimate with an interval."""
    interval = (value - reach, value + reach)
    return Estimate(
        "effect", value, "by hand", 100, (clusters, clusters), reach / 2, interval, 0.01
    )


def test_what_is_installed_here_is_enough() -> None:
    check_extra()


def test_a_missing_library_is_named_with_the_extra_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.report.estimates.LIBRARIES", ("numpy", "no_such_library"))

    with pytest.raises(BotError) as raised:
        check_extra()

    assert str(raised.value) == (
        "Estimates need no_such_library, not installed here. "
        "Install the extra: pip install 'kuffert[evaluation]'."
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"dose": np.zeros(3)}, "A trial's columns differ in length: outcome 48,"),
        ({"arm": ARMS + 1}, "A trial's column arm holds 2. Use 0 or 1."),
        ({"complied": ARMS / 2}, "A trial's column complied holds 0.5. Use 0 or 1."),
        ({"disadvantage": ARMS - 1}, "A trial's column disadvantage holds -1. Use 0 or 1."),
        ({"arm": np.arange(48) % 2 * 1.0}, "Cluster 0 has more than one arm: 0.0, 1.0."),
        ({"stratum": np.arange(48).astype(str)}, "Cluster 0 has more than one stratum: 0, 1, 2, 3"),
    ],
)
def test_columns_that_cannot_belong_together_are_refused(
    change: dict[str, object], sentence: str
) -> None:
    trial = make_trial(np.ones(48), arm=ARMS, cluster=PLACES)

    with pytest.raises(BotError) as raised:
        replace(trial, **change)

    assert str(raised.value).startswith(sentence)


def test_arms_that_the_strata_determine_are_refused_in_words() -> None:
    trial = make_trial(np.arange(48.0), arm=ARMS, cluster=PLACES, stratum=ARMS.astype(str))

    with pytest.raises(BotError, match=r"^These children cannot tell .* from what is adjusted for"):
        estimate_itt(trial)
    with pytest.raises(BotError, match=r"^These children cannot tell the arms from what is adjust"):
        estimate_by_draw(trial, find_scheme(trial), seed=1)


@settings(max_examples=20, deadline=None)
@given(shift=st.floats(-50, 50), scale=st.floats(0.1, 20), seed=st.integers(0, 50))
def test_a_standardised_effect_does_not_depend_on_the_tests_scale(
    shift: float, scale: float, seed: int
) -> None:
    trial = a_trial(seed=seed)
    scaled = replace(trial, outcome=shift + scale * trial.outcome)

    ours, theirs = (standardise(estimate_itt(each), each) for each in (trial, scaled))

    assert theirs.value == pytest.approx(ours.value)
    assert theirs.interval == pytest.approx(ours.interval)
    assert theirs.p == pytest.approx(ours.p)


def test_the_order_of_the_children_does_not_matter() -> None:
    trial = a_trial()
    order = np.random.default_rng(1).permutation(len(trial.outcome))

    mixed = estimate_itt(trial.keep(order))

    ours = estimate_itt(trial)
    assert mixed.value == pytest.approx(ours.value)
    assert mixed.se == pytest.approx(ours.se)


def test_a_child_without_baseline_stays_in() -> None:
    trial = a_trial()
    some = np.where(np.arange(len(trial.baseline)) % 5 == 0, np.nan, trial.baseline)

    assert estimate_itt(replace(trial, baseline=some)).children == len(trial.outcome)


def test_hedges_correction_is_near_its_well_known_approximation() -> None:
    for freedom in (10, 50, 300):
        assert correct_small(freedom) == pytest.approx(1 - 3 / (4 * freedom - 1), abs=5e-4)


def test_an_effect_without_a_deviation_to_measure_it_by_has_a_reason() -> None:
    trial = make_trial(ARMS, arm=ARMS, cluster=PLACES)

    estimate = standardise(estimate_itt(trial), trial)

    assert (estimate.value, estimate.interval, estimate.p) == (None, None, None)
    assert estimate.reason


def test_a_small_trial_is_called_under_powered_with_what_it_could_find() -> None:
    small = an_estimate(0.1, reach=0.4)
    large = an_estimate(0.1, reach=0.02, clusters=100)

    assert find_minimum_detectable(small) == pytest.approx(0.2 * (2.101 + 0.862), abs=1e-3)
    assert describe_power(small) == (
        "Under-powered: the smallest effect that it would find four times in five is 0.59 standard "
        "deviations; an effect worth finding was set at 0.20. No clear difference is not proof of "
        "none."
    )
    assert describe_power(large).startswith("Large enough: the smallest effect")


def test_a_weak_first_stage_hides_the_effect_on_those_who_took_part() -> None:
    trial = a_trial()
    by_chance = np.random.default_rng(3).integers(0, 2, len(trial.arm)).astype(float)

    hidden = estimate_cace(replace(trial, complied=by_chance))

    assert (hidden.value, hidden.interval, hidden.p) == (None, None, None)
    assert hidden.reason.startswith("Not shown: the first stage is weak (F = ")


def test_where_everyone_assigned_took_part_both_effects_are_one() -> None:
    trial = a_trial()
    full = replace(trial, complied=trial.arm)

    assert estimate_first_stage(full)[1] == float("inf")
    assert estimate_cace(full).value == pytest.approx(estimate_itt(full).value)


def test_the_gap_changes_by_as_much_as_the_two_effects_differ() -> None:
    gaps = estimate_gaps(a_trial(), adjustment=Adjustment.ADJUSTED)

    effects = (gaps.others.value, gaps.disadvantaged.value, gaps.interaction.value)
    assert None not in effects
    others, disadvantaged, interaction = (float(each or 0) for each in effects)
    assert interaction == pytest.approx(disadvantaged - others)
    assert gaps.change.value == pytest.approx(-interaction)
    assert gaps.change.value == pytest.approx(
        (gaps.treated_gap.value or 0) - (gaps.control_gap.value or 0)
    )
    assert "adjusted for baseline" in gaps.change.method


def test_a_gap_that_may_be_none_has_no_share_closed() -> None:
    share = estimate_gaps(a_trial(), adjustment=Adjustment.RAW).share_closed

    assert (share.value, share.interval) == (None, None)
    assert share.reason == "No interval: the control arm's gap is not clearly different from 0."


def test_a_share_closed_beyond_the_whole_gap_is_not_clipped() -> None:
    interval = find_fieller((3.0, 2.0), variances=(0.04, 0.01, 0.0), freedom=30)

    assert interval
    assert 1.2 < interval[0] < 1.5 < interval[1] < 1.8


def test_attrition_counts_each_arm_and_their_difference() -> None:
    lost = np.arange(48) % 4 < np.where(ARMS == 1, 2, 1)
    trial = make_trial(np.where(lost, np.nan, 1.0), arm=ARMS, cluster=PLACES)

    attrition = measure_attrition(trial)

    assert (attrition.overall, attrition.control, attrition.treated) == (0.375, 0.25, 0.5)
    assert attrition.differential.value == pytest.approx(0.25)
    assert attrition.differential.children == 48


def test_balance_is_in_pooled_standard_deviations_and_leaves_out_what_is_missing() -> None:
    trial = make_trial(np.ones(48), arm=ARMS, cluster=PLACES)
    age = np.tile([1.0, 3.0], 24) + ARMS
    age[0] = np.nan

    balance, same = compare_arms(trial, {"age": age, "same": np.ones(48)})

    assert balance.children == (23, 24)
    assert balance.difference == pytest.approx(0.93, abs=0.05)
    assert same.difference is None


def test_icc_is_one_where_clusters_alone_differ_and_unknown_where_they_hold_one_child() -> None:
    places = PLACES.astype(float)

    assert measure_icc(make_trial(places, arm=ARMS, cluster=PLACES)) == pytest.approx(1)
    alone = np.arange(48).astype(str)
    assert measure_icc(make_trial(places, arm=ARMS, cluster=alone)) is None


def test_icc_comes_near_the_one_that_was_simulated() -> None:
    rng = np.random.default_rng(4)
    cluster = np.repeat(np.arange(400), rng.integers(2, 12, 400))
    arm = (cluster % 2).astype(float)
    shared, own = rng.normal(size=400)[cluster], rng.normal(size=len(cluster))
    outcome = np.sqrt(0.2) * shared + np.sqrt(0.8) * own + 3 * arm

    icc = measure_icc(make_trial(outcome, arm=arm, cluster=cluster.astype(str)))

    assert icc == pytest.approx(0.2, abs=0.06)


def test_thirds_are_of_the_treated_alone_and_say_that_they_only_describe() -> None:
    dose = np.where(ARMS == 1, np.arange(48.0), 1000.0)
    trial = make_trial(dose * 2, arm=ARMS, cluster=PLACES, dose=dose)

    thirds = describe_thirds(trial)

    assert [third.children for third in thirds] == [8, 8, 8]
    assert all(third.doses[1] < 1000 and third.note == DESCRIPTIVE for third in thirds)
    means = [third.mean or 0 for third in thirds]
    assert means == sorted(means)
    assert describe_thirds(replace(trial, dose=np.full(48, np.nan))) == []


def test_equal_doses_are_not_split() -> None:
    trial = make_trial(np.ones(48), arm=ARMS, cluster=PLACES, dose=np.full(48, 5.0))

    assert [third.children for third in describe_thirds(trial)] == [24]


def test_a_price_turns_the_interval_about() -> None:
    cost = price(1000, an_estimate(0.2), children=50)

    assert cost.per_child == 20
    assert cost.per_step == pytest.approx(10)
    assert cost.interval == pytest.approx((20 / 3, 20))


@pytest.mark.parametrize(
    ("estimate", "reason"),
    [
        (an_estimate(0.05), "not estimable: the effect's interval includes 0"),
        (an_estimate(-0.5), "not estimable: the effect is a harm, not a gain"),
        (replace(an_estimate(0.5), interval=None), "not estimable: no interval"),
    ],
)
def test_no_price_without_a_clear_gain(estimate: Estimate, reason: str) -> None:
    cost = price(1000, estimate, children=50)

    assert (cost.per_step, cost.interval, cost.reason) == (None, None, reason)


def test_a_cost_for_no_children_is_refused() -> None:
    with pytest.raises(BotError, match=r"^A cost of 10 for 0 children\."):
        price(10, an_estimate(0.5), children=0)


def test_before_and_after_says_that_it_is_no_impact_and_tests_nothing() -> None:
    trial = a_trial()

    change = estimate_change(replace(trial, outcome=trial.baseline + 2))

    assert change.note == SENTENCE == "This is not an impact estimate."
    assert change.value == pytest.approx(2)
    assert change.p is None
    assert change.reason


def test_one_cluster_is_refused_in_words() -> None:
    trial = make_trial(np.arange(4.0), arm=np.zeros(4), cluster=PLACES[:4], baseline=np.ones(4))

    with pytest.raises(BotError, match=r"^An estimate needs children in two clusters or more"):
        estimate_change(trial)
