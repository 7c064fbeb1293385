from hypothesis import given
from hypothesis import strategies as st

from tui_nn.plot.cells import Grid, ansi, cell_width, plain, shortened


@given(st.text(), st.booleans())
def test_plain_text_is_one_line_without_characters_that_take_no_cell(
    text: str, ascii_only: bool
) -> None:
    cleaned = plain(text, ascii_only=ascii_only)
    assert len(cleaned) <= cell_width(cleaned) <= 2 * len(cleaned)
    assert cleaned.isprintable() or not cleaned
    assert cleaned.isascii() or not ascii_only
    assert plain(cleaned, ascii_only=ascii_only) == cleaned


def test_what_ascii_lacks_becomes_its_nearest_or_a_question_mark() -> None:
    assert plain("café\t≤ 3 × 학½", ascii_only=True) == "cafe <= 3 x ??"
    assert plain("a\u200bb\x1b[31mc\u0301", ascii_only=False) == "ab[31m\u0107"


@given(st.text(), st.integers(0, 12), st.booleans())
def test_shortened_text_fits(text: str, width: int, ascii_only: bool) -> None:
    assert cell_width(shortened(text, width, ascii_only=ascii_only)) <= width


def test_shortened_text_keeps_its_beginning() -> None:
    assert shortened("validation", 10, ascii_only=False) == "validation"
    assert shortened("validation", 6, ascii_only=False) == "valid…"
    assert shortened("validation", 6, ascii_only=True) == "val..."


def test_wide_characters_take_two_cells_of_a_grid() -> None:
    grid = Grid(8, 1)
    grid.put(0, 1, "학a", (1, 2, 3))
    assert grid.rows() == (((" ", None), ("학a", (1, 2, 3)), ("    ", None)),)
    assert not grid.is_blank(0, 2, 3)
    assert grid.is_blank(0, 4, 8)
    assert not grid.is_blank(0, 4, 9)


def test_writing_over_half_of_a_wide_character_blanks_the_other_half() -> None:
    for column, row in ((1, " b "), (2, "  b")):
        grid = Grid(3, 1)
        grid.put(0, 1, "학")
        grid.put(0, column, "b")
        assert "".join(text for text, _ in grid.rows()[0]) == row


def test_a_row_for_the_terminal_ends_where_its_text_ends() -> None:
    row = (("a ", None), ("b", (1, 2, 3)), ("  ", None))
    assert ansi(row, colour=True) == "a \x1b[38;2;1;2;3mb\x1b[0m"
    assert ansi(row, colour=False) == "a b"
