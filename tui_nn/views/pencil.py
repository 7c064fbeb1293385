"""Points drawn into a plane: where the pencil stands, and the screen with what it draws on."""

from dataclasses import dataclass, replace
from math import ceil, log10

import numpy as np

from tui_nn.spec.protocol.frames import Map, SamplesFrame
from tui_nn.views.arrays import kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.frame import paint_headline
from tui_nn.views.ink import Ink, Palette
from tui_nn.views.layout import NARROW
from tui_nn.views.panels.forward_plane import paint_class_map, probe_of
from tui_nn.views.plane import Window, window
from tui_nn.views.plane_picture import class_glyph, class_ink
from tui_nn.views.reading import class_count, class_name
from tui_nn.views.sheet import FOOT, HEAD, paint_keys, paint_status, paint_title
from tui_nn.views.world import World

MARGIN = 0.25
"""Of the points' extent, on each side: room to draw in."""
NEAR = 1
"""Cells that a point may lie beside the pencil to be the one that is taken out."""
ZOOM = 1.5
KEYS = ("arrows cursor", "enter put", "del remove", "- + zoom", "u U undo redo",
        "space run", "q done")  # fmt: skip
KEYS_NARROW = ("arrows cursor", "enter put", "del remove", "u undo", "space run",
               "q done")  # fmt: skip


@dataclass(frozen=True)
class Pencil:
    """Where it stands, and what it puts there."""

    window: Window
    column: int
    row: int
    label: int = 1

    @property
    def place(self) -> tuple[float, float]:
        """The middle of its cell, with no more digits than a cell can tell."""
        shown = self.window
        across = (self.column + 0.5) / shown.columns
        down = (2 * self.row + 1) / shown.pixels
        x = shown.x[0] + across * (shown.x[1] - shown.x[0])
        y = shown.y[1] - down * (shown.y[1] - shown.y[0])
        return _rounded(x, shown.x, shown.columns), _rounded(y, shown.y, shown.pixels // 2)

    def at(self, column: int, row: int) -> "Pencil":
        """The same in another cell, as near as there is one."""
        last = self.window.columns - 1, self.window.pixels // 2 - 1
        return replace(self, column=max(0, min(last[0], column)), row=max(0, min(last[1], row)))

    def zoomed(self, times: float) -> "Pencil":
        """So many times as much of the plane, the place under the pencil at its cell."""
        shown, (x, y) = self.window, self.place

        def around(middle: float, ends: tuple[float, float]) -> tuple[float, float]:
            return middle - (middle - ends[0]) * times, middle + (ends[1] - middle) * times

        wider = replace(shown, x=around(x, shown.x), y=around(y, shown.y))
        return replace(self, window=wider)

    def fitted(self, size: tuple[int, int]) -> "Pencil":
        """The same plane on a screen of another size."""
        columns, rows = size[0], max(1, size[1] - HEAD - FOOT)
        ends = np.array([self.window.x, self.window.y], float).T
        shown = window(ends, columns, rows, 0.0)
        return replace(self, window=shown).at(shown.columns // 2, shown.pixels // 4)


def _rounded(value: float, ends: tuple[float, float], cells: int) -> float:
    """To a tenth of a cell's side, at least."""
    side = (ends[1] - ends[0]) / max(1, cells)
    return round(value, max(0, ceil(-log10(side)) + 1)) + 0.0


def suits(world: World) -> bool:
    """Whether there is a plane with classes to draw into."""
    samples = world.samples
    has_plane = samples is not None and samples.points is not None
    return has_plane and samples.points.shape[1] == 2 and class_count(world) > 0  # type: ignore[union-attr]


def pencil_of(world: World, size: tuple[int, int]) -> Pencil:
    """A pencil in the middle of the plane."""
    assert world.samples is not None
    assert world.samples.points is not None
    rows = max(1, size[1] - HEAD - FOOT)
    shown = window(kept(world.samples.points), size[0], rows, MARGIN)
    return Pencil(shown, shown.columns // 2, shown.pixels // 4)


def with_label(pencil: Pencil, label: int) -> Pencil:
    """The same for another class."""
    return replace(pencil, label=label)


def probe(pencil: Pencil) -> Map:
    """What the network says of the plane."""
    return probe_of(pencil.window)


def point_at(samples: SamplesFrame, pencil: Pencil, near: int = 0) -> int | None:
    """Which of the samples lies at the pencil, at most `near` cells beside it; the nearest."""
    assert samples.points is not None
    across, down = pencil.window.places(kept(samples.points))
    right, below = np.abs(across - pencil.column), np.abs(down // 2 - pencil.row)
    apart = np.where((right <= near) & (below <= near), right + below, np.inf)
    found = int(apart.argmin()) if len(apart) else 0
    return found if len(apart) and np.isfinite(apart[found]) else None


def paint(
    pencil: Pencil, world: World, palette: Palette, size: tuple[int, int], words: str
) -> Canvas:
    """The whole screen; `words`: what the app says for a moment."""
    canvas = Canvas(*size, palette)
    paint_title(canvas, world, "draw points")
    headline = Canvas(size[0], 1, palette)
    paint_headline(headline, world)
    canvas.draw(headline, 1, 0)
    inner = Canvas(size[0], max(1, size[1] - HEAD - FOOT), palette)
    shown = pencil.window
    paint_class_map(inner, world, world.samples, shown, world.frame(probe(pencil)), discrete=False)
    _paint_pencil(inner, pencil, class_count(world))
    canvas.draw(inner, HEAD, 0)
    paint_status(canvas, world, words, *_status(pencil, world, palette))
    keys = KEYS if size[0] >= NARROW else KEYS_NARROW
    label = f"0-{min(class_count(world), 10) - 1} class"
    paint_keys(canvas, (keys[0], label, *keys[1:]))
    return canvas


def _paint_pencil(canvas: Canvas, pencil: Pencil, count: int) -> None:
    """`[●]`: the class that it puts, between brackets."""
    palette, row, column = canvas.palette, pencil.row, pencil.column
    ink = Ink(palette.ground, palette.text, bold=True)
    for beside, bracket in ((-1, "["), (1, "]")):
        if 0 <= column + beside < canvas.width:
            canvas.put(row, column + beside, bracket, ink)
    colour = class_ink(palette, pencil.label, count) if palette.colour else palette.text
    canvas.put(row, column, class_glyph(pencil.label, count), palette.ink(colour, bold=True))


def _status(pencil: Pencil, world: World, palette: Palette) -> list[tuple[str, Ink]]:
    """The class that it puts, where, and what is there already."""
    count, samples, (x, y) = class_count(world), world.samples, pencil.place
    colour = class_ink(palette, pencil.label, count) if palette.colour else palette.text
    parts = [
        (f"class {class_name(world, pencil.label)} ", palette.plain),
        (class_glyph(pencil.label, count), palette.ink(colour, bold=True)),
        (f"   x1 {x:g}  x2 {y:g}", palette.plain),
    ]
    found = None if samples is None else point_at(samples, pencil, NEAR)
    if samples is not None and found is not None:
        label = class_name(world, int(samples.y.numpy()[found]))
        parts.append((f"   here: {samples.sample_name} of class {label}", palette.quiet))
    return parts
