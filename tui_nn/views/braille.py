"""Dots finer than cells, 2 × 4 in each, drawn with pens of which later ones cover earlier ones."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Ink

ACROSS, DOWN = 2, 4
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""Of a cell's dots, rows from the top."""


@dataclass(frozen=True)
class Pen:
    """How dots look; a cell has the look of the last pen that touched it."""

    ink: Ink
    ascii: str = "*"
    """What stands for a cell with dots where there is no braille."""


class Dots:
    """columns × rows cells of dots; the dot (0, 0) is at the top left."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._pens: list[Pen] = []
        self._drawn = np.full((rows * DOWN, columns * ACROSS), -1, np.int16)

    def draw(self, x: NDArray[np.float64], y: NDArray[np.float64], pen: Pen) -> None:
        """Set the dots at these places (n,), in dots; what lies outside is left out."""
        if pen not in self._pens:
            self._pens.append(pen)
        across, down = np.rint(x).astype(int), np.rint(y).astype(int)
        tall, wide = self._drawn.shape
        inside = (across >= 0) & (across < wide) & (down >= 0) & (down < tall)
        self._drawn[down[inside], across[inside]] = self._pens.index(pen)

    def touched(self) -> frozenset[tuple[int, int]]:
        """(row, column) of the cells that have dots."""
        cells = self._drawn.reshape(self.rows, DOWN, self.columns, ACROSS).max((1, 3)) >= 0
        return frozenset((int(row), int(column)) for row, column in np.argwhere(cells))

    def onto(self, canvas: Canvas, row: int, column: int) -> None:
        """Lay the cells that have dots over a canvas."""
        cells = self._drawn.reshape(self.rows, DOWN, self.columns, ACROSS).swapaxes(1, 2)
        codes = np.where(cells >= 0, _BITS, 0).sum((2, 3)).tolist()
        pens = cells.max((2, 3)).tolist()
        ascii_only = canvas.palette.ascii_only
        for y, (line, looks) in enumerate(zip(codes, pens, strict=True)):
            x = 0
            for look, run in groupby(looks):
                count = len(list(run))
                if look >= 0:
                    pen = self._pens[look]
                    glyphs = [chr(0x2800 + code) for code in line[x : x + count]]
                    text = pen.ascii * count if ascii_only else "".join(glyphs)
                    canvas.put(row + y, column + x, text, pen.ink)
                x += count


def curve(ends: tuple[float, float, float, float], bend: bool = True) -> NDArray[np.float64]:
    """Places (2, n) without gaps from (x0, y0) to (x1, y1), level at both ends where it bends."""
    x0, y0, x1, y1 = ends
    count = int(2 * max(abs(x1 - x0), abs(y1 - y0))) + 2
    way = np.linspace(0, 1, count)
    rise = way * way * (3 - 2 * way) if bend else way
    return np.stack([x0 + (x1 - x0) * way, y0 + (y1 - y0) * rise])


def dashed(places: NDArray[np.float64], drawn: float, left_out: float) -> NDArray[np.float64]:
    """The places (2, n) of a curve that its dashes cover, lengths in dots along it."""
    steps = np.hypot(*np.diff(places, axis=1, prepend=places[:, :1]))
    return places[:, steps.cumsum() % (drawn + left_out) < drawn]
