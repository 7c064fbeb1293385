"""`?`: what the cursor is on, the panel's keys, all keys; in narrow terminals as well."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.app.support import on_screen
from tests.views.layer_frames import layers, show, sigmoids
from tests.views.support import started, world_of
from tui_nn.app.app import Workbench
from tui_nn.app.explaining import all_keys, hung, pages
from tui_nn.app.keys import ACTIONS
from tui_nn.views.desk import Desk
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import World


def test_every_panel_is_explained_before_anything_is_known() -> None:
    for panel in PANELS.values():
        for title, text in pages(panel, panel.view(World(), Desk()), World(), Desk()):
            assert title
            assert text


def test_all_keys_names_every_action() -> None:
    text = all_keys()
    for action in ACTIONS:
        assert action.words in text


def test_the_call_of_a_choice_is_explained(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        panel = PANELS[4]
        shown = pages(panel, panel.view(app.world, app.desk), app.world, app.desk)
        assert "SGD(" in shown[0][1]

    on_screen(tmp_path, script)


def test_6_gradient_begins_with_what_its_verdict_means() -> None:
    world = show(world_of(started()), layers(*sigmoids(1e-10, 0.04)))
    text = pages(PANELS[6], PANELS[6].view(world, Desk()), world, Desk())[0][1]
    assert text.startswith("✗ 0 Linear vanishes")
    assert text.index("vanishing  ") < text.index("loss.backward()")


def test_words_of_a_key_go_on_below_them() -> None:
    assert hung(
        "left right < >  crosshair, by 1 or 10 columns\n\n  space      run or pause", 33
    ) == (
        "left right < >  crosshair, by 1\n"
        "                or 10 columns\n"
        "\n"
        "  space      run or pause"
    )
    assert hung("all of it, in one line", 12) == "all of it,\nin one line"
    assert hung("a very long name for it  words", 26) == "a very long name for it\nwords"


def test_at_forty_columns_no_line_of_keys_goes_on_at_the_edge(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("8")
        for _ in range(3):
            await pilot.press("question_mark")
            await pilot.pause(0.05)
        page = app.screen.query_one("#page", Static)
        lines = [page.render_line(y).text.rstrip() for y in range(page.size.height)]
        assert not any(line.startswith("backwards") for line in lines)
        keys = [line for line in lines if line.startswith(" ")]
        assert len(keys) > len(ACTIONS)
        words = [line for line in keys if not line[2].isspace()]
        assert len(words) == len(ACTIONS)

    on_screen(tmp_path, script, size=(40, 20))


def test_the_box_alone_wraps_what_is_said_of_a_call(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        panel = PANELS[4]
        text = pages(panel, panel.view(app.world, app.desk), app.world, app.desk)[0][1]
        sentences = [line for line in text.split("\n") if line.startswith("SGD ")]
        assert [line.endswith(".") for line in sentences[1:]] == [True] * len(sentences[1:])
        await pilot.press("4", "question_mark")
        await pilot.resize_terminal(5, 20)
        await pilot.pause(0.05)
        assert len(app.screen_stack) == 2

    on_screen(tmp_path, script)


@pytest.mark.parametrize("number", "12345678")
def test_no_word_is_cut_off_at_forty_columns(tmp_path: Path, number: str) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press(number)
        for _ in range(3):
            await pilot.press("question_mark")
            await pilot.pause(0.05)
            page = app.screen.query_one("#page")
            assert page.virtual_size.width <= 40
        await pilot.press("question_mark")
        await pilot.pause(0.05)
        assert len(app.screen_stack) == 1

    on_screen(tmp_path, script, size=(40, 20))
