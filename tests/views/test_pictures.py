"""Small pictures in cells."""

import numpy as np

from tests.views.support import ASCII, NO_COLOUR
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import DARK
from tui_nn.views.pictures import (
    Size,
    for_all,
    largest,
    paint,
    paint_coloured,
    paint_grid,
    room,
    scaled,
    sizes,
)

STEPS = np.array([[0.0, 0.3, 0.5, 0.7, 1.0]] * 2)


def test_pixels_become_larger_by_whole_numbers() -> None:
    assert sizes(4, 4)[:2] == (Size(8, 8), Size(12, 12))


def test_large_pictures_become_smaller_down_to_eight_columns() -> None:
    assert sizes(28, 28)[:5] == (Size(8, 8), Size(10, 10), Size(14, 14), Size(28, 28), Size(56, 56))


def test_a_picture_without_pixels_has_no_size() -> None:
    assert sizes(0, 3) == ()
    assert largest(0, 0, 9, 9) is None


def test_the_largest_size_has_room() -> None:
    assert largest(8, 8, 20, 8) == Size(16, 16)
    assert largest(8, 8, 20, 3) is None


def test_all_have_room_or_the_smallest_is_taken() -> None:
    assert for_all(8, 8, 2, 40, 8) == Size(16, 16)
    assert for_all(8, 8, 8, 26, 8) == Size(8, 8)
    assert room(Size(8, 8), 26, 8) == 6
    assert for_all(8, 8, 1, 7, 8) is None


def test_smaller_pixels_are_means() -> None:
    assert scaled(np.array([[0.0, 1.0], [0.0, 1.0]]), 1, 1).tolist() == [[0.5]]
    assert scaled(np.arange(3.0)[None], 1, 2).round(3).tolist() == [[0.333, 1.667]]


def test_what_is_no_number_stays_blank() -> None:
    values = np.array([[np.nan, 1.0], [np.nan, 1.0]])
    canvas = Canvas(4, 2, NO_COLOUR)
    paint(canvas, values, 0, 0, Size(4, 4), signed=True)
    assert canvas.text() == "  ██\n  ██"


def test_brightness_without_colour_is_five_shades() -> None:
    canvas = Canvas(5, 1, NO_COLOUR)
    paint(canvas, STEPS, 0, 0, Size(5, 2))
    assert canvas.text() == " ░▒▓█"


def test_signed_values_without_colour_are_grey_at_zero() -> None:
    canvas = Canvas(3, 1, NO_COLOUR)
    paint(canvas, np.array([[-1.0, 0.0, 1.0]] * 2), 0, 0, Size(3, 2), signed=True)
    assert canvas.text() == " ▒█"


def test_ascii_has_shades_of_its_own() -> None:
    canvas = Canvas(5, 1, ASCII)
    paint(canvas, STEPS, 0, 0, Size(5, 2))
    assert canvas.text() == " .:*#"


def test_two_pixels_share_a_cell_in_colour_and_an_odd_one_has_the_ground_below() -> None:
    canvas = Canvas(1, 2, DARK)
    paint(canvas, np.array([[1.0], [0.0], [1.0]]), 0, 0, Size(1, 3))
    assert canvas.text() == "▀\n▀"
    ((_, ink),) = canvas.row(1)
    assert ink.bg == DARK.ground


def test_colours_of_a_picture_are_its_own() -> None:
    canvas = Canvas(1, 1, DARK)
    picture = np.array([[[1.0], [1.0]], [[0.0], [0.0]], [[0.0], [0.0]]])
    paint_coloured(canvas, picture, 0, 0, Size(1, 2))
    ((_, ink),) = canvas.row(0)
    assert ink.bg == (252, 4, 4)
    grey = Canvas(1, 1, NO_COLOUR)
    paint_coloured(grey, picture, 0, 0, Size(1, 2))
    assert grey.text() == "░"


def test_a_grid_is_filled_from_left_to_right() -> None:
    pictures = [np.full((2, 2), value) for value in (1.0, 0.5, 0.3)]
    canvas = Canvas(5, 3, NO_COLOUR)
    assert paint_grid(canvas, pictures, (0, 0, 5, 3), Size(2, 2)) == 3
    assert canvas.text() == "██ ▒▒\n\n░░"
    tight = Canvas(5, 2, NO_COLOUR)
    assert paint_grid(tight, pictures, (0, 0, 5, 2), Size(2, 2)) == 3
    assert tight.text() == "██ ▒▒\n░░"
    assert paint_grid(tight, pictures, (0, 0, 5, 1), Size(2, 2)) == 2


def test_lines_of_a_grid_are_as_equal_as_can_be() -> None:
    pictures = [np.ones((2, 2))] * 4
    canvas = Canvas(9, 3, NO_COLOUR)
    assert paint_grid(canvas, pictures, (0, 0, 9, 3), Size(2, 2)) == 4
    assert canvas.text() == "██ ██\n\n██ ██"


def test_half_a_row_keeps_lines_apart_where_there_is_no_more() -> None:
    pictures = [np.ones((4, 1))] * 3
    canvas = Canvas(1, 7, DARK)
    assert paint_grid(canvas, pictures, (0, 0, 1, 7), Size(1, 4)) == 3
    cells = [canvas.row(row)[0] for row in range(7)]
    halves = [half for text, ink in cells for half in (ink.fg if text == "▀" else ink.bg, ink.bg)]
    full, gap = [True] * 4, [False]
    assert [half != DARK.ground for half in halves] == [*full, *gap, *full, *gap, *full]
