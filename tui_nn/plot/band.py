"""A band between two curves, behind the lines: what values strayed between, column by column."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import RGB, Grid
from tui_nn.plot.decimate import FloatArray
from tui_nn.plot.layout import Layout

_BRAILLE = 0x2800
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bit of each dot of a cell, from the top left."""


@dataclass(frozen=True, eq=False)
class Band:
    """Values y (n,) over x (n,), x never falling: filled from the lowest to the highest of each
    column, joined between columns. A y that is not finite breaks it.
    """

    x: FloatArray
    y: FloatArray
    colour: RGB | None = None
    sparse: bool = False
    """One dot of four: where no colour tells it from lines."""


def draw_band(grid: Grid, layout: Layout, band: Band) -> None:
    """Fill the cells that it touches."""
    canvas = layout.canvas
    filled = _filled(layout, band)
    if band.sparse and not canvas.ascii_only:
        filled[:, 1::2] = False
        filled[1::2] = False
    across, up = (1, 1) if canvas.ascii_only else (2, 4)
    cells = filled.reshape(canvas.height, up, canvas.width, across).swapaxes(1, 2)
    bits = cells[..., 0, 0] if canvas.ascii_only else (cells * _DOTS).sum((2, 3))
    for row, column in np.argwhere(bits).tolist():
        glyph = "." if canvas.ascii_only else chr(_BRAILLE + int(bits[row, column]))
        grid.put(row, layout.left + column, glyph, band.colour)


def _filled(layout: Layout, band: Band) -> NDArray[np.bool_]:
    """Dots (up, across), the top row first."""
    across, up = layout.canvas.dots
    filled = np.zeros((up, across), bool)
    if layout.x is None or layout.y is None or not len(band.x):
        return filled
    inside = np.isfinite(band.x)
    x, y = band.x[inside], band.y[inside]
    column = np.rint(layout.x.places(x) * (across - 1)).astype(int)
    finite = np.isfinite(y)
    height = layout.y.places(np.where(finite, y, layout.y.low)) * (up - 1)
    low, high = np.full(across, np.inf), np.full(across, -np.inf)
    np.minimum.at(low, column[finite], height[finite])
    np.maximum.at(high, column[finite], height[finite])
    broken = np.zeros(across, bool)
    broken[column[~finite]] = True
    _join(low, high, broken)
    rows = up - 1 - np.arange(up)[:, None]
    return np.asarray((rows >= np.rint(low)) & (rows <= np.rint(high)), bool)


def _join(low: FloatArray, high: FloatArray, broken: NDArray[np.bool_]) -> None:
    """Fill columns without a value between two that have one, unless the band is broken there;
    let neighbours touch.
    """
    held = np.flatnonzero(np.isfinite(low))
    if not len(held):
        return
    columns = np.arange(held[0], held[-1] + 1)
    before = held[np.searchsorted(held, columns, side="right") - 1]
    breaks = np.concatenate([[0], np.cumsum(broken)])
    after = held[np.searchsorted(held, columns)]
    whole = breaks[after] == breaks[before]
    between = columns[whole]
    for edge in (low, high):
        edge[between] = np.interp(between, held, edge[held])
    pairs = between[:-1][np.diff(between) == 1]
    up, down = low[pairs + 1] > high[pairs], high[pairs + 1] < low[pairs]
    high[pairs[up]] = low[pairs[up] + 1]
    low[pairs[down]] = high[pairs[down] + 1]
