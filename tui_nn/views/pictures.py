"""Small pictures in cells: made larger or smaller, one or a grid, in half blocks or in shades."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tui_nn.views.arrays import Floats
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import coarse

LEAST = 5
"""Columns that a picture has at least, if that takes no more than making its pixels larger."""
LEAST_REDUCED = 8
"""Columns that are left at least of one with more pixels."""
MOST = 200
GAP = 1
"""Columns between pictures of a grid."""


@dataclass(frozen=True)
class Size:
    """Of a picture on the screen, whose pixels are a cell wide and half a cell tall."""

    columns: int
    pixels: int
    """From top to bottom."""

    @property
    def rows(self) -> int:
        return (self.pixels + 1) // 2


@lru_cache(maxsize=256)
def sizes(tall: int, wide: int) -> tuple[Size, ...]:
    """Sizes that suit a picture of so many pixels, ascending: whole multiples and fractions."""
    if tall < 1 or wide < 1:
        return ()
    parts = sorted({max(LEAST_REDUCED, -(-wide // part)) for part in range(2, wide)})
    reduced = [Size(less, max(1, round(tall * less / wide))) for less in parts if less < wide]
    first = -(-LEAST // wide)
    times = range(first, max(first, MOST // wide) + 1)
    return (*reduced, *(Size(wide * one, tall * one) for one in times))


def largest(tall: int, wide: int, columns: int, rows: int) -> Size | None:
    """The largest size of one picture in so many cells; None where none has room."""
    fitting = [s for s in sizes(tall, wide) if s.columns <= columns and s.rows <= rows]
    return fitting[-1] if fitting else None


def room(size: Size, columns: int, rows: int) -> int:
    """How many pictures of a size have room in so many cells."""
    return max(0, (columns + GAP) // (size.columns + GAP)) * max(0, rows // size.rows)


def grid(count: int, size: Size, columns: int, rows: int) -> tuple[int, int, int]:
    """How many of so many pictures have room in so many cells, how many of them stand in a line,
    lines as equal as can be, and the pixels from one line to the next: with an empty row between
    them, or half of one, where that leaves none out.
    """
    shown = min(count, room(size, columns, rows))
    most = max(1, (columns + GAP) // (size.columns + GAP))
    lines = -(-shown // most)
    pitches = (2 * size.rows + 2, size.pixels + 1, 2 * size.rows)
    pitch = next((p for p in pitches if (lines - 1) * p + size.pixels <= 2 * rows), pitches[-1])
    return shown, -(-shown // max(1, lines)), pitch


def for_all(tall: int, wide: int, count: int, columns: int, rows: int) -> Size | None:
    """The largest size at which `count` pictures have room, the least where they never have;
    None where there is no room for one.
    """
    some = [size for size in sizes(tall, wide) if room(size, columns, rows)]
    every = [size for size in some if room(size, columns, rows) >= count]
    return every[-1] if every else (some[0] if some else None)


def scaled(values: Floats, pixels: int, columns: int) -> Floats:
    """A picture (tall, wide) as (pixels, columns): each the mean of what it covers; NaN where
    most of that is.
    """
    missing = np.isnan(values)
    if missing.any():
        empty = _scaled(missing.astype(float), pixels, columns) >= 0.5
        return np.where(empty, np.nan, _scaled(np.nan_to_num(values), pixels, columns))
    return _scaled(values, pixels, columns)


def _scaled(values: Floats, pixels: int, columns: int) -> Floats:
    tall, wide = values.shape
    if (tall, wide) == (pixels, columns):
        return values
    if pixels % tall == 0 and columns % wide == 0:
        return values.repeat(pixels // tall, 0).repeat(columns // wide, 1)
    return np.asarray(_means(tall, pixels) @ values @ _means(wide, columns).T, np.float64)


@lru_cache(maxsize=128)
def _means(before: int, after: int) -> Floats:
    """(after, before): the share that each old pixel has in each new one."""
    ends = np.linspace(0, before, after + 1)
    low, high = ends[:-1, None], ends[1:, None]
    old = np.arange(before)
    overlap = np.clip(np.minimum(high, old + 1) - np.maximum(low, old), 0, None)
    return np.asarray(overlap / overlap.sum(1, keepdims=True), np.float64)


def paint(
    canvas: Canvas, values: Floats, row: int, column: int, size: Size, *, signed: bool = False,
    lower: bool = False,
) -> None:  # fmt: skip
    """A picture (tall, wide) of brightness 0 … 1, or `signed` of values −1 … 1; blank for NaN.

    `lower`: its first pixels stand in the lower halves of the first row, where there are halves.
    """
    shown = scaled(values, size.pixels, size.columns)
    if canvas.palette.has_pixels:
        if lower:
            shown = np.concatenate([np.full_like(shown[:1], np.nan), shown])
        colours = canvas.palette.diverging(shown) if signed else canvas.palette.brightness(shown)
        colours[np.isnan(shown)] = canvas.palette.ground
        _paint_colours(canvas, colours, row, column)
        return
    if size.pixels % 2:
        shown = np.concatenate([shown, shown[-1:]])
    halves = (shown[0::2] + shown[1::2]) / 2
    canvas.shades((halves + 1) / 2 if signed else halves, row, column)


def paint_coloured(canvas: Canvas, picture: Floats, row: int, column: int, size: Size) -> None:
    """A picture (3, tall, wide) of red, green and blue 0 … 1; its mean where there are none."""
    if not canvas.palette.has_pixels:
        paint(canvas, picture.mean(0), row, column, size)
        return
    parts = [scaled(part, size.pixels, size.columns) for part in picture]
    colours = coarse(np.clip(np.stack(parts, -1), 0, 1) * 255)
    _paint_colours(canvas, colours, row, column)


def _paint_colours(canvas: Canvas, colours: NDArray[np.uint8], row: int, column: int) -> None:
    if len(colours) % 2:
        ground = np.broadcast_to(np.array(canvas.palette.ground, np.uint8), colours[:1].shape)
        colours = np.concatenate([colours, ground])
    canvas.picture(colours, row, column)


def paint_grid(
    canvas: Canvas, pictures: Sequence[Floats] | Floats, box: tuple[int, int, int, int],
    size: Size, *, signed: bool = False,
) -> int:  # fmt: skip
    """As many of them as have room in a box (row, column, columns, rows), from left to right;
    returns how many.
    """
    row, column, columns, rows = box
    shown, across, pitch = grid(len(pictures), size, columns, rows)
    if not canvas.palette.has_pixels:
        pitch -= pitch % 2
    for index in range(shown):
        y, x = divmod(index, across)
        down, half = divmod(y * pitch, 2)
        at = row + down, column + x * (size.columns + GAP)
        paint(canvas, pictures[index], *at, size, signed=signed, lower=half == 1)
    return shown
