"""Colours by what they mean, for every theme."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import RGB

ThemeName = Literal["dark", "light", "contrast", "safe"]
"""`safe` tells its colours apart whatever kind of colour blindness reads them."""


class Ink(NamedTuple):
    """How a cell is written."""

    fg: RGB
    bg: RGB
    bold: bool = False


@dataclass(frozen=True)
class Palette:
    """The inks of a theme.

    Minus is the colour of what is negative and of class 0, plus that of what is positive and of
    class 1.
    """

    name: ThemeName
    ground: RGB
    text: RGB
    faint: RGB
    rule: RGB
    accent: RGB
    """Titles, keys, what is lit."""
    plus: RGB
    minus: RGB
    middle: RGB
    """Between the two, in maps."""
    good: RGB
    bad: RGB
    warm: RGB
    """What warns."""
    classes: tuple[RGB, ...]
    lines: tuple[RGB, ...]
    """Of a chart: train, val, then others."""
    colour: bool = True
    """Whether the terminal shows colours; without, glyphs tell what colours would."""
    ascii_only: bool = False

    @property
    def has_pixels(self) -> bool:
        """Whether two pixels can stand in a cell, as a half block."""
        return self.colour and not self.ascii_only

    def ink(self, fg: RGB | None = None, *, bold: bool = False, bg: RGB | None = None) -> Ink:
        """An ink of this theme; text on its ground where nothing else is said."""
        return Ink(fg or self.text, bg or self.ground, bold)

    @property
    def plain(self) -> Ink:
        return Ink(self.text, self.ground)

    @property
    def quiet(self) -> Ink:
        return Ink(self.faint, self.ground)

    @property
    def strong(self) -> Ink:
        return Ink(self.text, self.ground, bold=True)

    def of_sign(self, value: float) -> RGB:
        """The colour of a number's sign; that of text for 0 and what is no number."""
        if value > 0:
            return self.plus
        return self.minus if value < 0 else self.text

    def of_class(self, index: int) -> RGB:
        return self.classes[index % len(self.classes)]

    def diverging(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Colours (…, 3) of values −1 … 1: minus, the middle at 0, plus; the middle for NaN."""
        values = np.nan_to_num(np.clip(values, -1, 1))[..., None]
        middle, plus, minus = (np.array(c, float) for c in (self.middle, self.plus, self.minus))
        colours = np.where(
            values >= 0, middle + (plus - middle) * values, middle + (middle - minus) * values
        )
        return coarse(colours)

    def brightness(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Colours (…, 3) of values 0 … 1, from the ground to the text's colour."""
        values = np.nan_to_num(np.clip(values, 0, 1))[..., None]
        low, high = np.array(self.ground, float), np.array(self.text, float)
        return coarse(low + (high - low) * values)


def mixed(first: RGB, second: RGB, share: float) -> RGB:
    """A colour between two, `share` of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def coarse(colours: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Fewer colours: their runs on the screen are longer."""
    return np.asarray(colours, np.uint8) & np.uint8(0xF8) | np.uint8(0x04)


_CLASSES: tuple[RGB, ...] = (
    (78, 148, 228), (243, 164, 84), (96, 190, 120), (214, 96, 130), (150, 124, 214),
    (92, 190, 196), (208, 190, 90), (170, 130, 100), (140, 150, 160), (226, 130, 200),
)  # fmt: skip
_SAFE: tuple[RGB, ...] = (
    (86, 180, 233), (230, 159, 0), (0, 158, 115), (240, 228, 66), (0, 114, 178),
    (213, 94, 0), (204, 121, 167), (150, 150, 150), (120, 94, 240), (254, 97, 0),
)  # fmt: skip

DARK = Palette(
    name="dark", ground=(20, 24, 30), text=(216, 222, 230), faint=(124, 134, 146),
    rule=(70, 80, 92), accent=(110, 178, 255), plus=(243, 164, 84), minus=(78, 148, 228),
    middle=(232, 232, 236), good=(110, 200, 130), bad=(236, 106, 106), warm=(232, 190, 96),
    classes=_CLASSES, lines=((110, 178, 255), (243, 164, 84), (110, 200, 130), (214, 96, 160)),
)  # fmt: skip
LIGHT = Palette(
    name="light", ground=(252, 252, 250), text=(34, 38, 44), faint=(112, 118, 126),
    rule=(180, 184, 190), accent=(20, 90, 190), plus=(216, 118, 20), minus=(36, 108, 200),
    middle=(240, 240, 240), good=(20, 128, 60), bad=(192, 40, 40), warm=(160, 104, 0),
    classes=(
        (36, 108, 200), (216, 118, 20), (20, 128, 60), (180, 40, 90), (100, 70, 180),
        (10, 130, 140), (150, 120, 0), (120, 80, 50), (90, 96, 104), (190, 60, 160),
    ), lines=((20, 90, 190), (200, 100, 0), (20, 128, 60), (180, 40, 120)),
)  # fmt: skip
CONTRAST = Palette(
    name="contrast", ground=(0, 0, 0), text=(255, 255, 255), faint=(200, 200, 200),
    rule=(160, 160, 160), accent=(255, 255, 0), plus=(255, 170, 40), minus=(80, 170, 255),
    middle=(255, 255, 255), good=(0, 255, 120), bad=(255, 90, 90), warm=(255, 220, 0),
    classes=_SAFE, lines=((80, 200, 255), (255, 170, 40), (0, 255, 120), (255, 120, 220)),
)  # fmt: skip
SAFE = Palette(
    name="safe", ground=(20, 24, 30), text=(222, 226, 232), faint=(132, 140, 150),
    rule=(74, 82, 94), accent=(86, 180, 233), plus=(230, 159, 0), minus=(86, 180, 233),
    middle=(236, 236, 236), good=(0, 178, 135), bad=(213, 94, 0), warm=(240, 228, 66),
    classes=_SAFE, lines=((86, 180, 233), (230, 159, 0), (0, 178, 135), (204, 121, 167)),
)  # fmt: skip

PALETTES: dict[ThemeName, Palette] = {p.name: p for p in (DARK, LIGHT, CONTRAST, SAFE)}
