"""Fewer points, the same picture: the lowest and the highest point of every column."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Piece = tuple[FloatArray, FloatArray]
"""x (n,) and y (n,), n ≥ 1, all finite, x never falling: drawn as one unbroken line."""


def decimate(x: FloatArray, y: FloatArray, columns: int) -> list[Piece]:
    """Unbroken pieces of a line with at most two points in each of `columns` equal columns.

    x (n,) finite and never falling; y (n,), where each value that is not finite breaks the
    line. The columns span the smallest to the largest x. Of each column its lowest and its
    highest point are kept, as they are, so a spike never vanishes.
    """
    finite = np.isfinite(y)
    breaks = np.cumsum(~finite)[finite]
    column = _columns(x, columns)[finite]
    x, y = x[finite], y[finite]
    if not len(x):
        return []
    kept = np.zeros(len(x), dtype=np.bool_)
    kept[_lowest(y, column)] = kept[_lowest(-y, column)] = True
    x, y, breaks = x[kept], y[kept], breaks[kept]
    cuts = np.flatnonzero(np.diff(breaks)) + 1
    return list(zip(np.split(x, cuts), np.split(y, cuts), strict=True))


def _columns(x: FloatArray, columns: int) -> NDArray[np.int64]:
    """The column of each x; never falling."""
    if not len(x) or x[-1] <= x[0]:
        return np.zeros(len(x), dtype=np.int64)
    share = (x - x[0]) / (x[-1] - x[0])
    return np.asarray(np.minimum(share * columns, columns - 1), dtype=np.int64)


def _lowest(y: FloatArray, column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Index of the first lowest y of each column; `column` never falls, and isn't empty."""
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    sizes = np.diff(starts, append=len(column))
    at_lowest = np.flatnonzero(y == np.repeat(np.minimum.reduceat(y, starts), sizes))
    first_of_column = np.flatnonzero(np.diff(column[at_lowest], prepend=-1))
    return np.asarray(at_lowest[first_of_column], dtype=np.int64)
