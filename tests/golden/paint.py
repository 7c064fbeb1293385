"""Pictures of the home screen as files: `python -m tests.golden.paint --write` renews them.

A picture is its text, and behind each line a word for its inks in the dark and the light theme.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.golden.tape import HERE, SIZES, names, read, told_by
from tui_nn.views.canvas import Canvas
from tui_nn.views.home import paint_home
from tui_nn.views.ink import DARK, LIGHT

SHOWN = {
    "and-gate": ("ready", "6 gradient", "goal"),
    "spiral-adam": ("running",),
    "iris-mlp": ("update",),
    "digits-cnn": ("running",),
    "diabetes-regression": ("end",),
}
"""The moments of which there are pictures."""


def pictures(name: str) -> Iterator[tuple[Path, str]]:
    """Every picture of an experiment, with the file it belongs into."""
    for mark, world, desk in told_by(read(name)):
        for columns, rows in SIZES if mark in SHOWN.get(name, ()) else ():
            painted = [paint_home(world, desk, p, (columns, rows)) for p in (DARK, LIGHT)]
            path = HERE / "pictures" / f"{name}_{mark.replace(' ', '-')}_{columns}x{rows}.txt"
            yield path, _written(*painted)


def _written(dark: Canvas, light: Canvas) -> str:
    texts = [canvas.text().split("\n") for canvas in (dark, light)]
    inks = zip(_inks(dark), _inks(light), strict=True)
    lines = []
    for line, in_light, words in zip(*texts, inks, strict=True):
        lines.append(f"{line:<{dark.width}}┊ {' '.join(words)}")
        if in_light != line:  # a half-block of one colour is a blank
            lines.append(f"{in_light:<{dark.width}}┊ light")
    return "\n".join(lines) + "\n"


def _inks(canvas: Canvas) -> list[str]:
    """A word for the inks of each row."""
    rows = ([(len(text), ink) for text, ink in canvas.row(y)] for y in range(canvas.height))
    return [hashlib.blake2b(repr(row).encode(), digest_size=3).hexdigest() for row in rows]


def main() -> None:
    """Say which pictures have changed; write them where asked to."""
    for name in names():
        for path, picture in pictures(name):
            old = path.read_text() if path.exists() else ""
            if picture != old:
                sys.stdout.write(f"{path.name}\n")
                if "--write" in sys.argv:
                    path.write_text(picture)


if __name__ == "__main__":
    main()
