"""Pictures of a user's own: a folder with a folder of picture files for each class."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from math import prod
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.files.arrays import (
    brief,
    check_class_count,
    counted,
    fill_unit,
    foreign,
    kept_apart,
)
from tui_nn.data.files.source import NOWHERE, Source, check_rows, name_of, readable, tell_memory
from tui_nn.spec.catalog.entry import near
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.targets import Classes

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
)
LARGEST = 64
"""The longer side of pictures whose size nobody asked for."""
BAD_SHARE = 0.01
"""Fewer files than this share may be broken: they are left out."""

_VAL = ("val", "valid", "validation", "test")
_LAYOUT = "make a folder a class, as pets/cat/1.png and pets/dog/2.png"


@dataclass
class _Found:
    """The picture files of a folder: those for training class by class, then the others."""

    names: list[str] = field(default_factory=list)
    """Of the classes."""
    files: list[Path] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    train: int = 0
    """So many are for training."""
    val: str = ""
    """The folder of the others."""
    others: list[Path] = field(default_factory=list)
    """Files that are no pictures by their names, and pictures outside the classes."""
    notices: list[str] = field(default_factory=list)

    def add(self, name: str, files: Sequence[Path]) -> None:
        self.files += files
        self.labels += [self.names.index(name)] * len(files)


@dataclass
class _Good:
    """The pictures that could be read."""

    x: NDArray[np.float32]
    indices: list[int] = field(default_factory=list)
    """Where each is among the files found."""
    bad: int = 0
    resized: int = 0


def images(
    folder: str,
    size: int | tuple[int, int] | None = None,
    colour: bool | None = None,
    sha256: str | None = None,
    rows: int | None = None,
    *,
    source: Source = NOWHERE,
) -> Dataset:
    """Pictures x (n, channels, height, width) from 0 to 1, and y, the folder each lies in.

    `size`: a side or (height, width); None: the commonest, its longer side at most LARGEST. A
    picture is scaled until it covers that, and what stands over is cut off evenly. `colour`: three
    channels or one; None: one where all are grey. With folders `train` and `val`, `valid`,
    `validation` or `test`, which hold those of the classes, the second is kept apart. Raises
    InvalidInput, also where more than a few files are broken. Needs pillow.
    """
    root = source.find(folder)
    where = name_of(root)
    if not root.is_dir():
        raise InvalidInput("is a file, not a folder", where=where, hint=_LAYOUT)
    _need_pillow(where)
    with readable(root):
        found = _look_through(root, where)
    sha256 = source.identify(found.files, sha256)
    good = _read(found, root, size, colour, source)
    check_rows(root, len(good.indices), rows)
    apart = sum(index >= found.train for index in good.indices)
    return Dataset(
        x=good.x,
        y=np.array([found.labels[index] for index in good.indices], np.int64),
        kind=Classes(len(found.names)),
        class_names=tuple(map(printable, found.names)),
        sample_name="picture",
        source=printable(root.resolve().name),
        apart=apart,
        sha256=sha256,
        notices=tuple(_notices(found, good, apart)),
    )


def _need_pillow(where: str) -> None:
    try:
        import_module("tui_nn.data.files.pictures")
    except ImportError:
        raise InvalidInput(
            "pictures need pillow",
            where=where,
            hint="pip install 'nn-tui[images]' -c constraints.txt",
        ) from None


def _look_through(root: Path, where: str) -> _Found:
    found = _Found()
    parts = {path.name.lower(): path for path in _folders(root)}
    own_parts = "train" in parts and set(parts) <= {"train", *_VAL}
    of_train = parts["train"] if own_parts else root
    empty = []
    for folder in _folders(of_train):
        if files := _pictures(folder, found.others):
            found.names.append(folder.name)
            found.add(folder.name, files)
        else:
            empty.append(folder.name)
    found.train = len(found.files)
    loose = [path for place in {root, of_train} for path in _visible(place) if path.is_file()]
    found.others += loose
    if not found.names:
        seen = "pictures, but no folders of them" if any(map(_is_picture, loose)) else "no pictures"
        raise InvalidInput(f"holds {seen}", where=where, hint=_LAYOUT)
    check_class_count(len(found.names), "", where, _LAYOUT, "put some together")
    if empty:
        found.notices.append(f"not read: folders without pictures, {_first(empty)}")
    if own_parts:
        _add_val(found, [parts[name] for name in _VAL if name in parts], where)
    return found


def _add_val(found: _Found, folders: list[Path], where: str) -> None:
    """Add the first of these folders; the others are said to be left out."""
    for part in folders[:1]:
        found.val = part.name
        for folder in _folders(part):
            files = _pictures(folder, found.others)
            if files and folder.name not in found.names:
                raise InvalidInput(
                    f"{part.name} has a class {brief(folder.name)}, train has none",
                    where=where,
                    hint=near(folder.name, found.names) or "give it a folder in both",
                )
            if files:
                found.add(folder.name, files)
    if folders[1:]:
        found.notices.append(f"not read: {_first([folder.name for folder in folders[1:]])}")


def _folders(folder: Path) -> list[Path]:
    return [path for path in _visible(folder) if path.is_dir()]


def _visible(folder: Path) -> list[Path]:
    """What isn't hidden, 2 before 10."""
    paths = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(paths, key=lambda path: _natural(path.name))


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """Sorts numbers in a name by their size: text and digits take turns."""
    pieces = re.split("([0-9]+)", name.casefold())
    return [(int(p), "") if i % 2 else (0, p) for i, p in enumerate(pieces)], name


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _pictures(folder: Path, others: list[Path]) -> list[Path]:
    """The picture files in a folder and those below it; the other files go to `others`."""
    files: list[Path] = []
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        if path == folder or (path.is_dir() and not path.is_symlink()):
            waiting += reversed(_visible(path))
        elif path.is_file():
            (files if _is_picture(path) else others).append(path)
    return files


def _read(
    found: _Found,
    root: Path,
    size: int | tuple[int, int] | None,
    colour: bool | None,
    source: Source,
) -> _Good:
    """All pictures, in one size; InvalidInput if too many are broken."""
    from tui_nn.data.files.pictures import BadPicture, Look, look, pixels

    left = Counter(found.labels[: found.train])
    bad = 0

    def leave_out(index: int, error: BadPicture) -> None:
        nonlocal bad
        bad += 1
        label = found.labels[index]
        left[label] -= index < found.train
        if bad >= BAD_SHARE * len(found.files) or left[label] < 2:
            raise InvalidInput(
                str(error),
                where=name_of(found.files[index]),
                hint="mend it, or take it out of the folder",
            )

    looks: dict[int, Look] = {}
    for index in _told(source, "looking at pictures", range(len(found.files))):
        try:
            looks[index] = look(found.files[index])
        except BadPicture as error:
            leave_out(index, error)
    target = _size(size, [(seen.height, seen.width) for seen in looks.values()])
    coloured = not all(seen.grey for seen in looks.values()) if colour is None else colour
    shape = (len(looks), 3 if coloured else 1, *target)
    tell_memory(source, f"{len(looks):,} pictures of {_times(target)}", 4 * prod(shape))
    with foreign(name_of(root), "a folder of pictures"):
        good = _Good(np.empty(shape, np.float32))
    for index in _told(source, "reading pictures", list(looks)):
        try:
            fill_unit(good.x[len(good.indices)], pixels(found.files[index], target, coloured))
        except BadPicture as error:
            leave_out(index, error)
            continue
        good.indices.append(index)
        good.resized += (looks[index].height, looks[index].width) != target
    return replace(good, x=good.x[: len(good.indices)], bad=bad)


def _size(asked: int | tuple[int, int] | None, sizes: list[tuple[int, int]]) -> tuple[int, int]:
    """Height and width for all: as asked for, or the commonest (of equals the largest), reduced."""
    if asked is not None:
        return (asked, asked) if isinstance(asked, int) else asked
    counts = Counter(sizes)
    height, width = max(counts, key=lambda size: (counts[size], prod(size), size))
    scale = min(1.0, LARGEST / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _told(source: Source, what: str, indices: Sequence[int]) -> Iterator[int]:
    """The same indices; says now and then how far they are."""
    told = monotonic()
    for done, index in enumerate(indices):
        if monotonic() - told > 0.1:
            told = monotonic()
            source.tell(f"{what}: {100 * done / len(indices):.0f} %")
        yield index


def _notices(found: _Found, good: _Good, apart: int) -> Iterator[str]:
    yield from found.notices
    if apart:
        yield kept_apart(apart, "picture", found.val)
    if good.resized:
        yield (
            f"brought to {_times(good.x.shape[2:])}: {good.resized:,} of "
            f"{len(good.x):,} pictures (scaled, their middle kept)"
        )
    if good.bad:
        yield f"left out: {counted(good.bad, 'broken file')}"
    if found.others:
        names = [path.name for path in found.others]
        yield f"not read: {counted(len(names), 'other file')}, {_first(names)}"


def _times(size: tuple[int, ...]) -> str:
    return "x".join(map(str, size))


def _first(names: list[str]) -> str:
    return printable(", ".join(names[:3])) + (", …" if len(names) > 3 else "")
