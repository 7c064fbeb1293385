import numpy as np
import pytest

from tests.views.layer_frames import SPIRAL, layers, learns, run_of, show
from tests.views.support import ASCII, painted, paints_at_any_size, present, world_of
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Layers, LayerStatistics
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK
from tui_nn.views.panels.gradient_histogram import BINS, HISTOGRAM
from tui_nn.views.world import World


def counted(*counts: int) -> Array:
    return Array.of(np.array(counts, np.int64))


def seen(row: LayerStatistics) -> World:
    world = show(world_of(run_of(), present(1)), layers(*SPIRAL))
    world.take(layers(row), Layers(focus=row.name, bins=BINS))
    return world


FOCUS = learns(
    "2",
    "Linear(8, 8)",
    gradient_histogram=counted(1, 3, 0, 2),
    weight_histogram=counted(2, 2),
    ranges={"gradient": (-2.0, 2.0), "weight": (1.0, 3.0)},
)


def test_bars_stand_over_a_round_axis_with_its_zero() -> None:
    assert painted(HISTOGRAM, seen(FOCUS), (30, 6), Desk(layer="2")) == [
        " Linear(8, 8)       gradients",
        "        ███████",
        "        ███████       ▆▆▆▆▆▆▆",
        " ▃▃▃▃▃▃▃███████       ███████",
        " ██████████████       ███████",
        " -2            0            2",
    ]


def test_its_sides_have_the_colours_of_their_signs() -> None:
    canvas = Canvas(30, 6, DARK)
    HISTOGRAM.paint(canvas, seen(FOCUS), Desk(layer="2"))
    inks = [ink.fg for text, ink in canvas.row(4) if text.strip()]
    assert inks == [DARK.minus, DARK.plus]


def test_the_axis_grows_in_round_numbers_round_zero() -> None:
    rows = painted(HISTOGRAM, seen(FOCUS), (30, 5), Desk(layer="2", histogram="weight"))
    assert rows[-1] == " 0                          5"
    assert rows[-2].startswith("      █████")


def test_a_turns_over_what_is_counted_and_arrows_over_all_layers() -> None:
    world, desk = seen(FOCUS), Desk()
    assert HISTOGRAM.note(world, desk) == "gradients of layer 0"
    assert all(HISTOGRAM.press(world, desk, key) for key in ("a", "a", "down", "down"))
    assert (desk.histogram, desk.layer) == ("output", "2")
    assert HISTOGRAM.press(world, desk, "A")
    assert HISTOGRAM.note(world, desk) == "weights of layer 2"
    assert HISTOGRAM.probes(world, desk, (30, 8))[1] == Layers(focus="2", bins=BINS)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (learns("2", "Linear(8, 8)", None), "no gradient yet"),
        (learns("2", "Linear(8, 8)", None, nonfinite={"gradient": "nan"}), "all nan"),
        (LayerStatistics(name="2", call="Tanh()"), "no parameters here"),
    ],
)
def test_where_nothing_can_be_counted_it_says_why(row: LayerStatistics, words: str) -> None:
    assert painted(HISTOGRAM, seen(row), (30, 6), Desk(layer="2"))[1] == f" {words}"


def test_it_paints_at_any_size() -> None:
    one = learns("0", "Linear(2, 8)", weight_histogram=counted(0), ranges={"weight": (0.0, 0.0)})
    for world in (World(), seen(FOCUS), seen(one)):
        for desk in (Desk(), Desk(layer="2"), Desk(histogram="weight")):
            paints_at_any_size(HISTOGRAM, world, desk)


def test_bars_are_ascii_where_nothing_else_is_allowed() -> None:
    rows = painted(HISTOGRAM, seen(FOCUS), (30, 6), Desk(layer="2"), ASCII)
    assert rows[4] == " ##############       #######"
