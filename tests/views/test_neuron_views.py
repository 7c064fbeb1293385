"""The four views of a single neuron: the AND gate as it learns, in all its panels."""

import pytest

from tests.views.neuron_run import NeuronRun, at_the_sixth_gradient, rows
from tui_nn.spec.protocol import Phase, State
from tui_nn.views.desk import Desk
from tui_nn.views.panels.neuron.evaluate import EVALUATE
from tui_nn.views.panels.neuron.forward import FORWARD
from tui_nn.views.panels.neuron.gradient import GRADIENT
from tui_nn.views.panels.neuron.update import UPDATE


def test_forward_shows_the_sum_term_by_term_and_that_torch_has_the_same() -> None:
    run = at_the_sixth_gradient()
    assert (
        rows(FORWARD, run, 47, 16)
        == """
  input      weight     product

  x1   0  ───  w1  +1  ───   0 ──╮
                                 │
  x2   1  ───  w2  +1  ───  +1 ──┼──▸ z  +1
                                 │     │
   1   1  ───  b    0  ───   0 ──╯   z > 0 ?
                                       │ yes
                                       ▾
                                    y   1  ✗
                                    t   0

  z = 0·1 + 1·1 + 0 = +1          = torch ✓
  y = 1 because z > 0             = torch ✓
  L = ½(1 − 0)² = 0.5             = torch ✓

"""
    )
    assert FORWARD.note(run.world, Desk()) == "wrong: y 1, t 0"


def test_forward_in_forty_columns() -> None:
    assert (
        rows(FORWARD, at_the_sixth_gradient(), 40, 9)
        == """
  x1  0 ── w1 +1 ──  0 ─╮
                        │
  x2  1 ── w2 +1 ── +1 ─┼─▸ z +1
                        │   z > 0 ? yes
   1  1 ── b   0 ──  0 ─╯   y  1  ✗
                            t  0

  z = 0·1 + 1·1 + 0 = +1   = torch ✓
  L = ½(1 − 0)² = 0.5      = torch ✓
"""
    )


def test_gradient_shows_error_times_input_and_that_torch_has_the_same() -> None:
    run = at_the_sixth_gradient()
    assert (
        rows(GRADIENT, run, 37, 16)
        == """
          error ×  input  = gradient

 w1         +1  ×  x1  0  =    0
 w2         +1  ×  x2  1  =   +1
 b          +1  ×      1  =   +1

 w1     0                │
 w2    +1                │██████████
 b     +1                │██████████
                         0       +1
 = torch ✓  weight.grad, bias.grad

 The step function has no slope; the
 perceptron rule hands the error on
 as if it had slope 1.    ? why

"""
    )
    assert GRADIENT.note(run.world, Desk()) == "paused here"


def test_gradient_in_thirty_nine_columns_asks_what_will_stay() -> None:
    assert (
        rows(GRADIENT, at_the_sixth_gradient(), 39, 9)
        == """
      error × input = gradient
 w1     +1  × x1 0  =    0  │
 w2     +1  × x2 1  =   +1  │██████
 b      +1  ×    1  =   +1  │██████

 = torch ✓   weight.grad, bias.grad
 The step has no slope: the error is
 handed on as if it were 1.   ? why
 Which weight will stay as it is?
"""
    )


def test_evaluate_has_the_truth_table_and_the_changes_of_each_epoch() -> None:
    run = at_the_sixth_gradient()
    assert (
        rows(EVALUATE, run, 47, 13)
        == """
     x1 x2   t     z   y      at the weights
      0  0   0     0   0   ✓  of now
  ▸   0  1   0    +1   1   ✗
      1  0   0    +1   1   ✗  = torch ✓
      1  1   1    +2   1   ✓

  rows that changed a weight, per epoch
  2 │
  1 │  ███    ███ so far
  0 └──────────────────────────────────
        1      2      3      4      5   epoch

  an epoch with 0 changes: AND is learned
"""
    )
    assert EVALUATE.note(run.world, Desk()) == "2 of 4 right"


def test_evaluate_in_forty_columns() -> None:
    assert (
        rows(EVALUATE, at_the_sixth_gradient(), 40, 8)
        == """
     x1 x2   t    z   y
      0  0   0    0   0  ✓
  ▸   0  1   0   +1   1  ✗
      1  0   0   +1   1  ✗
      1  1   1   +2   1  ✓

  changes   1    1▸
  epoch     1    2    3    4    5    6
"""
    )


def test_before_the_first_step_weights_are_known_and_the_rest_is_dots() -> None:
    run = NeuronRun()
    assert (
        rows(FORWARD, run, 40, 9)
        == """
  x1  · ── w1  0 ──  · ─╮
                        │
  x2  · ── w2  0 ──  · ─┼─▸ z  ·
                        │   z > 0 ?
   1  1 ── b   0 ──  · ─╯   y  ·
                            t  ·

  z = x1·w1 + x2·w2 + b
  L = ½(y − t)²
"""
    )
    assert [view.note(run.world, Desk()) for view in (FORWARD, GRADIENT, UPDATE)] == ["", "", ""]
    assert " w1      ·  × x1 ·  =    ·  │" in rows(GRADIENT, run, 39, 9)


def test_while_a_step_has_only_gone_forward_its_gradient_is_dots() -> None:
    run = NeuronRun().steps(5).forward()
    assert " w2      ·  × x2 1  =    ·  │\n" in rows(GRADIENT, run, 39, 9)
    assert "torch" not in rows(GRADIENT, run, 39, 9)


@pytest.mark.parametrize("state", ["running", "goal"])
def test_after_every_step_torch_has_the_same_sum_output_and_loss(state: State) -> None:
    run = NeuronRun()
    for _ in range(24):
        run.steps(1)._stand(Phase.EVALUATE, state)
        lines = rows(FORWARD, run, 47, 16).split("\n")[13:16]
        assert [line[34:] for line in lines] == ["= torch ✓"] * 3


def test_while_running_the_truth_table_is_not_compared_with_evaluations_long_over() -> None:
    run = NeuronRun().steps(8)
    assert "= torch ✓" in rows(EVALUATE, run, 47, 13)
    run._stand(Phase.EVALUATE, "running")
    assert "torch" not in rows(EVALUATE, run, 47, 13)


def test_before_the_first_step_classes_that_are_wanted_are_known() -> None:
    text = rows(EVALUATE, NeuronRun(), 47, 13)
    assert "      1  0   0     0   0   ✓\n" in text
    assert "      1  1   1     0   0   ✗\n" in text
