"""What is written around the curves once they are drawn: only where they left cells blank."""

import textwrap
from collections.abc import Iterator, Sequence

from tui_nn.plot.cells import RGB, Grid, cell_width, plain
from tui_nn.plot.layout import Layout
from tui_nn.plot.lines import Mark

Spot = tuple[int, int]
"""Row and column of a cell of the grid."""


def draw_marks(grid: Grid, layout: Layout, marks: Sequence[Mark]) -> None:
    """Thin lines behind the curves, each with its text beside it where there is room."""
    placed = [(mark, spot) for mark in marks if (spot := _spot(layout, mark)) is not None]
    reserved: set[Spot] = set()
    for mark, spot in placed:
        text = plain(mark.text, ascii_only=layout.canvas.ascii_only)
        width = cell_width(text)
        for row, column in _text_spots(layout, mark, spot, width):
            around = [(row, column + i) for i in range(-1, width + 1)]
            if grid.is_blank(row, column, column + width) and reserved.isdisjoint(around):
                grid.put(row, column, text, mark.colour)
                reserved.update(around)
                break
    for mark, spot in placed:
        _thin_line(grid, layout, mark, spot, reserved)


def draw_tags(grid: Grid, tags: Sequence[tuple[Spot, str, RGB | None]]) -> None:
    """A letter to the right of where each line ends, or near it; left away in a crowd."""
    for (row, column), letter, colour in tags:
        near = ((row + up, column + right) for up in (0, -1, 1, -2, 2) for right in (1, 2, 3))
        for spot_row, spot_column in near:
            inside = 0 <= spot_row < grid.height
            if inside and grid.is_blank(spot_row, spot_column, spot_column + 1):
                grid.put(spot_row, spot_column, letter, colour)
                break


def draw_message(grid: Grid, layout: Layout, text: str, colour: RGB | None) -> None:
    """A text in the middle of the canvas, before whatever is there."""
    canvas = layout.canvas
    rows = textwrap.wrap(text, canvas.width)[: canvas.height]
    first = (canvas.height - len(rows)) // 2
    for row, part in enumerate(rows, first):
        padded = f" {part} " if len(part) + 2 <= canvas.width else part
        grid.put(row, layout.left + (canvas.width - len(padded)) // 2, padded, colour)


def _spot(layout: Layout, mark: Mark) -> Spot | None:
    """The row of a level mark (column 0), the column of an upright one (row 0)."""
    if mark.x is not None and layout.x is not None:
        return 0, layout.left + layout.canvas.column(layout.x.place(mark.x))
    if mark.y is not None and layout.y is not None and (mark.y > 0 or not layout.y.log):
        return layout.canvas.row(layout.y.place(mark.y)), 0
    return None


def _text_spots(layout: Layout, mark: Mark, spot: Spot, width: int) -> Iterator[Spot]:
    """Where a mark's text may begin, the best place first, all inside the canvas."""
    left, right = layout.left, layout.left + layout.canvas.width
    height = layout.canvas.height
    if mark.x is not None:
        candidates = [
            (row, at) for row in range(height) for at in (spot[1] + 2, spot[1] - 1 - width)
        ]
    else:
        rows = (spot[0], spot[0] - 1, spot[0] + 1)
        candidates = [(row, at) for row in rows for at in (left + 1, right - width)]
    for row, column in candidates:
        if 0 <= row < height and left <= column <= right - width:
            yield row, column


def _thin_line(grid: Grid, layout: Layout, mark: Mark, spot: Spot, reserved: set[Spot]) -> None:
    ascii_only, canvas = layout.canvas.ascii_only, layout.canvas
    if mark.x is not None:
        character = ":" if ascii_only else "┊"
        cells = [(row, spot[1]) for row in range(canvas.height)]
    else:
        character = "." if ascii_only else "┈"
        cells = [(spot[0], column) for column in range(layout.left, layout.left + canvas.width)]
    for row, column in cells:
        if (row, column) not in reserved and grid.is_blank(row, column, column + 1):
            grid.put(row, column, character, mark.colour)
