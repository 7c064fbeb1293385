from typing import Any

import numpy as np

from tests.views.support import (
    VALUE_BASELINE,
    evaluated,
    painted,
    paints_at_any_size,
    present,
    samples,
    started,
    world_of,
)
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Curves, PredictionsFrame
from tui_nn.views.desk import Desk
from tui_nn.views.panels.evaluate_looks import PREDICTIONS
from tui_nn.views.panels.evaluate_predicted import PREDICTED
from tui_nn.views.world import World

NUMBERS = {"loss": 0.1, "r2": 0.52, "mae": 43.61, "rmse": 54.17}


def predicted(truths: Any, answers: Any, step: int = 40) -> World:
    """Answers beside truths, (n,) or (n, targets)."""
    true, said = np.asarray(truths, np.float32), np.asarray(answers, np.float32)
    known = samples([[0.0]] * 2, [0.5, 1.5], target_names=("height", "weight"))
    world = world_of(
        started(metric="r2", baseline=VALUE_BASELINE),
        evaluated(40, NUMBERS, NUMBERS),
        present(40),
        known=known,
    )
    numbers, nothing = Array.of(np.arange(len(true))), Array.of(np.zeros(0, np.float32))
    frame = PredictionsFrame(
        part="val", step=step, samples=numbers, answers=Array.of(said), truths=Array.of(true),
        losses=nothing, outputs=nothing, worst=Array.of(np.zeros(0, np.int64)),
        worst_losses=nothing, worst_answers=nothing, worst_truths=nothing,
    )  # fmt: skip
    world.take(frame, PREDICTIONS)
    return world


def test_a_dot_a_sample_around_the_diagonal() -> None:
    truths = [0.0, 25, 50, 75, 100]
    assert painted(PREDICTED, predicted(truths, [0, 25, 50, 75, 0]), (40, 12)) == [
        "    100┤                           ⢀⠠⠐⠈",
        "       │                        ⢀⠠⠐",
        "       │                     ⢀⠐⠛",
        " answer│                 ⢀⠠⠐⠈",
        "     50┤              ⡀⣤⠈",
        "       │          ⡀⠄⠂⠁",
        "       │       ⣤⠄⠁",
        "       │    ⠄⠂⠁",
        "      0┤⣤⠄⠂⠁                          ⣤",
        "       └┬──────────────┬──────────────┬",
        "  truth 0             50            100",
        " R² 0.520   MAE 43.61   RMSE 54.17",
    ]


def test_what_is_far_off_lies_on_the_edge_and_moves_no_axis() -> None:
    near = painted(PREDICTED, predicted([0, 100], [0, 100]), (40, 12))
    far = painted(PREDICTED, predicted([0, 100], [1e6, -1e6]), (40, 12))
    assert [row[:7] for row in near] == [row[:7] for row in far]
    assert near[-1] == far[-1] == " R² 0.520   MAE 43.61   RMSE 54.17"


def test_each_of_several_targets_has_its_own_picture() -> None:
    world = predicted([[0, 5], [1, 6]], [[0, 5], [1, 6]])
    desk = Desk()
    assert painted(PREDICTED, world, (60, 12), desk)[-1].startswith(" height  R² ")
    assert PREDICTED.press(world, desk, "down")
    assert painted(PREDICTED, world, (60, 12), desk)[-1].startswith(" weight  R² ")
    assert PREDICTED.press(world, desk, "up")
    assert desk.cursor[8] == 0
    assert not PREDICTED.press(world, desk, "left")


def test_dots_of_an_older_moment_say_of_when_they_are() -> None:
    world = predicted([0, 1], [0, 1])
    world.take(present(45, "running"))
    assert painted(PREDICTED, world, (40, 12))[-1] == " R² 0.520   MAE 43.61     as of epoch 1"


def test_numbers_older_than_the_dots_say_of_when_they_are() -> None:
    world = predicted([0, 1], [0, 1], step=45)
    world.take(present(45))
    words = painted(PREDICTED, world, (40, 12))[-1]
    assert words == " as of epoch 1  R² 0.520   MAE 43.61"


def test_nan_is_left_out_of_the_picture() -> None:
    nan = float("nan")
    some = painted(PREDICTED, predicted([0, 50, 100], [nan, 50, nan]), (40, 12))
    assert sum(glyph in "⣤⠛" for row in some for glyph in row) == 1


def test_only_values_are_predicted() -> None:
    assert PREDICTED.suits(predicted([0, 1], [0, 1]))
    assert not PREDICTED.suits(world_of(started(), known=samples([[0.0]] * 2, [0, 1])))
    assert PREDICTED.probes(world_of(started()), Desk(), (40, 9)) == (Curves(), PREDICTIONS)
    assert not PREDICTED.press(world_of(started()), Desk(), "up")


def test_it_paints_at_any_size() -> None:
    nan = float("nan")
    for world in (
        world_of(started()),
        predicted([0, 1], [0.5, 0.2]),
        predicted([1, 1], [nan, 0.2]),
        predicted([nan, nan], [nan, float("inf")]),
        predicted(np.zeros((3, 2)), np.ones((3, 2))),
    ):
        paints_at_any_size(PREDICTED, world)
