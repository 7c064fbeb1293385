import numpy as np
import pytest
from msgspec.structs import replace

from tests.views.support import (
    ASCII,
    NO_COLOUR,
    VALUE_BASELINE,
    columns_of,
    evaluated,
    painted,
    paints_at_any_size,
    present,
    samples,
    started,
    stepped,
    world_of,
)
from tests.views.test_curves import falling
from tui_nn.spec.protocol import Changed, Phase
from tui_nn.spec.protocol.frames import Curves, CurvesFrame
from tui_nn.spec.protocol.messages import Present
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK
from tui_nn.views.panels.evaluate import EVALUATE
from tui_nn.views.panels.evaluate_curves import CURVES, LENGTH, LR, METRIC
from tui_nn.views.panels.panel import View
from tui_nn.views.world import World

LOOP, NARROW = (46, 13), (39, 8)
NAN = float("nan")


def diverged() -> World:
    world = falling(400)
    world.take(stepped(401, [0.3] * 20 + [NAN] * 20))
    world.take(evaluated(440, {"loss": NAN, "accuracy": 0.1}, {"loss": float("inf")}))
    world.take(present(440, "diverged"))
    return world


def pressed(desk: Desk, key: str) -> Desk:
    assert CURVES.press(falling(400), desk, key)
    return desk


def gone(world: World, *gradients: float) -> World:
    """Looks at the gradient of each step."""
    for step, gradient in enumerate(gradients, 1):
        frame = CurvesFrame(step=step, phase=Phase.UPDATE, loss=1.0, lr=0.01, gradient=gradient)
        world.take(frame, Curves())
    return world


def test_losses_of_both_parts_over_epochs_and_where_they_stand() -> None:
    assert painted(CURVES, falling(400), LOOP) == [
        "   0.8┤",
        "      │⠒⠦⠤⣀⡀",
        "   0.6┤    ⠈⠉⠒⠢⠤⣀⡀",
        "      │          ⠈⠉⠓⠢⠤⣀⡀",
        "   0.4┤                ⠈⠉⠓⠒⠤⢄⣀",
        "  loss│                      ⠈⠉⠓⠢⠤⣀⣀",
        "      │                            ⠈⠉⠑⠒⠤⢄⣀⡀",
        "   0.2┤                                   ⠉⠑◉",
        "      │",
        "     0┤",
        "      └┬──────┬───────┬──────┬───────┬──────┬",
        " epoch 0      2       4      6       8     10",
        " train 0.2000 val 0.2000 train accuracy 90.0%",
    ]
    assert CURVES.note(falling(400), Desk()) == "val accuracy 88.0%"
    assert CURVES.note(world_of(started()), Desk()) == ""


def test_in_a_small_panel_the_epochs_stand_in_the_axis() -> None:
    assert painted(CURVES, falling(400), NARROW) == [
        "   0.8┤⣀⣀",
        "      │ ⠈⠉⠑⠒⠒⠤⠤⣀⣀⡀",
        "   0.4┤          ⠉⠉⠒⠒⠦⠤⢄⣀⣀",
        "  loss│                  ⠈⠉⠙⠒⠒⠤⠤⣀⣀⡀",
        "      │                           ⠉⠉⠒◉",
        "     0┤",
        " epoch└0──────────────5─────────────10",
        " train 0.2000   val 0.2000",
    ]


def test_the_title_tells_the_metric_of_validation() -> None:
    world = falling(400)
    numbers = {"loss": 0.2, "accuracy": 0.952}
    world.take(evaluated(440, numbers, numbers | {"accuracy": 0.93}))
    world.take(stepped(401, [0.2] * 40))
    world.take(present(440))
    assert CURVES.note(world, Desk()) == "val accuracy 93.0%"
    assert painted(CURVES, world, LOOP)[-1] == " train 0.2000 val 0.2000 train accuracy 95.2%"
    without = world_of(started(val_count=0), evaluated(40, numbers), present(40))
    assert CURVES.note(without, Desk()) == "train accuracy 95.2%"
    assert painted(CURVES, without, LOOP)[-1] == " train 0.2000   train accuracy 95.2%"


def test_between_evaluations_it_says_of_when_the_numbers_are() -> None:
    world = falling(400)
    world.take(stepped(401, [0.2] * 7))
    world.take(present(407))
    assert painted(CURVES, world, LOOP)[-1] == " train 0.2000   val 0.2000   as of epoch 10"
    world.take(present(407, "running"))
    assert "as of" not in painted(CURVES, world, LOOP)[-1]


def test_nothing_is_shown_before_it_is_known() -> None:
    rows = painted(CURVES, world_of(started()), LOOP)
    assert rows[-1] == " train ·        val ·        train accuracy ·"
    assert any("no values yet" in row for row in rows)
    assert any("no values yet" in row for row in painted(LENGTH, world_of(started()), LOOP))


def test_numbers_that_broke_are_said_in_words_with_their_step() -> None:
    rows = painted(CURVES, diverged(), LOOP)
    text = "\n".join(rows)
    assert "batch nan from step 421" in text
    assert "train nan from step 440" in text
    assert "val inf from step 440" in text
    assert rows[-1].startswith(" train nan    val inf")


def test_without_colour_patterns_tell_the_lines_apart() -> None:
    rows = painted(CURVES, falling(400), LOOP, palette=NO_COLOUR)
    assert rows[-1] == " ── train 0.2000   ╌╌ val 0.2000"
    rows = painted(CURVES, falling(400), LOOP, palette=ASCII)
    assert rows[-1] == " * train 0.2000   + val 0.2000"
    assert {"*", "+"} <= set("".join(row[7:] for row in rows[:-3]))


def test_batches_are_a_fainter_band_at_any_smoothing() -> None:
    rng = np.random.default_rng(0)
    world = world_of(started(), stepped(1, (0.5 + 0.4 * rng.random(400)).tolist()), present(400))
    seen = []
    for smoothing in (0, 1, 2):
        canvas = Canvas(*LOOP, DARK)
        CURVES.paint(canvas, world, Desk(smoothing=smoothing))
        inks = {ink.fg for row in range(10) for text, ink in canvas.row(row) if "⣿" in text}
        seen.append(inks)
        assert len(inks) == 1
        assert DARK.lines[0] not in inks
    assert seen[0] == seen[1] == seen[2]


def test_the_crosshair_tells_the_exact_numbers_recorded_there() -> None:
    world, desk = falling(400), Desk(size=LOOP)
    world.take(
        Changed(
            step=200,
            key="optimizer",
            old="Adam(lr=0.01)",
            new="Adam(lr=0.03)",
            phase=Phase.EVALUATE,
        )
    )
    painted(CURVES, world, LOOP, desk)
    assert not CURVES.press(world, desk, "escape")
    for key in ("left", "<", "<", "right", "right", "right"):
        assert CURVES.press(world, desk, key)
    rows = painted(CURVES, world, LOOP, desk)
    assert columns_of(rows[:9], lambda c: c == "┊") == [26, 27]  # the change, the crosshair
    CURVES.press(world, desk, "left")
    rows = painted(CURVES, world, LOOP, desk)
    assert "┊ Adam(lr=0.03)" in rows[0]
    assert CURVES.note(world, desk) == "step 205, epoch 5.12"
    assert rows[-1] == " batch 0.4443609 train 0.4506266 val 0.4506266"
    wide = painted(CURVES, world, (80, 13), desk)
    exact = str(np.float32(np.linspace(0.7, 0.2, 400)[204]))
    assert wide[-1].startswith(f" batch {exact} ")
    assert CURVES.press(world, desk, "escape")
    assert desk.crosshair is None


@pytest.mark.parametrize("size", [LOOP, (87, 19), (180, 40), (24, 8)])
@pytest.mark.parametrize("view", [CURVES, METRIC, LR, LENGTH])
def test_a_key_moves_the_crosshair_by_columns_of_the_chart(
    view: View, size: tuple[int, int]
) -> None:
    world, desk = falling(400), Desk(size=size)

    def column() -> int:
        return columns_of(painted(view, world, size, desk), lambda c: c == "┊")[0]

    assert view.press(world, desk, "left")
    places = [column()]
    for key in ("left", "left", "<", "right", ">", "<"):
        assert view.press(world, desk, key)
        places.append(column())
    assert np.diff(places).tolist() == [-1, -1, -10, 1, 10, -10]


@pytest.mark.parametrize("width", range(36, 60))
def test_words_stay_where_they_are_when_r2_comes_above_0(width: int) -> None:
    places = []
    for r2 in (-0.0438, 0.1419):
        numbers = {"loss": 6106.1, "r2": r2}
        told = started(metric="r2", baseline=VALUE_BASELINE)
        world = world_of(told, evaluated(40, numbers, numbers), present(40))
        words = painted(CURVES, world, (width, 13))[-1]
        places.append([words.find(word) for word in ("train", "val", "R²")])
    assert places[0] == places[1]


def test_presses_of_a_key_that_continue_each_other_are_one_mark() -> None:
    world = falling(400)
    for step, continues in ((100, False), (200, True), (300, True)):
        world.take(
            Changed(step=step, key="optimizer", old="SGD(lr=1)", new=f"SGD(lr={step})",
                    phase=Phase.EVALUATE, continues=continues)
        )  # fmt: skip
    rows = painted(CURVES, world, LOOP)
    assert len(columns_of(rows[:9], lambda c: c == "┊")) == 1


def test_the_crosshair_stays_within_the_chart() -> None:
    world, desk = falling(400), Desk()
    painted(CURVES, world, LOOP, desk)
    for key, ends in (
        ("home", 0),
        ("<", 0),
        ("end", 400),
        (">", 400),
        ("right", 400),
    ):
        CURVES.press(world, desk, key)
        assert desk.crosshair is not None
        assert round(desk.crosshair) == ends
        assert painted(CURVES, world, LOOP, desk)


@pytest.mark.parametrize("view", [CURVES, METRIC, LR])
def test_the_crosshair_begins_at_the_latest_value(view: View) -> None:
    world, desk = falling(420), Desk(size=LOOP)
    assert view.press(world, desk, "left")
    assert view.note(world, desk) == "step 420, epoch 10.50"
    [column] = columns_of(painted(view, world, LOOP, desk)[:9], lambda c: c == "┊")
    assert column < LOOP[0] - 5
    assert view.press(world, desk, "right")
    assert view.note(world, desk) == "step 420, epoch 10.50"


@pytest.mark.parametrize("key", ["+", "a"])
def test_zoom_and_axis_leave_the_crosshair_at_its_step(key: str) -> None:
    world, desk = falling(400), Desk(size=LOOP)
    for move in ("left", "<", "left"):
        CURVES.press(world, desk, move)
    before = CURVES.note(world, desk)
    for _ in range(3):
        CURVES.press(world, desk, key)
        assert CURVES.note(world, desk) == before
        assert painted(CURVES, world, LOOP, desk)


def test_keys_change_axes_smoothing_and_zoom() -> None:
    world, desk = falling(400), Desk()
    assert [pressed(desk, "a").x_axis for _ in range(3)] == ["seconds", "step", "epoch"]
    assert [pressed(desk, "x").smoothing for _ in range(3)] == [2, 0, 1]
    assert pressed(desk, "A").y_log is True
    assert any(row[3:6] == "log" for row in painted(CURVES, world, LOOP, desk))
    assert pressed(desk, "A").y_log is False
    for _ in range(20):
        zoomed = pressed(desk, "+").zoom
    assert painted(CURVES, world, LOOP, desk)
    assert pressed(desk, "-").zoom == zoomed - 1
    assert pressed(desk, "z").zoom == 0
    assert not CURVES.press(world, desk, "q")


def test_a_zoomed_window_shows_the_last_part() -> None:
    rows = painted(CURVES, falling(400), LOOP, Desk(zoom=1))
    assert rows[-2].split() == ["epoch", "5", "6", "7", "8", "9", "10"]
    assert rows[0].lstrip().startswith("0.5")


def test_with_room_there_are_four_curves() -> None:
    world = gone(falling(400), 1.0, 2.0)
    rows = painted(CURVES, world, (87, 19))
    text = "\n".join(rows)
    for words in ("train 0.2000", "train 90.0%", "lr 0.01", "schedule none", "|gradient| 2.000"):
        assert words in text
    assert rows[10].count("┤") + rows[10].count("│") == 2


def test_the_metric_has_its_goal_and_its_best() -> None:
    world = world_of(started(experiment={"goal": {"accuracy": 0.9, "times": 3}}))
    for epoch, accuracy in enumerate((0.5, 0.8, 0.95, 0.9), 1):
        numbers = {"loss": 1.0, "accuracy": accuracy}
        world.take(evaluated(40 * epoch, numbers, numbers))
    world.take(present(160))
    rows = painted(METRIC, world, LOOP)
    assert any("goal" in row for row in rows)
    assert rows[0].startswith("  1.00┤")
    (best,) = [row for row in rows if "◉" in row]
    assert 25 <= best.index("◉") <= 35
    assert rows[-1] == " train 90.0%    val 90.0%    accuracy"


def test_lr_and_gradient_have_curves_of_their_own() -> None:
    world = falling(400)
    world.take(stepped(401, [0.2] * 40, lr=stepped(1, np.geomspace(1e-4, 1, 40).tolist()).loss))
    world.take(present(440))
    rows = painted(LR, world, LOOP)
    assert rows[-1] == " lr 0.01       schedule none"
    assert any("log" in row for row in rows)
    gone(world, 4.0, 0.5)
    assert painted(LENGTH, world, LOOP)[-1] == " |gradient| 0.500"
    assert LENGTH.probes(world, Desk(), LOOP) == (Curves(),)


@pytest.mark.parametrize("view", [CURVES, METRIC, LR, LENGTH])
def test_every_curve_paints_at_any_size(view: View) -> None:
    for world in (world_of(started()), falling(80), gone(diverged(), 1.0, NAN)):
        paints_at_any_size(view, world)
    paints_at_any_size(view, falling(80), Desk(crosshair=0.3, zoom=2, x_axis="seconds"))


def test_views_of_evaluate_are_those_that_have_something_to_show() -> None:
    names = [
        [view.name for view in EVALUATE.suiting(world_of(started(metric=metric), known=known))]
        for metric, known in (
            ("accuracy", samples([[0.0] * 9] * 4, [0, 1, 0, 1])),
            ("r2", samples([[0.0] * 9] * 4, [0.5, 1, 0, 1])),
        )
    ]
    assert names == [
        ["curves", "metric", "confusion", "worst", "lr", "|gradient|"],
        ["curves", "metric", "predicted", "worst", "lr", "|gradient|"],
    ]


def test_a_million_steps_are_drawn_from_few_blocks() -> None:
    world = world_of(started())
    losses = np.exp(-np.arange(1_000_000) / 3e5)
    world.take(stepped(1, losses.tolist()))
    world.take(present(1_000_000, "running"))
    assert len(world.series.of("loss", world.way)) <= 8192
    assert painted(CURVES, world, LOOP, Desk(x_axis="step"))[-2].split()[-1] == "1,000,000"


def test_going_back_takes_the_curves_back() -> None:
    world = falling(400)
    before = painted(CURVES, falling(200), LOOP)
    world.take(at_step(world, 200))
    assert painted(CURVES, world, LOOP)[-1] == before[-1].replace("0.2000", "0.4506")


def at_step(world: World, step: int) -> Present:
    return replace(world.present, step=step, epoch=step // 40)
