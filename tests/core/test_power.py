"""How small an effect a trial finds: against tables, and in plain sentences where it cannot be."""

import math

import pytest

from bot.core.power import Design, find_smallest_effect, quantile_of_t
from bot.errors import BotError

# Two-sided 5 %, 80 % power, ICC .10, equal arms; a baseline explains .5 between and .4 within
TABLE = [
    (8, 0.98, 0.80, 1.31),
    (12, 0.72, 0.59, 0.96),
    (20, 0.53, 0.43, 0.70),
    (30, 0.42, 0.34, 0.56),
    (61, 0.29, 0.24, 0.39),
    (100, 0.22, 0.18, 0.30),
]
BASELINE = {"r2_between": 0.5, "r2_within": 0.4}


@pytest.mark.parametrize(("clusters", "few", "many", "without"), TABLE)
def test_the_smallest_effects_are_those_of_the_evidence(
    clusters: int, few: float, many: float, without: float
) -> None:
    found = (
        find_smallest_effect(Design(clusters, 5, 0.1, **BASELINE, covariates=1)),
        find_smallest_effect(Design(clusters, 10, 0.1, **BASELINE, covariates=1)),
        find_smallest_effect(Design(clusters, 5, 0.1, covariates=1)),
    )

    assert found == pytest.approx((few, many, without), abs=0.0055)


def test_without_covariates_two_degrees_of_freedom_are_taken_and_no_more() -> None:
    design = Design(8, 5, 0.1)

    assert design.degrees_of_freedom == 6
    assert find_smallest_effect(design) == pytest.approx(
        (2.446911851 + 0.905703285) * (0.1 / 2 + 0.9 / 10) ** 0.5, abs=1e-8
    )


@pytest.mark.parametrize(
    ("probability", "degrees", "value"),
    [
        (0.975, 1, 12.706204736174707),
        (0.975, 2, 4.302652729749464),
        (0.975, 3, 3.182446305283712),
        (0.975, 6, 2.446911851144970),
        (0.975, 10, 2.228138851986274),
        (0.995, 30, 2.749995653567230),
        (0.975, 59, 2.000995378088267),
        (0.975, 120, 1.979930405082447),
        (0.025, 6, -2.446911851144970),
    ],
)
def test_quantiles_are_those_of_the_tables(probability: float, degrees: int, value: float) -> None:
    assert quantile_of_t(probability, degrees) == pytest.approx(value, abs=1e-9)


def test_children_of_one_centre_tell_less_than_as_many_drawn_one_by_one() -> None:
    design = Design(61, 5, 0.1)

    assert design.design_effect == pytest.approx(1.4)
    assert design.effective_size == pytest.approx(305 / 1.4)


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (Design(2, 5, 0.1), "2 clusters are too few. Use at least 3."),
        (
            Design(20, 5, 1.1),
            "--icc is a share from 0 up to, and without, 1; 1.1 is not.",
        ),
        (Design(20, 5, 0.1, power=1), "--power lies between 0 and 1; 1 does not."),
        (Design(20, 0.5, 0.1), "--size is at least 1 child a cluster; 0.5 is not."),
        (Design(20, math.nan, 0.1), "--size is at least 1 child a cluster; nan is not."),
        (Design(20, math.inf, 0.1), "--size is at least 1 child a cluster; inf is not."),
        (Design(20, 5, math.nan), "--icc is a share from 0 up to, and without, 1; nan is not."),
        (Design(20_000, 5, 0.1), "20000 clusters are too many. Use at most 10000."),
        (Design(20, 5, 0.1, covariates=-1), "--covariates is a number from 0 to 10000."),
        (
            Design(20, 5, 0.1, share=0.01),
            "Of the clusters at least one is to be treated, and one not: see --share.",
        ),
    ],
)
def test_what_no_trial_can_be_like_is_refused(design: Design, said: str) -> None:
    with pytest.raises(BotError) as refused:
        find_smallest_effect(design)

    assert str(refused.value) == said
