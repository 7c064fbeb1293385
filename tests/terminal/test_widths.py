"""Terminals in which ambiguous characters take two cells, or that read no UTF-8: they get ASCII."""

import pytest

from tests.terminal.screen import LATIN, NARROW, WHERE, WIDE, shown


def test_a_terminal_is_asked_before_anything_is_painted() -> None:
    with shown("xor-mlp", "--no-save") as child:
        child.until("1 Network")
        assert child.raw.index(b"\x1b[?1049h") < child.raw.index(WHERE.encode())
        assert child.raw.index(WHERE.encode()) < child.raw.index(b"Network")
        child.until("step 0 ")
        assert "▸" in child.text


@pytest.mark.parametrize("told", [WIDE, LATIN])
def test_where_characters_take_more_cells_all_is_painted_anew_in_ascii(told: str) -> None:
    with shown("xor-mlp", "--no-save", answer="") as child:
        child.until("step 0 ")
        assert not child.text.isascii()
        child.screen.reset()  # nothing that was painted stands where it should
        child.send(told)
        child.until(lambda text: "decision map" in text and ": all" in text and text.isascii())
        for number in range(1, 9):
            assert f"{number} " in child.row(0)


@pytest.mark.parametrize("key", ["\x1b[1;3R", "\x1b[1;2R"])
def test_a_function_key_is_no_answer(key: str) -> None:
    with shown("xor-mlp", "--no-save", answer="") as child:
        child.until("step 0 ")
        child.send(key)
        child.send("s")
        child.until("step 1 ")
        assert "▸" in child.text


@pytest.mark.parametrize("keys", [":", "?", "??"])
@pytest.mark.parametrize(("options", "answer"), [(["--ascii"], NARROW), ([], WIDE)])
def test_what_lies_over_the_home_screen_is_ascii_too(
    keys: str, options: list[str], answer: str
) -> None:
    with shown("spiral-adam", "--no-save", *options, answer=answer) as child:
        child.until("step 0 ")
        for key in keys:
            child.send(key)
            child.until("every action" if key == ":" else "q back")
            child.until(str.isascii)
