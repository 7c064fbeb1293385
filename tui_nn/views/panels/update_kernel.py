"""7 Update: one kernel of a convolution, its weights as numbers and as shades."""

from dataclasses import dataclass
from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import cell_width
from tui_nn.spec.diagnosis.rows import learning, short_name
from tui_nn.spec.protocol.frames import LayersFrame, WeightsFrame
from tui_nn.views.canvas import SHADES, SHADES_ASCII, Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import Ink
from tui_nn.views.layer_names import LAYERS, cursor
from tui_nn.views.numbers import short
from tui_nn.views.panels.update_weight import probe_of
from tui_nn.views.world import World

ENDS = 0.6
"""Of the scale's end: what lies beyond has the last shade."""
GAP = 3
"""Cells between numbers and shades, beside the two between numbers."""


@dataclass(frozen=True)
class Kernel:
    """The weights between one channel and another."""

    name: str
    values: NDArray[np.float64]
    """(rows, columns)."""
    chosen: tuple[int, int]
    """The row and the column of the weight that is followed."""
    end: float
    """The scale reaches from its negative to it: 1, 2 or 5 times a power of ten, the last below
    the largest |weight| of the layer.
    """


def kernel_of(world: World, desk: Desk) -> Kernel | None:
    """The kernel that the weight in focus belongs to; None where the layer has none."""
    layers: LayersFrame | None = world.frame(LAYERS)
    rows, probe = learning(layers), probe_of(world, desk)
    frame: WeightsFrame | None = world.frame(probe) if probe else None
    layer = rows[cursor(rows, desk)] if rows else None
    if frame is None or layer is None or not layer.call.startswith("Conv"):
        return None
    values = frame.value.numpy()
    if values.ndim != len(frame.shape) or values.ndim < 3 or not values.size:
        return None
    place = tuple(map(int, np.unravel_index(min(desk.weight, values.size - 1), frame.shape)))
    name = f"kernel {place[0]} of {short_name(layer)}"
    if frame.shape[1] > 1:
        name += f", channel {place[1]}"
    kernel = np.atleast_2d(values[place[:2]]).astype(np.float64)
    row = place[-2] if values.ndim > 3 else 0
    return Kernel(name, kernel, (row, place[-1]), _end(values))


def _end(values: NDArray[np.generic]) -> float:
    finite = np.abs(values[np.isfinite(values)]).astype(np.float64)
    largest = float(finite.max(initial=0.0))
    if not largest:
        return 1.0
    power = 10.0 ** floor(log10(largest))
    return power * next(step for step in (5, 2, 1) if largest >= step * power or step == 1)


def rows_wanted(kernel: Kernel, *, legend: bool = True) -> int:
    """Title, values, and a legend behind an empty row."""
    return 1 + len(kernel.values) + 2 * legend


def paint_kernel(
    canvas: Canvas, kernel: Kernel, row: int, rows: int, *, focused: bool, beside: str = ""
) -> int:
    """In at most `rows` rows; returns the row below. `beside` stands at the right of its name,
    where there is room.
    """
    palette = canvas.palette
    name = kernel.name if cell_width(kernel.name) < canvas.width else ""
    canvas.put(row, 1, name, palette.strong)
    if beside and cell_width(kernel.name) + cell_width(beside) + 4 <= canvas.width:
        canvas.right(row, beside, palette.quiet, edge=canvas.width - 2)
    decimals = 2 if kernel.end >= 0.05 else 3
    cells, across = decimals + 3, kernel.values.shape[1]
    numbers = across * (cells + 2) + GAP - 1
    if numbers + 2 * across > canvas.width:
        numbers = 1
    shown = min(len(kernel.values), rows - 1)
    for y, line in enumerate(kernel.values[:shown].tolist(), row + 1):
        for x, value in enumerate(line if numbers > 1 else ()):
            chosen = focused and (y - row - 1, x) == kernel.chosen
            ink = palette.ink(palette.of_sign(value), bold=chosen)
            ink = ink._replace(fg=palette.ground, bg=palette.accent) if chosen else ink
            canvas.put(y, 1 + x * (cells + 2), _number(value, cells, decimals), ink)
    _paint_shades(canvas, kernel.values[:shown] / kernel.end, row + 1, numbers)
    end = row + 1 + shown
    if end + 2 <= row + rows:
        _paint_legend(canvas, ENDS * kernel.end, end + 1)
        return end + 2
    return end


def _number(value: float, cells: int, decimals: int) -> str:
    for places in range(decimals, -1, -1):
        if len(text := f"{value:+.{places}f}") <= cells:
            return text.rjust(cells)
    return ("+" if value > 0 else "-").rjust(cells)


def _paint_shades(canvas: Canvas, places: NDArray[np.float64], row: int, column: int) -> None:
    """Places −1 … 1 (rows, columns), two cells each."""
    if canvas.palette.has_pixels:
        colours = canvas.palette.diverging(places)
        canvas.picture(np.repeat(np.repeat(colours, 2, 0), 2, 1), row, column)
        return
    steps = np.rint(2 + 2 * np.clip(np.nan_to_num(places) / (ENDS + 0.2), -1, 1)).astype(int)
    glyphs = SHADES_ASCII if canvas.palette.ascii_only else SHADES
    for y, line in enumerate(steps.tolist(), row):
        canvas.put(y, column, "".join(2 * glyphs[step] for step in line))


def _paint_legend(canvas: Canvas, limit: float, row: int) -> None:
    palette, words = canvas.palette, short(limit, 2)
    parts = [("█", f" > {words}"), ("▒", " near 0"), ("blank", f" < −{words}")]
    if palette.has_pixels:
        parts[2] = ("█", parts[2][1])
    if sum(len(glyph) + len(text) for glyph, text in parts) + 7 > canvas.width:
        return
    column = 1
    for place, (glyph, text) in zip((1.0, 0.0, -1.0), parts, strict=True):
        ink = palette.plain
        if palette.has_pixels:
            red, green, blue = palette.diverging(np.array([place]))[0].tolist()
            glyph, ink = " ", Ink(palette.text, (red, green, blue))
        column = canvas.put(row, column, glyph, ink)
        column = canvas.put(row, column, text, palette.quiet) + 3
