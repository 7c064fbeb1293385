"""7 Update: every optimizer's next step, from frames fed by hand."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from tests.views.layer_frames import SPIRAL, layers, run_of, show, watch, weights
from tests.views.next_frames import STEPS, asked, beside, tried
from tests.views.support import (
    ASCII,
    NO_COLOUR,
    columns_of,
    painted,
    paints_at_any_size,
    present,
    world_of,
)
from tui_nn.spec.catalog.optimizers import OPTIMIZERS
from tui_nn.spec.protocol import Phase
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.frame import paint_title
from tui_nn.views.ink import DARK
from tui_nn.views.layout import Slot
from tui_nn.views.panels.update import UPDATE
from tui_nn.views.panels.update_layers import LAYERS
from tui_nn.views.panels.update_next import FACTOR, NEXT, NUMBER, optimizer_at
from tui_nn.views.world import World

FULL = (80, 19)


def spiral(step: int = 3, **changes: Any) -> World:
    world = world_of(run_of(optimizer="Adam(lr=0.01)"), present(step))
    show(world, layers(*SPIRAL, step=step))
    return watch(world, weights("0.weight", np.full((8, 2), 1.79993), **changes))


def at_7(**how: Any) -> Desk:
    return Desk(focus=NUMBER, full=True, **how)


def test_every_optimizer_has_its_step_on_one_scale_and_the_own_one_is_marked() -> None:
    desk = at_7()
    assert painted(NEXT, beside(spiral(), desk), FULL, desk)[:8] == [
        " 0.weight[0,0]  w +1.79993  g +2.80e-02  of step 4, made ahead",
        "            -1e-1      1e-5 log        1e-1         Δw |Δw| layer knows      lr",
        " SGD        ··············█│···············  -2.00e-05  6.00e-05   20 g  0.001",
        "▸Adam       ····█━━━━━━━━━━│···············  -9.50e-03  2.85e-02    own   0.01*",
        " RMSprop    ···············│━━━━━━━━━━━━━█·  +4.00e-02  1.20e-01   20 g   0.01*",
        " Rprop      ···············│···············          0  0.00e+00   cold   0.01",
        " LBFGS      needs the loss again",
        " Muon       ···············│━━━━━━━█·······  +1.00e-03  3.00e-03!  20 g  0.001",
    ]


def test_under_all_fifteen_a_line_says_what_columns_are() -> None:
    desk = at_7()
    steps = [tried(entry.name, 1e-3) for entry in OPTIMIZERS]
    rows = painted(NEXT, beside(spiral(), desk, *steps), (80, 18), desk)
    assert [row[1:11].strip() for row in rows[2:17]] == [entry.name for entry in OPTIMIZERS]
    assert rows[17].startswith(" Δw = new w − w   * the experiment's lr, else torch's")


def test_bars_reach_by_powers_of_ten_where_steps_differ_by_decades() -> None:
    desk = at_7()
    steps = [tried(f"{size:g}", size) for size in (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)]
    rows = painted(NEXT, beside(spiral(), desk, *steps), FULL, desk)
    assert "1e-5 log" in rows[1]
    lengths = [row.count("━") + row.count("█") for row in rows[2:7]]
    assert lengths[0] == 1
    assert all(abs(b - a - 15 / 4) <= 1 for a, b in pairwise(lengths[1:]))
    assert lengths[-1] == 15


def test_bars_reach_by_size_where_steps_are_alike() -> None:
    desk = at_7()
    steps = [tried(f"{size:g}", size) for size in (0.01, 0.02, -0.04)]
    rows = painted(NEXT, beside(spiral(), desk, *steps), FULL, desk)
    assert "-5e-2" in rows[1]
    assert " log" not in rows[1]
    assert [row.count("━") + row.count("█") for row in rows[2:5]] == [3, 6, 12]


def test_numbers_stand_below_each_other_with_their_sign() -> None:
    desk = at_7()
    rows = painted(NEXT, beside(spiral(), desk), FULL, desk)
    steps = [row for row in rows[2:8] if "e-" in row]
    numbers = columns_of([row[40:56] for row in steps], lambda c: c in "+-")
    assert [at for at in numbers if at < 10] == [5]


def test_a_scaled_gradient_shows_by_what_factor_each_step_changed() -> None:
    desk = at_7(scale=1000.0)
    steps = (
        tried("SGD", -0.02, change_unscaled=-2e-5, length_unscaled=6e-5),
        tried("Adam", -0.01, length_unscaled=0.0299, own=True, fed=None),
        tried("NAdam", -0.01, length_unscaled=0.0021),
        tried("Rprop", 0.0, length_unscaled=0.0),
        tried("ASGD", 1.0, length_unscaled=3 / 9.999),
    )
    rows = painted(NEXT, beside(spiral(), desk, *steps), FULL, desk)
    assert "g +2.80e-02 × 1,000" in rows[0]
    assert FACTOR.head in rows[1]
    told = [row.split()[3] for row in rows[2:7]]
    assert told == ["×1,000", "×1.00", "×14.3", "·", "×10.0"]


def test_without_a_scale_no_factor_is_told() -> None:
    desk = at_7()
    assert "×" not in "\n".join(painted(NEXT, beside(spiral(), desk), FULL, desk))


def test_where_the_gradient_comes_from_is_said() -> None:
    desk = at_7()
    rows = painted(NEXT, beside(spiral(), desk, phase=Phase.GRADIENT), FULL, desk)
    assert "of step 4, as torch holds it" in rows[0]


def test_a_tall_view_says_what_the_optimizer_at_the_cursor_does() -> None:
    desk = at_7(optimizer=0)
    rows = painted(NEXT, beside(spiral(), desk), (100, 30), desk)
    assert " SGD: Moves each weight by lr times its gradient" in "\n".join(rows)
    assert "|Δw| over 0.weight, 0.bias" in "\n".join(rows)


def test_numbers_that_are_none_are_words() -> None:
    desk = at_7()
    steps = (tried("SGD", None, nonfinite={"change": "nan", "length": "inf"}),)
    nonfinite = {"gradient": "nan", "value": "nan"}
    world = beside(spiral(), desk, *steps, gradient=None, value=None, nonfinite=nonfinite)
    rows = painted(NEXT, world, FULL, desk)
    assert "g nan" in rows[0]
    assert rows[2].split()[2:4] == ["nan", "inf"]


def test_in_few_rows_the_cursor_s_is_among_them() -> None:
    desk = at_7(optimizer=5)
    rows = painted(NEXT, beside(spiral(), desk), (39, 4), desk)
    assert any("Muon" in row for row in rows)
    assert not any("SGD" in row for row in rows)


def test_in_a_small_panel_names_bars_and_steps_have_room() -> None:
    desk = at_7()
    rows = painted(NEXT, beside(spiral(), desk), (39, 8), desk)
    assert rows[1] == "            -1e-1 log  1e-1         Δw"
    assert rows[3] == "▸Adam       ··█━━━━│·······  -9.50e-03"


def test_until_it_is_known_that_is_said() -> None:
    assert painted(NEXT, spiral(), FULL, at_7())[0] == " each optimizer is being tried …"


def test_a_frozen_weight_has_no_next_step() -> None:
    world = spiral(lr=None, optimizer="")
    assert len(NEXT.probes(world, at_7(), FULL)) == 2
    assert painted(NEXT, world, FULL, at_7())[0] == " 0.weight is frozen: no optimizer moves it"


def test_a_tensor_too_large_is_not_asked_about() -> None:
    world = watch(spiral(), replace(weights("0.weight", np.ones((8, 2))), shape=(2000, 2000)))
    assert len(NEXT.probes(world, at_7(), FULL)) == 2
    assert "4,000,000 numbers: too many" in painted(NEXT, world, FULL, at_7())[0]


@pytest.mark.parametrize(
    ("keys", "index", "scale"),
    [
        ("", (0, 0), 1.0),
        ("x", (0, 0), 10.0),
        ("xx", (0, 0), 1000.0),
        ("xxx", (0, 0), 1.0),
        ("→→→", (1, 1), 1.0),
        ("→→→←", (1, 0), 1.0),
        ("→⇤←", (0, 0), 1.0),
        ("⇥→", (7, 1), 1.0),
    ],
)
def test_keys_choose_the_weight_and_the_scale(
    keys: str, index: tuple[int, ...], scale: float
) -> None:
    desk, names = at_7(), {"→": "right", "←": "left", "⇤": "home", "⇥": "end"}
    world = beside(spiral(), desk)
    for key in keys:
        assert NEXT.press(world, desk, names.get(key, key))
    assert asked(desk, world) == (index, scale, 20)


def test_a_key_lets_them_forget_and_know_again() -> None:
    desk, world = at_7(), spiral()
    assert "z cold" in NEXT.note(world, desk)
    NEXT.press(world, desk, "z")
    assert asked(desk, world)[2] == 0
    assert "z warm" in NEXT.note(world, desk)
    NEXT.press(world, desk, "z")
    assert asked(desk, world)[2] == 20


def test_keys_go_over_the_layers_and_begin_at_the_first_weight() -> None:
    desk, world = at_7(weight=3), spiral()
    NEXT.press(world, desk, ">")
    assert (desk.layer, desk.weight) == ("2", 0)


def test_the_cursor_begins_at_the_own_optimizer_and_goes_up_and_down() -> None:
    desk = at_7()
    world = beside(spiral(), desk)
    assert optimizer_at(world, desk) == "Adam"
    seen = []
    for key in ("up", "up", "down", *(["down"] * 9)):
        NEXT.press(world, desk, key)
        seen.append(optimizer_at(world, desk))
    assert seen[:4] == ["SGD", "SGD", "Adam", "RMSprop"]
    assert seen[-1] == "Muon"


def test_until_the_new_ones_come_the_frame_before_stays_with_its_own_words() -> None:
    desk = at_7()
    world = beside(spiral(), desk)
    NEXT.press(world, desk, "x")
    rows = painted(NEXT, world, FULL, desk)
    assert "g +2.80e-02  of step 4" in rows[0]
    rows = painted(NEXT, beside(world, desk), FULL, desk)
    assert "g +2.80e-02 × 10  of step 4" in rows[0]


def test_a_title_says_the_name_of_a_view_once() -> None:
    desk = Desk(focus=NUMBER, full=True)
    world = spiral()
    told = []
    for view in (LAYERS, NEXT):
        desk.chosen[world.kind, NUMBER] = view.name
        canvas = Canvas(120, 1, DARK)
        paint_title(canvas, Slot(NUMBER, 0, 0, 120, 1), UPDATE, view, world, desk, focused=True)
        told.append(canvas.text())
    assert told[0].count("update / weight") == 1
    assert told[1].count("every optimizer") == 1


def test_signs_have_their_colours() -> None:
    desk = at_7()
    canvas = Canvas(*FULL, DARK)
    NEXT.paint(canvas, beside(spiral(), desk), desk)
    inks = {text.strip(): ink.fg for row in range(2, 8) for text, ink in canvas.row(row)}
    assert inks["-9.50e-03"] == DARK.minus
    assert inks["+4.00e-02"] == DARK.plus


def test_what_can_not_be_is_quiet() -> None:
    desk = at_7()
    canvas = Canvas(*FULL, DARK)
    NEXT.paint(canvas, beside(spiral(), desk), desk)
    [told] = [ink for text, ink in canvas.row(6) if "LBFGS" in text]
    assert told == DARK.quiet


def test_it_paints_at_any_size() -> None:
    for scale in (1.0, 1000.0):
        desk = at_7(scale=scale)
        paints_at_any_size(NEXT, beside(spiral(), desk), desk)
    paints_at_any_size(NEXT, spiral(), at_7())


@pytest.mark.parametrize("palette", [ASCII, NO_COLOUR])
def test_the_side_tells_the_sign_without_colours(palette: object) -> None:
    desk = at_7()
    rows = painted(NEXT, beside(spiral(), desk), FULL, desk, palette)  # type: ignore[arg-type]
    middle = rows[5].index("|" if palette is ASCII else "│")
    assert set(rows[3][12:middle]) > {"=" if palette is ASCII else "━"}
    assert set(rows[4][12:middle]) == {"." if palette is ASCII else "·"}
    assert len(STEPS) == 6
