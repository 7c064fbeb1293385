"""What a file holds, before it is opened: columns, what is missing, the first rows, classes."""

from tui_nn.plot.cells import shortened
from tui_nn.spec.protocol.disk import Contents, FileColumn
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Ink
from tui_nn.views.numbers import counted

NAME, KIND, RANGE = 18, 8, 24
"""Columns of a column's name, of what it holds, and of its range."""
ROWS = 5
"""First rows that are shown."""
CELL = 12


def paint_contents(canvas: Canvas, contents: Contents) -> None:
    """As much as there is room for."""
    palette = canvas.palette
    row = _line(canvas, 0, _summary(contents), palette.strong)
    if contents.problem:
        row = _line(canvas, row, contents.problem, palette.ink(palette.bad))
        row = _line(canvas, row, contents.hint, palette.plain)
    for notice in contents.notices[:3]:
        row = _line(canvas, row, notice, palette.quiet)
    if contents.classes:
        row = _line(canvas, row, f"classes  {_classes(contents)}", palette.plain)
    if contents.columns:
        row = _paint_columns(canvas, contents, row + 1)
    if contents.rows:
        _paint_rows(canvas, contents, row + 1)


def _summary(contents: Contents) -> str:
    parts = [
        counted(contents.samples, "sample") if contents.samples is not None else "",
        counted(len(contents.columns) + contents.columns_left_out, "column")
        if contents.columns
        else "",
        f"predicts {', '.join(contents.target)}" if contents.target else "",
        contents.sampled,
    ]
    return "   ".join(part for part in parts if part) or contents.call


def _classes(contents: Contents) -> str:
    counts = contents.class_counts or (0,) * len(contents.classes)
    return "   ".join(
        f"{name} {count:,}" if count else name
        for name, count in zip(contents.classes, counts, strict=False)
    )


def _paint_columns(canvas: Canvas, contents: Contents, row: int) -> int:
    room = canvas.height - row - (ROWS + 3 if contents.rows else 1)
    shown = contents.columns[: max(1, room)]
    for column in shown:
        here = column.name in contents.target
        ink = canvas.palette.strong if here else canvas.palette.plain
        canvas.put(row, 0, "▸" if here else " ", canvas.palette.ink(canvas.palette.accent))
        _put(canvas, row, 1, column.name, ink, NAME - 1)
        canvas.put(row, 1 + NAME, column.kind, canvas.palette.quiet)
        _put(canvas, row, 1 + NAME + KIND, _range(column), canvas.palette.plain, RANGE + 16)
        if column.missing:
            missing = f"{column.missing:,} missing"
            canvas.right(row, missing, canvas.palette.ink(canvas.palette.warm))
        row += 1
    left = len(contents.columns) - len(shown) + contents.columns_left_out
    return _line(canvas, row, f"… {left:,} more", canvas.palette.quiet) if left else row


def _range(column: FileColumn) -> str:
    if column.shape is not None:
        return "x".join(map(str, column.shape))
    if column.kind == "texts":
        return f"{column.different:,} different: {', '.join(column.texts)}"
    if column.low is None or column.high is None:
        return ""
    return f"{column.low:g} … {column.high:g}"


def _paint_rows(canvas: Canvas, contents: Contents, row: int) -> None:
    palette = canvas.palette
    count = max(1, canvas.width // CELL)
    heads = [column.name for column in contents.columns[:count]]
    for index, cells in enumerate((tuple(heads), *contents.rows[:ROWS])):
        if row >= canvas.height:
            return
        for place, text in enumerate(cells[:count]):
            ink = palette.plain if index else palette.quiet
            _put(canvas, row, place * CELL + 1, text, ink, CELL - 2)
        row += 1


def _line(canvas: Canvas, row: int, text: str, ink: Ink) -> int:
    _put(canvas, row, 1, text, ink, canvas.width - 1)
    return row + 1


def _put(canvas: Canvas, row: int, column: int, text: str, ink: Ink, room: int) -> None:
    canvas.put(row, column, shortened(text, room, ascii_only=canvas.palette.ascii_only), ink)
