import numpy as np
import pytest

from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import DARK, Ink

RED, BLUE = (255, 0, 0), (0, 0, 255)


def two_rows(width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Red above blue, then blue alone."""
    return np.array([[RED] * width, [BLUE] * width, [BLUE] * width, [BLUE] * width], np.uint8)


def test_two_pixels_stand_in_a_cell_and_two_alike_are_a_blank() -> None:
    canvas = Canvas(2, 2, DARK)
    canvas.picture(two_rows(2), 0, 0)
    assert canvas.row(0) == (("▀▀", Ink(RED, BLUE)),)
    assert canvas.row(1) == (("  ", Ink(BLUE, BLUE)),)


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [(-1, 0, "\n\n"), (1, 2, "\n  ▀▀\n"), (0, -2, "▀\n\n"), (2, 3, "\n\n   ▀"), (9, 9, "\n\n"),
     (-9, -9, "\n\n")],
)  # fmt: skip
def test_what_lies_outside_is_cut_off(row: int, column: int, text: str) -> None:
    canvas = Canvas(4, 3, DARK)
    canvas.picture(two_rows(3)[:, :3], row, column)
    assert canvas.text() == text
