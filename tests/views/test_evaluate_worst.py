from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from tests.views.support import (
    ASCII,
    NO_COLOUR,
    VALUE_BASELINE,
    painted,
    paints_at_any_size,
    present,
    samples,
    started,
    world_of,
)
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Curves, PredictionsFrame, Samples, SamplesFrame
from tui_nn.views.desk import Desk
from tui_nn.views.panels.evaluate_looks import PREDICTIONS
from tui_nn.views.panels.evaluate_worst import WORST
from tui_nn.views.world import World

WHOLE = 100
"""Samples of the validation part."""


def frame_of(
    numbers: list[int],
    truths: Sequence[float],
    answers: Sequence[float],
    losses: list[float],
    kind: type,
) -> PredictionsFrame:
    nothing = Array.of(np.zeros(0, kind))
    return PredictionsFrame(
        part="val", step=40, samples=Array.of(np.zeros(0, np.int64)), answers=nothing,
        truths=nothing, losses=Array.of(np.zeros(0, np.float32)),
        outputs=Array.of(np.zeros(0, np.float32)), worst=Array.of(np.array(numbers, np.int64)),
        worst_losses=Array.of(np.array(losses, np.float32)),
        worst_answers=Array.of(np.array(answers, kind)),
        worst_truths=Array.of(np.array(truths, kind)),
    )  # fmt: skip


def of_part(known: SamplesFrame, world: World) -> World:
    """All of the validation part is known, too."""
    size = int(np.prod(known.x.shape[1:]))
    world.take(msgspec.structs.replace(known, part="val"), Samples(part="val", most=WHOLE * size))
    return world


def flowers(count: int = 4) -> World:
    known = samples(
        np.arange(24).reshape(12, 2) / 4, [0, 1, 2] * 4,
        class_names=("setosa", "versicolor", "virginica"), input_names=("petal", "sepal"),
    )  # fmt: skip
    world = world_of(started(), present(40), known=known)
    found = frame_of(
        [7, 0, 3, 5][:count], [1, 0, 0, 2][:count], [2, 0, 1, 2][:count],
        [float("nan"), 1.5, 0.745, 0.01][:count], np.int64,
    )  # fmt: skip
    world.take(found, PREDICTIONS)
    return of_part(known, world)


def digits(side: int = 4, channels: int = 1) -> World:
    shape = (12, channels, side, side)
    pictures = np.linspace(0, 16, int(np.prod(shape))).reshape(shape)
    known = samples(pictures, [0, 1] * 6, sample_name="picture")
    world = world_of(started(), present(40), known=known)
    world.take(frame_of([7, 0, 3], [1, 0, 1], [0, 0, 0], [2.0, 1.0, 0.5], np.int64), PREDICTIONS)
    return of_part(known, world)


def test_a_row_tells_truth_answer_loss_and_inputs() -> None:
    assert painted(WORST, flowers(), (60, 8)) == [
        " sample      truth     answer      loss     petal     sepal",
        "      7 versicolor  virginica       nan     3.500     3.750",
        "      0     setosa     setosa    1.5000     0.000     0.250",
        "      3     setosa versicolor    0.7450     1.500     1.750",
        "      5  virginica  virginica    0.0100     2.500     2.750",
        "",
        "",
        " val: the rows with the largest loss, the worst first",
    ]


@pytest.mark.parametrize("size", [(60, 8), (40, 8), (32, 4)])
@pytest.mark.parametrize("state", ["paused", "running"])
def test_mistakes_of_an_older_moment_say_of_when_they_are(
    size: tuple[int, int], state: str
) -> None:
    for world in (flowers(), digits()):
        assert "as of" not in painted(WORST, world, size)[-1]
        world.take(present(45, state))
        assert painted(WORST, world, size)[-1].endswith("as of epoch 1")


def test_columns_without_room_are_left_out_whole() -> None:
    rows = painted(WORST, flowers(), (40, 8))
    assert rows[0] == " sample      truth     answer      loss"
    assert rows[-1] == " largest loss in val"


def test_pictures_stand_beside_what_was_seen_in_them() -> None:
    rows = painted(WORST, digits(), (39, 8), palette=NO_COLOUR)
    captions = next(row for row in rows if "seen" in row)
    assert captions == " seen 0, is 1 seen 0 ✓     seen 0, is 1"
    assert "seen 0 ✓" in captions
    assert {"░", "▒"} & set("".join(rows))
    assert painted(WORST, digits(), (39, 8), palette=ASCII)


def test_pictures_use_the_room_there_is() -> None:
    small, large = (painted(WORST, digits(), size) for size in ((39, 8), (120, 40)))
    first = [next(i for i, row in enumerate(rows) if "seen" in row) for rows in (small, large)]
    assert first[0] < first[1]


def test_values_are_told_in_their_own_units() -> None:
    known = samples([[0.5, 1.5]] * 12, [200.5] * 12)
    world = world_of(started(metric="r2", baseline=VALUE_BASELINE), present(40), known=known)
    world.take(frame_of([7], [200.0], [73.94], [15900.0], np.float32), PREDICTIONS)
    assert painted(WORST, world, (46, 4))[1] == "      7  200.0  73.94  1.59e+04"
    assert painted(WORST, world, (46, 4))[0].split() == ["sample", "truth", "answer", "loss"]


def test_the_cursor_goes_down_to_further_mistakes() -> None:
    world, desk = flowers(), Desk()
    assert WORST.press(world, desk, "down")
    assert painted(WORST, world, (60, 8), desk)[1].split()[0] == "0"
    for _ in range(50):
        WORST.press(world, desk, "down")
    assert painted(WORST, world, (60, 8), desk)[1].split()[0] == "5"
    assert WORST.press(world, desk, "home")
    assert desk.cursor[8] == 0
    assert not WORST.press(world, desk, "left")


def test_a_small_part_is_fetched_once_a_large_one_only_where_training_stands() -> None:
    world = flowers()
    everything = (Curves(), PREDICTIONS, Samples(part="val", most=WHOLE * 2))
    assert WORST.probes(world, Desk(), (60, 8)) == everything
    known = samples(np.zeros((4, 3, 64, 64)), [0, 1, 0, 1], sample_name="picture")
    large = world_of(started(), present(40, "running"), known=known)
    large.take(frame_of([7, 0], [1, 0], [0, 0], [2.0, 1.0], np.int64), PREDICTIONS)
    assert WORST.probes(large, Desk(), (60, 8)) == everything[:2]
    large.take(present(40))
    *_, asked = WORST.probes(large, Desk(), (60, 8))
    assert isinstance(asked, Samples)
    assert asked.samples == (7, 0)


def test_without_validation_the_training_part_is_judged() -> None:
    world = world_of(started(val_count=0), present(40), known=samples([[0.0]] * 2, [0, 1]))
    *_, asked = WORST.probes(world, Desk(), (60, 8))
    assert isinstance(asked, Samples)
    assert asked.part == "train"


def test_it_paints_at_any_size() -> None:
    nothing = world_of(started(), known=samples([[0.0]] * 2, [0, 1]))
    for world in (world_of(started()), nothing, flowers(), flowers(0), digits(), digits(30, 3)):
        paints_at_any_size(WORST, world)
