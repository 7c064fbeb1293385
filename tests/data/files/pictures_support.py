"""Small pictures and folders of them."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tui_nn.data.files.images import images

RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, (6, 8, 3)).astype(np.uint8)
GREYS = RNG.integers(0, 256, (6, 8)).astype(np.uint8)


def save(path: str, array: Any = GREYS, **options: Any) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)


def pets(array: Any = GREYS, root: str = "pets", count: int = 2) -> None:
    for name in ("cat", "dog"):
        for i in range(count):
            save(f"{root}/{name}/{i}.png", array)


def one(image: Image.Image, name: str = "a.png", **options: Any) -> Any:
    """What becomes of one picture: (channels, height, width)."""
    pets()
    Path("pets/ant").mkdir()
    image.save(f"pets/ant/{name}", **options)
    return images("pets", size=(image.height, image.width)).x[0]
