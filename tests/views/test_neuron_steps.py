"""7 Update of a single neuron: its steps row by row, forward and back."""

import numpy as np

from tests.views.neuron_run import NeuronRun, at_the_sixth_gradient, regression, rows
from tests.views.support import ASCII, painted
from tui_nn.spec.protocol import Phase
from tui_nn.views.desk import Desk
from tui_nn.views.panels.neuron.evaluate import EVALUATE
from tui_nn.views.panels.neuron.forward import FORWARD
from tui_nn.views.panels.neuron.gradient import GRADIENT
from tui_nn.views.panels.neuron.update import UPDATE
from tui_nn.views.world import World


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
