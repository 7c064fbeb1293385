"""What is in a folder, and what of it nn-tui can open."""

import os
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from tui_nn.data.files.folders import natural
from tui_nn.data.files.source import name_of, readable
from tui_nn.data.open import PICTURES, TABLES
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.disk import FolderEntry, Listing, Opens

MOST = 2_000
"""Entries that are told."""
MOST_READ = 50_000
"""Entries that are sorted; of a larger folder the ones the system names first."""
PEEKED = 50
"""Entries of a folder inside that are looked at to say what it is."""
PEEKING_S = 1.0
"""So long folders are looked into; what the others are is not said."""
DATA = TABLES | {".npz"}


def list_folder(word: str, is_run: Callable[[Path], bool]) -> Listing:
    """The entries of a folder that aren't hidden; InvalidInput for what is none.

    `is_run`: whether a folder is a run's.
    """
    path = Path(word).expanduser() if word else Path()
    path = Path(os.path.abspath(path))
    where = name_of(path)
    if path.is_file():
        raise InvalidInput("is a file, not a folder", where=where, hint=f"list {path.parent}")
    with readable(path), os.scandir(path) as entries:
        read = list(islice(entries, MOST_READ + 1))
    seen = [entry for entry in read if not entry.name.startswith(".") and _is_text(entry.name)]
    seen.sort(key=lambda entry: (not _is_folder(entry), natural(entry.name)))
    until = time.monotonic() + PEEKING_S
    return Listing(
        path=str(path),
        parent=str(path.parent) if path.parent != path else "",
        entries=tuple(_entry(entry, is_run, until) for entry in seen[:MOST]),
        left_out=max(0, len(seen) - MOST),
    )


def _is_text(name: str) -> bool:
    """Whether a name can be told: the system allows bytes that are no letters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _entry(entry: "os.DirEntry[str]", is_run: Callable[[Path], bool], until: float) -> FolderEntry:
    if _is_folder(entry):
        opens = _folder_opens(Path(entry.path), is_run) if time.monotonic() < until else ""
        return FolderEntry(name=entry.name, is_folder=True, opens=opens)
    try:
        size: int | None = entry.stat().st_size
        plain = entry.is_file()
    except OSError:
        size, plain = None, False
    return FolderEntry(name=entry.name, size=size, opens=_file_opens(entry.name) if plain else "")


def _file_opens(name: str) -> Opens:
    suffix = Path(name).suffix.lower()
    if suffix == ".toml":
        return "lesson" if name.lower().endswith(".lesson.toml") else "experiment"
    return "data" if suffix in DATA else ""


def _folder_opens(path: Path, is_run: Callable[[Path], bool]) -> Opens:
    if is_run(path):
        return "run"
    if _holds_idx(path):
        return "data"
    with_pictures = (_holds_pictures(_peek(entry.path)) for entry in _folders(path))
    return "data" if len(list(islice(filter(None, with_pictures), 2))) == 2 else ""


def folder_reader(path: Path) -> str:
    """What reads a folder of data: idx, where files in MNIST's format are near, else images."""
    near = [path, *(Path(entry.path) for entry in _folders(path))]
    return "idx" if any(_holds_idx(place) for place in near) else "images"


def _holds_idx(path: Path) -> bool:
    """Whether it, or what torchvision calls raw in it, holds a file in MNIST's format."""
    entries = (entry for place in (path, path / "raw") for entry in _peek(place))
    return any("-ubyte" in entry.name and "idx" in entry.name for entry in entries)


def _folders(path: Path) -> list["os.DirEntry[str]"]:
    return [e for e in _peek(path) if not e.name.startswith(".") and _is_folder(e)]


def _peek(path: str | Path) -> list["os.DirEntry[str]"]:
    """The first entries of a folder; none where it can't be read."""
    try:
        with os.scandir(path) as entries:
            return list(islice(entries, PEEKED))
    except OSError:
        return []


def _holds_pictures(entries: Iterable["os.DirEntry[str]"]) -> bool:
    return any(Path(entry.name).suffix.lower() in PICTURES for entry in entries)
