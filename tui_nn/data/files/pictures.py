"""One picture file: its size, its pixels. The only module that knows pillow."""

import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from tui_nn.data.files.arrays import brief

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")

_BOMBS = (Image.DecompressionBombWarning, Image.DecompressionBombError)
_BROKEN = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    SyntaxError,
    EOFError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What pillow raises for bytes that are no picture."""

_GREY = frozenset({"1", "L", "LA", "La"})
_SIXTEEN_BITS = frozenset({"I", "I;16", "I;16L", "I;16B", "I;16N"})

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture upright, by its EXIF orientation (EXIF 2.32, 4.6.4)."""

# What pillow logs of broken files would go to standard error; BadPicture tells of them.
logging.getLogger("PIL").addHandler(logging.NullHandler())


class BadPicture(Exception):
    """A file that can't be read as a picture; its text is the reason."""


@dataclass(frozen=True)
class Look:
    """What a picture's header tells, upright."""

    height: int
    width: int
    grey: bool


def look(path: Path) -> Look:
    """The size of a picture and whether it has no colours; raises BadPicture."""
    with _opened(path) as image:
        width, height = image.size
        if _orientation(image) >= 5:
            width, height = height, width
        return Look(height, width, image.mode in _GREY | _SIXTEEN_BITS)


def pixels(path: Path, size: tuple[int, int], colour: bool) -> NDArray[np.uint8]:
    """(channels, height, width) from 0 to 255: upright, scaled so that it covers `size` (height,
    width), what stands over cut off evenly; transparent parts are white. Raises BadPicture.
    """
    height, width = size
    with _opened(path) as image:
        image.draft(None, (2 * max(size), 2 * max(size)))
        turn = _TURNS.get(_orientation(image))
        plain = _plain(image, "RGB" if colour else "L")
        if turn is not None:
            plain = plain.transpose(turn)
        if plain.size != (width, height):
            plain = ImageOps.fit(plain, (width, height), Image.Resampling.BILINEAR)
        array = np.asarray(plain)
    return array.transpose(2, 0, 1) if colour else array[None]


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # By its path pillow would map a raw TIFF into memory, and scramble one on its side.
            with path.open("rb") as file, Image.open(file, formats=FORMATS) as image:
                if image.format == "TIFF":
                    image.load()  # turns it upright, and says so only then
                yield image
    except _BOMBS:
        raise BadPicture(f"has more than {Image.MAX_IMAGE_PIXELS:,} pixels") from None
    except UnidentifiedImageError:
        raise BadPicture("isn't a picture") from None
    except _BROKEN as error:
        raise BadPicture(f"is broken ({brief(str(error))})") from None


def _orientation(image: Image.Image) -> int:
    """1 to 8; 1, upright, where a picture doesn't tell or tells nonsense."""
    try:
        found = image.getexif().get(_ORIENTATION)
    except _BROKEN:
        return 1
    return found if isinstance(found, int) and found in _TURNS else 1


def _plain(image: Image.Image, mode: str) -> Image.Image:
    """As L or RGB, 8 bits a channel, whatever it is stored as."""
    if image.mode in _SIXTEEN_BITS:
        levels = np.asarray(image).clip(0, 65535) // 257
        return Image.fromarray(levels.astype(np.uint8)).convert(mode)
    if image.mode == "F":
        raise BadPicture("has fractions as pixels, 8 or 16 bits are read")
    if "A" in image.getbands() or "transparency" in image.info:
        opaque = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", opaque.size, "white"), opaque)
    return image.convert(mode)
