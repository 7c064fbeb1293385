"""Maps over a plane as pictures: half blocks in colour, shades without; points on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase, digits

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import RGB
from tui_nn.views.arrays import Floats
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Palette, coarse
from tui_nn.views.plane import Window

Indices = NDArray[np.intp]

DARKER = 0.4
"""Points are so much of their class's colour."""
LETTERS = digits + ascii_uppercase
"""Of classes, where there are more than two and no colours."""
CIRCLES = "○●"


def class_colours(palette: Palette, likely: Floats) -> NDArray[np.uint8]:
    """Colours (…, 3) of how likely classes are, (classes, …): the likeliest, paler in doubt."""
    if len(likely) == 2:
        return palette.diverging(likely[1] * 2 - 1)
    best = likely.argmax(0)
    most = np.nan_to_num(np.take_along_axis(likely, best[None], 0)[0])
    sure = np.clip((most - 1 / len(likely)) / (1 - 1 / len(likely)), 0, 1)[..., None]
    pure = np.array([palette.of_class(index) for index in range(len(likely))], float)[best]
    mixed = np.array(palette.middle, float) * (1 - sure) + pure * sure
    return coarse(mixed)


def mixed_to(palette: Palette, colour: RGB, places: Floats) -> NDArray[np.uint8]:
    """Colours (…, 3) of values 0 … 1: from what is between classes in maps to one colour."""
    places = np.nan_to_num(np.clip(places, 0, 1))[..., None]
    mixed = np.array(palette.middle, float) * (1 - places) + np.array(colour, float) * places
    return coarse(mixed)


def class_shades(likely: Floats) -> Floats:
    """The same as shades 0 … 1: of two how likely class 1 is, of more the likeliest's number."""
    if len(likely) == 2:
        return np.asarray(likely[1], np.float64)
    return np.asarray(likely.argmax(0) % 5 / 4, np.float64)


def paint_pixels(
    canvas: Canvas, colours: NDArray[np.uint8], shades: Floats, row: int, column: int
) -> None:
    """A picture (2·rows, columns) from its colours (…, 3), or from shades 0 … 1."""
    if canvas.palette.has_pixels:
        canvas.picture(colours, row, column)
    else:
        canvas.shades(halved(shades), row, column, canvas.palette.quiet)


def halved(values: Floats) -> Floats:
    """(2·rows, columns) → (rows, columns): the mean of two values that stand in one cell."""
    return np.asarray((values[0::2] + values[1::2]) / 2, np.float64)


def darker(colour: RGB) -> RGB:
    """Of what stands on a map of the same colour."""
    red, green, blue = (round(part * DARKER) for part in colour)
    return red, green, blue


@dataclass(frozen=True)
class Looks:
    """Of points, one a point."""

    colours: NDArray[np.uint8]
    """(n, 3), as the map has them where the answer is right."""
    glyphs: Sequence[str]
    """Where there are no pixels."""


def class_looks(palette: Palette, classes: Indices, count: int) -> Looks:
    """Of points of classes (n,), of which there are so many."""
    inks = np.array([class_ink(palette, index, count) for index in range(count)], np.uint8)
    return Looks(inks[classes], [class_glyph(index, count) for index in classes.tolist()])


def value_looks(palette: Palette, places: Floats) -> Looks:
    """Of points with values (n,) −1 … 1."""
    return Looks(palette.diverging(places), [CIRCLES[place > 0] for place in places.tolist()])


def class_ink(palette: Palette, index: int, count: int) -> RGB:
    """The colour of a class as maps show it."""
    if count <= 2:
        return palette.plus if index else palette.minus
    return palette.of_class(index)


def class_glyph(index: int, count: int) -> str:
    """A class's point where colours can't tell."""
    return CIRCLES[index] if count <= 2 else LETTERS[index % len(LETTERS)]


def paint_points(
    canvas: Canvas, window: Window, points: Floats, looks: Looks,
    pixels: NDArray[np.uint8] | None,
) -> None:  # fmt: skip
    """Points (n, 2) as dark dots of `pixels`, which are changed; None: as glyphs on the canvas."""
    which, across, down = window.inside(points)
    if pixels is not None:
        pixels[down, across] = np.asarray(looks.colours * DARKER, np.uint8)[which]
        return
    palette = canvas.palette
    for index, x, y in zip(which.tolist(), across.tolist(), down.tolist(), strict=True):
        red, green, blue = looks.colours[index].tolist()
        colour = (red, green, blue) if palette.colour else palette.text
        canvas.mark(y // 2, x, looks.glyphs[index], colour)
