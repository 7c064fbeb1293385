"""A line chart as rows of coloured cells: curves of a run, for the screen and for plain text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tui_nn.plot.band import Band, draw_band
from tui_nn.plot.canvas import ASCII_PATTERNS, BRAILLE_PATTERNS, Pattern, Stroke, draw
from tui_nn.plot.cells import RGB, Grid, Row, ansi, plain
from tui_nn.plot.decimate import decimate
from tui_nn.plot.layout import Layout, Wanted, arrange, draw_frame
from tui_nn.plot.legend import Key, Legend, draw_legend, left_out
from tui_nn.plot.lines import Drawable, Limits, Line, Mark, drawable, range_of
from tui_nn.plot.marks import draw_marks, draw_message, draw_tags
from tui_nn.spec.errors import InvalidInput

__all__ = ["MIN_HEIGHT", "MIN_WIDTH", "Band", "Chart", "Line", "Mark", "chart"]

MIN_WIDTH = 20
MIN_HEIGHT = 5

_SAMPLES = ("──", "╌╌", "··", "─·")
_CHARACTERS = "*+ox"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TAG_MARGIN = 2


@dataclass(frozen=True)
class Chart:
    """`height` rows, each exactly `width` cells wide, and what its axes span."""

    rows: tuple[Row, ...]
    width: int
    height: int
    x_limits: Limits | None
    """What the x axis has to span, in the units of the data; None if there was nothing."""
    y_limits: Limits | None
    """Ends of the y axis."""
    layout: Layout
    """Which cells are whose."""

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of a point; None where it is off the axes."""
        layout = self.layout
        if layout.x is None or layout.y is None or not (layout.y.low <= y <= layout.y.high):
            return None
        if not layout.x.low <= x <= layout.x.high:
            return None
        column = layout.left + layout.canvas.column(layout.x.place(x))
        return layout.canvas.row(layout.y.place(y)), column

    def text(self, colour: bool) -> str:
        """The chart for a terminal: lines without spaces at their ends, in RGB if `colour`."""
        return "\n".join(ansi(row, colour=colour) for row in self.rows)


def chart(
    lines: Sequence[Line],
    width: int,
    height: int,
    *,
    x_label: str = "",
    y_label: str = "",
    log_y: bool = False,
    marks: Sequence[Mark] = (),
    bands: Sequence[Band] = (),
    compact: bool = False,
    exact_y: bool = False,
    x_limits: Limits | None = None,
    y_limits: Limits | None = None,
    frame: RGB | None = None,
    ascii_only: bool = False,
) -> Chart:
    """Draw lines over common axes into `height` rows of `width` columns (at least 5 and 20).

    The axes span the data, the marks and, at least, `x_limits` and `y_limits`: given those of
    the chart before, they never shrink. The y axis ends on round values, the x axis where the
    data ends. With `log_y`, values ≤ 0 are left out and counted below the chart. `frame`
    colours all that isn't a line or a mark. `ascii_only` uses no character outside ASCII.
    Bands lie behind the lines and are cut off where the axes end. `compact` writes what stands
    below the x axis into it: one row more for the lines. With `exact_y` a linear y axis ends
    where the data ends, too.
    """
    _refuse_small(width, height)
    shown = [drawable(line, log=log_y) for line in lines]
    looks = _looks(lines, ascii_only=ascii_only)
    x_word, y_word = (plain(label, ascii_only=ascii_only) for label in (x_label, y_label))
    wanted = Wanted(
        x=range_of([s.x for s in shown], x_limits, (mark.x for mark in marks)),
        y=range_of([s.y for s in shown], y_limits, (mark.y for mark in marks), log=log_y),
        x_word=x_word,
        y_words=tuple(word for word in (y_word, "log" if log_y else "") if word),
        margin=_TAG_MARGIN if any(look.tag for look in looks) else 0,
        ascii_only=ascii_only,
        compact=compact,
        exact_y=exact_y,
    )
    layout, legend = _arranged(wanted, width, height, _legend(lines, shown, looks, ascii_only))
    grid = Grid(width, height)
    draw_frame(grid, layout, frame)
    draw_legend(grid, layout.left, legend, frame, ascii_only=ascii_only)
    for band in bands:
        draw_band(grid, layout, band)
    _draw_lines(grid, layout, lines, shown, looks)
    draw_marks(grid, layout, marks)
    if not bands and not any(np.isfinite(s.y).any() for s in shown):
        draw_message(grid, layout, _why_empty(shown), frame)
    return Chart(
        grid.rows(),
        width,
        height,
        (wanted.x.low, wanted.x.high) if wanted.x else None,
        (layout.y.low, layout.y.high) if layout.y else None,
        layout,
    )


def _refuse_small(width: int, height: int) -> None:
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        raise InvalidInput(
            f"a chart of {width}x{height} cells is too small",
            hint=f"give it at least {MIN_WIDTH}x{MIN_HEIGHT}",
        )


@dataclass(frozen=True)
class _Look:
    """How a line is told from the others without colour."""

    sample: str
    pattern: Pattern = ()
    character: str = "*"
    tag: str = ""


def _looks(lines: Sequence[Line], *, ascii_only: bool) -> list[_Look]:
    """Patterns or characters for up to four lines, letters for more."""
    count = len(lines)
    looks = []
    for place, line in enumerate(lines):
        index = place if line.look is None or count > len(_CHARACTERS) else line.look
        letter = _LETTERS[index % len(_LETTERS)]
        character = _CHARACTERS[index] if count <= len(_CHARACTERS) else letter
        if ascii_only:
            pattern = ASCII_PATTERNS[index % len(ASCII_PATTERNS)]
            looks.append(_Look(character, pattern, character))
        elif count <= len(BRAILLE_PATTERNS):
            looks.append(_Look(_SAMPLES[index], BRAILLE_PATTERNS[index]))
        else:
            looks.append(_Look(letter, tag=letter))
    return looks


def _legend(
    lines: Sequence[Line], shown: Sequence[Drawable], looks: Sequence[_Look], ascii_only: bool
) -> Legend:
    named = [
        Key(look.sample, name, line.colour)
        for look, line in zip(looks, lines, strict=True)
        if (name := plain(line.name, ascii_only=ascii_only))
    ]
    not_positive, infinite = sum(s.not_positive for s in shown), sum(s.infinite for s in shown)
    return Legend(named, left_out(not_positive, infinite, ascii_only=ascii_only))


def _arranged(wanted: Wanted, width: int, height: int, legend: Legend) -> tuple[Layout, Legend]:
    """The layout, with a row for the legend only if there is something to say in it."""
    below = 1 if wanted.compact else 2
    layout = arrange(wanted, width, height - below)
    if legend.keys or legend.notes or layout.left_over:
        layout = arrange(wanted, width, height - below - 1)
    return layout, replace(legend, extras=layout.left_over)


def _draw_lines(
    grid: Grid,
    layout: Layout,
    lines: Sequence[Line],
    shown: Sequence[Drawable],
    looks: Sequence[_Look],
) -> None:
    """Draw every line, then the tags of those that have one."""
    x_axis, y_axis, canvas = layout.x, layout.y, layout.canvas
    if x_axis is None or y_axis is None:
        return
    strokes, tags = [], []
    for line, values, look in zip(lines, shown, looks, strict=True):
        pieces = [
            (x_axis.places(x), y_axis.places(y))
            for x, y in decimate(values.x, values.y, canvas.width)
        ]
        if pieces:
            strokes.append(Stroke(pieces, line.colour, look.pattern, look.character))
            x, y = pieces[-1]
            spot = canvas.row(y[-1]), layout.left + canvas.column(x[-1])
            tags.append((spot, look.tag, line.colour))
    if not strokes:
        return
    for row, column, text, colour in draw(canvas, strokes):
        grid.put(row, layout.left + column, text, colour)
    draw_tags(grid, [tag for tag in tags if tag[1]])


def _why_empty(shown: Sequence[Drawable]) -> str:
    if not any(len(values.x) for values in shown):
        return "no values yet"
    if any(values.not_positive for values in shown):
        return "no value above 0"
    return "no finite values"
