"""The first column of a table's row: the cursor, or that there are more rows."""

from tui_nn.views.canvas import Canvas


def paint_edge(
    canvas: Canvas, row: int, index: int, shown: range, count: int, *, chosen: bool
) -> None:
    """`index`: which of `count` rows stands here; `shown`: all that are."""
    if chosen:
        canvas.put(row, 0, "▸", canvas.palette.ink(canvas.palette.accent))
    elif index == shown[0] and index:
        canvas.put(row, 0, "▴", canvas.palette.quiet)
    elif index == shown[-1] and index < count - 1:
        canvas.put(row, 0, "▾", canvas.palette.quiet)
