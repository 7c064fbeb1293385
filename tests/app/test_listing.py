"""`:` lists everything by name; the mouse does what stands under it."""

from pathlib import Path

from textual.pilot import Pilot

from tests.app.support import on_screen, row
from tui_nn.app.app import Workbench
from tui_nn.app.keys import ACTIONS
from tui_nn.app.listing import every_action, matching
from tui_nn.views.world import World


def test_every_action_of_the_list_can_be_done() -> None:
    for action in every_action(World()):
        assert hasattr(Workbench, f"action_{action.name.partition('(')[0]}"), action


def test_words_find_actions_by_head_and_name() -> None:
    assert [a.words for a in matching("LR up", ACTIONS)] == ["lr up"]
    assert [a.words for a in matching("back epoch", ACTIONS)] == ["back an epoch"]
    assert not matching("nonsense", ACTIONS)


def test_a_theme_and_a_view_are_found_by_name(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("colon")
        await pilot.press(*"theme light", "enter")
        await pilot.pause(0.05)
        assert app.board.palette.name == "light"
        views = [a for a in every_action(app.world) if a.name.startswith("use_view")]
        chosen = views[-1]
        await pilot.press("colon")
        await pilot.press(*chosen.words, "enter")
        await pilot.pause(0.05)
        assert list(app.desk.chosen.values()) == [chosen.words.split(" in ")[0][5:]]

    on_screen(tmp_path, script)


def test_each_action_of_the_list_is_a_line_however_the_screen_is_resized(tmp_path: Path) -> None:
    def lines(app: Workbench, words: str) -> list[str]:
        return [line for y in range(36) if words in (line := row(app, y))]

    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("colon")
        await pilot.pause(0.1)
        [line] = lines(app, "next phase")
        assert "Run      next phase" in line
        await pilot.press("down", "down")
        await pilot.resize_terminal(50, 36)
        await pilot.pause(0.1)
        [line] = lines(app, "next phase")
        assert "p         next phase" in line
        assert len(lines(app, "▸ s         next step")) == 1

    on_screen(tmp_path, script)


def test_no_key_typed_into_the_list_does_anything_else(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("colon")
        await pilot.press(*"qqff")
        assert not app.desk.full
        await pilot.press("escape", "f")
        await pilot.pause(0.05)
        assert app.desk.full

    on_screen(tmp_path, script)


def test_a_word_of_the_flow_bar_leads_to_its_panel(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.click(offset=(row(app, 0).index("6 Gradient") + 3, 0))
        assert app.desk.focus == 6
        await pilot.click(offset=(row(app, 0).index("3 Loss"), 0))
        assert app.desk.focus == 3

    on_screen(tmp_path, script)


def test_an_entry_of_the_footer_is_done_by_a_click(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        footer = row(app, -1)
        await pilot.click(offset=(footer.index("f full"), 35))
        assert [slot.panel for slot in app.board.home.slots] == [1]
        await pilot.click(offset=(row(app, -1).index("f full") + 3, 35))
        assert len(app.board.home.slots) > 4
        await pilot.click(offset=(row(app, -1).index("- + speed") + 2, 35))
        await pilot.pause(0.1)
        assert app.world.playing
        assert app.world.playing.speed == 0

    on_screen(tmp_path, script)


def test_the_wheel_turns_in_the_panel_it_is_over(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        app.on_board_scrolled(app.board.Scrolled("7", 1))
        assert app.desk.focus == 7

    on_screen(tmp_path, script)
