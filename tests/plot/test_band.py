import numpy as np

from tests.plot.test_chart import canvas_of, rows_of
from tui_nn.plot.chart import Band, Line, chart

RED = (200, 30, 30)


def canvas(band: Band, *lines: Line, **options: bool) -> list[str]:
    drawn = chart(lines, 50, 11, bands=[band], x_limits=(0, 9), y_limits=(0, 10), **options)  # type: ignore[arg-type]
    return canvas_of(drawn)


def heights(rows: list[str]) -> list[int]:
    """How many cells of each column are filled."""
    return [sum(row[column] not in " " for row in rows) for column in range(len(rows[0]))]


def test_a_band_spans_from_the_lowest_to_the_highest_of_each_column() -> None:
    x = np.repeat(np.linspace(0, 9, 400), 2)
    y = np.tile([2.0, 8.0], 400)
    rows = canvas(Band(x, y))
    assert "⣿" * 40 in rows[len(rows) // 2]
    assert not rows[0].strip()
    assert not rows[-1].strip()


def test_few_values_are_joined_to_a_line() -> None:
    rows = canvas(Band(np.array([0.0, 9]), np.array([0.0, 10])))
    assert min(heights(rows)) >= 1
    assert max(heights(rows)) <= 2


def test_nan_leaves_a_gap() -> None:
    rows = canvas(Band(np.arange(10.0), np.array([5, 5, 5, 5, np.nan, np.nan, 5, 5, 5, 5.0])))
    filled = heights(rows)
    assert 0 in filled[len(filled) // 3 : 2 * len(filled) // 3]
    assert filled[0]
    assert filled[-1]


def test_what_is_off_the_axes_lies_on_their_edge_and_moves_no_limits() -> None:
    band = Band(np.arange(10.0), np.linspace(0, 1e6, 10))
    drawn = chart([], 50, 11, bands=[band], x_limits=(0, 9), y_limits=(0, 10))
    assert drawn.y_limits == (0.0, 10.0)
    assert canvas_of(drawn)[0].strip()


def test_lines_cover_a_band_which_is_sparse_where_no_colour_tells_it() -> None:
    x = np.repeat(np.linspace(0, 9, 400), 2)
    band = Band(x, np.tile([2.0, 8.0], 400), sparse=True)
    line = Line("", np.array([0.0, 9]), np.array([5.0, 5]))
    rows = canvas(band, line)
    assert any(set(row) <= set("⠒⠤⣀⠉") for row in rows)
    assert not any("⣿" in row for row in rows)


def test_in_ascii_it_is_dots() -> None:
    band = Band(np.arange(10.0), np.full(10, 5.0))
    assert canvas(band, ascii_only=True)[4].strip(".") == ""


def test_a_band_without_lines_needs_no_words() -> None:
    rows = rows_of(chart([], 50, 11, bands=[Band(np.arange(3.0), np.ones(3), RED)]))
    assert not any("no values" in row for row in rows)


def test_a_compact_chart_has_its_labels_in_the_axis() -> None:
    line = Line("", np.arange(11.0), np.arange(11.0))
    rows = rows_of(chart([line], 40, 9, x_label="step", compact=True))
    assert rows[-1].startswith("step└0──")
    assert rows[-1].rstrip("─").endswith("10")
    assert len(canvas_of(chart([line], 40, 9, compact=True))) == 8


def test_a_cell_is_where_its_point_was_drawn() -> None:
    drawn = chart([Line("", np.array([0.0, 5, 10]), np.array([0.0, 8, 0]))], 40, 10)
    cell = drawn.cell(5, 8)
    assert cell is not None
    assert rows_of(drawn)[cell[0]][cell[1]] not in " │"
    assert drawn.cell(5, 9) is None
    assert drawn.cell(11, 5) is None
    assert chart([], 40, 10).cell(0, 0) is None


def test_a_line_keeps_its_look_wherever_it_stands_in_the_list() -> None:
    x = np.arange(40.0)
    dashed, whole = Line("", x, x * 0, look=1), Line("", x, x * 0 + 5, look=0)
    rows = canvas_of(chart([dashed, whole], 60, 9))
    assert " " in rows[-1].strip()
    assert " " not in rows[0].strip()
