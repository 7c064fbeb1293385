"""An answer over a line: axes in round steps, curves as dots, samples as circles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.axis import Axis, linear_axis
from tui_nn.plot.cells import RGB
from tui_nn.views.arrays import Floats
from tui_nn.views.braille import ACROSS, DOWN, Dots, Pen
from tui_nn.views.canvas import Canvas
from tui_nn.views.plane import MOST_CELLS, Range

LEAST_FOR_LABELS = (20, 5)
"""Columns and rows below which the axes have no labels."""


@dataclass(frozen=True)
class Plot:
    """Where on a canvas the picture lies, and what its sides are."""

    columns: int
    rows: int
    left: int
    """Columns of the labels at its left."""
    x: Axis
    y: Axis
    labelled: bool

    @property
    def dots(self) -> int:
        """Places along the line at which the answer is asked for."""
        return min(MOST_CELLS, max(1, self.columns * ACROSS))

    @property
    def ends(self) -> Range:
        """Of the line."""
        return self.x.low, self.x.high


def plot_of(x: Range, y: Range, columns: int, rows: int) -> Plot:
    """Axes around what the data spans; steady as long as the data is."""
    labelled = columns >= LEAST_FOR_LABELS[0] and rows >= LEAST_FOR_LABELS[1]
    across = linear_axis(*x, max(3, columns // 8), snap=False)
    up = linear_axis(*y, max(2, min(6, rows // 2)))
    left = max(map(len, up.labels), default=0) + 2 if labelled else 0
    below = 2 if labelled else 0
    return Plot(max(1, columns - left), max(1, rows - below), left, across, up, labelled)


def paint_axes(canvas: Canvas, plot: Plot, names: tuple[str, str]) -> None:
    """Both axes with their labels, and the names of what lies along them."""
    if not plot.labelled:
        return
    quiet = canvas.palette.quiet
    taken: set[int] = set()
    for row in range(plot.rows):
        canvas.put(row, plot.left - 1, "│", quiet)
    for value, label in zip(plot.y.ticks, plot.y.labels, strict=True):
        row = _row(plot, plot.y.place(value))
        canvas.right(row, label, quiet, edge=plot.left - 1)
        canvas.put(row, plot.left - 1, "┤", quiet)
        taken.add(row)
    free = [row for row in range(1, plot.rows) if row not in taken]
    if names[0] and free and len(names[0]) < plot.left:
        canvas.put(free[len(free) // 2 - 1] if len(free) > 1 else free[0], 0, names[0], quiet)
    canvas.put(plot.rows, plot.left - 1, "└" + "─" * plot.columns, quiet)
    end = canvas.put(plot.rows + 1, 0, names[1], quiet) if len(names[1]) < plot.left else 0
    for value, label in zip(plot.x.ticks, plot.x.labels, strict=True):
        column = plot.left + round(plot.x.place(value) * (plot.columns - 1))
        begin = min(column - len(label) // 2, canvas.width - len(label))
        if begin > end:
            canvas.put(plot.rows, column, "┬", quiet)
            end = canvas.put(plot.rows + 1, begin, label, quiet) + 1


def paint_curves(
    canvas: Canvas, plot: Plot, curves: Sequence[tuple[Floats, RGB]]
) -> frozenset[tuple[int, int]]:
    """Curves (dots,), one value a column of dots, without gaps; what isn't finite is left out.

    Returns the cells of the canvas through which they run.
    """
    drawn = Dots(plot.columns, plot.rows)
    tall = plot.rows * DOWN
    for values, colour in curves:
        at = np.arange(len(values), dtype=np.float64)
        share = (values - plot.y.low) / (plot.y.high - plot.y.low)
        down = np.where(np.isfinite(share), (1 - np.clip(share, -9, 9)) * (tall - 1), np.nan)
        x, y = joined(at, down)
        drawn.draw(x, y, Pen(canvas.palette.ink(colour)))
    drawn.onto(canvas, 0, plot.left)
    return frozenset((row, column + plot.left) for row, column in drawn.touched())


def joined(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The same places with those between two neighbours that lie far apart."""
    finite = np.isfinite(y)
    if not finite.any():
        return x[:0], y[:0]
    steps = np.nanmax(np.abs(np.diff(y)), initial=0)
    fine = int(min(64, steps)) + 1
    between = np.linspace(x[0], x[-1], (len(x) - 1) * fine + 1) if len(x) > 1 else x
    with np.errstate(invalid="ignore"):
        heights = np.interp(between, x, y)
    kept = np.isfinite(heights)
    return between[kept], heights[kept]


def paint_samples(
    canvas: Canvas, plot: Plot, x: Floats, y: Floats, looks: Sequence[tuple[str, RGB]],
    kinds: NDArray[np.intp], on: frozenset[tuple[int, int]] = frozenset(),
) -> None:  # fmt: skip
    """Samples (n,) as glyphs, each of the look of its kind (n,); filled in the cells `on`."""
    across = (x - plot.x.low) / (plot.x.high - plot.x.low)
    up = (y - plot.y.low) / (plot.y.high - plot.y.low)
    inside = (across >= 0) & (across <= 1) & (up >= 0) & (up <= 1)
    columns = plot.left + np.floor(across[inside] * (plot.columns - 0.01)).astype(int)
    rows = np.floor((1 - up[inside]) * (plot.rows - 0.01)).astype(int)
    for row, column, kind in zip(
        rows.tolist(), columns.tolist(), kinds[inside].tolist(), strict=True
    ):
        glyph, colour = looks[kind]
        canvas.mark(row, column, "●" if (row, column) in on else glyph, colour)


def _row(plot: Plot, place: float) -> int:
    return round((1 - place) * (plot.rows - 1))
