"""A lesson made and taken in a real terminal, with a real engine."""

import subprocess
from pathlib import Path

import pytest

from tests.terminal.screen import PROGRAM, Shown, opened, shown


def mark(child: Shown, text: str, number: int) -> None:
    child.send("m")
    child.until("─ mark this moment")
    child.send(f"{text}\r")
    child.until(f"slide {number} of and-gate.lesson.toml")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_marks_on_a_preset_are_a_lesson_beside_a_copy_of_it(size: tuple[int, int]) -> None:
    with shown("and-gate", "--no-save", size=size) as child:
        opened(child)
        mark(child, "Nothing has happened.", 1)
        child.send("ssss")
        child.until("step 4 ")
        mark(child, "The first change.", 2)
        child.send("pp")
        child.until("▐6 Gradient▌")
        mark(child, "The slope of step 5.", 3)
        child.send("q")
        assert child.ended() == 0
    checked = subprocess.run(
        [*PROGRAM, "check", "and-gate.toml"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert Path("and-gate.toml").is_file()
    with shown("and-gate.toml", "--no-save", size=size) as child:
        opened(child)
        for text, place in (
            ("Nothing has happened.", "step 0 "),
            ("The first change.", "step 4 "),
            ("The slope of step 5.", "▐6 Gradient▌"),
        ):
            child.send(")")
            child.until(text)
            child.until(place)
