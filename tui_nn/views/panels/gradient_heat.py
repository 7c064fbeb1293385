"""|gradient| of a layer over time: a row of shades or of brightness, a line of bars, a legend."""

from collections.abc import Sequence
from math import isnan

import numpy as np
from numpy.typing import NDArray

from tui_nn.views.canvas import EIGHTHS, SHADES_ASCII, Canvas
from tui_nn.views.heat import Heat
from tui_nn.views.ink import Ink

SHADES = "·░▒▓█"
SHOWN = (0, 1, 2, 4)
"""The shades that the legend explains."""


def paint_shades(canvas: Canvas, places: NDArray[np.float64], row: int, column: int) -> None:
    """Places 0 … 1 on the scale (rows, columns), NaN where a gradient is no number, −1 where
    there is none.
    """
    palette, known = canvas.palette, np.maximum(places, 0)
    if palette.has_pixels:
        canvas.picture(np.repeat(palette.brightness(_visible(known)), 2, 0), row, column)
    else:
        glyphs = SHADES_ASCII if palette.ascii_only else SHADES
        steps = np.rint(np.nan_to_num(known) * 4).astype(int)
        for y, line in enumerate(steps.tolist(), row):
            canvas.put(y, column, "".join(glyphs[step] for step in line))
    for y, x in np.argwhere(np.isnan(places)).tolist():
        canvas.mark(row + y, column + x, "×", palette.bad)
    for y, x in np.argwhere(places < 0).tolist():
        canvas.put(row + y, column + x, " ")


def paint_bars(
    canvas: Canvas, places: NDArray[np.float64], row: int, column: int, height: int
) -> None:
    """The same as bars of eighths, at least one high."""
    ink = canvas.palette.ink(canvas.palette.lines[0])
    eighths = 1 + np.nan_to_num(np.maximum(places, 0)) * (8 * height - 1)
    for y in range(height):
        levels = np.clip(np.rint(eighths - 8 * (height - 1 - y)), 0, 8).astype(int)
        line = "".join(
            " " if isnan(place) or place < 0 else EIGHTHS[level]
            for level, place in zip(levels.tolist(), places.tolist(), strict=True)
        )
        canvas.put(row + y, column, line, ink)


def paint_gaps(canvas: Canvas, gaps: Sequence[int], row: int, column: int, rows: int = 1) -> None:
    """Nothing where nothing is known."""
    for y in range(row, row + rows):
        for x in gaps:
            canvas.put(y, column + x, " ")


def paint_time(canvas: Canvas, heat: Heat, row: int, column: int, width: int) -> None:
    """The steps at both ends."""
    if not heat.steps:
        return
    first, last = f"step {heat.since:,}", f"{heat.steps[-1]:,}"
    canvas.put(row, column, first if len(first) + len(last) < width else "", canvas.palette.quiet)
    if len(last) <= width:
        canvas.right(row, last, canvas.palette.quiet, edge=column + width)


def paint_legend(canvas: Canvas, heat: Heat, row: int, column: int) -> None:
    """What the shades stand for; nothing where it doesn't fit."""
    palette, scale = canvas.palette, heat.scale
    glyphs = ["blank", *SHADES_ASCII[1:]] if palette.ascii_only else list(SHADES)
    parts = [(glyphs[shade], f" {_plain(scale.value(shade / 4))}", shade) for shade in SHOWN]
    needed, room = sum(len(g) + len(word) for g, word, _ in parts), canvas.width - column
    gap = 4 if needed + 12 <= room else 2
    if not heat.steps or needed + 3 * gap > room:
        return
    for glyph, word, shade in parts:
        ink = palette.plain
        if palette.has_pixels:
            red, green, blue = palette.brightness(_visible(np.array([shade / 4])))[0].tolist()
            glyph, ink = " ", Ink(palette.text, (red, green, blue))
        column = canvas.put(row, column, glyph, ink)
        column = canvas.put(row, column, word, palette.quiet) + gap


def _visible(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """So that the smallest isn't the ground itself."""
    return 0.06 + 0.94 * places


def _plain(value: float) -> str:
    """In one digit: `0.05`, `4`, `300`, `2e-7`."""
    value = float(f"{value:.0e}")
    if 0.001 <= value < 10_000:
        return f"{value:.4f}".rstrip("0").rstrip(".")
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit}e{int(exponent)}"
