"""Small parts whose slips no figure of a single trial would show."""

import numpy as np
import pytest

from bot.report.estimates.bootstrapping import Weights, weigh
from bot.report.estimates.several import step_down


def test_webbs_weights_are_six_points_with_mean_zero_and_variance_one() -> None:
    drawn = weigh(8, weights=Weights.WEBB, seed=1, draws=20_000)[1:]

    points = np.unique(drawn)
    assert len(points) == 6
    assert points.mean() == pytest.approx(0)
    assert points.var() == pytest.approx(1)
    assert drawn.var() == pytest.approx(1, abs=0.02)


def test_step_down_never_gives_a_smaller_difference_a_smaller_p() -> None:
    others = np.array([[3.0, 0.0], [3.0, 0.0], [0.0, 0.0], [0.0, 1.0]])

    assert step_down(np.array([2.0, 1.0]), others) == [0.5, 0.5]
