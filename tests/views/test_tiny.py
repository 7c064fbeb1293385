"""The home screen where there is hardly room for it: what is cut says so, numbers are not cut."""

import pytest

from tests.views.layer_frames import layers, show, sigmoids
from tests.views.neuron_run import at_the_sixth_gradient, rows
from tests.views.support import ASCII, NO_COLOUR, painted, present, started, world_of
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import Curves, CurvesFrame
from tui_nn.spec.protocol.messages import Problem
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.frame import phase_at
from tui_nn.views.home import paint_home
from tui_nn.views.ink import DARK, Palette
from tui_nn.views.panels.gradient_layers import LAYERS
from tui_nn.views.panels.neuron.gradient import GRADIENT
from tui_nn.views.world import World

LEAST = (24, 6)
OUTCOME = "All 4 rows right for a whole epoch: 10 changes in 24 steps."


def home(world: World, size: tuple[int, int] = LEAST, desk: Desk | None = None) -> list[str]:
    return paint_home(world, desk or Desk(), DARK, size).text().split("\n")


@pytest.mark.parametrize(
    ("palette", "text"), [(DARK, "loss.bac…"), (NO_COLOUR, "loss.bac…"), (ASCII, "loss.bac~")]
)
def test_a_text_that_is_cut_ends_in_a_mark(palette: Palette, text: str) -> None:
    canvas = Canvas(9, 1, palette)
    assert canvas.put(0, 0, "loss.backward()") == len("loss.backward()")
    assert canvas.text() == text


def test_blanks_that_are_cut_leave_no_mark() -> None:
    canvas = Canvas(5, 1, DARK)
    canvas.put(0, 0, "loss     ")
    assert canvas.text() == "loss"


def test_how_it_ended_is_cut_between_words() -> None:
    world = world_of(started(), present(24, "goal", words=OUTCOME))
    assert home(world)[4] == " All 4 rows right for a…"
    assert home(world, (50, 10))[8] == " All 4 rows right for a whole epoch: 10 changes…"
    assert home(world, (80, 24))[22] == f" {OUTCOME}"


def test_what_is_said_and_what_went_wrong_is_cut_between_words() -> None:
    world = world_of(started(), present(24))
    assert (
        home(world, desk=Desk(words="nothing before the first step"))[4] == " nothing before the…"
    )
    world.take(Problem(id=1, message="is too large", where="train.epochs"))
    assert home(world)[4] == " train.epochs: is too…"


@pytest.mark.parametrize("width", range(24, 60))
def test_no_number_of_the_run_loses_digits(width: int) -> None:
    world = world_of(started(train_count=1438, val_count=0), present(286, "running", lr=0.00397))
    world.take(CurvesFrame(loss=0.0519, lr=0.00397, gradient=0.2841, step=286), Curves())
    line = home(world, (width, 10))[8]
    parts = ["batch 10 of 1,438", "loss 0.05", "lr 0.00397"]
    found = [part.strip() for part in line.split("  ") if part.strip()]
    assert found
    assert found == parts[: len(found)]


@pytest.mark.parametrize("phase", [Phase.FORWARD, Phase.GRADIENT, Phase.UPDATE, Phase.EVALUATE])
def test_all_phases_stand_in_the_narrowest_flow_bar(phase: Phase) -> None:
    world = world_of(started(), present(24, phase=phase))
    bar = home(world)[0]
    assert [c for c in bar if c.isdecimal()] == [*"12345678"]
    assert bar.count("▌") == 1
    for column, character in enumerate(bar):
        if character.isdecimal():
            assert phase_at(column, LEAST[0], world, Desk()) == int(character)


def test_gradient_names_torchs_tensors_whole_or_not_at_all() -> None:
    assert " = torch ✓\n" in rows(GRADIENT, at_the_sixth_gradient(), 31, 6)
    assert "weight.grad, bias.grad\n" in rows(GRADIENT, at_the_sixth_gradient(), 39, 9)


def test_heads_of_columns_do_not_run_into_each_other() -> None:
    world = show(world_of(started(), present(1)), layers(*sigmoids(1.0, 1.0, 1.0, 1.0)))
    assert "lay|" not in "".join(painted(LAYERS, world, (31, 7)))
