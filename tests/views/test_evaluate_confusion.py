from typing import Any

import numpy as np
import pytest

from tests.views.support import (
    ASCII,
    NO_COLOUR,
    evaluated,
    painted,
    paints_at_any_size,
    present,
    samples,
    started,
    world_of,
)
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import ConfusionFrame, Curves
from tui_nn.views.desk import Desk
from tui_nn.views.panels.evaluate_confusion import CONFUSED, CONFUSION
from tui_nn.views.world import World

FLOWERS = ("setosa", "versicolor", "virginica")


def digit(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


def confused(counts: Any, classes: tuple[str, ...], sampled: str = "", step: int = 40) -> World:
    known = samples([[0.0]] * 2, [0, len(classes) - 1], class_names=classes)
    world = world_of(started(), present(40), known=known)
    world.take(
        ConfusionFrame(
            part="val",
            counts=Array.of(np.array(counts, np.int64)),
            classes=classes,
            step=step,
            sampled=sampled,
        ),
        CONFUSED,
    )
    return world


IRIS = [[15, 0, 0], [0, 14, 1], [0, 2, 13]]


def test_rows_are_truths_and_columns_answers() -> None:
    assert painted(CONFUSION, confused(IRIS, FLOWERS), (46, 8)) == [
        "                    0       1       2   right",
        " 0 setosa          15       ·       ·  100.0%",
        " 1 versicolor       ·      14       1   93.3%",
        " 2 virginica        ·       2      13   86.7%",
        "",
        "",
        "",
        " 42 of 45 right",
    ]


def test_with_room_columns_have_names_too() -> None:
    assert painted(CONFUSION, confused(IRIS, FLOWERS), (80, 6))[:2] == [
        "                setosa versicolor  virginica   right",
        " setosa             15          ·          ·  100.0%",
    ]


def test_ten_classes_have_room_in_the_loop() -> None:
    counts = np.diag([36] * 10)
    counts[8, 1], counts[9, 3] = 1, 2
    rows = painted(CONFUSION, confused(counts, digit(10)), (46, 13))
    assert rows[0] == "    0  1  2  3  4  5  6  7  8  9   right"
    assert rows[9] == " 8  ·  1  ·  ·  ·  ·  ·  · 36  ·   97.3%"
    assert rows[12] == " 360 of 363 right   most: 9 taken for 3"


def test_more_classes_than_fit_are_reached_by_the_cursor() -> None:
    world, desk = confused(np.eye(40, dtype=int), digit(40)), Desk()
    rows = painted(CONFUSION, world, (39, 8), desk)
    assert [row.split()[0] for row in rows[1:7]] == ["0", "1", "2", "3", "4", "5"]
    assert rows[-1] == " 6 of 40 classes, up down for others"
    for _ in range(3):
        assert CONFUSION.press(world, desk, "down")
    assert painted(CONFUSION, world, (39, 8), desk)[1].split()[0] == "3"
    for _ in range(100):
        CONFUSION.press(world, desk, "down")
    assert painted(CONFUSION, world, (39, 8), desk)[6].split()[0] == "39"
    CONFUSION.press(world, desk, "up")
    assert CONFUSION.press(world, desk, "home")
    assert desk.cursor[8] == 0
    assert not CONFUSION.press(world, desk, "left")


def test_a_class_that_is_not_there_has_no_share() -> None:
    rows = painted(CONFUSION, confused([[3, 1], [0, 0]], digit(2)), (46, 8))
    assert rows[2].split() == ["1", "·", "·", "·"]


def test_what_is_not_all_says_so() -> None:
    world = confused(IRIS, FLOWERS, sampled="2,000 of 60,000 samples")
    assert "of 2,000 of 60,000 samples" in painted(CONFUSION, world, (120, 8))[-1]


@pytest.mark.parametrize("size", [(120, 8), (46, 13), (39, 8), (32, 4), (24, 1)])
def test_what_is_older_than_the_weights_says_of_when_it_is_at_every_size(
    size: tuple[int, int],
) -> None:
    world = confused(IRIS, FLOWERS)
    assert "as of" not in painted(CONFUSION, world, size)[-1]
    for state in ("paused", "running"):
        world.take(present(45, state))
        assert painted(CONFUSION, world, size)[-1].endswith(" as of epoch 1")


def test_what_is_not_of_the_end_of_an_epoch_names_its_step() -> None:
    world = confused(IRIS, FLOWERS, step=47)
    world.take(present(48))
    assert painted(CONFUSION, world, (39, 8))[-1] == " 42 of 45 right          as of step 47"
    assert painted(CONFUSION, world, (9, 8))[-1] == "  step 47"


def test_while_training_runs_it_says_so_all_the_time() -> None:
    world = confused(IRIS, FLOWERS)
    world.take(present(40, "running"))
    assert painted(CONFUSION, world, (39, 8))[-1].endswith("as of epoch 1")


def test_the_title_says_of_when_its_metric_is_where_what_is_below_is_of_now() -> None:
    world = confused(IRIS, FLOWERS, step=45)
    world.take(evaluated(40, {"loss": 0.1, "accuracy": 0.9}, {"loss": 0.2, "accuracy": 0.8}))
    world.take(present(40))
    assert CONFUSION.note(world, Desk()) == "val accuracy 80.0%"
    world.take(present(45))
    assert "as of" not in painted(CONFUSION, world, (39, 8))[-1]
    assert CONFUSION.note(world, Desk(crosshair=0.5)) == "val accuracy 80.0% of epoch 1"


def test_nothing_is_shown_before_it_came() -> None:
    assert painted(CONFUSION, world_of(started()), (46, 3))[0] == " ·"


def test_values_have_no_confusion() -> None:
    assert not CONFUSION.suits(world_of(started(), known=samples([[0.0]], [0.5])))
    assert CONFUSION.suits(confused(IRIS, FLOWERS))
    assert CONFUSION.probes(world_of(started()), Desk(), (46, 13)) == (Curves(), CONFUSED)


def test_it_paints_at_any_size() -> None:
    for world in (
        world_of(started()),
        confused(IRIS, FLOWERS),
        confused(np.full((120, 120), 12345), digit(120)),
        confused(np.zeros((2, 2), int), ("a very long name of a class indeed", "b")),
    ):
        paints_at_any_size(CONFUSION, world)


def test_counts_are_read_without_colours() -> None:
    coloured = painted(CONFUSION, confused(IRIS, FLOWERS), (46, 8))
    assert painted(CONFUSION, confused(IRIS, FLOWERS), (46, 8), palette=NO_COLOUR) == coloured
    assert painted(CONFUSION, confused(IRIS, FLOWERS), (46, 8), palette=ASCII)[0] == coloured[0]
