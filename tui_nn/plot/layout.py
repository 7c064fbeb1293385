"""Who gets which cells of a chart: labels left and below, lines in what remains."""

from dataclasses import dataclass

from tui_nn.plot.axis import Axis, linear_axis, log_axis
from tui_nn.plot.canvas import Canvas
from tui_nn.plot.cells import RGB, Grid, cell_width
from tui_nn.plot.lines import Range

_LONGEST_WORD = 8
_MOST_TICKS = 8

BOX = {"up": "│", "up tick": "┤", "corner": "└", "across": "─", "across tick": "┬"}
ASCII_BOX = {"up": "|", "up tick": "+", "corner": "+", "across": "-", "across tick": "+"}

XLabel = tuple[int, int, str]
"""Columns, from the canvas on, of a tick and of where its label begins; the label."""


@dataclass(frozen=True)
class Wanted:
    """What the frame of a chart has to say; words in printable characters."""

    x: Range | None
    y: Range | None
    x_word: str = ""
    y_words: tuple[str, ...] = ()
    margin: int = 0
    """Columns kept free to the right of the canvas."""
    ascii_only: bool = False
    compact: bool = False
    """The labels of the x axis stand in it, not below."""
    exact_y: bool = False
    """The y axis ends where the data ends."""


@dataclass(frozen=True)
class Layout:
    """Cells of a chart: a gutter, the y axis (one column), the canvas, a margin right of it.

    Below the canvas lie the x axis and its labels, two rows; one where it is compact.
    """

    canvas: Canvas
    gutter: int
    x: Axis | None
    y: Axis | None
    x_labels: tuple[XLabel, ...]
    y_labels: dict[int, str]
    """Row: label."""
    x_word: str
    y_words: dict[int, str]
    """Row: word, in rows without a label."""
    left_over: tuple[str, ...]
    """What has no room beside the axes, to be said elsewhere."""
    compact: bool = False

    @property
    def left(self) -> int:
        """The column of the grid where the canvas begins."""
        return self.gutter + 1


def arrange(wanted: Wanted, width: int, canvas_height: int) -> Layout:
    """The layout of a chart of `width` columns whose canvas has `canvas_height` rows."""
    y = _y_axis(wanted.y, canvas_height, exact=wanted.exact_y) if wanted.y else None
    y_labels = _y_labels(y, Canvas(1, canvas_height, wanted.ascii_only)) if y else {}
    longest = min(_LONGEST_WORD, width // 6)
    y_words = _beside(wanted.y_words, longest, y_labels, canvas_height)
    x_word = wanted.x_word if cell_width(wanted.x_word) <= longest else ""
    gutter = max(map(cell_width, (*y_labels.values(), *y_words.values(), x_word)))
    canvas = Canvas(width - gutter - 1 - wanted.margin, canvas_height, wanted.ascii_only)
    x, x_labels = _x_axis(wanted.x, canvas) if wanted.x else (None, ())
    left_over = (
        f"y: {', '.join(wanted.y_words)}" if wanted.y_words and not y_words else "",
        f"x: {wanted.x_word}" if wanted.x_word != x_word else "",
        f"y counts from {y.base}" if y and y.base else "",
        f"x counts from {x.base}" if x and x.base else "",
    )
    said = tuple(text for text in left_over if text)
    return Layout(canvas, gutter, x, y, x_labels, y_labels, x_word, y_words, said, wanted.compact)


def draw_frame(grid: Grid, layout: Layout, colour: RGB | None) -> None:
    """Axes, ticks, labels and words, from the top left cell of the grid on."""
    box = ASCII_BOX if layout.canvas.ascii_only else BOX
    gutter, height = layout.gutter, layout.canvas.height
    for row in range(height):
        text = layout.y_labels.get(row) or layout.y_words.get(row, "")
        grid.put(row, gutter - cell_width(text), text, colour)
        grid.put(row, gutter, box["up tick" if row in layout.y_labels else "up"], colour)
    grid.put(height, gutter, box["corner"] + box["across"] * layout.canvas.width, colour)
    row = height if layout.compact else height + 1
    grid.put(row, gutter - cell_width(layout.x_word), layout.x_word, colour)
    for column, start, label in layout.x_labels:
        grid.put(height, layout.left + column, box["across tick"], colour)
        grid.put(row, layout.left + start, label, colour)


def _y_axis(wanted: Range, rows: int, *, exact: bool) -> Axis:
    most = max(2, min(_MOST_TICKS, (rows + 1) // 2))
    if wanted.log:
        return log_axis(wanted.low, wanted.high, max(3, most))
    if exact:
        return linear_axis(wanted.low, wanted.high, max(3, most), whole=wanted.whole, snap=False)
    return linear_axis(wanted.low, wanted.high, most, whole=wanted.whole)


def _y_labels(axis: Axis, canvas: Canvas) -> dict[int, str]:
    """One label a row at most, the ends before the others."""
    ticks = list(zip(axis.ticks, axis.labels, strict=True))
    labels: dict[int, str] = {}
    for tick, label in [*ticks[:1], *ticks[-1:], *ticks]:
        labels.setdefault(canvas.row(axis.place(tick)), label)
    return labels


def _beside(
    words: tuple[str, ...], longest: int, taken: dict[int, str], rows: int
) -> dict[int, str]:
    """A row without a label for each word, together and near the middle; {} if one has no place."""
    free = [row for row in range(rows) if row not in taken]
    starts = range(len(free) - len(words) + 1)
    if not words or not starts or any(cell_width(word) > longest for word in words):
        return {}
    middle = (rows - len(words)) / 2
    last = len(words) - 1
    first = min(starts, key=lambda i: (free[i + last] - free[i], abs(free[i] - middle)))
    return dict(zip(free[first:], words, strict=False))


def _x_axis(wanted: Range, canvas: Canvas) -> tuple[Axis, tuple[XLabel, ...]]:
    """The axis with the most ticks whose labels all have room; else with the most labels."""
    choices = []
    for most in range(max(3, min(_MOST_TICKS, canvas.width // 6)), 2, -1):
        axis = linear_axis(wanted.low, wanted.high, most, whole=wanted.whole, snap=False)
        labels = _x_labels(axis, canvas)
        if len(labels) == len(axis.ticks) >= 2:
            return axis, labels
        choices.append((axis, labels))
    return max(choices, key=lambda choice: len(choice[1]))


def _x_labels(axis: Axis, canvas: Canvas) -> tuple[XLabel, ...]:
    """Each label centred under its tick, or as near as the edges allow; none too close."""
    placed: list[XLabel] = []
    free = 0
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        column = canvas.column(axis.place(tick))
        start = max(0, min(column - len(label) // 2, canvas.width - len(label)))
        if free <= start and start + len(label) <= canvas.width:
            placed.append((column, start, label))
            free = start + len(label) + 2
    return tuple(placed)
