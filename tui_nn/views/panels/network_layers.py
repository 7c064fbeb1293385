"""1 Network as a table: each layer's call, what goes in and comes out, how many parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_nn.plot.cells import cell_width
from tui_nn.spec.shapes import show
from tui_nn.views.architecture import LayerRow, layer_rows
from tui_nn.views.calls import fitted
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.layer_names import window
from tui_nn.views.panels.edge import paint_edge
from tui_nn.views.world import World

PANEL = 1
NAMED, HEADED = 40, 64
"""From so many columns on layers have their names in torch, and the table has heads."""
GAP = 2
"""Blanks between two columns at least."""
MARGINS = (1, 2)
Place = tuple[int, int]
"""A column's first cell, and how many cells it has."""


@dataclass(frozen=True)
class Column:
    """One text a layer."""

    head: str
    texts: tuple[str, ...]
    gap: int = GAP
    """Blanks behind it where there is room."""
    is_number: bool = False
    """Numbers end at the same place."""

    def width(self, *, headed: bool) -> int:
        return max(map(cell_width, (*self.texts, self.head if headed else "")), default=0)


def selected(rows: Sequence[LayerRow], desk: Desk) -> int:
    """The row of the layer in focus; −1 where none was chosen."""
    return next((at for at, row in enumerate(rows) if row.name == desk.layer), -1)


def move(world: World, desk: Desk, way: int) -> bool:
    """Put the focus on the next layer, or the one before."""
    rows = layer_rows(world)
    if rows:
        desk.layer = rows[max(0, min(len(rows) - 1, selected(rows, desk) + way))].name
    return bool(rows)


def _is_headed(rows: Sequence[LayerRow], width: int, height: int) -> bool:
    return width >= HEADED and height > len(rows)


def height_of(rows: Sequence[LayerRow], width: int, height: int) -> int:
    """Rows that the table takes of so many."""
    return min(len(rows), height) + _is_headed(rows, width, height)


def paint_layers(canvas: Canvas, world: World, desk: Desk, height: int) -> int:
    """Paint as many layers as have room in `height` rows; returns the row behind them."""
    rows = layer_rows(world)
    headed = _is_headed(rows, canvas.width, height)
    columns = _columns(rows, canvas.width, headed=headed)
    places = _places(columns, canvas.width, headed=headed)
    at = selected(rows, desk) if desk.focus == PANEL else -1
    top = 0
    if headed:
        for column, place in zip(columns, places, strict=True):
            _put(canvas, 0, column.head, place, column, bold=False)
        top = 1
    shown = window(len(rows), min(height - top, len(rows)), max(0, at))
    for index in shown:
        for column, place in zip(columns, places, strict=True):
            _put(canvas, top, column.texts[index], place, column, bold=index == at)
        if places[0][0] > 0:
            paint_edge(canvas, top, index, shown, len(rows), chosen=index == at)
        top += 1
    return top


def _put(canvas: Canvas, row: int, text: str, place: Place, column: Column, *, bold: bool) -> None:
    at, width = place
    if column.is_number:
        at += width - cell_width(text)
    ink = canvas.palette.plain if column.head == "layer" else canvas.palette.quiet
    canvas.put(row, at, text, canvas.palette.strong if bold else ink)


def _columns(rows: Sequence[LayerRow], width: int, *, headed: bool) -> list[Column]:
    """The first choice of columns that fits; calls are shortened where none does."""
    name = Column("", tuple(row.name for row in rows))
    calls = tuple("  " * row.depth + row.call for row in rows)
    call = Column("layer", calls, gap=5)
    shapes = Column("shape of a sample", _shapes(rows), gap=7)
    count = Column("parameters", tuple(_count(row.parameters) for row in rows), 5, is_number=True)
    if headed:
        adds = tuple(_count(row.multiply_adds) for row in rows)
        return [name, call, shapes, count, Column("multiply-adds", adds, is_number=True)]
    out = Column("", tuple(show(row.output_shape) for row in rows), is_number=True)
    choices = [[name, call, shapes, count]] if width >= NAMED else []
    choices += [[call, shapes, count], [call, out, count]]
    for choice in choices:
        widths = [column.width(headed=False) for column in choice]
        if sum(widths) + GAP * (len(choice) - 1) + sum(MARGINS) <= width:
            return choice
    room = width - out.width(headed=False) - 1
    if room < min(map(len, calls), default=0) // 2:
        return [Column("layer", tuple(fitted(text, width) for text in calls))]
    short = tuple("  " * row.depth + fitted(row.call, room - 2 * row.depth) for row in rows)
    return [Column("layer", short), out]


def _places(columns: Sequence[Column], width: int, *, headed: bool) -> list[Place]:
    """Where each column stands; the last of two that just fit ends at the edge."""
    widths = [column.width(headed=headed) for column in columns]
    left = width - sum(widths) - GAP * (len(widths) - 1) - sum(MARGINS)
    if left < 0:
        return [(0, widths[0]), *((width - last, last) for last in widths[1:])]
    at, places = MARGINS[0], []
    for column, cells in zip(columns, widths, strict=True):
        places.append((at, cells))
        more = min(left, column.gap - GAP)
        at, left = at + cells + GAP + more, left - more
    return places


def _shapes(rows: Sequence[LayerRow]) -> tuple[str, ...]:
    """`2 ▸ 8`, one under the other; a dot for what isn't known."""
    ins = ["·" if row.input_shape is None else show(row.input_shape) for row in rows]
    wide = max(map(len, ins), default=0)
    return tuple(
        f"{given:>{wide}} ▸ {show(row.output_shape)}" for given, row in zip(ins, rows, strict=True)
    )


def _count(number: int) -> str:
    return f"{number:,}" if number else "·"
