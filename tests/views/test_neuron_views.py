"""The four views of a single neuron: the AND gate key by key, other rules, sizes, no colour."""

import numpy as np
import pytest

from tests.views.neuron_run import NeuronRun
from tests.views.support import ASCII, NO_COLOUR, painted, paints_at_any_size, samples
from tui_nn.spec.protocol import Phase, State
from tui_nn.views.desk import Desk
from tui_nn.views.neuron_pass import given_of
from tui_nn.views.panels.neuron.evaluate import EVALUATE
from tui_nn.views.panels.neuron.forward import FORWARD
from tui_nn.views.panels.neuron.gradient import GRADIENT
from tui_nn.views.panels.neuron.update import UPDATE
from tui_nn.views.panels.panel import View
from tui_nn.views.world import SAMPLES, World

VIEWS = (FORWARD, GRADIENT, UPDATE, EVALUATE)


def rows(view: View, run: NeuronRun, columns: int, count: int, desk: Desk | None = None) -> str:
    return "\n" + "\n".join(painted(view, run.world, (columns, count), desk)) + "\n"


def at_the_sixth_gradient() -> NeuronRun:
    return NeuronRun().steps(5).forward().backward()


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


def test_update_has_dots_in_the_coming_row() -> None:
    run = at_the_sixth_gradient()
    assert (
        rows(UPDATE, run, 37, 13)
        == """
 w ← w − lr · gradient

 step x1x2 t y  Δw1Δw2 Δb  w1 w2  b
    1  0 0 0 0    0  0  0   0  0  0
    2  0 1 0 0    0  0  0   0  0  0
    3  1 0 0 0    0  0  0   0  0  0
    4  1 1 1 0   +1 +1 +1  +1 +1 +1
    5  0 0 0 1    0  0 -1  +1 +1  0
 ▸  6  0 1 0 1    ·  ·  ·   ·  ·  ·


 p fills in this row, P takes it back

"""
    )
    assert UPDATE.note(run.world, Desk()) == "next: press p"


def test_the_update_fills_in_the_row_and_torch_has_the_same() -> None:
    run = at_the_sixth_gradient().update()
    text = rows(UPDATE, run, 37, 13)
    assert " ▸  6  0 1 0 1    0 -1 -1  +1  0 -1\n" in text
    assert " P takes this row back\n w − lr · gradient = torch ✓" in text
    assert UPDATE.note(run.world, Desk()) == "2 of 3 changed"
    # The forward pass shown is still that of the step.
    assert "z = 0·1 + 1·1 + 0 = +1" in rows(FORWARD, run, 47, 16)


def test_going_back_a_phase_takes_the_row_and_the_gradient_away() -> None:
    run = at_the_sixth_gradient().update()
    run.step, run.w = 5, np.array([1, 1, 0], np.float32)
    run._stand(Phase.FORWARD)
    assert " ▸  6  0 1 0 1    ·  ·  ·   ·  ·  ·\n" in rows(UPDATE, run, 37, 13)
    assert " w2          ·  ×  x2  1  =    ·\n" in rows(GRADIENT, run, 37, 16)


def test_a_step_back_leaves_what_was_known_of_the_step_before() -> None:
    run = NeuronRun().steps(5).back_to(4, (1, 1, 1))
    text = rows(UPDATE, run, 37, 13)
    assert " ▸  4  1 1 1 0   +1 +1 +1  +1 +1 +1\n" in text
    assert "    5" not in text
    assert "z = 1·0 + 1·0 + 0 = 0" in rows(FORWARD, run, 47, 16)


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


def test_the_and_gate_changes_first_in_step_four_and_ten_times_until_an_epoch_is_right() -> None:
    run = NeuronRun()
    notes = []
    for _ in range(24):
        run.forward().backward().update().evaluate()
        notes.append(UPDATE.note(run.world, Desk()))
    changed = [number for number, note in enumerate(notes, 1) if note != "nothing changed"]
    assert changed[0] == 4
    assert len(changed) == 10
    assert changed[-1] <= 20
    assert EVALUATE.note(run.world, Desk()) == "4 of 4 right"
    assert painted(EVALUATE, run.world, (40, 8))[6] == "  changes   1    3    3    2    1    0"


def test_steps_that_were_not_looked_at_are_dots_in_the_table() -> None:
    run = NeuronRun().steps(2)
    for _ in range(3):
        run.forward_unseen()
        run.world, world = World(), run.world
        run.update()
        run.world = world
    run.back_to(5, (1, 1, 0))
    lines = painted(UPDATE, run.world, (39, 8))
    assert lines[1].startswith("    1")
    assert lines[2].startswith("    2")
    assert lines[3] == "    …"
    assert lines[4].startswith(" ▸  5")


def test_after_an_undone_reset_the_steps_before_are_dots() -> None:
    run = NeuronRun().steps(6)
    run.back_to(0, (0, 0, 0))
    run.step, run.w = 5, np.array([1, 1, 0], np.float32)
    run.forward().backward().update()
    lines = painted(UPDATE, run.world, (39, 8))
    assert lines[1] == "    …"
    assert lines[2].startswith(" ▸  6")
    assert painted(UPDATE, run.world, (39, 8), palette=ASCII)[1] == "    ~"


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


def regression(count: int = 40) -> NeuronRun:
    x = np.random.default_rng(0).uniform(-6, 6, (count, 2)).astype(np.float32)
    return NeuronRun(
        x, x.sum(axis=1) / 10, activation="", loss="MSELoss()", lr=0.01, batch=10, w=(0.1, 0, -0.5)
    )


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


def test_of_batches_the_table_has_losses() -> None:
    run = regression().steps(3)
    heads, *lines = painted(UPDATE, run.world, (60, 8))
    assert heads.split() == ["step", "loss", "Δw1", "Δw2", "Δb", "w1", "w2", "b"]
    assert len([line for line in lines if line.strip()]) == 4  # three steps and the rule


def test_a_long_table_goes_to_earlier_steps() -> None:
    run, desk = NeuronRun().steps(24), Desk()
    assert painted(UPDATE, run.world, (39, 8), desk)[1].startswith("   19")
    for _ in range(3):
        UPDATE.press(run.world, desk, "up")
    assert painted(UPDATE, run.world, (39, 8), desk)[1].startswith("   16")
    UPDATE.press(run.world, desk, "end")
    assert painted(UPDATE, run.world, (39, 8), desk)[6].startswith(" ▸ 24")


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


@pytest.mark.parametrize("state", ["running", "goal"])
def test_after_every_step_torch_has_the_same_sum_output_and_loss(state: State) -> None:
    run = NeuronRun()
    for _ in range(24):
        run.steps(1)._stand(Phase.EVALUATE, state)
        lines = rows(FORWARD, run, 47, 16).split("\n")[13:16]
        assert [line[34:] for line in lines] == ["= torch ✓"] * 3


def test_a_sum_keeps_its_form_whatever_its_numbers_are() -> None:
    run = NeuronRun(activation="Sigmoid", loss="BCELoss()")
    forms = set()
    for _ in range(60):
        [line] = [line for line in rows(FORWARD, run.steps(1), 47, 16).split("\n") if "z =" in line]
        forms.add(line[: line.rindex("=", 0, 34)])
    assert len(forms) == 1


def test_while_running_the_truth_table_is_not_compared_with_evaluations_long_over() -> None:
    run = NeuronRun().steps(8)
    assert "= torch ✓" in rows(EVALUATE, run, 47, 13)
    run._stand(Phase.EVALUATE, "running")
    assert "torch" not in rows(EVALUATE, run, 47, 13)


def test_an_update_of_a_few_last_bits_that_is_not_the_rules_is_not_torchs() -> None:
    for times, is_right in ((1, True), (2, False), (0, False)):
        run = NeuronRun(t=(1, 1, 1, 0), lr=4e-7, w=(1, 1, 1)).steps(3).forward().backward()
        assert run.gradient is not None
        assert run.gradient.all()
        run.before, run.w = run.w, run.w - np.float32(times * run.lr) * run.gradient
        run.step += 1
        run._stand(Phase.UPDATE)
        run._look(Phase.UPDATE)
        assert ("w − lr · gradient = torch ✓" in rows(UPDATE, run, 37, 13)) is is_right


def test_before_the_first_step_classes_that_are_wanted_are_known() -> None:
    text = rows(EVALUATE, NeuronRun(), 47, 13)
    assert "      1  0   0     0   0   ✓\n" in text
    assert "      1  1   1     0   0   ✗\n" in text
