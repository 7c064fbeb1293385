"""Screens to draw on: what is drawn is asked of the engine, which goes on with its weights."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from tests.app.support import EXPERIMENT, LAYERS, Sent, on_screen, row
from tests.views.support import CLASS_BASELINE, layer, present, samples, started
from tui_nn.app.app import Workbench
from tui_nn.app.driving import Driving
from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.drawing import NOTHING, sheet_for
from tui_nn.app.editing.pad import PadSheet
from tui_nn.app.editing.pencil import PencilSheet
from tui_nn.app.editing.sheet import WAIT, Sheet
from tui_nn.app.editing.writing import write_experiment
from tui_nn.spec.protocol import Array, Built, Changed, Phase
from tui_nn.spec.protocol.commands import Change
from tui_nn.spec.protocol.frames import Probes
from tui_nn.spec.protocol.messages import Answer, Problem
from tui_nn.views import pad
from tui_nn.views.sheet import HEAD
from tui_nn.views.world import SAMPLES, World

Use = Callable[[Workbench, Pilot[int], Any, Sent], Awaitable[None]]
CORNERS = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], np.float32)
POINTS = samples(
    CORNERS, [0, 0, 1, 1], points=Array.of(CORNERS), sample_name="point",
    in_data=Array.of(np.array([0, 3, 250, 499])), class_counts=Array.of(np.array([200, 200])),
)  # fmt: skip
PICTURES = samples(
    np.eye(10, 64).reshape(10, 1, 8, 8), list(range(10)), sample_name="picture",
    class_counts=Array.of(np.full(10, 140)),
)  # fmt: skip
DIGITS = {
    "data": "digits()", "network": ["Flatten()", "Linear(64, 10)"], "loss": "CrossEntropyLoss()",
    "optimizer": "SGD(lr=0.1)", "train": {"seed": 0, "val": 0.2},
}  # fmt: skip


def drawing(folder: Path, use: Use, *, pictures: bool = False) -> None:
    """Have `use` draw on a screen, with nothing behind it that trains."""

    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        told: dict[str, Any] = {
            "experiment": EXPERIMENT | {"train": {"seed": 0, "val": 0.2}}, "layers": LAYERS,
            "input_shape": (2,), "classes": 2,
        }  # fmt: skip
        if pictures:
            layers = (layer("Flatten()", 64), layer("Linear(64, 10)", 10))
            told = {"experiment": DIGITS, "layers": layers, "input_shape": (1, 8, 8),
                    "classes": 10, "train_count": 1438, "val_count": 359}  # fmt: skip
        app.world.take(started(**told))
        app.world.take(PICTURES if pictures else POINTS, SAMPLES)
        app.world.take(present(7))
        sent = Sent()
        sheet = sheet_for(app, Driving(app.world, sent))
        assert isinstance(sheet, Sheet)
        app._sheet = sheet
        app.push_screen(sheet)
        await pilot.pause()
        await use(app, pilot, sheet, sent)

    on_screen(folder, script)


def changes(sent: Sent) -> list[str]:
    """What the data was asked to be, in order."""
    asked = [command.changes for command in sent.commands if isinstance(command, Change)]
    assert not any(command.anew for command in sent.commands if isinstance(command, Change))
    return [change.removeprefix("data=") for [change] in asked]


def watched(sheet: Sheet) -> list[Probes]:
    return [*sheet.probes]


def said(app: Workbench) -> str:
    return row(app, app.size.height - 2)


def answered(app: Workbench, sheet: Sheet, sent: Sent) -> None:
    """The engine has done what it was asked last."""
    command = sent.commands[-1]
    assert isinstance(command, Change)
    data = command.changes[0].removeprefix("data=")
    count = len(app.world.changes)
    built = Built(
        layers=(), input_shape=(2,), tokens=None, classes=2, target_shape=(), train_count=401,
        val_count=100, test_count=0, baseline=CLASS_BASELINE, metric="accuracy",
    )  # fmt: skip
    app.world.take(Changed(step=7, key="data", old="", new=data, phase=Phase.EVALUATE, built=built))
    told = Answer(id=len(sent.commands), present=present(7, changes=count + 1))
    app.world.take(told)
    sheet._changing._driving.hear(told)
    app.world.take(POINTS, SAMPLES)


def test_points_are_put_with_keys_and_those_in_a_second_are_one_mark(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], sheet: PencilSheet, sent: Sent) -> None:
        await pilot.press("right", "up", "0", "enter", "1", "left", "left", "enter")
        one, two = changes(sent)
        assert one.startswith("edited(spiral(n=500), add=((")
        assert one.endswith(", 0),))")
        assert two.startswith(one[:-3] + ", (")
        assert two.endswith(", 1)))")
        assert [c.continues for c in sent.commands if isinstance(c, Change)] == [False, True]

    drawing(tmp_path, use)


def test_each_is_taken_back_alone_and_done_again(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], sheet: PencilSheet, sent: Sent) -> None:
        await pilot.press("enter", "right", "enter", "u", "u", "U")
        one, two, *back, again = changes(sent)
        assert back == [one, "spiral(n=500)"]
        assert again == one
        assert two != one

    drawing(tmp_path, use)


def test_a_point_is_taken_out_by_the_number_it_has_in_the_data(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], sheet: Any, sent: Sent) -> None:
        await pilot.press("x")
        assert changes(sent) == []
        assert "no point here" in said(app)
        [column], [down] = sheet._pencil.ground.window.places(CORNERS[2:3].astype(float))
        sheet._pencil = sheet._pencil.at(int(column) + 1, int(down) // 2)
        await pilot.press("delete")
        assert changes(sent) == ["edited(spiral(n=500), remove=(250,))"]
        await pilot.press("delete")
        assert len(sent.commands) == 1
        assert WAIT in said(app)

    drawing(tmp_path, use)


def test_the_mouse_puts_a_point_and_takes_out_the_one_it_hits(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], sheet: Any, sent: Sent) -> None:
        await pilot.click(offset=(10, 10))
        [one] = changes(sent)
        assert one.endswith(", 1),))")
        assert (sheet._pencil.column, sheet._pencil.row) == (10, 10 - HEAD)
        answered(app, sheet, sent)
        [column], [down] = sheet._pencil.ground.window.places(CORNERS[3:4].astype(float))
        await pilot.click(offset=(int(column), int(down) // 2 + HEAD))
        assert changes(sent)[1] == one.removesuffix(")") + ", remove=(499,))"
        await pilot.click(offset=(10, 0))
        await pilot.click(offset=(10, app.size.height - 1))
        assert len(sent.commands) == 2

    drawing(tmp_path, use)


def test_digits_are_classes_here_and_only_those_there_are(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], sheet: PencilSheet, sent: Sent) -> None:
        focus = app.desk.focus
        await pilot.press("0", "7")
        assert sheet._pencil.label == 0
        assert "this data has the classes 0 to 1" in said(app)
        assert (app.desk.focus, len(app.screen_stack)) == (focus, 2)

    drawing(tmp_path, use)


def test_what_the_engine_refuses_is_not_drawn_upon(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], sheet: PencilSheet, sent: Sent) -> None:
        await pilot.press("enter")
        told = Problem(id=1, message="no room")
        app.world.take(told)
        sheet._changing._driving.hear(told)
        await pilot.press("right", "enter")
        one, two = changes(sent)
        assert two.count("(") == one.count("(")

    drawing(tmp_path, use)


def test_the_plane_that_is_shown_is_watched_until_the_sheet_is_put_away(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], sheet: PencilSheet, sent: Sent) -> None:
        before = sheet.probes
        assert before == (sheet._pencil.ground.probe,)
        await pilot.press("plus")
        assert sheet.probes != before
        await pilot.press("q")
        await pilot.pause()
        assert len(app.screen_stack) == 1

    drawing(tmp_path, use)


def test_a_picture_is_drawn_by_dragging_and_added_with_its_class(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], sheet: PadSheet, sent: Sent) -> None:
        assert watched(sheet) == []
        await pilot.mouse_down(offset=(5, 5))
        await pilot.hover(offset=(5, 20))
        await pilot.mouse_up(offset=(5, 20))
        await pilot.hover(offset=(40, 5))
        drawn = sheet._pad
        assert [row[0] for row in drawn.levels[1:5]] == [16] * 4
        assert drawn.levels[0][6] == 0
        assert watched(sheet) == [pad.probe(drawn, app.world)]
        await pilot.press("enter")
        assert "choose its class first" in said(app)
        await pilot.press("7", "enter")
        assert changes(sent) == [f"edited(digits(), add=(('{drawn.text}', 7),))"]
        assert sheet._pad.is_empty
        await pilot.press("enter")
        assert "draw it first" in said(app)

    drawing(tmp_path, use, pictures=True)


def test_a_picture_is_drawn_with_keys_and_strokes_are_taken_back_first(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], sheet: PadSheet, sent: Sent) -> None:
        await pilot.press("space", "right", "space", "down")
        assert sheet._pad.levels[4][4:6] == (16, 16)
        assert sheet._pad.levels[6][5] == 0
        await pilot.press("up", "x")
        assert sheet._pad.levels[4][4:6] == (16, 0)
        await pilot.press("u")
        assert sheet._pad.levels[4][4:6] == (16, 16)
        await pilot.press("3", "enter", "u")
        assert changes(sent)[1] == "digits()"
        await pilot.press("space", "delete")
        assert sheet._pad.is_empty

    drawing(tmp_path, use, pictures=True)


def test_what_was_drawn_is_in_the_file_that_is_saved(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], sheet: PencilSheet, sent: Sent) -> None:
        await pilot.press("enter")
        answered(app, sheet, sent)
        write_experiment(app.world.settings, "spiral-adam", tmp_path / "mine.toml")
        [data] = changes(sent)
        assert f'data = "{data}"' in (tmp_path / "mine.toml").read_text()

    drawing(tmp_path, use)


def test_where_nothing_can_be_drawn_it_is_said(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        known = samples(np.zeros((3, 4)), [0, 1, 1])
        app.world.take(known, SAMPLES)
        assert sheet_for(app, Driving(app.world, Sent())) == NOTHING

    on_screen(tmp_path, script)


@pytest.mark.parametrize("state", ["running", "paused"])
def test_a_batch_of_all_becomes_smaller_with_the_samples(state: str) -> None:
    """Where fewer are left than a batch takes, its size is found anew."""
    world = World()
    data = "points(((0, 0, 0), (1, 1, 1), (2, 2, 0)))"
    experiment = EXPERIMENT | {"data": data, "train": {"batch_size": 3, "seed": 0}}
    world.take(
        started(experiment=experiment, layers=LAYERS, input_shape=(2,), classes=2, train_count=3)
    )
    world.take(present(7, state))
    sent = Sent()
    Changing(world, Driving(world, sent)).draw("out", "points(((0, 0, 0), (1, 1, 1)))")
    assert sent.commands == [
        Change(changes=("data=points(((0, 0, 0), (1, 1, 1)))", "train.batch_size=None"))
    ]
