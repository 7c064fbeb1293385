"""A plane on the screen: which part of it is shown, and where its points come to lie."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_nn.views.arrays import Floats

Range = tuple[float, float]

MARGIN = 0.1
"""Of the points' extent, added on each side."""
MOST_CELLS = 400
"""An engine looks at no finer map."""
MOST_UNLIKE = 4.0
"""Coordinates whose extents differ more than so many times are not brought to one scale."""


@dataclass(frozen=True)
class Window:
    """The part of the plane that `columns` × `pixels` show, two pixels a row of cells."""

    columns: int
    pixels: int
    x: Range
    y: Range

    def places(self, points: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """(columns, pixels from the top) of points (n, 2); some may lie outside."""
        with np.errstate(invalid="ignore"):
            across = (points[:, 0] - self.x[0]) / (self.x[1] - self.x[0]) * self.columns
            down = (self.y[1] - points[:, 1]) / (self.y[1] - self.y[0]) * self.pixels
        far = float(2 * MOST_CELLS)
        return _cells(across, far), _cells(down, far)

    def inside(self, points: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Which of points (n, 2) are shown, and where these lie."""
        across, down = self.places(points)
        shown = (across >= 0) & (across < self.columns) & (down >= 0) & (down < self.pixels)
        which = np.flatnonzero(shown)
        return which, across[which], down[which]


def _cells(places: Floats, far: float) -> NDArray[np.intp]:
    whole = np.floor(np.nan_to_num(places, nan=-far).clip(-far, far))
    return np.asarray(whole, np.intp)


def window(points: Floats, columns: int, rows: int, margin: float = MARGIN) -> Window:
    """All points (n, 2) and a little more, in cells; both coordinates on one scale where they are
    alike.
    """
    columns, pixels = min(columns, MOST_CELLS), min(2 * rows, MOST_CELLS)
    x, y = (widened(points[:, axis], margin) for axis in (0, 1))
    wide, tall = x[1] - x[0], y[1] - y[0]
    if max(wide, tall) <= MOST_UNLIKE * min(wide, tall):
        side = max(wide / columns, tall / pixels)
        x, y = _around(x, side * columns), _around(y, side * pixels)
    return Window(columns, pixels, x, y)


def extent(values: Floats) -> Range:
    """From the least to the most of what is finite."""
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if len(values) else (-1.0, 1.0)


def widened(values: Floats, share: float = MARGIN) -> Range:
    """The same, and a margin."""
    low, high = extent(values)
    margin = share * (high - low) or 1.0
    return low - margin, high + margin


def _around(ends: Range, size: float) -> Range:
    middle = (ends[0] + ends[1]) / 2
    return middle - size / 2, middle + size / 2
