"""A single neuron by other rules than the AND gate's, in batches, at every size, in no colour."""

import pytest

from tests.views.neuron_run import NeuronRun, at_the_sixth_gradient, regression, rows
from tests.views.support import ASCII, NO_COLOUR, painted, paints_at_any_size, samples
from tui_nn.views.desk import Desk
from tui_nn.views.neuron_pass import given_of
from tui_nn.views.panels.neuron.evaluate import EVALUATE
from tui_nn.views.panels.neuron.forward import FORWARD
from tui_nn.views.panels.neuron.gradient import GRADIENT
from tui_nn.views.panels.neuron.update import UPDATE
from tui_nn.views.panels.panel import View
from tui_nn.views.world import SAMPLES

VIEWS = (FORWARD, GRADIENT, UPDATE, EVALUATE)


def test_a_sigmoid_with_cross_entropy() -> None:
    run = NeuronRun(activation="Sigmoid", loss="BCELoss()").steps(5).forward().backward()
    assert (
        rows(FORWARD, run, 40, 9)
        == """
  x1 0 ── w1 +0.57 ──  0.00 ─╮
                             │
  x2 1 ── w2 +0.49 ── +0.49 ─┼─▸ z -0.25
                             │   sigmoid
   1 1 ╌╌ b  -0.73 ╌╌ -0.73 ─╯   y  0.44
                                 t     0

  z = w·x + b = -0.246     = torch ✓
  L = −log(1 − y) = 0.5777 = torch ✓
"""
    )
    assert (
        rows(GRADIENT, run, 39, 9)
        == """
     error × input  = gradient
 w1  +0.44 × x1   0 =   0.0000  │
 w2  +0.44 × x2   1 =  +0.4388  │███
 b   +0.44 ×      1 =  +0.4388  │███

 = torch ✓   weight.grad, bias.grad
 error = y − t: the slopes of the loss
 and of the sigmoid cancel.
 Which weight will stay as it is?
"""
    )
    assert rows(UPDATE, run, 39, 8).split("\n")[6:8] == [
        "    5  0 0 0 0.424 +0.570 +0.486 -0.732",
        " ▸  6  0 1 0 0.439      ·      ·      ·",
    ]
    assert "▸   0  1   0  -0.246  0.439  ✓" in rows(EVALUATE, run, 40, 8)


def test_a_batch_shows_one_samples_part_beside_the_mean_that_torch_holds() -> None:
    run = regression().forward().backward()
    text = rows(GRADIENT, run, 39, 9)
    assert text.split("\n")[1] == "     error × input     = its part  mean"
    assert " = torch ✓   weight.grad, bias.grad\n" in text
    assert "mean of 10 parts = gradient" in rows(GRADIENT, run, 37, 16)
    lines = rows(FORWARD, run, 40, 9)
    assert "  mean L of 10 = " in lines
    assert lines.count("= torch ✓") == 2  # z, and the mean; of one sample's loss torch has none
    assert FORWARD.note(run.world, Desk()) == "row 0, 1 of 10"
    assert not EVALUATE.suits(run.world)


def test_up_and_down_go_through_a_batch() -> None:
    run, desk = regression().forward().backward(), Desk()
    assert FORWARD.press(run.world, desk, "down")
    assert FORWARD.note(run.world, desk) == "row 1, 1 of 10"
    assert GRADIENT.press(run.world, desk, "up")
    assert GRADIENT.press(run.world, desk, "up")
    assert FORWARD.note(run.world, desk) == "row 9, 1 of 10"
    assert not FORWARD.press(run.world, desk, "left")


def test_weights_that_climb_out_are_words_in_the_end() -> None:
    run = NeuronRun(
        [[1.0, 2.0]], [1.0], activation="", loss="MSELoss()", lr=1e30, w=(1, 1, 1)
    ).steps(4)
    text = rows(FORWARD, run, 47, 16) + rows(UPDATE, run, 60, 13) + rows(GRADIENT, run, 37, 16)
    assert "nan" in text
    for view in VIEWS:
        paints_at_any_size(view, run.world)
        view.note(run.world, Desk())


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_it_paints_at_any_size_in_every_state(view: View) -> None:
    runs = [
        NeuronRun(),
        NeuronRun().steps(5).forward(),
        at_the_sixth_gradient(),
        NeuronRun(activation="Sigmoid", loss="BCELoss()").steps(3),
        regression().steps(2),
        NeuronRun([[0], [1]], [1, 0], w=(0, 0)).steps(3),
    ]
    for run in runs:
        paints_at_any_size(view, run.world)


def test_without_colour_dashes_mark_weights_below_zero() -> None:
    run = NeuronRun(w=(-1, 1, 0)).forward()
    first = painted(FORWARD, run.world, (40, 9), palette=NO_COLOUR)[0]
    assert first == "  x1  0 ╌╌ w1 -1 ──  0 ─╮".replace("──", "╌╌", 1)
    assert "\n".join(painted(FORWARD, run.world, (40, 9), palette=ASCII)).isascii()
    formula = painted(FORWARD, run.world, (40, 9), palette=ASCII)[7]
    assert formula.startswith("  z = 0*(-1) + 0*1 + 0 = 0")  # 0.1 would be a tenth


def test_of_standardised_inputs_only_those_looked_at_are_known() -> None:
    run = NeuronRun().steps(3).forward().backward()
    run.world.take(
        samples([[10, 20], [10, 30], [20, 20], [20, 30]], [0, 0, 0, 1], class_names=("0", "1")),
        SAMPLES,
    )
    assert given_of(run.world, 3) is not None
    run.world.steps.given.pop(2)
    assert given_of(run.world, 2) is None
    assert "= torch ✓" in rows(GRADIENT, run, 39, 9)


def test_a_sum_keeps_its_form_whatever_its_numbers_are() -> None:
    run = NeuronRun(activation="Sigmoid", loss="BCELoss()")
    forms = set()
    for _ in range(60):
        [line] = [line for line in rows(FORWARD, run.steps(1), 47, 16).split("\n") if "z =" in line]
        forms.add(line[: line.rindex("=", 0, 34)])
    assert len(forms) == 1
