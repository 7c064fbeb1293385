from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from tests.views.answering import Engine, Floats
from tests.views.support import (
    ASCII,
    NO_COLOUR,
    PALETTES,
    layer,
    paints_at_any_size,
    samples,
    started,
    world_of,
)
from tui_nn.spec.protocol.frames import Weights
from tui_nn.views.architecture import fans, hidden_layer, layer_rows
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK
from tui_nn.views.layout import Heights
from tui_nn.views.panels.network import GRAPH, LAYERS, MATRICES, MODULE, NETWORK, SEQUENTIAL
from tui_nn.views.panels.panel import View
from tui_nn.views.world import World

POINTS = samples([[0.0, 0.0], [1.0, 1.0]], [0, 1], points=None)
LINKS = {
    "0.weight": np.array([[1.0, -1.0], [-0.2, 0.2], [0.5, 0.5]]),
    "2.weight": np.array([[1.0, -0.5, 0.1]]),
}


def small(**changes: object) -> World:
    """2 ▸ 3 ▸ 1."""
    layers = (layer("Linear(2, 3)", 3, parameters=9), layer("Tanh()", 3),
              layer("Linear(3, 1)", 1, parameters=4))  # fmt: skip
    return world_of(started(layers=layers, experiment=changes), known=POINTS)


def neuron() -> World:
    layers = (layer("Linear(2, 1)", 1, parameters=3), layer("Heaviside()", 1))
    return world_of(started(layers=layers, experiment={"init": "zeros_()"}), known=POINTS)


def convolutional() -> World:
    layers = (
        layer("Conv2d(1, 8, 3, padding=1)", 8, 8, 8, parameters=80), layer("ReLU()", 8, 8, 8),
        layer("MaxPool2d(2)", 8, 4, 4), layer("Conv2d(8, 16, 3, padding=1)", 16, 4, 4,
        parameters=1168), layer("ReLU()", 16, 4, 4), layer("MaxPool2d(2)", 16, 2, 2),
        layer("Flatten()", 64), layer("Linear(64, 10)", 10, parameters=650),
    )  # fmt: skip
    known = samples(np.zeros((3, 1, 8, 8)), [0, 1, 2], sample_name="picture")
    return world_of(started(layers=layers), known=known)


def residual() -> World:
    layers = (
        layer("Linear(2, 4)", 4, parameters=12),
        layer("Residual(Linear(4, 4), Tanh())", 4, parameters=20),
        layer("Linear(4, 1)", 1, parameters=5),
    )
    return world_of(started(layers=layers), known=POINTS)


def test_a_neuron_has_its_layers_its_numbers_and_how_it_begins() -> None:
    assert Engine().painted(LAYERS, neuron(), (34, 3)) == [
        " Linear(2, 1)     2 ▸ 1       3",
        " Heaviside()      1 ▸ 1       ·",
        " init zeros_()",
    ]
    assert LAYERS.note(neuron(), Desk()) == "3 numbers"
    assert LAYERS.rows(neuron(), 34) == Heights(2, want=[3])


def test_layers_stand_over_the_graph_of_their_units() -> None:
    rows = Engine(weights=LINKS).painted(LAYERS, small(), (34, 11), Desk(focus=5), NO_COLOUR)
    assert rows[:3] == [
        " Linear(2, 3)     2 ▸ 3       9",
        " Tanh()           3 ▸ 3       ·",
        " Linear(3, 1)     3 ▸ 1       4",
    ]
    assert [sum(row.count(glyph) for row in rows) for glyph in "◉●"] == [3, 3]
    assert rows[-1] == " ── weight > 0    ╌╌ weight < 0"
    assert LAYERS.note(small(), Desk()) == "13 parameters"


def test_in_focus_the_graph_says_how_many_links_are_drawn() -> None:
    layers = (layer("Linear(2, 8)", 8, parameters=24), layer("Linear(8, 8)", 8, parameters=72))
    world = world_of(started(layers=layers), known=POINTS)
    weights: dict[str, Floats] = {
        "0.weight": np.ones((8, 2)),
        "1.weight": np.arange(64.0).reshape(8, 8) - 30.5,
    }
    rows = Engine(weights=weights).painted(LAYERS, world, (34, 12), Desk(focus=1))
    assert rows[-1] == " ── > 0   ╌╌ < 0   36 of 80 links"


def test_without_braille_links_are_signs() -> None:
    rows = Engine(weights=LINKS).painted(GRAPH, small(), (40, 12), Desk(focus=5), ASCII)
    links = "".join(rows[:-1])
    assert "+" in links
    assert "-" in links
    assert rows[-1] == " ++ weight > 0    -- weight < 0"


def test_negative_links_have_gaps_and_large_ones_are_thick() -> None:
    def dots(weight: float) -> int:
        known = {"0.weight": np.array([[weight, 1.0]])}
        layers = (layer("Linear(2, 1)", 1, parameters=3),)
        world = world_of(started(layers=layers), known=POINTS)
        rows = Engine(weights=known).painted(GRAPH, world, (40, 9))
        braille = [c for row in rows[:4] for c in row if "⠀" <= c <= "⣿"]
        return sum((ord(c) - 0x2800).bit_count() for c in braille)

    assert dots(0.0) == 0 < dots(-0.5) < dots(0.5) < dots(1.0)


def test_weights_that_are_no_numbers_are_said_and_not_drawn() -> None:
    weights = {"0.weight": np.full((3, 2), np.nan), "2.weight": np.array([[np.inf, 1.0, -1.0]])}
    rows = Engine(weights=weights).painted(GRAPH, small(), (40, 12), Desk(focus=1))
    assert rows[-1] == " 7 weights are nan or inf"


def test_before_weights_are_known_units_stand_alone() -> None:
    rows = Engine().painted(GRAPH, small(), (40, 12))
    assert not any("⠀" <= c <= "⣿" for row in rows for c in row)
    assert sum(row.count("●") for row in rows) == 3


def test_wide_it_names_layers_inputs_and_values() -> None:
    named = replace_names()
    rows = Engine(weights=LINKS).painted(LAYERS, named, (80, 20))
    assert rows[0] == "    layer            shape of a sample       parameters     multiply-adds"
    assert rows[1] == " 0  Linear(2, 3)     2 ▸ 3                            9                 9"
    assert any("width ◉" in row for row in rows)


def replace_names() -> World:
    known = samples([[0.0, 0.0], [1.0, 1.0]], [0, 1], input_names=("width", "height"))
    layers = (layer("Linear(2, 3)", 3, parameters=9), layer("Tanh()", 3),
              layer("Linear(3, 1)", 1, parameters=4))  # fmt: skip
    return world_of(started(layers=layers), known=known)


def test_convolutions_are_told_by_what_they_give() -> None:
    assert Engine().painted(LAYERS, convolutional(), (34, 9)) == [
        "Conv2d(1, 8, 3, padding=1)   8x8x8",
        "ReLU()                       8x8x8",
        "MaxPool2d(2)                 8x4x4",
        "Conv2d(8, 16, 3, padding=1) 16x4x4",
        "ReLU()                      16x4x4",
        "MaxPool2d(2)                16x2x2",
        "Flatten()                       64",
        "Linear(64, 10)                  10",
        " out = channels x height x width",
    ]


def test_pictures_are_stacks_that_grow_smaller_and_more() -> None:
    rows = Engine().painted(GRAPH, convolutional(), (80, 9))
    assert rows[-2].split() == ["1x8x8", "8x8x8", "8x4x4", "16x4x4", "16x2x2", "64", "10"]
    kinds = ["Conv2d", "MaxPool2d", "Conv2d", "MaxPool2d", "Flatten", "Linear"]
    assert rows[-1].split() == kinds
    assert rows[0].count("┐") == 1 + 1 + 3


def test_a_residual_stands_before_its_own_layers() -> None:
    rows = layer_rows(residual())
    assert [row.name for row in rows] == ["0", "1", "1.0", "1.1", "2"]
    assert [row.parameters for row in rows] == [12, 0, 20, 0, 5]
    assert Engine().painted(LAYERS, residual(), (40, 5)) == [
        " 0    Linear(2, 4)       2 ▸ 4      12",
        " 1    Residual           4 ▸ 4       ·",
        " 1.0    Linear(4, 4)     4 ▸ 4      20",
        " 1.1    Tanh()           4 ▸ 4       ·",
        " 2    Linear(4, 1)       4 ▸ 1       5",
    ]
    assert [fan.tensor for fan in fans(rows)] == ["0.weight", "1.0.weight", "2.weight"]


def test_hidden_is_what_stands_before_the_last_parameters() -> None:
    assert hidden_layer(layer_rows(small())) == "1"
    assert hidden_layer(layer_rows(residual())) == "1"
    assert hidden_layer(layer_rows(neuron())) == ""


def test_of_more_layers_than_rows_those_around_the_cursor_are_shown() -> None:
    layers = tuple(layer(f"Linear(8, {8})", 8, parameters=72) for _ in range(20))
    world = world_of(started(layers=layers), known=samples(np.zeros((2, 8)), [0, 1]))
    rows = Engine().painted(LAYERS, world, (40, 5), Desk(focus=1, layer="10"))
    assert [row[0] for row in rows] == ["▴", " ", "▸", " ", "▾"]
    assert rows[2].startswith("▸10  Linear(8, 8)")


def test_up_and_down_move_the_layer_in_focus() -> None:
    desk, world = Desk(), small()
    for key, name in (("down", "0"), ("down", "1"), ("up", "0"), ("up", "0")):
        assert LAYERS.press(world, desk, key)
        assert desk.layer == name
    assert not LAYERS.press(world, desk, "left")


def test_wide_layers_are_matrices() -> None:
    layers = (layer("Linear(2, 30)", 30, parameters=90), layer("Linear(30, 1)", 1, parameters=31))
    world = world_of(started(layers=layers), known=POINTS)
    weights = {"0.weight": np.ones((30, 2)), "1.weight": -np.ones((1, 30))}
    rows = Engine(weights=weights).painted(LAYERS, world, (34, 12), palette=NO_COLOUR)
    assert rows[2:5] == [" 0.weight  30x2  shrunk", " ██", " ██"]
    assert rows[7:] == ["", " 1.weight  1x30", "", "", ""]  # the most negative is blank


def test_small_matrices_show_their_numbers() -> None:
    rows = Engine(weights=LINKS).painted(MATRICES, small(), (40, 6), palette=NO_COLOUR)
    assert rows == [
        " 0.weight  3x2  2.weight  1x3",
        "  +1.00 -1.00    +1.00 -0.50 +0.10",
        "  -0.20 +0.20",
        "  +0.50 +0.50",
        "",
        "",
    ]


def test_numbers_of_a_matrix_that_are_none_are_words() -> None:
    weights = {**LINKS, "2.weight": np.array([[np.nan, np.inf, -np.inf]])}
    rows = Engine(weights=weights).painted(MATRICES, small(), (40, 6))
    assert rows[1] == "  +1.00 -1.00      nan  +inf  -inf"


def test_kernels_stand_side_by_side() -> None:
    weights = {"0.weight": np.ones((8, 1, 3, 3)), "3.weight": np.zeros((16, 8, 3, 3)),
               "7.weight": np.zeros((10, 64))}  # fmt: skip
    rows = Engine(weights=weights).painted(MATRICES, convolutional(), (34, 14), palette=NO_COLOUR)
    assert rows[:5] == [" 0.weight  8x1x3x3", *[" ███ ███ ███ ███ ███ ███ ███ ███"] * 3, ""]
    assert rows[5] == " 3.weight  16x8x3x3  8 of 128"


def test_a_large_tensor_is_named_but_not_looked_at() -> None:
    layers = (layer("Linear(784, 100)", 100, parameters=78500),)
    world = world_of(started(layers=layers), known=samples(np.zeros((2, 784)), [0, 1]))
    assert MATRICES.probes(world, Desk(), (40, 10)) == ()
    assert Engine().painted(MATRICES, world, (40, 3))[0] == " 0.weight  100x784"


def test_weights_are_asked_for_only_where_they_are_shown() -> None:
    assert LAYERS.probes(small(), Desk(), (34, 11)) == tuple(Weights(tensor=t) for t in LINKS)
    assert LAYERS.probes(small(), Desk(), (34, 3)) == ()
    assert LAYERS.probes(neuron(), Desk(), (34, 30)) == ()


def test_views_suit_what_there_is() -> None:
    assert [view.name for view in NETWORK.suiting(small())] == ["layers", "graph", "matrices"]
    assert [view.name for view in NETWORK.suiting(World())] == ["layers"]


def test_calls_lose_whole_values_where_they_have_no_room() -> None:
    rows = Engine().painted(LAYERS, convolutional(), (26, 3))
    assert rows[0].split("  ")[0].strip() == "Conv2d(1, 8, 3, …)"
    assert rows[0].endswith(" 8x8x8")


@pytest.mark.parametrize("make", [neuron, small, convolutional, residual, World])
def test_it_paints_at_any_size(make: type[World]) -> None:
    world = make()
    for view in NETWORK.views:
        paints_at_any_size(view, world, Desk(focus=1, layer="2"))
        assert view.rows(world, 34).least >= 1


def test_weights_paint_at_any_size() -> None:
    kernels = {"0.weight": np.ones((8, 1, 3, 3)), "3.weight": np.zeros((16, 8, 3, 3)),
               "7.weight": np.zeros((10, 64))}  # fmt: skip
    cases = ((small(), LINKS), (convolutional(), kernels))
    for (world, weights), view, palette in product(cases, NETWORK.views, PALETTES):
        for size in product((1, 7, 20, 34, 61, 120), (1, 2, 5, 11, 20, 40)):
            rows = Engine(weights=weights).painted(view, world, size, Desk(focus=1), palette)
            assert palette is not ASCII or "".join(rows).isascii()


def test_light_and_dark_show_the_same_text() -> None:
    other = replace(DARK, name="light", ground=(250, 250, 250), text=(20, 20, 20))
    engine = Engine(weights=LINKS)
    assert engine.painted(LAYERS, small(), (34, 11)) == engine.painted(
        LAYERS, small(), (34, 11), palette=other
    )


def written(**changes: object) -> World:
    """2 ▸ 3 ▸ 1, with all that its code needs."""
    calls = ["Linear(2, 3)", "Tanh()", "Linear(3, 1)"]
    layers = (layer(calls[0], 3, parameters=9), layer(calls[1], 3),
              layer(calls[2], 1, parameters=4))  # fmt: skip
    told = started(layers=layers, experiment={"network": calls, **changes}, input_shape=(2,))
    return world_of(told, known=POINTS)


def code(view: View, world: World, desk: Desk, width: int = 60) -> list[str]:
    canvas = Canvas(width, 24, DARK)
    view.paint(canvas, world, desk)
    return canvas.text().rstrip().splitlines()


def test_the_network_is_shown_as_the_code_that_builds_it() -> None:
    world, desk = written(), Desk()
    assert code(SEQUENTIAL, world, desk) == [
        "  from torch import nn",
        "",
        "  network = nn.Sequential(  # x: (N, 2)",
        "      nn.Linear(2, 3),  # (N, 3)",
        "      nn.Tanh(),  # (N, 3)",
        "      nn.Linear(3, 1),  # (N, 1)",
        "  )",
    ]
    assert "          x = self.linear2(x)  # (N, 1)" in code(MODULE, world, desk)


def test_the_layer_in_focus_is_marked_in_the_code_and_frozen_ones_are_told() -> None:
    desk = Desk(focus=1, layer="2")
    lines = code(SEQUENTIAL, written(train={"freeze": [0]}), desk)
    assert "▸     nn.Linear(3, 1),  # (N, 1)" in lines
    assert lines[-1] == "  network[0].requires_grad_(False)  # frozen"


def test_before_the_engine_has_told_what_goes_in_there_is_no_code() -> None:
    assert SEQUENTIAL not in NETWORK.suiting(small())
    assert {SEQUENTIAL, MODULE} <= set(NETWORK.suiting(written()))


@pytest.mark.parametrize("view", [SEQUENTIAL, MODULE])
def test_code_is_painted_at_any_size(view: View) -> None:
    paints_at_any_size(view, written())
