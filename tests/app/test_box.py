"""Boxes over the home screen look alike and are left alike."""

from pathlib import Path

import pytest
from rich.color import Color
from textual.pilot import Pilot
from textual.widgets import Input

from tests.app.support import Sent, on_screen, row
from tests.app.test_editing import editing
from tui_nn.app.app import Workbench
from tui_nn.app.diagnosing import Diagnosis
from tui_nn.app.driving import Driving
from tui_nn.app.editing.asking import Question
from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.editor import Editor
from tui_nn.app.editing.marks import Marks
from tui_nn.app.editing.note import Note
from tui_nn.app.settings import Settings
from tui_nn.spec.lesson import Slide
from tui_nn.views.ink import PALETTES

OPENED = (
    "network", "settings", "all", "open", "actions", "explanation", "question", "marks", "note",
    "diagnosis", "layer",
)  # fmt: skip


async def opened(name: str, app: Workbench, pilot: Pilot[int], editor: Editor) -> None:
    """Have one box over the home screen, two where a layer is typed."""
    match name:
        case "network" | "layer":
            editor.open(1)
        case "settings":
            editor.open(4)
        case "all":
            editor.open(None)
        case "open":
            editor.choose(Settings(experiment="and-gate", runs=None), lambda settings: None)
        case "actions":
            app.action_list_all()
        case "explanation":
            app.action_explain()
        case "question":
            lines = ["What was changed is in no file: it is lost where it isn't saved."]
            app.push_screen(Question("leave?", lines, app.board.palette))
        case "marks":
            slides = [Slide("Look here.", step=2), Slide("And here.")]
            app.push_screen(Marks("marks", slides, 1, app.board.palette))
        case "note":
            app.push_screen(Note("mark this moment", app.board.palette))
        case "diagnosis":
            changing = Changing(app.world, Driving(app.world, Sent()))
            app.push_screen(Diagnosis(app.world, changing, app.board.palette))
    await pilot.pause()
    if name == "layer":
        await pilot.press("enter")
    await pilot.pause(0.05)


@pytest.mark.parametrize("name", OPENED)
def test_all_of_a_box_has_the_ground_of_the_theme(tmp_path: Path, name: str) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        app.action_use_theme("light")
        await opened(name, app, pilot, editor)
        box, ground = app.screen.children[-1].region, Color.from_rgb(*PALETTES["light"].ground)
        others = [
            segment.text
            for strip in app.screen._compositor.render_strips()[box.y : box.bottom]
            for segment in strip.crop(box.x, box.right)
            if segment.style is None or segment.style.bgcolor != ground
        ]
        cursors = len(app.screen.query(Input))
        assert len("".join(others)) == cursors

    editing(tmp_path, use)


@pytest.mark.parametrize("name", OPENED)
@pytest.mark.parametrize("width", [34, 60, 80, 120])
def test_the_way_out_of_a_box_is_told_at_every_width(tmp_path: Path, name: str, width: int) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await opened(name, app, pilot, editor)
        box = app.screen.children[-1].region
        foot = row(app, box.bottom - 1)[box.x : box.right]
        way = "q" if not app.screen.query(Input) else "escape"
        way = "escape" if name == "question" else way
        assert foot.rstrip("─╯ ").endswith((f"{way} back", f"{way} done", f"{way} stay"))
        assert "…" not in foot

    editing(tmp_path, use, (width, 24))


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("network", ["1", "q", "escape"]), ("settings", ["4", "q", "escape"]),
        ("all", ["q", "escape"]), ("open", ["ctrl+o", "escape"]),
        ("actions", ["ctrl+p", "escape"]), ("explanation", ["q", "escape"]),
        ("question", ["q", "escape"]), ("marks", ["q", "escape"]), ("note", ["escape"]),
    ],
)  # fmt: skip
def test_a_box_is_left_by_its_own_key_by_q_and_by_escape(
    tmp_path: Path, name: str, keys: list[str]
) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        for key in keys:
            await opened(name, app, pilot, editor)
            assert len(app.screen_stack) == 2
            await pilot.press(key)
            await pilot.pause()
            assert len(app.screen_stack) == 1, key

    editing(tmp_path, use)


@pytest.mark.parametrize("name", OPENED[:-1])
def test_a_box_is_left_by_a_click_beside_it(tmp_path: Path, name: str) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await opened(name, app, pilot, editor)
        await pilot.click(offset=(0, 20))
        await pilot.pause()
        assert len(app.screen_stack) == 1

    editing(tmp_path, use, (130, 40))


def test_the_wheel_turns_a_page_and_stops_at_its_ends(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("question_mark", "question_mark", "question_mark")
        await pilot.pause(0.05)
        first = row(app, 1)
        app.screen.turn(-1)  # type: ignore[attr-defined]
        assert row(app, 1) == first
        for _ in range(40):
            app.screen.turn(1)  # type: ignore[attr-defined]
        await pilot.pause(0.05)
        assert "ctrl+q" in row(app, 18)

    on_screen(tmp_path, script, size=(80, 20))
