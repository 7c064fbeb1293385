"""Points drawn one by one: where the pencil stands, and the screen with what it draws on."""

from dataclasses import dataclass, replace

import numpy as np

from tui_nn.spec.protocol.frames import SamplesFrame
from tui_nn.views.canvas import Canvas
from tui_nn.views.frame import paint_headline
from tui_nn.views.grounds import Ground, Place, ground_of
from tui_nn.views.ink import Ink, Palette
from tui_nn.views.layout import NARROW
from tui_nn.views.plane_picture import class_glyph, class_ink
from tui_nn.views.reading import class_count, class_name
from tui_nn.views.sheet import FOOT, HEAD, paint_keys, paint_status, paint_title
from tui_nn.views.world import World

NEAR = 1
"""Cells that a point may lie beside the pencil to be the one that is taken out."""
ZOOM = 1.5
ZOOM_KEY = "- + zoom"
KEYS = ("arrows cursor", "enter put", "del remove", ZOOM_KEY, "u U undo redo", "space run",
        "q done")  # fmt: skip
KEYS_NARROW = ("arrows cursor", "enter put", "del remove", "u undo", "space run", "q done")


@dataclass(frozen=True)
class Pencil:
    """Where it stands, and what it puts there."""

    ground: Ground
    column: int
    row: int
    label: int = 1

    @property
    def place(self) -> Place:
        """Where it stands in the data's own units."""
        return self.ground.place(self.column, self.row)

    @property
    def sample(self) -> tuple[float | int, ...]:
        """What it puts, as a dataset's call has it."""
        return (*self.place, self.label) if self.ground.has_labels else self.place

    def at(self, column: int, row: int) -> "Pencil":
        """The same in another cell, as near as there is one."""
        last = self.ground.columns - 1, self.ground.rows - 1
        return replace(self, column=max(0, min(last[0], column)), row=max(0, min(last[1], row)))

    def zoomed(self, times: float) -> "Pencil":
        """So many times as much on the screen, the place under the pencil at its cell."""
        return replace(self, ground=self.ground.zoomed(times, self.place))

    def fitted(self, size: tuple[int, int]) -> "Pencil":
        """The same on a screen of another size."""
        return _in_the_middle(self.ground.fitted(*_room(size)), self.label)


def _room(size: tuple[int, int]) -> tuple[int, int]:
    """Columns and rows of the picture."""
    return size[0], max(1, size[1] - HEAD - FOOT)


def _in_the_middle(ground: Ground, label: int = 1) -> Pencil:
    return Pencil(ground, ground.columns // 2, ground.rows // 2, label)


def pencil_of(world: World, size: tuple[int, int]) -> Pencil | None:
    """A pencil in the middle of what can be drawn on; None where nothing can."""
    ground = ground_of(world, *_room(size))
    return None if ground is None else _in_the_middle(ground)


def with_label(pencil: Pencil, label: int) -> Pencil:
    """The same for another class."""
    return replace(pencil, label=label)


def point_at(samples: SamplesFrame, pencil: Pencil, near: int = 0) -> int | None:
    """Which of the samples lies at the pencil, at most `near` cells beside it; the nearest."""
    across, down = pencil.ground.cells(samples)
    right, below = np.abs(across - pencil.column), np.abs(down - pencil.row)
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
    inner = Canvas(*_room(size), palette)
    pencil.ground.paint(inner, world)
    _paint_pencil(inner, pencil, class_count(world))
    canvas.draw(inner, HEAD, 0)
    paint_status(canvas, world, words, *_status(pencil, world, palette))
    keys: tuple[str, ...] = KEYS if size[0] >= NARROW else KEYS_NARROW
    if pencil.ground.has_labels:
        keys = (keys[0], f"0-{min(class_count(world), 10) - 1} class", *keys[1:])
    else:
        keys = tuple(key for key in keys if key != ZOOM_KEY)
    paint_keys(canvas, keys)
    return canvas


def _paint_pencil(canvas: Canvas, pencil: Pencil, count: int) -> None:
    """`[●]`: the class that it puts, between brackets; a cross for a value."""
    palette, row, column = canvas.palette, pencil.row, pencil.column + pencil.ground.left
    ink = Ink(palette.ground, palette.text, bold=True)
    for beside, bracket in ((-1, "["), (1, "]")):
        if 0 <= column + beside < canvas.width:
            canvas.put(row, column + beside, bracket, ink)
    glyph, colour = _look(pencil, count, palette)
    canvas.put(row, column, glyph, colour)


def _look(pencil: Pencil, count: int, palette: Palette) -> tuple[str, Ink]:
    if not pencil.ground.has_labels:
        return "+", palette.strong
    colour = class_ink(palette, pencil.label, count) if palette.colour else palette.text
    return class_glyph(pencil.label, count), palette.ink(colour, bold=True)


def _status(pencil: Pencil, world: World, palette: Palette) -> list[tuple[str, Ink]]:
    """The class that it puts, where, and what is there already."""
    count, samples, (x, y) = class_count(world), world.samples, pencil.place
    across, up = pencil.ground.names
    parts = [(f"{across} {x:g}  {up} {y:g}", palette.plain)]
    if pencil.ground.has_labels:
        name = (f"class {class_name(world, pencil.label)} ", palette.plain)
        parts = [name, _look(pencil, count, palette), ("   ", palette.plain), *parts]
    found = None if samples is None else point_at(samples, pencil, NEAR)
    if samples is not None and found is not None:
        what = f"{samples.sample_name}{said(world, samples, found)}"
        parts.append((f"   here: {what}", palette.quiet))
    return parts


def said(world: World, samples: SamplesFrame, index: int) -> str:
    """` of class 1`, where samples have one."""
    if not class_count(world):
        return ""
    return f" of class {class_name(world, int(samples.y.numpy()[index]))}"
