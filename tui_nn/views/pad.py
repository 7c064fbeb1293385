"""A picture drawn pixel by pixel beside what the network says of it."""

from dataclasses import dataclass, replace

import numpy as np

from tui_nn.spec.catalog.drawn import LEVELS
from tui_nn.spec.protocol.frames import Given, GivenFrame
from tui_nn.views import classes, pictures
from tui_nn.views.arrays import Floats, kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.frame import paint_headline
from tui_nn.views.ink import Ink, Palette
from tui_nn.views.layout import NARROW
from tui_nn.views.panels.forward_picture import picture_shape
from tui_nn.views.plane import extent
from tui_nn.views.reading import class_count, class_name
from tui_nn.views.sheet import FOOT, HEAD, paint_keys, paint_status, paint_title
from tui_nn.views.world import World

FULL = len(LEVELS) - 1
LEFT, TOP = 2, HEAD + 1
"""Where the pad begins, inside its border."""
ANSWER = 26
"""Columns of what the network says, at least."""
GAP = 4
KEYS = ("arrows move", "space pen", "x erase", "del clear", "0-9 class", "enter put", "u U undo",
        "ctrl+r run", "q done")  # fmt: skip
KEYS_NARROW = ("arrows move", "space pen", "x erase", "del clear", "0-9 class", "enter put",
               "q done")  # fmt: skip
RADIUS, SOFT = 1 / 16, 0.77 / 8
"""Of the pen, in sides of the picture: what is full, and how far it fades from there. In 8x8 a
stroke is one full pixel wide with a third at each side, as those of the shipped digits are.
"""

Levels = tuple[tuple[int, ...], ...]
"""Rows of pixels from 0 to `FULL`."""


@dataclass(frozen=True)
class Pad:
    """What is drawn, and where the pen is."""

    levels: Levels
    row: int
    column: int
    is_down: bool = False
    label: int | None = None

    @property
    def text(self) -> str:
        """As a dataset's call has it."""
        return "".join(LEVELS[level] for row in self.levels for level in row)

    @property
    def is_empty(self) -> bool:
        return not any(map(any, self.levels))

    @property
    def values(self) -> Floats:
        """(rows, columns) 0 … 1."""
        return np.array(self.levels, float) / FULL

    def at(self, row: int, column: int) -> "Pad":
        """The pen on another pixel; it draws on its way if it is down."""
        tall, wide = len(self.levels), len(self.levels[0])
        to = max(0, min(tall - 1, row)), max(0, min(wide - 1, column))
        steps = max(abs(to[0] - self.row), abs(to[1] - self.column), 1)
        pad = self
        for step in range(1, steps + 1):
            share = step / steps
            pad = replace(
                pad,
                row=round(self.row + share * (to[0] - self.row)),
                column=round(self.column + share * (to[1] - self.column)),
            )
            pad = pad.inked() if self.is_down else pad
        return pad

    def inked(self) -> "Pad":
        """With ink where the pen is, softer beside it."""
        tall, wide = len(self.levels), len(self.levels[0])
        down, right = np.ogrid[:tall, :wide]
        side = max(tall, wide)
        apart = np.hypot(down - self.row, right - self.column)
        ink = np.clip(1 - (apart - RADIUS * side) / (SOFT * side), 0, 1)
        now = np.maximum(np.array(self.levels), np.rint(FULL * ink).astype(int))
        return replace(self, levels=_levels(now))

    def erased(self) -> "Pad":
        """Without the ink where the pen is."""
        now = np.array(self.levels)
        now[self.row, self.column] = 0
        return replace(self, levels=_levels(now))

    def cleared(self) -> "Pad":
        return replace(pad_of(len(self.levels), len(self.levels[0])), row=self.row,
                       column=self.column)  # fmt: skip


def _levels(array: "np.ndarray[tuple[int, ...], np.dtype[np.int_]]") -> Levels:
    return tuple(map(tuple, array.tolist()))


def pad_of(tall: int, wide: int) -> Pad:
    """An empty one, the pen in its middle."""
    return Pad(((0,) * wide,) * tall, tall // 2, wide // 2)


def suits(world: World) -> bool:
    """Whether there are pictures of classes to draw like."""
    return world.kind == "picture" and class_count(world) > 0


def scale(pad: Pad, size: tuple[int, int]) -> int:
    """Columns of a pixel, which is half as many rows tall; 0 where the pad has no room."""
    tall, wide = len(pad.levels), len(pad.levels[0])
    columns = (size[0] - LEFT - 1 - GAP - ANSWER) // wide
    rows = 2 * (size[1] - TOP - 1 - FOOT) // tall
    most = min(columns, rows)
    return most - most % 2 if most > 1 else max(0, most)


def pixel_at(pad: Pad, size: tuple[int, int], x: int, y: int) -> tuple[int, int] | None:
    """The row and column of the pixel in a cell of the screen."""
    one = scale(pad, size)
    if not one:
        return None
    row, column = 2 * (y - TOP) // one, (x - LEFT) // one
    inside = 0 <= row < len(pad.levels) and 0 <= column < len(pad.levels[0])
    return (row, column) if inside else None


def probe(pad: Pad, world: World) -> Given:
    """What the network says of it: from no ink to full as far as pictures of the data go."""
    assert world.samples is not None
    low, high = extent(kept(world.samples.x))
    values = low + pad.values * (high - low)
    return Given(inputs=tuple(np.tile(values.ravel(), picture_shape(world)[0]).tolist()))


def answer(pad: Pad, world: World) -> classes.Answer:
    """The latest of what it said, beside the class that was chosen."""
    names = tuple(class_name(world, index) for index in range(class_count(world)))
    said = [frame for frame in world.frames.values() if isinstance(frame, GivenFrame)]
    truth = "" if pad.label is None else names[pad.label]
    if not said or pad.is_empty:
        return classes.Answer(names, None, None, "", truth)
    shares = outputs = None
    if said[-1].probabilities is not None:
        shares = tuple(map(float, said[-1].probabilities.numpy()))
    elif said[-1].output.shape == (len(names),):
        outputs = tuple(map(float, said[-1].output.numpy()))
    return classes.Answer(names, shares, outputs, said[-1].answer, truth)


def paint(pad: Pad, world: World, palette: Palette, size: tuple[int, int], words: str) -> Canvas:
    """The whole screen; `words`: what the app says for a moment."""
    canvas = Canvas(*size, palette)
    paint_title(canvas, world, "draw a picture")
    headline = Canvas(size[0], 1, palette)
    paint_headline(headline, world)
    canvas.draw(headline, 1, 0)
    one = scale(pad, size)
    if one:
        _paint_picture(canvas, pad, one)
        _paint_answer(canvas, pad, world, LEFT + one * len(pad.levels[0]) + 1 + GAP)
    else:
        canvas.put(HEAD, 1, "too small a screen for these pictures", palette.quiet)
    paint_status(canvas, world, words, _status(pad, world))
    count = min(class_count(world), 10)
    keys = KEYS if size[0] >= NARROW else KEYS_NARROW
    paint_keys(canvas, tuple(key.replace("0-9", f"0-{count - 1}") for key in keys))
    return canvas


def _paint_picture(canvas: Canvas, pad: Pad, one: int) -> None:
    palette, tall, wide = canvas.palette, len(pad.levels), len(pad.levels[0])
    shown = pictures.Size(one * wide, one * tall)
    pictures.paint(canvas, pad.values, TOP, LEFT, shown)
    rule, line = palette.ink(palette.rule), "─" * shown.columns
    canvas.put(TOP - 1, LEFT - 1, f"┌{line}┐", rule)
    for row in range(TOP, TOP + shown.rows):
        canvas.put(row, LEFT - 1, "│", rule)
        canvas.put(row, LEFT + shown.columns, "│", rule)
    canvas.put(TOP + shown.rows, LEFT - 1, f"└{line}┘", rule)
    row, left = TOP + one * pad.row // 2, LEFT + one * pad.column
    ink = Ink(palette.ground, palette.bad if pad.is_down else palette.accent, bold=True)
    right = left + one - 1 if one > 1 else left + 1
    canvas.put(row, left if one > 1 else left - 1, "[", ink)
    canvas.put(row, right, "]", ink)


def _paint_answer(canvas: Canvas, pad: Pad, world: World, column: int) -> None:
    palette, found = canvas.palette, answer(pad, world)
    rows = canvas.height - TOP - FOOT - 2
    canvas.put(TOP - 1, column, f"the network says  {classes.title_of(world)}", palette.strong)
    width = canvas.width - column - 1
    bar = max(classes.BAR, min(30, width - found.name_width - classes.PERCENT - 2))
    classes.paint(canvas, found, TOP, column, max(1, rows), 1, bar)
    below = TOP + min(len(found.names), max(1, rows)) + 1
    if below < canvas.height - FOOT and found.says:
        said = f"it is taken for {found.says}"
        canvas.put(below, column, said, palette.strong)


def _status(pad: Pad, world: World) -> str:
    pen = "pen down" if pad.is_down else "pen up"
    if pad.label is None:
        return f"{pen}   choose its class, then enter adds it to the training data"
    return f"{pen}   enter adds it to the training data as {class_name(world, pad.label)}"
