"""Pictures of a user's own: a folder with a folder of picture files for each class."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import islice
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.files.arrays import (
    brief,
    check_class_count,
    class_list,
    counted,
    fill_unit,
    foreign,
    kept_apart,
)
from tui_nn.data.files.folders import EVERYTHING, Bounds, files_in, visible
from tui_nn.data.files.source import NOWHERE, Source, check_rows, name_of, readable, tell_memory
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.targets import Classes
from tui_nn.spec.words import near

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
)
LARGEST = 64
"""The longer side of pictures whose size nobody asked for."""
BAD_SHARE = 0.01
"""Fewer files than this share may be broken: they are left out."""

_READ = "png, jpg, bmp, gif, webp, tif or ppm"
_PARTS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}
"""What the parts of a dataset are called, in any case."""
_LAYOUT = "make a folder a class, as pets/cat/1.png and pets/dog/2.png"
_LAYOUT_OF_PARTS = "lay them as pets/train/cat/1.png and pets/val/cat/2.png"


@dataclass
class Found:
    """The picture files of a folder, part by part, in each class by class."""

    names: list[str] = field(default_factory=list)
    """Of the classes."""
    files: list[Path] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    """Of each file: train, val or test."""
    places: dict[str, Path] = field(default_factory=dict)
    """The folder of each part."""
    empty: list[str] = field(default_factory=list)
    """Folders that hold nothing."""
    unread: list[str] = field(default_factory=list)
    """Folders that hold no pictures, and what they hold instead."""
    others: list[Path] = field(default_factory=list)
    """Files that are no pictures by their names, and pictures outside the classes."""

    def add(self, name: str, files: Sequence[Path], part: str) -> None:
        self.files += files
        self.labels += [self.names.index(name)] * len(files)
        self.parts += [part] * len(files)


@dataclass
class _Good:
    """The pictures that could be read."""

    x: NDArray[np.float32]
    indices: list[int] = field(default_factory=list)
    """Where each is among the files found."""
    bad: list[Path] = field(default_factory=list)
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
    channels or one; None: one where all are grey. Where the folder holds `train` and `val` or
    `test`, or all three, and those hold the folders of the classes, the others are kept apart from
    training. Raises InvalidInput, also where more than a few files are broken. Needs pillow.
    """
    root = source.find(folder)
    where = name_of(root)
    if not root.is_dir():
        raise InvalidInput("is a file, not a folder", where=where, hint=_LAYOUT)
    need_pillow(where)
    with readable(root):
        found = look_through(root, where)
    sha256 = source.identify(found.files, sha256)
    good = _read(found, root, size, colour, source)
    check_rows(root, len(good.indices), rows)
    counts = Counter(found.parts[index] for index in good.indices)
    for_test = counts["test"] if counts["val"] else 0
    apart = len(good.indices) - counts["train"] - for_test
    return Dataset(
        x=good.x,
        y=np.array([found.labels[index] for index in good.indices], np.int64),
        kind=Classes(len(found.names)),
        class_names=tuple(map(printable, found.names)),
        sample_name="picture",
        source=printable(root.resolve().name),
        apart=apart,
        pixels=True,
        apart_for_test=for_test,
        sha256=sha256,
        notices=tuple(_notices(found, good, counts)),
    )


def need_pillow(where: str) -> None:
    """InvalidInput where pillow isn't installed."""
    try:
        import_module("tui_nn.data.files.pictures")
    except ImportError:
        raise InvalidInput(
            "pictures need pillow",
            where=where,
            hint="pip install 'nn-tui[images]' -c constraints.txt",
        ) from None


def look_through(root: Path, where: str, bounds: Bounds = EVERYTHING) -> Found:
    """The picture files of a folder, as far as `bounds` allow.

    Raises InvalidInput where it isn't laid out as `images` wants it.
    """
    found = Found(places=_places(root, where, bounds))
    train, *others = found.places.items()
    for folder in _folders(train[1]):
        before = len(found.others)
        if files := _pictures(folder, found.others, bounds):
            found.names.append(folder.name)
            found.add(folder.name, files, train[0])
        elif other := found.others[before:]:
            held = f"{counted(len(other), 'file')}, as {brief(other[0].name)}"
            found.unread.append(f"{folder.name} ({held})")
        else:
            found.empty.append(folder.name)
    loose = [
        path
        for place in dict.fromkeys((root, *found.places.values()))
        for path in visible(place)
        if path.is_file()
    ]
    found.others += loose
    _check_classes(found, train[1], any(map(is_picture, loose)), where, bounds)
    for part, place in others:
        _add_part(found, part, place, where, bounds)
    return found


def _places(root: Path, where: str, bounds: Bounds) -> dict[str, Path]:
    """The folders for training, validation and test; where there are none the root for training.

    A class may be called train where its pictures lie in it beside other classes.
    """
    folders = [folder for folder in _folders(root) if _holds_pictures(folder, bounds)]
    named = [folder for folder in folders if folder.name.lower() in _PARTS]
    places = {_PARTS[folder.name.lower()]: folder for folder in named}
    listed = _first([folder.name for folder in named])
    if len(named) < len(folders):
        inside = (inner for folder in named for inner in _folders(folder))
        if not any(_holds_pictures(inner, bounds) for inner in inside):
            return {"train": root}
        beside = _first([folder.name for folder in folders if folder not in named])
        reason = f"holds parts ({listed}) and other folders of pictures ({beside})"
    elif not named:
        return {"train": root}
    elif "train" not in places:
        reason = f"holds no train, only {listed}"
    elif len(places) < len(named):
        reason = f"holds a part twice: {listed}"
    else:
        return {part: places[part] for part in _PARTS.values() if part in places}
    raise InvalidInput(reason, where=where, hint=_LAYOUT_OF_PARTS)


def _check_classes(found: Found, place: Path, loose: bool, where: str, bounds: Bounds) -> None:
    """InvalidInput, with what there is instead, unless `place` holds several classes."""
    if len(found.names) < 2 and found.unread:
        raise InvalidInput(
            f"holds no pictures that can be read in {_first(found.unread)}",
            where=where,
            hint=f"save them as {_READ}",
        )
    if not found.names:
        seen = "pictures, but no folders of them" if loose else "no pictures"
        raise InvalidInput(f"holds {seen}", where=where, hint=_LAYOUT)
    only = place / found.names[0]
    if len(found.names) == 1 and sum(_holds_pictures(f, bounds) for f in _folders(only)) > 1:
        raise InvalidInput(
            "holds a single folder, which holds those of the pictures",
            where=where,
            hint=f"name {name_of(only)}",
        )
    check_class_count(len(found.names), "", where, _LAYOUT, "put some together")


def _add_part(found: Found, part: str, place: Path, where: str, bounds: Bounds) -> None:
    for folder in _folders(place):
        files = _pictures(folder, found.others, bounds)
        if files and folder.name not in found.names:
            raise InvalidInput(
                f"{place.name} has a class {brief(folder.name)}, "
                f"{found.places['train'].name} has none",
                where=where,
                hint=near(folder.name, found.names) or "give it a folder in both",
            )
        if files:
            found.add(folder.name, files, part)


def _folders(folder: Path) -> list[Path]:
    with readable(folder):
        return [path for path in visible(folder) if path.is_dir()]


def is_picture(path: Path) -> bool:
    """By its name."""
    return path.suffix.lower() in SUFFIXES


def _pictures(folder: Path, others: list[Path], bounds: Bounds) -> list[Path]:
    """The picture files in a folder and those below it; the other files go to `others`."""
    files: list[Path] = []
    for path in islice(files_in(folder, bounds.until), bounds.most):
        (files if is_picture(path) else others).append(path)
    return files


def _holds_pictures(folder: Path, bounds: Bounds) -> bool:
    return any(map(is_picture, files_in(folder, bounds.until)))


def _read(
    found: Found,
    root: Path,
    size: int | tuple[int, int] | None,
    colour: bool | None,
    source: Source,
) -> _Good:
    """All pictures, in one size; InvalidInput if too many are broken."""
    from tui_nn.data.files.pictures import BadPicture, Look, look, pixels

    of_train = [part == "train" for part in found.parts]
    left = Counter(label for label, train in zip(found.labels, of_train, strict=True) if train)
    bad: list[Path] = []

    def leave_out(index: int, error: BadPicture) -> None:
        bad.append(found.files[index])
        label = found.labels[index]
        left[label] -= of_train[index]
        if len(bad) >= BAD_SHARE * len(found.files) or left[label] < 2:
            raise InvalidInput(
                str(error),
                where=name_of(found.files[index]),
                hint="mend it, or take it out of the folder",
            )

    looks: dict[int, Look] = {}
    for index in telling(source, "looking at pictures", range(len(found.files))):
        try:
            looks[index] = look(found.files[index])
        except BadPicture as error:
            leave_out(index, error)
    target = common_size(size, [(seen.height, seen.width) for seen in looks.values()])
    coloured = not all(seen.grey for seen in looks.values()) if colour is None else colour
    shape = (len(looks), 3 if coloured else 1, *target)
    tell_memory(source, f"{len(looks):,} pictures of {_times(target)}", 4 * prod(shape))
    with foreign(name_of(root), "a folder of pictures"):
        good = _Good(np.empty(shape, np.float32))
    for index in telling(source, "reading pictures", list(looks)):
        try:
            fill_unit(good.x[len(good.indices)], pixels(found.files[index], target, coloured))
        except BadPicture as error:
            leave_out(index, error)
            continue
        good.indices.append(index)
        good.resized += (looks[index].height, looks[index].width) != target
    return replace(good, x=good.x[: len(good.indices)], bad=bad)


def common_size(
    asked: int | tuple[int, int] | None, sizes: list[tuple[int, int]]
) -> tuple[int, int]:
    """Height and width for all: as asked for, or the commonest (of equals the largest), reduced."""
    if asked is not None:
        return (asked, asked) if isinstance(asked, int) else asked
    counts = Counter(sizes)
    height, width = max(counts, key=lambda size: (counts[size], prod(size), size))
    scale = min(1.0, LARGEST / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def telling(source: Source, what: str, indices: Sequence[int]) -> Iterator[int]:
    """The same indices; says now and then how far they are."""
    progress = source.progress(what)
    for done, index in enumerate(indices):
        progress(done / len(indices))
        yield index


def _notices(found: Found, good: _Good, counts: Counter[str]) -> Iterator[str]:
    yield f"target: the folder, {class_list(found.names)}"
    apart = {
        part: place for part, place in found.places.items() if part != "train" and counts[part]
    }
    for part, place in apart.items():
        if len(apart) == 1:
            yield kept_apart(counts[part], "picture", place.name)
        else:
            named = "validation" if part == "val" else "test"
            yield f"{named} part: {counted(counts[part], 'picture')} of {printable(place.name)}"
    if good.resized:
        yield (
            f"brought to {_times(good.x.shape[2:])}: {good.resized:,} of "
            f"{len(good.x):,} pictures (scaled, their middle kept)"
        )
    if good.bad:
        names = [f"{path.parent.name}/{path.name}" for path in good.bad]
        yield f"left out: {counted(len(names), 'broken file')}, {_first(names)}"
    if empty := found.unread + found.empty:
        yield f"not read: folders without pictures, {_first(empty)}"
    if found.others:
        names = [path.name for path in found.others]
        yield f"not read: {counted(len(names), 'other file')}, {_first(names)}"


def _times(size: tuple[int, ...]) -> str:
    return "x".join(map(str, size))


def _first(names: list[str]) -> str:
    return printable(", ".join(names[:3])) + (", …" if len(names) > 3 else "")
