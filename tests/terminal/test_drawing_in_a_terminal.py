"""Points and digits drawn with keys and mouse, with a real engine in a real terminal."""

from pathlib import Path

import pytest

from tests.terminal.screen import Shown, shown
from tui_nn.runs.folder import find_run
from tui_nn.runs.log import read_records
from tui_nn.spec.protocol import Changed

PRESS, DRAG, RELEASE = "\x1b[<0;{};{}M", "\x1b[<32;{};{}M", "\x1b[<0;{};{}m"


def drag(child: Shown, *places: tuple[int, int]) -> None:
    """Press the button at the first cell, let it go at the last; counted from 0."""
    (x, y), *others = places
    child.send(PRESS.format(x + 1, y + 1))
    for x, y in others:
        child.send(DRAG.format(x + 1, y + 1))
    child.send(RELEASE.format(x + 1, y + 1))


@pytest.mark.slow
def test_points_are_drawn_while_training_runs_and_are_in_the_run(tmp_path: Path) -> None:
    with shown("spiral-adam", "--runs", str(tmp_path)) as child:
        child.until("step 0 ")
        child.send("2a")
        child.until("2 Data: draw points")
        child.until("train 400")
        child.send(" ")
        child.until(lambda _: "step 0 " not in child.row(1))
        drag(child, (20, 8))
        child.until("spiral(n=500), 1 added")
        child.until("train 401")
        child.send("0\x1b[C\x1b[C\x1b[C\r")
        child.until("spiral(n=500), 2 added")
        child.until("train 402")
        child.send("x")
        child.until("train 401")
        child.send("u")
        child.until("train 402")
        child.send("q")
        child.until("━ 2 Data ━")
        child.send("\x03")
        child.until(" paused ")
        child.send("q")
        child.until("n don't save")
        child.send("n")
        assert child.ended() == 0
    run = find_run(str(next(tmp_path.iterdir())), tmp_path)
    assert run is not None
    changes = [told for told in read_records(run.events) if isinstance(told, Changed)]
    assert [change.built.train_count for change in changes if change.built] == [401, 402, 401, 402]


@pytest.mark.slow
def test_a_digit_is_drawn_with_the_mouse_classified_and_added(tmp_path: Path) -> None:
    with shown("digits-softmax", "--no-save") as child:
        child.until("step 0 ")
        child.send("2a")
        child.until("2 Data: draw a picture")
        drag(child, (29, 3), (29, 26))
        child.until("it is taken for")
        child.send("\x12")
        child.until(lambda _: "step 0 " not in child.row(1))
        child.until("it is taken for 1")
        child.send("1\r")
        child.until("1 added")
        child.until("train 1,439")
        child.send("q")
        child.until("━ 2 Data ━")
        child.send("q")
        child.until("n don't save")
        child.send("n")
        assert child.ended() == 0
