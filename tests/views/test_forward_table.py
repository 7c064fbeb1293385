"""5 Forward of tables, tokens, values and small matrices."""

from typing import Any

import numpy as np
import pytest
from msgspec import structs

from tests.views.forward_frames import activation, activations, shares, weights
from tests.views.support import (
    ASCII,
    NO_COLOUR,
    layer,
    painted,
    paints_at_any_size,
    present,
    samples,
    started,
    world_of,
)
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Activations, ActivationsFrame, Samples, Weights
from tui_nn.views.columns import format_of
from tui_nn.views.desk import Desk
from tui_nn.views.panels.forward_table import SAMPLE
from tui_nn.views.panels.forward_table_inputs import number
from tui_nn.views.panels.forward_table_matrices import MATRICES
from tui_nn.views.world import World

FLOWERS = ("setosa", "versicolor", "virginica")
PARTS = ("sepal length", "sepal width", "petal length", "petal width")
VAL = Activations(part="val")
OWN = Samples(part="val", samples=(0,))


LAYERS = (
    activation("0", "Linear(4, 8)", [1, -1, 0, 0.5, -0.5, 0, 0, 1]),
    activation("1", "ReLU()", [1, 0, 0, 0.5, 0, 0, 0, 1]),
    activation("2", "Linear(8, 3)", [2.51, 1.13, -2.83]),
)


def iris_frame(says: str = "setosa", layers: Any = LAYERS, **changes: Any) -> ActivationsFrame:
    fields: dict[str, Any] = {"probabilities": shares(0.8, 0.2, 0)}
    return activations([-1.53, -1.83, -1.38, -1.18], layers, says, "setosa", **(fields | changes))


def flowers(**changes: Any) -> Any:
    x = [[4.5, 2.3, 1.3, 0.3], [7.9, 4.4, 6.9, 2.5]]
    fields = {"class_names": FLOWERS, "input_names": PARTS, "sample_name": "sample",
              "class_counts": Array.of(np.array([1, 1, 0]))}  # fmt: skip
    return samples(x, np.array([0, 1]), **(fields | changes))


def iris(frame: ActivationsFrame | None = None) -> World:
    layers = (
        layer("Linear(4, 8)", 8, parameters=40),
        layer("ReLU()", 8),
        layer("Linear(8, 3)", 3, parameters=27),
    )
    told = started(layers=layers, experiment={"loss": "CrossEntropyLoss()"})
    world = world_of(told, present(3), known=flowers())
    if frame is not None:
        world.take(frame, VAL)
        world.take(flowers(part="val"), OWN)
    return world


def test_a_sample_goes_from_its_inputs_through_the_layers_to_what_is_said() -> None:
    assert painted(SAMPLE, iris(iris_frame()), (47, 14), palette=NO_COLOUR) == [
        " input        value scaled",
        " sepal length   4.5  -1.53",
        " sepal width    2.3  -1.83",
        " petal length   1.3  -1.38",
        " petal width    0.3  -1.18",
        "",
        " 0 Linear(4, 8) 8  ██  ▒▒▓▓░░▒▒▒▒██",
        " 1 ReLU()       8  ██    ▒▒      ██",
        " 2 Linear(8, 3) 3   +2.51  +1.13  -2.83",
        "",
        " setosa     ████████·· 80%",
        " versicolor ██········ 20%",
        " virginica  ··········  0%",
        " says setosa, is setosa ✓        loss 0.25",
    ]


def test_a_low_panel_has_inputs_beside_each_other() -> None:
    assert painted(SAMPLE, iris(iris_frame("virginica")), (40, 9), palette=ASCII) == [
        " sepal length 4.5   petal length 1.3",
        " sepal width  2.3   petal width  0.3",
        " 0 Linear(4, 8) 8  ##  ::**..::::##",
        " 1 ReLU()       8  ##    ::      ##",
        " 2 Linear(8, 3) 3   +2.51  +1.13  -2.83",
        " setosa     ########.. 80%",
        " versicolor ##........ 20%",
        " virginica  ..........  0%",
        " says virginica, is setosa x",
    ]


def test_numbers_are_dots_before_they_are_known() -> None:
    rows = painted(SAMPLE, iris(iris_frame()), (47, 14), Desk(sample=1), NO_COLOUR)
    assert rows[1] == " sepal length     ·      ·"
    assert rows[6] == " 0 Linear(4, 8) 8  ·"
    assert rows[10] == " setosa     ··········   ·"
    assert rows[13] == " says ·, is ·                    loss ·"
    assert painted(SAMPLE, iris(), (47, 2)) == [" ·", ""]


def test_what_is_no_number_is_written_as_a_word() -> None:
    frame = iris_frame(
        probabilities=shares(*[np.nan] * 3),
        loss=None,
        nonfinite={"loss": "nan"},
        layers=(
            activation("0", "Linear(4, 8)", [np.nan] * 8),
            activation("2", "Linear(8, 3)", [np.inf, -np.inf, np.nan]),
        ),
    )
    rows = painted(SAMPLE, iris(frame), (47, 14), palette=NO_COLOUR)
    assert rows[6] == " 0 Linear(4, 8) 8  nan"
    assert rows[7] == " 2 Linear(8, 3) 3     inf   -inf    nan"
    assert rows[9] == " setosa     ·········· nan"
    assert rows[12].endswith("loss nan")


def test_inputs_that_the_network_gets_as_they_are_stand_there_once() -> None:
    same = activations([4.5, 2.3, 1.3, 0.3], LAYERS, "setosa", "setosa")
    assert painted(SAMPLE, iris(same), (47, 14))[0] == " input        value"


def test_more_inputs_than_rows_are_scrolled() -> None:
    names = tuple(f"column {index}" for index in range(20))
    x = np.arange(40.0).reshape(2, 20)
    known = samples(x, np.array([0, 1]), input_names=names, part="val")
    told = started(layers=(layer("Linear(20, 1)", 1, parameters=21),))
    world, desk = world_of(told, known=samples(x, np.array([0, 1]), input_names=names)), Desk()
    frame = activations(x[0] - 3, (activation("0", "Linear(20, 1)", [1.5]),), "0", "0")
    world.take(frame, VAL)
    world.take(known, OWN)
    rows = painted(SAMPLE, world, (26, 9), desk, NO_COLOUR)
    assert rows[:2] == [" input     value scaled", " column 0      0  -3.00"]
    assert rows[5] == "▾column 4      4  +1.00"
    assert painted(SAMPLE, world, (34, 4), desk, NO_COLOUR)[0] == "▾column 0   0   column 1   1"
    for _ in range(30):
        assert SAMPLE.press(world, desk, "down")
    rows = painted(SAMPLE, world, (26, 9), desk, NO_COLOUR)
    assert rows[1] == "▴column 15    15 +12.00"
    assert rows[5] == " column 19    19 +16.00"


def test_more_layers_than_rows_follow_the_one_in_focus() -> None:
    world, desk = iris(iris_frame()), Desk(focus=5)
    rows = painted(SAMPLE, world, (47, 6), desk, NO_COLOUR)
    assert [row[:9] for row in rows if "Linear" in row or "ReLU" in row] == [
        "▴1 ReLU()", " 2 Linear"
    ]  # fmt: skip
    assert SAMPLE.press(world, desk, "N")
    assert SAMPLE.press(world, desk, "N")
    assert desk.layer == "0"
    rows = painted(SAMPLE, world, (47, 6), desk, NO_COLOUR)
    assert [row[:9] for row in rows if "Linear" in row or "ReLU" in row] == [
        "▸0 Linear", "▾1 ReLU()"
    ]  # fmt: skip
    assert SAMPLE.press(world, desk, "n")
    assert desk.layer == "1"


def diabetes(says: str) -> World:
    x, y = np.array([[72.0, 30.5], [48.0, 21.6]]), np.array([[151.0], [75.0]])
    told = started(layers=(layer("Linear(2, 1)", 1, parameters=3),), metric="r2")
    world = world_of(told, known=samples(x, y, input_names=("age", "bmi")))
    frame = activations([0.5, 1], (activation("0", "Linear(2, 1)", [123.7]),), says, "151")
    world.take(frame, VAL)
    world.take(samples(x, y, part="val"), OWN)
    return world


def test_a_value_stands_beside_the_true_one_in_its_own_units() -> None:
    rows = painted(SAMPLE, diabetes("123.7"), (47, 8), palette=NO_COLOUR)
    assert rows[4] == " 0 Linear(2, 1) 1  +123.7"
    assert rows[5] == " y says  123.7   is  151.0   off   -27.3"
    rows = painted(SAMPLE, diabetes("9.18599"), (47, 8), palette=NO_COLOUR)
    assert rows[5] == " y says    9.2   is  151.0   off  -141.8"
    rows = painted(SAMPLE, diabetes("nan"), (47, 8), palette=NO_COLOUR)
    assert rows[5] == " y says    nan   is  151.0   off    +nan"


def test_no_more_digits_are_shown_than_were_told() -> None:
    world = world_of(
        started(layers=(layer("Linear(2, 1)", 1, parameters=3),), metric="r2"),
        known=samples(np.zeros((2, 2)), np.array([[250_000.5], [1_234_567.0]])),
    )
    frame = activations([0.5, 1], (activation("0", "Linear(2, 1)", [1]),), "1.23457e+06", "250000")
    world.take(frame, VAL)
    rows = painted(SAMPLE, world, (47, 8), palette=NO_COLOUR)
    assert any(row.startswith(" says 1.23457e+06, is 250000") for row in rows)


def pair(x: Any) -> Any:
    known = samples(x, np.arange(len(x)), input_names=("a", "b"))
    return structs.replace(known, x=Array.of(x))


def tokens() -> World:
    x = np.array([[0, 0], [3, 12]])
    told = started(layers=(layer("Embedding(23, 4)", 2, 4, parameters=92),), val_count=0)
    known = pair(x)
    world = world_of(told, known=known)
    layers = (
        activation("0", "Embedding(23, 4)", [[1, -1, 0, 0], [0, 0, 0.5, 1]]),
        activation("1", "Flatten()", [1, -1, 0, 0, 0, 0, 0.5, 1]),
    )
    world.take(activations(x[1], layers, "1", "15"), Activations())
    world.take(pair(x[1:]), Samples(samples=(0,)))
    return world


def test_tokens_have_the_rows_of_their_embedding() -> None:
    rows = painted(SAMPLE, tokens(), (40, 6), palette=NO_COLOUR)
    assert rows[:4] == [
        " input token  embedding",
        " a         3  ██  ▒▒▒▒",
        " b        12  ▒▒▒▒▓▓██",
        " 1 Flatten() 8  ██  ▒▒▒▒▒▒▒▒▓▓██",
    ]
    assert rows[5] == " says 1, is 15 ✗          loss 0.25"


def gate(answer: str = "1") -> World:
    layers = (
        layer("Linear(2, 3)", 3, parameters=9),
        layer("Tanh()", 3),
        layer("Linear(3, 2)", 2, parameters=8),
    )
    told = started(layers=layers, train_count=4, val_count=0)
    x = [[0, 0], [0, 1], [1, 0], [1, 1]]
    world = world_of(told, known=samples(x, np.array([0, 0, 0, 1])))
    z, bent, y = [-0.22, -0.76, -0.37], [-0.21, -0.64, -0.35], [-0.39, 1.2]
    frame = activations(
        [1, 1],
        (
            activation("0", "Linear(2, 3)", z),
            activation("1", "Tanh()", bent),
            activation("2", "Linear(3, 2)", y),
        ),
        answer,
        "1",
        probabilities=shares(0.17, 0.83),
    )
    world.take(frame, Activations())
    for tensor, values in (
        ("0.weight", [[-0.41, -0.2], [-1.15, -1.23], [-0.42, 0.04]]),
        ("0.bias", [0.4, 1.61, 0.01]),
        ("2.weight", [[0.23, 1.46, 0.01], [-0.63, -2.02, -0.36]]),
        ("2.bias", [0.6, -0.35]),
    ):
        world.take(weights(tensor, values), Weights(tensor=tensor))
    return world


def test_small_layers_are_whole_matrices() -> None:
    assert painted(MATRICES, gate(), (47, 13), palette=NO_COLOUR) == [
        " 0 W               x       b       z    tanh",
        " -0.41 -0.20 · +1.00 + +0.40 = -0.22 ▸ -0.21",
        " -1.15 -1.23   +1.00   +1.61   -0.76   -0.64",
        " -0.42 +0.04           +0.01   -0.37   -0.35",
        "",
        " 2 Linear(3, 2)          x       b       y",
        " +0.23 +1.46 +0.01 · -0.21 + +0.60 = -0.39",
        " -0.63 -2.02 -0.36   -0.64   -0.35   +1.20",
        "                     -0.35",
        "",
        " 0 █···· 17%",
        " 1 ████· 83%",
        " says 1, is 1 ✓                  loss 0.25",
    ]


def test_without_room_vectors_are_left_out_and_no_sum_is_claimed() -> None:
    rows = painted(MATRICES, gate(), (40, 9), palette=NO_COLOUR)
    assert rows[1] == " -0.41 -0.20   +1.00   -0.22   -0.21"
    assert rows[8] == " says 1, is 1 ✓           loss 0.25"


def test_matrices_are_dots_before_they_are_known() -> None:
    world = gate()
    world.frames = {
        probe: frame for probe, frame in world.frames.items() if not isinstance(probe, Weights)
    }
    rows = painted(MATRICES, world, (47, 13), Desk(sample=2), NO_COLOUR)
    assert rows[1] == "     ·     · ·     · +     · =     · ▸     ·"


def test_matrices_suit_small_networks_alone() -> None:
    assert MATRICES.suits(gate())
    assert not MATRICES.suits(iris())
    assert Weights(tensor="2.bias") in MATRICES.probes(gate(), Desk(), (47, 16))


def test_the_title_says_which_sample_it_is() -> None:
    assert SAMPLE.note(iris(), Desk(sample=12)) == "sample 12, val"
    assert SAMPLE.note(gate(), Desk(sample=9)) == "row 3"


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.1, 12.25], " 0.10"),
        ([1.0, 1680.0], "   0"),
        ([-1.5, 2.0], " 0.1"),
        ([float("nan")], "0"),
    ],
)
def test_columns_have_the_decimals_that_the_data_has(values: list[float], written: str) -> None:
    assert format_of(np.array(values)).written(0.1) == written


def test_a_column_filled_with_means_keeps_its_decimals() -> None:
    assert format_of(np.array([1.5] * 20 + [1.53333])).decimals == 1


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.554, " +0.55"), (-12.345, "-12.35"), (123.74, "+123.7"), (1e9, "+1e+09"), (None, "     ·")],
)
def test_numbers_have_a_fixed_width(value: float | None, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize(
    "world", [iris(iris_frame()), iris(), diabetes("9"), tokens(), gate(), world_of(started())]
)
def test_any_size_has_something_to_show(world: World) -> None:
    paints_at_any_size(SAMPLE, world)
    paints_at_any_size(MATRICES, world)
