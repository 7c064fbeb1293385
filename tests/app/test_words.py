"""What keys say in the moment's line: why nothing happens, and for how long it stands."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.support import on_screen
from tests.app.taped import Person, walked
from tui_nn.app.app import Workbench

SIZES = [(120, 36), (80, 24)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", "PNSE")
def test_a_way_back_from_the_first_step_says_that_nothing_is_before_it(
    key: str, size: tuple[int, int]
) -> None:
    async def walk(person: Person) -> None:
        await person.press(key, "nothing before the first step")

    walked("and-gate", size, walk)


def test_a_panel_with_one_view_says_so() -> None:
    async def walk(person: Person) -> None:
        await person.press("3", "━ 3 Loss")
        await person.press("v", "one view here")

    walked("and-gate", (120, 36), walk)


@pytest.mark.parametrize("key", ["p", "tab", "f", "up"])
def test_a_key_that_is_answered_takes_away_what_was_said(key: str) -> None:
    async def walk(person: Person) -> None:
        before = await person.press("P", "nothing before the first step")
        await person.press("Q", "nothing before the first step")
        await person.pilot.press(key)
        await person.pilot.pause(0.05)
        assert "nothing before" in before
        assert "nothing before" not in person.screen

    walked("and-gate", (120, 36), walk)


@pytest.mark.parametrize("keys", ["VAV", "XYZ"])
def test_odd_capitals_are_asked_about_behind_what_the_last_one_does(
    tmp_path: Path, keys: str
) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("8")
        await pilot.press(*keys)
        said = set()
        for _ in range(200):
            await pilot.pause(0.01)
            said.add(app.desk.words)
        assert "Caps Lock? capitals go back" in said

    on_screen(tmp_path, script)


def test_capitals_at_the_beginning_are_asked_about_beside_why_they_do_nothing() -> None:
    async def walk(person: Person) -> None:
        for key in "SE":
            await person.press(key, "nothing before the first step")
        words = "nothing before the first step: capitals go back   Caps Lock?"
        await person.press("P", words)

    walked("and-gate", (80, 24), walk)


def test_a_pace_of_one_is_one_step_a_second() -> None:
    async def walk(person: Person) -> None:
        await person.press("minus", "pace: 1 step a second")
        await person.press("plus", "pace: 2 steps a second")

    walked("and-gate", (120, 36), walk)
