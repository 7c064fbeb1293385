"""A neuron's formulas against differences of their own loss."""

from math import inf, isnan, log, nan

import numpy as np
import pytest

from tui_nn.views.neuron import Sample
from tui_nn.views.neuron_pass import same, through
from tui_nn.views.neuron_rule import class_of, coded, rule_of
from tui_nn.views.rules import bound

LOSSES = (
    "HalfSquaredError()", "MSELoss()", "L1Loss()", "SmoothL1Loss(beta=0.5)", "HuberLoss(delta=0.3)",
    "SoftMarginLoss()", "BCEWithLogitsLoss()", "BCEWithLogitsLoss(pos_weight=3)",
)  # fmt: skip
NEAR = 1e-6


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ["", "Sigmoid", "Tanh", "ReLU"])
@pytest.mark.parametrize("z", [-1.7, -0.2, 0.4, 2.3])
def test_the_error_is_the_slope_of_the_loss(loss: str, activation: str, z: float) -> None:
    rule = rule_of(activation, bound(loss, "loss"))
    for t in (0.0, 1.0):
        ends = [rule.loss_of(rule.output(z + d), t) for d in (-NEAR, NEAR)]
        assert ends[0] is not None
        assert ends[1] is not None
        slope = (ends[1] - ends[0]) / (2 * NEAR)
        assert rule.error(z, rule.output(z), t) == pytest.approx(slope, abs=1e-4)


@pytest.mark.parametrize("z", [-30.0, -1.0, 0.5, 40.0])
def test_behind_a_sigmoid_cross_entropy_has_the_error_y_minus_t(z: float) -> None:
    rule = rule_of("Sigmoid", bound("BCELoss()", "loss"))
    y = rule.output(z)
    assert rule.error(z, y, 1.0) == y - 1
    assert rule.error_words == "y − t"
    assert rule.loss_of(1.0, 0.0) == 100.0  # torch cuts the logarithm off there
    assert rule.loss_of(0.25, 1.0) == pytest.approx(-log(0.25))


def test_a_step_hands_the_error_on_as_if_its_slope_were_one() -> None:
    rule = rule_of("Heaviside", bound("HalfSquaredError()", "loss"))
    assert rule.output(0.0) == 0
    assert rule.output(1e-30) == 1
    assert rule.error(5.0, 1.0, 0.0) == 1
    assert "as if it had slope 1" in rule.why()


@pytest.mark.parametrize("activation", ["", "Heaviside", "Sigmoid", "Tanh", "ReLU"])
def test_sums_that_are_no_number_give_no_error_message(activation: str) -> None:
    rule = rule_of(activation, bound("MSELoss()", "loss"))
    assert isnan(rule.output(nan))
    assert rule.output(inf) in (1.0, inf)
    assert rule.output(-inf) in (0.0, -1.0, -inf)


def test_classes_as_losses_read_them() -> None:
    assert coded(0, "SoftMarginLoss", "") == -1
    assert coded(0, "MSELoss", "Tanh") == -1
    assert coded(0, "MSELoss", "") == 0
    assert class_of(0.4, "BCELoss", "Sigmoid") == 0
    assert class_of(0.4, "BCEWithLogitsLoss", "") == 1


def test_an_unknown_loss_has_no_numbers() -> None:
    rule = rule_of("", None)
    assert rule.error(1.0, 1.0, 1.0) is None
    assert rule.loss_of(1.0, 1.0) is None


def test_a_sum_that_torch_has_otherwise_stays_our_own() -> None:
    rule = rule_of("Heaviside", bound("HalfSquaredError()", "loss"))
    x = np.array([1.0])
    other = through(rule, 0, Sample(x, 1.0, -3.0, 0.0), np.array([0.5, 1.0]))
    assert (other.z, other.y, other.torch) == (1.5, 1.0, (-3.0, 0.0))
    edge = through(rule, 0, Sample(x, 1.0, 1e-7, 1.0), np.array([1.0, -1.0]))
    assert (edge.z, edge.y) == (1e-7, 1.0)


def test_beside_an_infinite_term_numbers_are_not_all_the_same() -> None:
    assert same(3.0, 3.0, inf)
    assert not same(3.0, 7.0, inf)
