from math import sqrt
from typing import Any

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
    watch,
    weights,
)
from tests.views.support import (
    ASCII,
    NO_COLOUR,
    painted,
    paints_at_any_size,
    present,
    stepped,
    world_of,
)
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import Weights
from tui_nn.views.desk import Desk
from tui_nn.views.layer_names import LAYERS as PROBE
from tui_nn.views.panels.update_layers import LAYERS
from tui_nn.views.panels.update_weight import MOST
from tui_nn.views.world import World

STEP = 3200
LOOP, NARROW = (37, 13), (39, 8)
BEFORE, GRADIENT, M, V = 1.79993, -0.028, -0.03142, 0.00144
AFTER = BEFORE - 0.01 / (1 - 0.9**STEP) * M / (sqrt(V) / sqrt(1 - 0.999**STEP) + 1e-8)
KERNEL = [[[[-0.05, 0.11, -0.61], [-0.68, -0.13, 0.29], [0.24, 0.52, 0.14]]]]
PICTURE = (
    learns("0", "Conv2d(1, 8, 3, padding=1)"),
    bends("1", "ReLU()"),
    learns("3", "Conv2d(8, 16, 3, padding=1)", ratio=2e-3),
    learns("7", "Linear(64, 10)", ratio=1e-7),
)


def filled(value: float) -> Any:
    return np.full((8, 2), value)


def adam(**changes: Any) -> World:
    """A spiral behind step 3,200, its first weights all the same."""
    world = world_of(run_of(optimizer="Adam(lr=0.01)"), present(STEP, "running"))
    show(world, layers(*SPIRAL, step=STEP))
    state = {"step": STEP, "exp_avg": filled(M), "exp_avg_sq": filled(V)}
    fields: dict[str, Any] = {"gradient": filled(GRADIENT), "state": state, "step": STEP}
    fields |= {"before": filled(BEFORE)}
    return watch(world, weights("0.weight", filled(AFTER), **(fields | changes)))


def picture(kernel: Any = KERNEL) -> World:
    world = world_of(run_of(optimizer="Adam(lr=0.01)"), present(STEP, "running"))
    show(world, layers(*PICTURE, step=STEP))
    return watch(world, weights("0.weight", kernel, kernel, gradient=kernel, step=STEP))


def test_update_over_weight_stands_on_a_scale_with_its_guide_over_one_weight() -> None:
    assert painted(LAYERS, adam(), LOOP) == [
        " layer         1e-5    1e-3    1e-1",
        " Linear(2, 8)  ━━━━━━━━█········ 1e-3",
        " Linear(8, 8)  ━━━━━━━━┿█······· 2e-3",
        " Linear(8, 1)  ━━━━━━━━█········ 9e-4",
        " ┊ healthy near 1e-3",
        "",
        " 0.weight[0,0]         w ← w − step",
        " g   gradient now         -2.80e-02",
        " m   mean of g            -3.14e-02",
        " v   mean of g²           +1.44e-03",
        " step lr·m/√v, corrected  -8.11e-03",
        " w   +1.79993 ▸ +1.80804  = torch ✓",
        "",
    ]


def test_in_eight_rows_numbers_share_a_row() -> None:
    assert painted(LAYERS, adam(), NARROW) == [
        " layer         1e-5    1e-3    1e-1",
        " Linear(2, 8)  ━━━━━━━━█········ 1e-3",
        " Linear(8, 8)  ━━━━━━━━┿█······· 2e-3",
        " Linear(8, 1)  ━━━━━━━━█········ 9e-4",
        " 0.weight[0,0]         ┊ healthy 1e-3",
        " g -2.8e-02  m -3.1e-02  v +1.4e-03",
        " step lr·m/√v, corrected  -8.11e-03",
        " w   +1.79993 ▸ +1.80804  = torch ✓",
    ]


def test_wide_panels_name_the_state_as_torch_does() -> None:
    rows = painted(LAYERS, adam(), (71, 20))
    assert rows[0] == " layer         1e-5            1e-3            1e-1"
    assert rows[6:10] == [
        " 0.weight[0,0]                           w ← w − step",
        " g   gradient now          grad             -2.80e-02",
        " m   mean of g             exp_avg          -3.14e-02",
        " v   mean of g²            exp_avg_sq       +1.44e-03",
    ]


def test_a_convolution_shows_a_kernel() -> None:
    desk = Desk(focus=7)
    assert painted(LAYERS, picture(), LOOP, desk, NO_COLOUR) == [
        " layer         1e-5    1e-3    1e-1",
        "▸0 Conv2d      ━━━━━━━━█········ 1e-3",
        " 3 Conv2d      ━━━━━━━━┿█······· 2e-3",
        " 7 Linear      █·······┊········ 1e-7",
        " ┊ healthy near 1e-3",
        "",
        " kernel 0 of 0 Conv2d",
        " -0.05  +0.11  -0.61   ▒▒▓▓",
        " -0.68  -0.13  +0.29     ░░▓▓",
        " +0.24  +0.52  +0.14   ▓▓██▓▓",
        "",
        " █ > 0.3   ▒ near 0   blank < −0.3",
        "",
    ]
    assert painted(LAYERS, picture(), NARROW, desk, NO_COLOUR)[4:] == [
        " kernel 0 of 0 Conv2d  ┊ healthy 1e-3",
        " -0.05  +0.11  -0.61   ▒▒▓▓",
        " -0.68  -0.13  +0.29     ░░▓▓",
        " +0.24  +0.52  +0.14   ▓▓██▓▓",
    ]


def test_with_room_the_weight_stands_under_its_kernel() -> None:
    rows = painted(LAYERS, picture(), (71, 24), Desk(focus=7, weight=4))
    row = next(row for row in rows if row.startswith(" 0.weight[0,0,1,1]"))
    assert rows.index(row) == 13
    assert rows[15].startswith(" step")


def test_a_kernel_of_many_channels_says_which() -> None:
    world = picture(np.zeros((4, 3, 3, 3)))
    rows = painted(LAYERS, world, LOOP, Desk(weight=9 * 3 * 2 + 9))
    assert rows[6] == " kernel 2 of 0 Conv2d, channel 1"


def test_a_kernel_too_wide_for_numbers_is_shades_alone() -> None:
    rows = painted(LAYERS, picture(np.ones((1, 1, 7, 7))), (37, 20), palette=NO_COLOUR)
    assert rows[7] == " " + "█" * 14


def test_a_kernel_too_tall_gives_way_to_the_weight() -> None:
    rows = painted(LAYERS, picture(np.ones((1, 1, 5, 5))), NARROW)
    assert rows[4].startswith(" 0.weight[0,0,0,0]")
    rows = painted(LAYERS, picture(np.ones((1, 1, 5, 5))), LOOP)
    assert rows[5].startswith(" kernel 0")


def test_a_kernel_over_a_line_is_one_row() -> None:
    world = world_of(run_of(), present(1))
    show(world, layers(learns("0", "Conv1d(1, 1, 3)")))
    watch(world, weights("0.weight", [[[1.0, -1.0, 0.0]]]))
    rows = painted(LAYERS, world, LOOP, palette=NO_COLOUR)
    assert rows[5] == " +1.00  -1.00  +0.00   ██  ▒▒"


def test_a_norm_of_pictures_has_no_kernel() -> None:
    world = world_of(run_of(), present(1))
    show(world, layers(learns("0", "LayerNorm((2, 3, 3))")))
    watch(world, weights("0.weight", np.ones((2, 3, 3))))
    assert " 0.weight[0,0,0]       w ← w − step" in painted(LAYERS, world, LOOP)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": {}},
        {"optimizer": "Adamax"},
        {"value": filled(1.9)},
        {"value": filled(float("nan"))},
    ],
)
def test_equal_to_torch_is_said_only_where_it_was_worked_out(changes: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"value": filled(AFTER), "before": filled(BEFORE)} | changes
    world = adam()
    state = {"step": STEP, "exp_avg": filled(M), "exp_avg_sq": filled(V)}
    watch(world, weights("0.weight", **{"step": STEP + 1, "state": state, **fields}))
    assert "torch" not in "".join(painted(LAYERS, world, LOOP))


def test_without_the_weight_before_nothing_is_equal() -> None:
    world = adam(gradient=None, before=None)
    assert "torch" not in "".join(painted(LAYERS, world, LOOP))


def test_of_two_optimizers_the_one_that_updates_the_weight_is_worked_out() -> None:
    world = adam()
    world.take(run_of(optimizer=["Muon(lr=0.02)", "Adam(lr=0.01)"]))
    show(world, layers(*SPIRAL, step=STEP))
    state = {"step": STEP, "exp_avg": filled(M), "exp_avg_sq": filled(V)}
    watch(world, weights("0.weight", filled(AFTER), filled(BEFORE), state=state, step=STEP))
    assert "= torch ✓" in "".join(painted(LAYERS, world, LOOP))


def test_the_lr_that_was_told_of_the_step_counts() -> None:
    world = adam(lr=0.5)
    assert "torch" not in "".join(painted(LAYERS, world, LOOP))
    world.take(stepped(STEP, [0.3]))
    assert "= torch ✓" in "".join(painted(LAYERS, world, LOOP))


def test_inside_a_step_what_is_coming_is_dots() -> None:
    world = adam()
    world.take(present(STEP, "paused", phase=Phase.GRADIENT))
    state = {"step": STEP, "exp_avg": filled(M), "exp_avg_sq": filled(V)}
    now = weights("0.weight", filled(AFTER), filled(AFTER), gradient=filled(0.5), state=state,
                  step=STEP, phase=Phase.GRADIENT)  # fmt: skip
    watch(world, now)
    still = tuple(learns(row.name, row.call, ratio=0.0) for row in SPIRAL if row.weight)
    show(world, layers(*still, step=STEP, phase=Phase.GRADIENT))
    rows = painted(LAYERS, world, LOOP)
    assert rows[1] == " Linear(2, 8)  ━━━━━━━━█········ 1e-3"
    assert rows[7:12] == [
        " g   gradient now         +5.00e-01",
        " m   mean of g            -3.14e-02",
        " v   mean of g²           +1.44e-03",
        " step lr·m/√v, corrected          ·",
        " w   +1.80804 ▸        ·",
    ]
    assert LAYERS.note(world, Desk()) == "next: press p"


def test_before_the_first_update_there_are_dots_and_nothing_has_become_something_else() -> None:
    world = world_of(run_of(optimizer="SGD(lr=0.1)"), present(0, "paused", phase=Phase.FORWARD))
    first = (learns("0", "Linear(2, 8)", None, ratio=0.0, update=0.0),)
    show(world, layers(*first, step=0, phase=Phase.FORWARD))
    watch(world, weights("0.weight", filled(0.5), filled(0.5), step=0, phase=Phase.FORWARD,
                         optimizer="SGD"))  # fmt: skip
    rows = painted(LAYERS, world, LOOP)
    assert rows[1] == " Linear(2, 8)  ········┊········    ·"
    assert " w   +0.50000" in rows


def test_numbers_of_an_earlier_step_say_of_which() -> None:
    world = adam()
    world.take(present(STEP + 12, "paused"))
    unknown = tuple(learns(row.name, row.call, ratio=None, update=None) for row in SPIRAL)
    show(world, layers(*unknown, step=STEP + 12))
    assert LAYERS.note(world, Desk()) == "of step 3,200"
    assert painted(LAYERS, world, LOOP)[1].endswith("1e-3")
    world.take(present(STEP - 100, "paused"))
    assert painted(LAYERS, world, LOOP)[1].endswith("·")


@pytest.mark.parametrize(
    ("ratio", "row"),
    [
        (3e-11, " Linear(2, 8)  █·······┊······· 3e-11"),
        (0.0, " Linear(2, 8)  ········┊········    0"),
        (1e-4, " Linear(2, 8)  ━━━━█···┊········ 1e-4"),
        (5.0, " Linear(2, 8)  ━━━━━━━━┿━━━━━━━█  5e0"),
        (None, " Linear(2, 8)  ········┊········  inf"),
    ],
)
def test_bars_end_at_the_ends_of_the_scale(ratio: float | None, row: str) -> None:
    words = {} if ratio is not None else {"ratio": "inf"}
    world = world_of(run_of(), present(1, "running"))
    show(world, layers(learns("0", "Linear(2, 8)", ratio=ratio, nonfinite=words)))
    assert painted(LAYERS, world, (37, 5))[1] == row


def test_many_layers_scroll_with_the_cursor() -> None:
    world = world_of(run_of(), present(1, "running"))
    show(world, layers(*sigmoids(*[0.1] * 11)))
    rows = painted(LAYERS, world, (39, 6), Desk(focus=7, layer="10"))
    assert [row[:4].strip() for row in rows[1:]] == ["▴6 L", "8 L", "▸10", "12", "▾14"]


@pytest.mark.parametrize(
    ("keys", "weight", "layer"),
    [
        (["right"], 1, ""),
        (["down", "down", "left"], 3, ""),
        (["left"], 0, ""),
        (["end", "right", "up"], 13, ""),
        (["right", ">"], 0, "2"),
        ([">", ">", ">", "<"], 0, "2"),
    ],
)
def test_arrows_move_over_the_weights_and_angles_over_the_layers(
    keys: list[str], weight: int, layer: str
) -> None:
    world, desk = adam(), Desk(focus=7)
    for key in keys:
        LAYERS.press(world, desk, key)
    assert (desk.weight, desk.layer) == (weight, layer)
    assert not LAYERS.press(world, desk, "x")


def test_the_tensor_of_the_layer_in_focus_is_watched() -> None:
    assert LAYERS.probes(World(), Desk(), LOOP) == (PROBE,)
    desk = Desk(layer="3")
    assert LAYERS.probes(adam(), desk, LOOP) == (PROBE, Weights(tensor="2.weight", most=MOST))


def test_what_is_kept_for_a_row_belongs_to_each_of_its_weights() -> None:
    world = world_of(run_of(optimizer="Adafactor()"), present(STEP, "running"))
    show(world, layers(*SPIRAL, step=STEP))
    state = {"row_var": [[0.25]] * 8, "col_var": [[0.5, 0.75]], "odd": [1.0, 2.0, 3.0]}
    watch(world, weights("0.weight", filled(1.0), filled(1.0), state=state, optimizer="Adafactor"))
    rows = painted(LAYERS, world, LOOP, Desk(weight=3))
    assert " R   mean of g², its row  +2.50e-01" in rows
    assert " C   mean of g², its column        " not in rows
    assert any(row.startswith(" C ") and row.endswith("+7.50e-01") for row in rows)


def test_it_paints_at_any_size() -> None:
    broken = adam(state={"exp_avg": filled(float("nan"))})
    empty = world_of(run_of(), present(1))
    show(empty, layers(learns("0", "Linear(0, 1)")))
    watch(empty, weights("0.weight", np.zeros((1, 0))))
    scalar = world_of(run_of(), present(1))
    show(scalar, layers(learns("0", "PReLU()")))
    watch(scalar, weights("0.weight", [0.25], state={"exp_avg": [0.1]}))
    odd = picture(np.full((1, 1, 3, 3), 1e4) * [[1, -1, float("nan")]])
    for world in (World(), world_of(run_of()), adam(), picture(), broken, empty, scalar, odd):
        paints_at_any_size(LAYERS, world, Desk(focus=7))


def test_ascii_keeps_guide_and_bar_apart() -> None:
    assert painted(LAYERS, adam(), LOOP, palette=ASCII)[1] == (
        " Linear(2, 8)  ========#........ 1e-3"
    )


def test_a_frozen_layer_says_so_instead_of_a_ratio_and_none_of_its_weights_is_followed() -> None:
    frozen = learns(
        "0", "Linear(2, 8)", None, zero_gradient=None, update=None, ratio=None, frozen=True
    )
    world = world_of(run_of(optimizer="Adam(lr=0.01)"), present(STEP, "running"))
    show(world, layers(frozen, *SPIRAL[1:], step=STEP))
    watch(world, weights("0.weight", filled(1.0), optimizer="", lr=None, step=STEP))
    rows = painted(LAYERS, world, LOOP)
    assert rows[1].startswith(" Linear(2, 8)  ····")
    assert rows[1].endswith(" frozen")
    assert rows[2] == " Linear(8, 8)  ━━━━━━━━┿█······· 2e-3"
    assert "0.weight" not in "".join(rows)
