"""What is kept of a run's past: in order, along a way, and no more than so much."""

import numpy as np

from tui_nn.spec.protocol import Array, Evaluated, Stepped
from tui_nn.views.recent import EVALUATIONS, STEPS, Recent


def stepped(first: int, losses: list[float], branch: int = 0) -> Stepped:
    values = np.array(losses, np.float32)
    return Stepped(
        branch=branch, step=first + len(losses) - 1, elapsed_s=0.0, first=first,
        loss=Array.of(values), lr=Array.of(values),
    )  # fmt: skip


def evaluated(step: int, branch: int = 0) -> Evaluated:
    return Evaluated(
        branch=branch,
        step=step,
        elapsed_s=0.0,
        epoch=step,
        lr=0.1,
        train={"loss": float(step)},
        val=None,
    )


def test_the_losses_of_few_steps_are_all_there() -> None:
    recent = Recent()
    recent.take(stepped(1, [4.0, 3.0]))
    recent.take(stepped(3, [2.0]))
    first, losses = recent.losses({0: 3})
    assert first == 1
    assert losses.tolist() == [4.0, 3.0, 2.0]


def test_the_losses_on_a_way_end_where_training_stands() -> None:
    recent = Recent()
    recent.take(stepped(1, [4.0, 3.0, 2.0]))
    assert recent.losses({0: 2})[1].tolist() == [4.0, 3.0]
    assert recent.losses({0: 0})[1].tolist() == []


def test_the_losses_on_the_way_to_a_branch_that_has_none_yet_are_there() -> None:
    recent = Recent()
    recent.take(stepped(1, [4.0, 3.0, 2.0]))
    first, losses = recent.losses({0: 2, 1: 2})
    assert (first, losses.tolist()) == (1, [4.0, 3.0])
    recent.take(stepped(3, [9.0], branch=2))
    assert recent.losses({0: 2, 1: 2, 2: 3})[1].tolist() == [4.0, 3.0, 9.0]


def test_losses_go_over_to_the_branch_that_left_another() -> None:
    recent = Recent()
    recent.take(stepped(1, [4.0, 3.0, 2.0]))
    recent.take(stepped(3, [9.0, 8.0], branch=1))
    assert recent.losses({0: 2, 1: 4})[1].tolist() == [4.0, 3.0, 9.0, 8.0]
    assert recent.losses({0: 3})[1].tolist() == [4.0, 3.0, 2.0]


def test_losses_begin_behind_steps_that_nobody_told() -> None:
    recent = Recent()
    recent.take(stepped(1, [4.0, 3.0]))
    recent.take(stepped(7, [1.0, 0.5]))
    first, losses = recent.losses({0: 8})
    assert first == 7
    assert losses.tolist() == [1.0, 0.5]


def test_of_a_million_steps_the_latest_keep_their_loss() -> None:
    recent = Recent()
    for first in range(1, 1_000_001, 2_500):
        recent.take(stepped(first, list(range(first, first + 2_500))))
    first, losses = recent.losses({0: 1_000_000})
    assert STEPS <= len(losses) <= 2 * STEPS
    assert losses.tolist() == list(range(first, 1_000_001))


def test_of_many_evaluations_the_latest_are_all_there_and_some_of_each_age() -> None:
    recent, told = Recent(), 7 * EVALUATIONS
    for step in range(told):
        recent.take(evaluated(step))
    found = {recent.evaluated({0: step}).step for step in range(told)}  # type: ignore[union-attr]
    assert set(range(told - EVALUATIONS, told)) <= found
    assert len(found) <= 2 * EVALUATIONS
    assert max(np.diff(sorted(found))) <= 2 * told / EVALUATIONS
