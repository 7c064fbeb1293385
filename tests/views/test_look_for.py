"""Look for: the author's text, then the slides of a lesson."""

from typing import Any

import pytest

from tests.views.support import ASCII, painted, paints_at_any_size, present, started, world_of
from tui_nn.spec.lesson import lesson_of
from tui_nn.views.desk import Desk
from tui_nn.views.panels.look_for import LOOK_FOR
from tui_nn.views.world import World

[VIEW] = LOOK_FOR.views
LESSON = """
[[slide]]
text = "A perceptron looks at one row after another."
table = ["step   w", "   1  +1", "   2  −1"]
[[slide]]
text = "Step until it is right."
press = ["s", "e"]
check = { step = 4 }
[slide.guess]
question = "Up or down?"
choices = ["up", "down"]
answer = "down"
because = "It was 1."
"""


def world() -> World:
    found = world_of(started(experiment={"about": "Watch the weights."}), present(0, "ready"))
    found.teach(lesson_of(LESSON, "x"))
    return found


def shown(desk: Desk, known: World | None = None, size: tuple[int, int] = (33, 12)) -> str:
    return "\n".join(painted(VIEW, known or world(), size, desk)).rstrip()


def test_before_it_begins_the_authors_text_stands_and_the_key_that_begins_it() -> None:
    assert shown(Desk()) == "Watch the weights.\n) begins the lesson"
    assert shown(Desk(), world_of(started(experiment={"about": "Watch."}))) == "Watch."


def test_a_slide_shows_its_text_and_its_table_as_it_is() -> None:
    assert shown(Desk(slide=0)).split("\n") == [
        "A perceptron looks at one row", "after another.", "",
        "step   w", "   1  +1", "   2  −1",
    ]  # fmt: skip
    assert VIEW.note(world(), Desk(slide=0)) == "1 of 2  ) next"
    assert VIEW.note(world(), Desk(slide=1)) == "2 of 2"


def test_a_guess_is_asked_before_anything_is_shown() -> None:
    assert shown(Desk(slide=1)).split("\n") == [
        "Up or down?", "▸ up", "  down", "↑ ↓ enter",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "said"), [(["enter"], "Not up: down."), (["up", "enter"], "✓ down.")]
)
def test_the_answer_is_told_then_the_slide(keys: list[str], said: str) -> None:
    desk = Desk(slide=1)
    for key in keys:
        assert VIEW.press(world(), desk, key)
    assert shown(desk).split("\n") == [
        said, "It was 1.", "Step until it is right.", "○ s e: step 4",
    ]  # fmt: skip


def test_a_check_is_ticked_once_it_has_happened() -> None:
    known, desk = world(), Desk(slide=1, guessed={1: "down"})
    assert known.judge is not None
    known.judge.turn_to((1,), known)
    known.take(present(3))
    assert "○ s e: step 4" in shown(desk, known)
    known.take(present(4))
    assert "✓ step 4" in shown(desk, known)
    known.take(present(0))
    assert "✓ step 4" in shown(desk, known)


def test_a_slide_that_is_too_long_scrolls() -> None:
    desk = Desk(slide=0)
    assert shown(desk, size=(33, 3)).endswith("▾")
    for _ in range(9):
        VIEW.press(world(), desk, "down")
    assert shown(desk, size=(33, 3)).split("\n")[-1] == "   2  −1"


def test_rows_are_the_same_for_every_slide() -> None:
    heights = VIEW.rows(world(), 34)
    assert max([*heights.need, *heights.more]) == 6


@pytest.mark.parametrize("desk", [Desk(slide=0), Desk(slide=1), Desk(slide=1, guessed={1: "up"})])
def test_it_paints_at_any_size(desk: Any) -> None:
    paints_at_any_size(VIEW, world(), desk)


def test_in_ascii_too() -> None:
    desk = Desk(slide=1, guessed={1: "down"})
    assert "\n".join(painted(VIEW, world(), (33, 12), desk, ASCII)).isascii()
