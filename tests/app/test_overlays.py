"""What lies over a narrow screen: how it is reached, and where the focus goes behind it."""

import pytest

from tests.app.taped import Person, walked
from tui_nn.app.explaining import all_keys
from tui_nn.app.keys import ACTIONS
from tui_nn.app.listing import matching

NARROW = (80, 24)


def test_look_for_lies_over_a_narrow_screen() -> None:
    async def walk(person: Person) -> None:
        assert "Nothing happens until" not in person.screen
        await person.press("0", "━ Look for")
        assert "Nothing happens until the output" in person.screen
        assert "6 Gradient" in person.screen
        await person.press("q", "━ 5 Forward sum")
        assert person.app.desk.focus == 5
        assert "Look for" not in person.screen

    walked("and-gate", NARROW, walk)


def test_look_for_is_in_focus_where_it_stands_already() -> None:
    async def walk(person: Person) -> None:
        await person.press("0", "━ Look for")
        assert "━ 1 Network  model" in person.screen
        await person.press("0", "━ Look for")
        assert "6 Gradient ━" not in person.screen

    walked("and-gate", (120, 36), walk)


def test_where_the_column_has_no_room_for_it_it_has_the_whole_screen() -> None:
    async def walk(person: Person) -> None:
        assert "Look for" not in person.screen
        await person.pilot.press("8")
        await person.press("0", "━ Look for")
        assert person.app.desk.full
        await person.press("0", "─ 3 Loss")
        assert person.app.desk.focus == 8

    walked("and-gate", (100, 18), walk)


def test_its_key_is_told() -> None:
    assert "0          Look for" in all_keys()
    assert [action.key for action in matching("look for", ACTIONS)] == ["0"]


def test_an_experiment_without_a_text_says_so() -> None:
    async def walk(person: Person) -> None:
        person.app.world.settings.pop("about")  # type: ignore[attr-defined]
        await person.press("0", "this experiment says nothing to look for")
        assert person.app.desk.open is None

    walked("iris-mlp", NARROW, walk)


def test_a_lesson_is_there_to_look_for_without_a_text() -> None:
    async def walk(person: Person) -> None:
        person.app.world.settings.pop("about")  # type: ignore[attr-defined]
        await person.press("0", ") begins the lesson")

    walked("and-gate", NARROW, walk)


@pytest.mark.parametrize("keys", ["2q", "0q", "02q", "222", "2f2"])
def test_the_focus_goes_back_to_where_it_was_before_an_overlay(keys: str) -> None:
    async def walk(person: Person) -> None:
        await person.press("7", "7 Update steps")
        for key in keys:
            await person.pilot.press(key)
        await person.sees("7 Update steps")
        assert person.app.desk.focus == 7
        assert person.app.desk.open is None

    walked("and-gate", NARROW, walk)


def test_an_overlay_follows_the_choices() -> None:
    async def walk(person: Person) -> None:
        await person.press("1", "━ 1 Network")
        await person.press("p", "━ 2 Data")
        await person.press("P", "━ 1 Network")

    walked("and-gate", NARROW, walk)
