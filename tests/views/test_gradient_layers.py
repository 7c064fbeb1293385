from dataclasses import replace

import numpy as np
import pytest

from tests.views.layer_frames import (
    SPIRAL,
    bends,
    layers,
    learns,
    run_of,
    show,
    sigmoids,
    trained_on,
)
from tests.views.support import (
    ASCII,
    NO_COLOUR,
    painted,
    paints_at_any_size,
    present,
    world_of,
)
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import Layers
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK, LIGHT
from tui_nn.views.layer_names import LAYERS as PROBE
from tui_nn.views.panels.gradient_layers import LAYERS
from tui_nn.views.world import World

BEFORE = tuple(learns(row.name, row.call, None) for row in SPIRAL if row.weight)
DEEP = sigmoids(*(10.0**power for power in range(-10, 1)))


def spiral(steps: int = 4, state: str = "running") -> World:
    world = world_of(run_of(), present(steps, state))
    show(world, layers(*BEFORE, step=0))
    return show(world, *(layers(*SPIRAL, step=step) for step in range(1, steps + 1)))


def deep() -> World:
    frame = layers(*DEEP)
    return show(world_of(trained_on(frame), present(1, "running")), frame)


def test_layers_stand_over_their_gradients_in_time_and_the_verdict() -> None:
    assert painted(LAYERS, spiral(), (37, 16), palette=NO_COLOUR) == [
        " layer         |gradient|  zero   |w|",
        " Linear(2, 8)      1.1247    0%  11.0",
        " Linear(8, 8)      0.4834    0%  12.0",
        " Linear(8, 1)      0.2753    0%   5.9",
        "",
        " |gradient| of each layer over time",
        " 0 " + "▓" * 33,
        "   " + "▇" * 33,
        " 2 " + "▒" * 33,
        "   " + "▅" * 33,
        " 4 " + "░" * 33,
        "   " + "▃" * 33,
        "   step 0                          4",
        "   · 0.1    ░ 0.2    ▒ 0.4    █ 2",
        "",
        " ✓ no layer vanishes or explodes",
    ]


def test_in_nine_rows_bars_legend_and_empty_rows_are_left_out() -> None:
    assert painted(LAYERS, spiral(), (39, 9), palette=NO_COLOUR) == [
        " layer         |gradient|  zero   |w|",
        " Linear(2, 8)      1.1247    0%  11.0",
        " Linear(8, 8)      0.4834    0%  12.0",
        " Linear(8, 1)      0.2753    0%   5.9",
        " 0 " + "▓" * 35,
        " 2 " + "▒" * 35,
        " 4 " + "░" * 35,
        "   step 0                            4",
        " ✓ no layer vanishes or explodes",
    ]


def test_many_layers_have_their_shades_beside_their_numbers_and_what_vanishes_is_named() -> None:
    assert painted(LAYERS, deep(), (37, 16), palette=NO_COLOUR) == [
        " layer      |gradient| over time",
        " 0 Linear      1.0e-10 ·············",
        " 2 Linear      1.0e-09 ·············",
        " 4 Linear      1.0e-08 ░░░░░░░░░░░░░",
        " 6 Linear      1.0e-07 ░░░░░░░░░░░░░",
        " 8 Linear      1.0e-06 ▒▒▒▒▒▒▒▒▒▒▒▒▒",
        " 10 Linear     1.0e-05 ▒▒▒▒▒▒▒▒▒▒▒▒▒",
        " 12 Linear     1.0e-04 ▒▒▒▒▒▒▒▒▒▒▒▒▒",
        " 14 Linear      0.0010 ▓▓▓▓▓▓▓▓▓▓▓▓▓",
        " 16 Linear      0.0100 ▓▓▓▓▓▓▓▓▓▓▓▓▓",
        " 18 Linear      0.1000 █████████████",
        " 20 Linear      1.0000 █████████████",
        "                       step 0      1",
        " · 1e-10    ░ 3e-8    ▒ 1e-5    █ 1",
        " ✗ 0 Linear vanishes: |gradient| is",
        "   1e-10 of the last layer's.",
    ]


def test_what_helps_stands_there_where_there_is_room() -> None:
    assert painted(LAYERS, deep(), (71, 24), palette=NO_COLOUR)[15:20] == [
        " ✗ 0 Linear vanishes: |gradient| is 1e-10 of the last layer's. What",
        "   helps: ReLU() with init='kaiming_normal_()', BatchNorm or Residual.",
        "   On the way back each layer multiplies the gradient by its weights",
        "   and slopes, and they are small.",
        "",
    ]


def test_a_long_table_scrolls_with_the_cursor() -> None:
    rows = painted(LAYERS, deep(), (39, 9), Desk(focus=6, layer="8"), NO_COLOUR)
    assert rows == [
        " layer      |gradient| over time",
        "▴2 Linear      1.0e-09 ···············",
        " 4 Linear      1.0e-08 ░░░░░░░░░░░░░░░",
        " 6 Linear      1.0e-07 ░░░░░░░░░░░░░░░",
        "▸8 Linear      1.0e-06 ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒",
        " 10 Linear     1.0e-05 ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒",
        "▾12 Linear     1.0e-04 ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒",
        "                       step 0        1",
        " ✗ 0 Linear vanishes: 1e-10 of last",
    ]


def test_wide_panels_tell_what_is_dead_and_saturated() -> None:
    assert painted(LAYERS, spiral(), (71, 24))[:4] == [
        " layer         |gradient|  zero   |w|  dead  saturated",
        " Linear(2, 8)      1.1247    0%  11.0    0%         5%",
        " Linear(8, 8)      0.4834    0%  12.0    0%         0%",
        " Linear(8, 1)      0.2753    0%   5.9     ·          ·",
    ]


def test_before_the_first_gradient_there_are_dots_and_no_map() -> None:
    world = show(world_of(run_of(), present(0, "ready")), layers(*BEFORE, step=0))
    rows = painted(LAYERS, world, (37, 16))
    assert rows[1] == " Linear(2, 8)           ·    0%   2.0"
    assert rows[6] == " 0"
    assert rows[15] == ""
    assert LAYERS.note(world, Desk()) == ""


def test_a_gradient_that_is_no_number_is_a_word_and_a_cross() -> None:
    world = spiral(2)
    row = learns("2", "Linear(8, 8)", None, nonfinite={"gradient": "nan"})
    show(world, layers(SPIRAL[0], row, SPIRAL[4], step=3))
    rows = painted(LAYERS, world, (37, 16), palette=NO_COLOUR)
    assert rows[2] == " Linear(8, 8)         nan    0%   2.0"
    assert " 2 " + "▒" * 22 + "×" * 11 in rows
    assert " ✗ 2 Linear: |gradient| is nan." in rows


def test_ascii_tells_the_smallest_from_the_next() -> None:
    rows = painted(LAYERS, deep(), (37, 16), palette=ASCII)
    assert rows[1].strip() == "0 Linear      1.0e-10"
    assert rows[3].endswith(".............")
    assert rows[11].endswith("#############")
    rows = painted(LAYERS, spiral(), (37, 16), palette=ASCII)
    assert rows[13] == "   blank 0.1    . 0.2    : 0.4    # 2"


def test_with_colours_brightness_stands_for_the_gradient() -> None:
    for palette in (DARK, LIGHT):
        canvas = Canvas(37, 16, palette)
        LAYERS.paint(canvas, deep(), Desk())
        small, large = canvas.row(1)[-2][1].bg, canvas.row(11)[-2][1].bg
        towards = np.subtract(palette.text, palette.ground).sum()
        assert np.sign(np.subtract(large, small).sum()) == np.sign(towards)


def test_the_note_says_whether_all_learn_or_of_which_step_the_numbers_are() -> None:
    assert LAYERS.note(spiral(), Desk()) == "all layers learn"
    assert LAYERS.note(deep(), Desk()) == "6 of 11 layers asleep"
    inside = spiral(4, "paused")
    show(inside, layers(*SPIRAL, step=4, phase=Phase.FORWARD))
    assert LAYERS.note(inside, Desk()) == "of step 4"


@pytest.mark.parametrize(
    ("keys", "layer"),
    [(["down"], "2"), (["down"] * 5, "4"), (["end", "up"], "2"), (["end", "home"], "0")],
)
def test_arrows_move_over_the_layers_with_parameters(keys: list[str], layer: str) -> None:
    world, desk = spiral(), Desk(focus=6)
    assert all(LAYERS.press(world, desk, key) for key in keys)
    assert desk.layer == layer
    assert not LAYERS.press(world, desk, "left")


def test_the_layer_in_focus_tells_which_units_sleep() -> None:
    rows = (
        learns("0", "Linear(4, 8)"),
        bends("1", "ReLU()", dead=0.25),
        learns("2", "Linear(8, 3)"),
    )
    world = show(world_of(run_of(), present(1)), layers(*rows))
    desk = Desk(focus=6, layer="0")
    probe = Layers(focus="1")
    assert LAYERS.probes(world, desk, (37, 16)) == (PROBE, probe)
    assert LAYERS.probes(world, Desk(focus=7), (37, 16)) == (PROBE,)
    units = bends("1", "ReLU()", dead=0.25, dead_units=(3, 6))
    world.take(layers(rows[0], units, rows[2]), probe)
    assert " 1 ReLU: dead units 3, 6" in painted(LAYERS, world, (37, 16), desk)


def test_an_activation_in_focus_puts_the_cursor_on_its_layer() -> None:
    rows = painted(LAYERS, spiral(), (39, 9), Desk(focus=6, layer="3"))
    assert rows[2].startswith("▸Linear(8, 8)")


def test_it_paints_at_any_size() -> None:
    broken = world_of(run_of(), present(2, "running"))
    nothing = learns(
        "0", "Linear(2, 8)", None, weight=None, nonfinite={"weight": "inf", "gradient": "nan"}
    )
    show(broken, layers(nothing, SPIRAL[1], SPIRAL[2]))
    for world in (World(), world_of(run_of()), spiral(), deep(), broken):
        for desk in (Desk(), Desk(focus=6, layer="2")):
            paints_at_any_size(LAYERS, world, desk)


def test_no_word_is_cut_off() -> None:
    for width in range(1, 80):
        for row in painted(LAYERS, deep(), (width, 16), palette=replace(NO_COLOUR)):
            assert len(row) <= width
            assert "…" not in row


def test_a_frozen_layer_says_so_and_is_no_layer_that_sleeps() -> None:
    frozen = learns("0", "Linear(2, 8)", None, zero_gradient=None, frozen=True, weight=11.0)
    world = spiral(2)
    show(world, layers(frozen, *SPIRAL[1:], step=3), layers(frozen, *SPIRAL[1:], step=4))
    lines = painted(LAYERS, world, (37, 16), palette=NO_COLOUR)
    assert lines[1] == " Linear(2, 8)      frozen     ·  11.0"
    assert lines[6].strip().startswith("0 ▓")
    assert "×" not in "".join(lines)
    assert len(lines[6].rstrip()) < len(lines[8].rstrip())
    assert lines[-1] == " ✓ no layer vanishes or explodes"
