"""The mouse as a terminal reports it: clicks and the wheel on panels, the flow bar, the footer."""

import re
from collections.abc import Callable

import pytest

from tests.terminal.screen import Shown, opened, shown

LEFT, UP, DOWN = 0, 64, 65


def report(child: Shown, button: int, column: int, row: int) -> None:
    """What xterm sends of a button (SGR); cells are counted from 0."""
    place = f"{column + 1};{row + 1}"
    child.send(f"\x1b[<{button};{place}M")
    if button == LEFT:
        child.send(f"\x1b[<{button};{place}m")


def click(child: Shown, word: str, row: int) -> None:
    """In the middle of a word that stands in this row."""
    report(child, LEFT, child.row(row).index(word) + len(word) // 2, row)


def focused(title: str) -> Callable[[str], bool]:
    """Whether the panel with this title has the heavy rule."""
    return lambda text: bool(re.search(f"{title} [^─┬┼]*━", text))


def test_a_click_focuses_a_panel() -> None:
    with shown("xor-mlp", "--no-save") as child:
        opened(child)
        report(child, LEFT, 100, 6)
        child.until(focused("6 Gradient"))
        report(child, LEFT, 60, 30)
        child.until(focused("8 Evaluate"))


def test_two_clicks_show_a_panel_on_the_whole_screen_and_two_more_the_home_screen() -> None:
    with shown("xor-mlp", "--no-save") as child:
        opened(child)
        for _ in range(2):
            report(child, LEFT, 60, 6)
        child.until(lambda text: "6 Gradient ─" not in text)
        assert focused("5 Forward")(child.text)
        for _ in range(2):
            report(child, LEFT, 60, 6)
        child.until("6 Gradient ─")


def test_two_clicks_on_two_panels_open_none() -> None:
    with shown("xor-mlp", "--no-save") as child:
        opened(child)
        report(child, LEFT, 60, 6)
        report(child, LEFT, 100, 6)
        child.until(focused("6 Gradient"))
        assert "8 Evaluate ─" in child.text


@pytest.mark.slow
@pytest.mark.parametrize("word", ["1 Network", "4 Optimizer", "6 Gradient", "8 Evaluate"])
def test_words_of_the_flow_bar_focus_their_panels(word: str) -> None:
    with shown("xor-mlp", "--no-save") as child:
        opened(child)
        report(child, LEFT, 60, 6)
        child.until(focused("5 Forward"))
        click(child, word, 0)
        child.until(focused(word))


def test_words_of_the_footer_do_what_they_say() -> None:
    with shown("xor-mlp", "--no-save") as child:
        opened(child)
        click(child, "s S step", 35)
        child.until("step 1 ")
        report(child, LEFT, child.row(35).index("s S step") + 2, 35)
        child.until("step 0 ")
        click(child, "epoch", 35)
        child.until("step 1 ")
        report(child, LEFT, child.row(35).index(", . lr") + 2, 35)
        child.until("lr 3")
        click(child, "undo", 35)
        child.until("undone: lr 3")
        click(child, "space run", 35)
        child.until("space pause")
        click(child, "space pause", 35)
        child.until("paused")
        click(child, "? explain", 35)
        child.until("q back")
        child.send("q")
        child.until(lambda text: "q back" not in text)
        click(child, ": all", 35)
        child.until("every action")


def test_the_wheel_moves_inside_the_panel_under_it() -> None:
    with shown("spiral-sgd", "--no-save") as child:
        opened(child)
        for button, call in ((DOWN, "Linear(2, 8)"), (DOWN, "Tanh()"), (UP, "Linear(2, 8)")):
            report(child, button, 10, 5)
            child.until(f"▸{call}")


def test_a_click_outside_closes_a_page_and_reaches_nothing_else() -> None:
    with shown("xor-mlp", "--no-save") as child:
        opened(child)
        for key in ":?":
            child.send(key)
            child.until("every action" if key == ":" else "q back")
            click(child, "space run", 35)
            child.until(lambda text: "every action" not in text and "q back" not in text)
            assert "step 0 " in child.row(1)
