"""Walking through folders of a user's files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic

from tui_nn.data.files.source import name_of, readable
from tui_nn.spec.errors import InvalidInput

_FOREIGN = frozenset({"__MACOSX"})
"""Folders that a packer adds for itself."""


@dataclass(frozen=True)
class Bounds:
    """How far a folder is looked through."""

    most: int | None = None
    """Files of a class; None: all."""
    until: float = inf
    """On time.monotonic's clock; later InvalidInput is raised."""


EVERYTHING = Bounds()


def visible(folder: Path) -> list[Path]:
    """What isn't hidden, 2 before 10."""
    with readable(folder):
        paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
    return sorted(
        (path for path in paths if path.name not in _FOREIGN), key=lambda path: natural(path.name)
    )


def natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """Sorts numbers in a name by their size: text and digits take turns."""
    pieces = re.split("([0-9]+)", name.casefold())
    return [(int(p), "") if i % 2 else (0, p) for i, p in enumerate(pieces)], name


def files_in(folder: Path, until: float = inf) -> Iterator[Path]:
    """All files in a folder and below it; InvalidInput where that takes longer than `until`."""
    waiting = [folder]
    while waiting:
        if monotonic() > until:
            raise InvalidInput(
                "holds too many files to be looked through quickly",
                where=name_of(folder),
                hint="open it: then all are looked at",
            )
        path = waiting.pop()
        with readable(path):
            enter = path == folder or (path.is_dir() and not path.is_symlink())
            found = not enter and path.is_file()
        if enter:
            waiting += reversed(visible(path))
        elif found:
            yield path
