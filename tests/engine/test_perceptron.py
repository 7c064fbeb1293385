"""Golden values: the perceptron rule w ← w + (t − y)x by hand, rows in the order 00 01 10 11."""

import pytest
from torch import nn

from tests.support import GATE, run

ROWS = ((0, 0), (0, 1), (1, 0), (1, 1))
TARGETS = {
    "and_gate": (0, 0, 0, 1),
    "or_gate": (0, 1, 1, 1),
    "nor_gate": (1, 0, 0, 0),
    "nand_gate": (1, 1, 1, 0),
    "xor_gate": (0, 1, 1, 0),
}


def by_hand(gate: str, epochs: int) -> list[tuple[int, int, int]]:
    """The weights (w1, w2, b) after each step of the rule, in whole numbers."""
    w1 = w2 = b = 0
    states = []
    for _ in range(epochs):
        for (x1, x2), t in zip(ROWS, TARGETS[gate], strict=True):
            y = 1 if w1 * x1 + w2 * x2 + b > 0 else 0
            w1, w2, b = w1 + (t - y) * x1, w2 + (t - y) * x2, b + (t - y)
            states.append((w1, w2, b))
    return states


@pytest.mark.parametrize(
    ("gate", "changes", "epochs", "weights"),
    [
        ("and_gate", 10, 6, (2, 1, -2)),
        ("or_gate", 4, 4, (1, 1, 0)),
        ("nor_gate", 5, 4, (-1, -1, 1)),
        ("nand_gate", 11, 6, (-2, -1, 3)),
    ],
)
def test_a_gate_is_learned_in_its_known_number_of_changes(
    gate: str, changes: int, epochs: int, weights: tuple[int, int, int]
) -> None:
    done = run(GATE, f"data={gate}()", "goal.accuracy=1.0", "goal.times=2")
    linear = done.session.training.trainer.network[0]
    assert isinstance(linear, nn.Linear)
    learned = (*linear.weight.flatten().tolist(), linear.bias.item())
    watch = done.session.training.watch
    assert watch is not None
    assert (watch.changes, learned) == (changes, weights)
    assert weights == by_hand(gate, epochs)[-1]
    assert done.ended.reason == "goal"
    # The goal is met twice in a row: at the first right epoch's end and a whole one later.
    assert done.ended.epoch == epochs
    assert done.ended.message.startswith(f"All 4 rows right for a whole epoch: {changes} changes")


def test_and_ends_at_step_24() -> None:
    assert run(GATE, "goal.accuracy=1.0", "goal.times=2").ended.step == 24


@pytest.mark.parametrize("gate", list(TARGETS))
def test_every_step_is_the_perceptron_rule(gate: str) -> None:
    done = run(GATE, f"data={gate}()", "train.epochs=8")
    _, losses = done.history.losses()
    expected = by_hand(gate, 8)
    states = [(0, 0, 0), *expected]
    for step, loss in enumerate(losses):
        (x1, x2), t = ROWS[step % 4], TARGETS[gate][step % 4]
        w1, w2, b = states[step]
        y = 1 if w1 * x1 + w2 * x2 + b > 0 else 0
        assert loss == 0.5 * (y - t) ** 2


def test_xor_returns_to_the_state_of_an_earlier_epoch_which_proves_the_circle() -> None:
    done = run(GATE, "data=xor_gate()")
    states = by_hand("xor_gate", 3)
    assert states[7] == states[11] == (-1, 0, 1)
    assert (done.ended.reason, done.ended.epoch) == ("cycle", 3)
    assert "epoch 2" in done.ended.message
    assert "4 changes" in done.ended.message


def test_a_gate_that_no_longer_changes_is_no_circle_of_changes() -> None:
    done = run(GATE)
    assert done.ended.reason == "cycle"
    assert "nothing ever will" in done.ended.message


@pytest.mark.parametrize("change", ["train.shuffle=true", "schedule=StepLR(step_size=100)"])
def test_nothing_is_claimed_where_more_than_the_weights_decides(change: str) -> None:
    done = run(GATE, "data=xor_gate()", "train.epochs=6", change)
    assert (done.ended.reason, done.ended.epoch) == ("epochs", 6)


def test_the_optimizers_state_is_part_of_the_state() -> None:
    # With no pull of the gradient on it (lr 0) the weights stand still while momentum grows.
    done = run(GATE, "data=xor_gate()", "optimizer=SGD(lr=0.0, momentum=0.5)", "train.epochs=5")
    assert done.ended.reason == "epochs"


def test_dropout_decides_too_so_nothing_is_claimed() -> None:
    network = "network=['Dropout(0.5)', 'Linear(2, 1)', 'Heaviside()']"
    done = run(GATE, "data=xor_gate()", "optimizer=SGD(lr=0.0)", network, "train.epochs=5")
    assert done.ended.reason == "epochs"


def test_every_epochs_end_is_looked_at_even_between_evaluations() -> None:
    done = run(GATE, "data=xor_gate()", "train.eval_every=2")
    assert (done.ended.reason, done.ended.epoch) == ("cycle", 4)
    assert "circle of 4 changes" in done.ended.message


def test_rows_held_out_are_not_called_all_rows() -> None:
    done = run(GATE, "train.val=0.25", "goal.accuracy=1.0")
    assert "All" not in done.ended.message
