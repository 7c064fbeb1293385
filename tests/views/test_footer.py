"""The last line: keys that hold now, and where they stand."""

import pytest

from tests.views.neuron_run import NeuronRun
from tests.views.support import present, started, world_of
from tui_nn.spec.lesson import Lesson, Slide
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.footer import key_at, paint_footer
from tui_nn.views.ink import DARK
from tui_nn.views.scrubber import Playing


def test_every_key_of_the_footer_is_where_it_is_painted() -> None:
    world = world_of(started(), present(40))
    canvas = Canvas(120, 1, DARK)
    paint_footer(canvas, world, Desk())
    line = canvas.text()
    places = {"space": "space", "run": "space", "p P": "p", "P phase": "P", "epoch": "e",
              ". lr": ".", "explain": "?", ": all": ":"}  # fmt: skip
    for words, key in places.items():
        assert key_at(line.index(words), 120, world, Desk()) == key
    assert key_at(119, 120, world, Desk()) == ""


def test_of_a_neuron_at_a_pace_the_first_key_goes_from_phase_to_phase() -> None:
    for pace, first in ((1.2, " p"), (0, " space run")):
        world = NeuronRun(pace=pace).world
        for width in (120, 80):
            canvas = Canvas(width, 1, DARK)
            paint_footer(canvas, world, Desk())
            assert canvas.text().startswith(first)
            assert canvas.text().endswith(": all")
        assert key_at(1, 120, world, Desk()) == first.split()[0]


@pytest.mark.parametrize("state", ["paused", "running"])
def test_the_way_to_all_other_keys_has_room_in_every_width_from_80_columns(state: str) -> None:
    world = world_of(started(), present(40, state))
    for width in range(80, 161):
        canvas = Canvas(width, 1, DARK)
        paint_footer(canvas, world, Desk())
        assert canvas.text().endswith(": all"), width


@pytest.mark.parametrize("width", [120, 80])
@pytest.mark.parametrize("state", ["paused", "running"])
def test_the_keys_of_a_lesson_stand_there_where_one_goes_with_the_experiment(
    state: str, width: int
) -> None:
    world = world_of(started(), present(40, state))
    lines = []
    for lesson in (None, Lesson((Slide("Look."),))):
        if lesson is not None:
            world.teach(lesson)
        canvas = Canvas(width, 1, DARK)
        paint_footer(canvas, world, Desk())
        lines.append(canvas.text())
    without, line = lines
    assert "slide" not in without
    assert line.endswith(": all")
    assert len(line) <= width - 2
    assert key_at(line.index("( )"), width, world, Desk()) == "("
    assert key_at(line.index(") slide"), width, world, Desk()) == ")"


def test_the_footer_leaves_out_what_a_view_on_the_whole_screen_takes_from_a_recording() -> None:
    world = world_of(started(), present(40, "running"))
    world.playing = Playing(1.0, 2.0, 0.5)
    found = {}
    for full in (False, True):
        canvas = Canvas(120, 1, DARK)
        paint_footer(canvas, world, Desk(focus=8, full=full))
        found[full] = canvas.text().split("   ")
    moves = ["← → by 1 %", "< > by 10 %", "- + speed"]
    assert found[False] == [" space pause", *moves, *found[True][1:]]
    assert not set(moves) & {*found[True]}
