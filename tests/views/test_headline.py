"""The headline and the titles: nothing is clipped, nothing moves that doesn't have to."""

import pytest

from tests.views.neuron_run import NeuronRun
from tests.views.support import present, started, world_of
from tui_nn.spec.protocol import Phase
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.frame import paint_flow, paint_headline, paint_moment, paint_title
from tui_nn.views.ink import DARK
from tui_nn.views.layout import Home, Slot
from tui_nn.views.moment import facts, torch_line
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.world import World

OUTCOME = "All 4 rows right for a whole epoch: 10 changes in 24 steps."


def headline(world: World, width: int = 120) -> str:
    canvas = Canvas(width, 1, DARK)
    paint_headline(canvas, world)
    return canvas.text()


def at(step: int, state: str = "paused", **changes: object) -> World:
    return world_of(started(), present(step, state, **changes))


def test_the_last_step_of_an_epoch_belongs_to_it() -> None:
    assert "step 80   epoch 2 of 300   step 40 of 40 in it" in headline(at(80))
    assert "step 81   epoch 3 of 300   step 1 of 40 in it" in headline(at(81))
    assert "step 0   epoch 1 of 300   step 0 of 40 in it" in headline(at(0, "ready"))


def test_a_step_that_is_being_made_counts_as_the_headline_counts_it() -> None:
    world = at(5, phase=Phase.GRADIENT)
    assert "step 6   epoch 1 of 300   step 6 of 40 in it" in headline(world)
    world = at(80, phase=Phase.FORWARD)
    assert "step 81   epoch 3 of 300   step 1 of 40 in it" in headline(world)


def test_a_step_that_takes_one_row_of_a_gate_names_the_row() -> None:
    run = NeuronRun().steps(6)
    assert "step 6   epoch 2 of 20   row 2 of 4   lr 1   cpu" in headline(run.world)
    assert headline(run.world, 80).endswith("step 6   epoch 2 of 20   row 2 of 4   lr 1")
    assert "row · of 4" in headline(NeuronRun().world)
    run.world.take(present(6, "running"))
    assert facts(run.world, 120).startswith("row 2 of 4     ")


def test_rows_in_an_order_of_their_own_are_not_numbered() -> None:
    run = NeuronRun(shuffle=True).steps(6)
    assert "step 2 of 4 in it" in headline(run.world)
    assert "row" not in headline(run.world)


@pytest.mark.parametrize(
    ("steps", "words"),
    [(1, "0.5 steps/s"), (2, " 1 step/s"), (4, " 2 steps/s"), (4000, "2,000 steps/s")],
)
def test_one_step_a_second_is_one(steps: int, words: str) -> None:
    world = World()
    world.take(started())
    world.take(present(0, "running"), now=0.0)
    world.take(present(steps, "running"), now=2.0)
    canvas = Canvas(120, 1, DARK)
    paint_flow(canvas, world, Desk())
    assert canvas.text().endswith(words)
    assert torch_line(world, Desk(), 80) == f"running   {words.strip()}"


@pytest.mark.parametrize("width", range(100, 121))
def test_the_state_stands_where_it_has_room(width: int) -> None:
    for state in ("paused", "running", "diverged"):
        world = at(24, state)
        canvas = Canvas(width, 1, DARK)
        paint_flow(canvas, world, Desk())
        assert "8 Evaluate" in canvas.text()
        assert (state in canvas.text()) is not (state in headline(world, width))


def test_how_it_ended_is_told_whole_in_the_moment() -> None:
    world = at(24, "goal", words=OUTCOME)
    for width in (80, 120):
        canvas = Canvas(width, 2, DARK)
        paint_moment(canvas, world, Desk(), Home(width, 36, ()))
        assert canvas.text().split("\n")[1] == f" {OUTCOME}"
        assert "All 4" not in headline(world, width)


def test_the_bar_stands_where_it_stood_when_more_digits_and_the_time_left_come() -> None:
    world = world_of(started(), present(0, "running"))
    begins = {headline(world).index("░")}
    for step, seconds in ((1000, 1.0), (2300, 1.0)):
        world.take(present(step, "running"), now=world._marks[-1][0] + seconds)
        begins.add(headline(world).index("█"))
    assert len(begins) == 1


def test_a_title_gives_up_the_name_of_its_view_before_its_note() -> None:
    view = View("truth table", lambda *_: None, note=lambda *_: "4 of 4 right")
    panel = Panel(8, "Evaluate", (view, View("other", lambda *_: None)))
    shown = {}
    for width in (40, 48):
        canvas = Canvas(width, 1, DARK)
        slot = Slot(8, 0, 0, width, 10)
        paint_title(canvas, slot, panel, view, at(3), Desk(), focused=True)
        shown[width] = canvas.text()
    assert "4 of 4 right" in shown[40]
    assert "truth" not in shown[40]
    assert "truth table ━" in shown[48]
    assert "4 of 4 right" in shown[48]


@pytest.mark.parametrize(
    ("width", "title"),
    [
        (42, "━ 8 Evaluate curves ━ val accuracy 94.2% ━"),
        (41, "━ 8 Evaluate curves ━━━━━━━━━ val 94.2% ━"),
        (33, "━ 8 Evaluate curves ━ val 94.2% ━"),
        (32, "━ 8 Evaluate ━━━━━━━ val 94.2% ━"),
        (25, "━ 8 Evaluate  val 94.2% ━"),
        (24, "━ 8 Evaluate ━━━━━━━━━━━"),
    ],
)
def test_a_note_loses_whole_words_before_it_is_left_out(width: int, title: str) -> None:
    view = View("curves", lambda *_: None, note=lambda *_: "val accuracy 94.2%")
    panel = Panel(8, "Evaluate", (view, View("other", lambda *_: None)))
    canvas = Canvas(width, 1, DARK)
    paint_title(canvas, Slot(8, 0, 0, width, 10), panel, view, at(3), Desk(), focused=True)
    assert canvas.text() == title


def test_a_note_that_just_fits_is_shown() -> None:
    view = View("layers", lambda *_: None, note=lambda *_: "6 of 11 layers asleep")
    canvas = Canvas(38, 1, DARK)
    slot = Slot(6, 0, 0, 38, 10, edge="│")
    paint_title(canvas, slot, Panel(6, "Gradient", (view,)), view, at(3), Desk(), focused=False)
    assert canvas.text() == "│─ 6 Gradient  6 of 11 layers asleep ─"


def test_another_run_has_settings_of_its_own() -> None:
    world = world_of(started(experiment={"train": {"seed": 0}}), present(1))
    assert "seed 0" in headline(world)
    world.take(started(experiment={"train": {"seed": 7}}))
    assert "seed 7" in headline(world)


@pytest.mark.parametrize(
    ("steps_per_s", "left"),
    [(4000.0, "  1 s left"), (201.0, " 57 s left"), (100.0, "  2 min left"), (3.0, "66 min left"),
     (0.5, "  7 h left")],
)  # fmt: skip
def test_the_time_left_takes_as_many_cells_whatever_it_is(steps_per_s: float, left: str) -> None:
    world = World()
    world.take(started())
    world.take(present(100, "running"), now=0.0)
    world.take(present(100 + round(2 * steps_per_s), "running"), now=2.0)
    line = headline(world)
    assert line.endswith(left)
    assert line.index("%") == 104
