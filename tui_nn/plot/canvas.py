"""Lines as dots in a rectangle of cells. plotext draws them; nothing else imports it."""

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import RGB
from tui_nn.plot.decimate import FloatArray, Piece
from tui_nn.spec.lean import without

Pattern = tuple[int, ...]
"""Lengths in dots, drawn and left out by turns; empty: unbroken."""

BRAILLE_PATTERNS: tuple[Pattern, ...] = ((), (5, 3), (1, 3), (5, 3, 1, 3))
ASCII_PATTERNS: tuple[Pattern, ...] = ((), (1, 2), (1, 2), (1, 2))

_FIGURE = threading.Lock()  # plotext has one figure for the whole process
_COLOURED = re.compile(r"\x1b\[([\d;]*)m|(\n)|([^\x1b\n]+)")


@dataclass(frozen=True)
class Canvas:
    """Size in cells, and the dots of a cell: 2 × 4 in braille, 1 × 1 in ASCII."""

    width: int
    height: int
    ascii_only: bool = False

    @property
    def dots(self) -> tuple[int, int]:
        """Dots across and up."""
        return (self.width, self.height) if self.ascii_only else (self.width * 2, self.height * 4)

    def column(self, place: float) -> int:
        """The column of cells in which a place 0 … 1 along the x axis lies."""
        across = self.dots[0]
        return round(place * (across - 1)) * self.width // across

    def row(self, place: float) -> int:
        """The row of cells, from the top, in which a place 0 … 1 up the y axis lies."""
        up = self.dots[1]
        return self.height - 1 - round(place * (up - 1)) * self.height // up


@dataclass(frozen=True)
class Stroke:
    """One line to draw: pieces of places 0 … 1 in both directions, its look and colour."""

    pieces: Sequence[Piece]
    colour: RGB | None
    pattern: Pattern = ()
    character: str = "*"
    """What it is drawn with in ASCII."""


def draw(canvas: Canvas, strokes: Sequence[Stroke]) -> Iterator[tuple[int, int, str, RGB | None]]:
    """(row, column, text, colour) of all that isn't blank; later strokes lie on earlier ones."""
    row = column = 0
    colour: RGB | None = None
    for match in _COLOURED.finditer(_drawing(canvas, strokes)):
        codes, newline, text = match.groups()
        if newline:
            row, column = row + 1, 0
        elif text:
            if text.strip():
                yield row, column, text, colour
            column += len(text)
        else:
            colour = _rgb(codes)


def _rgb(codes: str) -> RGB | None:
    numbers = codes.split(";")
    if numbers[:2] != ["38", "2"]:
        return None
    red, green, blue = map(int, numbers[2:5])
    return red, green, blue


def _drawing(canvas: Canvas, strokes: Sequence[Stroke]) -> str:
    """What plotext draws: `height` lines of `width` characters with colour codes."""
    plotext = _plotext()
    with _FIGURE:
        plotext.terminal.limit(False, False)
        figure = plotext.figure
        figure.clear()
        try:
            figure.plot_size(canvas.width, canvas.height)
            figure.axes(False)
            figure.canvas("default")
            for axis, size in (("x", canvas.width), ("y", canvas.height)):
                figure.ruler(axis).lim(0, size - 1)
                figure.ruler(axis).ticks([], [])
            for stroke in strokes:
                for piece in stroke.pieces:
                    figure.draw(_signal(plotext, canvas, stroke, piece))
            return str(figure.build().string())
        finally:
            figure.clear()


def _plotext() -> Any:
    with without("PIL", "_hashlib"):  # for pictures; what it hashes needs no OpenSSL
        import plotext
    return plotext


def _signal(plotext: Any, canvas: Canvas, stroke: Stroke, piece: Piece) -> Any:
    across, up = canvas.dots
    x, y = piece[0] * (across - 1), piece[1] * (up - 1)
    joined = np.ones(len(x), dtype=np.bool_)
    if len(x) == 1 and not canvas.ascii_only:
        x, y = _blob(round(x[0]), round(y[0]))
        joined = np.ones(len(x), dtype=np.bool_)
    elif len(x) > 1 and stroke.pattern:
        x, y, joined = _dashes(x, y, stroke.pattern, up // canvas.height)
    symbol = stroke.character if canvas.ascii_only else "braille"
    marker = plotext.marker(symbol, pixel=plotext.pixel(foreground=stroke.colour))
    in_cells_x = (x + 0.5) * canvas.width / across - 0.5
    in_cells_y = (y + 0.5) * canvas.height / up - 0.5
    signal = plotext.figure.signal(in_cells_x.tolist(), in_cells_y.tolist(), marker=marker)
    for index in np.flatnonzero(joined).tolist():
        signal.line(index)
    return signal


def _blob(x: int, y: int) -> Piece:
    """A lone dot as four dots of its cell, for one is hardly seen."""
    left, low = x - x % 2, y - (y % 4 == 3)
    return np.array([left, left + 1, left + 1, left], float), np.array([low, low, low + 1, low + 1])


def _dashes(
    x: FloatArray, y: FloatArray, pattern: Pattern, tall: int
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Points (in dots) and whether each is joined to the one before.

    Nothing is left out at either end, nor where the line rises or falls by more than
    `tall`: a gap never swallows a spike.
    """
    lengths = np.array(pattern)
    turns = np.arange(0, x[-1] + lengths.sum(), lengths.sum())
    edges = (turns[:, None] + np.concatenate([[0], lengths.cumsum()[:-1]])).ravel()
    inner = edges[(edges > x[0]) & (edges < x[-1])]
    order = np.argsort(np.concatenate([x, inner]), kind="stable")
    y = np.concatenate([y, np.interp(inner, x, y)])[order]
    x = np.concatenate([x, inner])[order]
    span = np.searchsorted(edges, (x[:-1] + x[1:]) / 2, side="right") - 1
    starts = np.flatnonzero(np.diff(span, prepend=-1))
    top = np.maximum.reduceat(np.maximum(y[:-1], y[1:]), starts)
    bottom = np.minimum.reduceat(np.minimum(y[:-1], y[1:]), starts)
    shown = (span[starts] % 2 == 0) | (top - bottom > tall)
    shown[[0, -1]] = True
    linked = np.repeat(shown, np.diff(starts, append=len(span)))
    joined = np.concatenate([[False], linked])
    kept = joined | np.concatenate([linked, [False]])
    return x[kept], y[kept], joined[kept]
