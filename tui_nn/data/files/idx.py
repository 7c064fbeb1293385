"""MNIST's own format: http://yann.lecun.com/exdb/mnist/ (EMNIST, Fashion-MNIST, KMNIST use it)."""

import gzip
import re
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.files.arrays import (
    DEFLATE_RATIO,
    check_class_count,
    class_list,
    counted,
    fill,
    fill_unit,
    foreign,
    kept_apart,
    numbered,
    read_numbers,
)
from tui_nn.data.files.source import NOWHERE, Source, check_rows, name_of, readable, tell_memory
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.targets import Classes

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
DIMENSIONS = range(1, 5)

_FORM = "a file in MNIST's format"
_TWO_FILES = "name two files: idx('IMAGES', labels='LABELS')"
_NAME = re.compile(r"(.*?)(train|t10k|test)-(images|labels)[-.]idx\d-ubyte(?:\.gz)?")


@dataclass(frozen=True)
class StoredFile:
    """One array, as its header tells it."""

    path: Path
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    packed: bool
    """Whether it is compressed (gzip)."""

    @property
    def where(self) -> str:
        return name_of(self.path)


def idx(
    path: str,
    labels: str | None = None,
    sha256: str | None = None,
    rows: int | None = None,
    *,
    source: Source = NOWHERE,
) -> Dataset:
    """Pictures x (n, channels, height, width) and their classes; bytes become numbers from 0 to 1.

    `path` is a folder with `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, packed by gzip
    or not, or one above it as torchvision makes it; the `t10k` or `test` files, where there are
    some, are kept apart from training. Or `path` and `labels` are two files. Raises InvalidInput.
    """
    place = source.find(path)
    pairs = find_pairs(place, labels, source)
    sha256 = source.identify([file for pair in pairs for file in pair], sha256)
    parts = [(read_header(images), read_header(numbers)) for images, numbers in pairs]
    for images, numbers in parts:
        check_pair(images, numbers)
    first = parts[0][0]
    for images, _ in parts[1:]:
        if (images.shape[1:], images.dtype) != (first.shape[1:], first.dtype):
            raise InvalidInput(
                f"its pictures are {size_of(images)}, those of {first.path.name} {size_of(first)}",
                where=images.where,
                hint=_TWO_FILES,
            )
    counts = [images.shape[0] for images, _ in parts]
    check_rows(place, sum(counts), rows)
    shape = first.shape[1:] if len(first.shape) == 4 else (1, *first.shape[1:])
    tell_memory(source, f"{sum(counts):,} pictures", 4 * sum(counts) * prod(shape))
    with foreign(first.where, _FORM):
        x = np.empty((sum(counts), *shape), np.float32)
    start = 0
    for images, _ in parts:
        fill_pictures(x[start : start + images.shape[0]], images, source)
        start += images.shape[0]
    raw = np.concatenate([read_file(numbers, source) for _, numbers in parts])
    y, names, notices = classes_of(raw, parts[0][1].where)
    apart = sum(counts[1:])
    if apart:
        notices.append(kept_apart(apart, "picture", parts[1][0].path.name))
    return Dataset(
        x=x,
        y=y,
        kind=Classes(len(names)),
        class_names=names,
        sample_name="picture",
        source=printable(place.resolve().name),
        apart=apart,
        pixels=first.dtype == np.uint8,
        sha256=sha256,
        notices=tuple(notices),
    )


def find_pairs(place: Path, labels: str | None, source: Source) -> list[tuple[Path, Path]]:
    """The files of pictures and of labels: for training, then for validation."""
    if place.is_dir():
        if labels is not None:
            raise InvalidInput(
                "is a folder: its labels are found", where=name_of(place), hint="take labels out"
            )
        return _pairs_in(place)
    if labels is None:
        raise InvalidInput(
            "is one file, pictures need their labels", where=name_of(place), hint=_TWO_FILES
        )
    other = source.find(labels)
    if place.is_absolute() != other.is_absolute():
        place, other = place.absolute(), other.absolute()
    return [(place, other)]


def _pairs_in(folder: Path) -> list[tuple[Path, Path]]:
    where = name_of(folder)
    with readable(folder):
        sets = _sets([folder]) or _sets([folder / "raw"]) or _sets(sorted(folder.glob("*/raw")))
    if not sets:
        raise InvalidInput(
            "holds no train-images-idx3-ubyte, packed or not", where=where, hint=_TWO_FILES
        )
    if len(sets) > 1:
        raise InvalidInput(
            f"holds several sets of pictures ({', '.join(sorted(sets))})",
            where=where,
            hint=_TWO_FILES,
        )
    [files] = sets.values()
    pairs = []
    for part in ("train", "test"):
        images, labels = files.get((part, "images")), files.get((part, "labels"))
        if images and labels:
            pairs.append((images, labels))
        elif images or labels:
            found, lacks = (images, "labels") if images else (labels, "images")
            assert found
            raise InvalidInput(
                f"has {found.name}, but not its {lacks}",
                where=where,
                hint="put them there, or " + _TWO_FILES,
            )
        elif part == "train":
            raise InvalidInput("holds test files, but none to train on", where=where,
                               hint=_TWO_FILES)  # fmt: skip
    return pairs


def _sets(folders: list[Path]) -> dict[str, dict[tuple[str, str], Path]]:
    """The files of each set by (train or test, images or labels); unpacked ones go first."""
    sets: dict[str, dict[tuple[str, str], Path]] = {}
    for folder in folders:
        if not folder.is_dir():
            continue
        for path in sorted(folder.iterdir(), key=lambda path: (path.suffix != ".gz", path)):
            if match := _NAME.fullmatch(path.name):
                of = folder.parent.name if len(folders) > 1 else ""
                name = f"{of} {match[1].strip('-_. ')}".strip()
                part = "train" if match[2] == "train" else "test"
                sets.setdefault(name, {})[part, match[3]] = path
    return sets


def read_header(path: Path) -> StoredFile:
    """What a file holds; InvalidInput if it isn't such a file, or is shorter than it says."""
    where = name_of(path)
    with readable(path):
        size = path.stat().st_size
        with path.open("rb") as start:
            packed = start.read(2) == b"\x1f\x8b"
    with foreign(where, _FORM), _open(path, packed) as file:
        magic = file.read(4)
        if (
            len(magic) < 4
            or magic[:2] != b"\0\0"
            or magic[2] not in TYPES
            or magic[3] not in DIMENSIONS
        ):
            raise InvalidInput(
                f"isn't in MNIST's format: it begins with {magic.hex(' ') or 'nothing'}",
                where=where,
                hint="its first bytes are 00 00 08 03 for pictures, 00 00 08 01 for labels",
            )
        shape = struct.unpack(f">{magic[3]}I", file.read(4 * magic[3]))
    dtype = np.dtype(TYPES[magic[2]])
    promised = 4 + 4 * len(shape) + prod(shape) * dtype.itemsize
    if promised > (size * DEFLATE_RATIO if packed else size):
        raise InvalidInput(
            f"is truncated: {'x'.join(map(str, shape))} numbers need {promised:,} bytes, "
            f"it has {size:,}",
            where=where,
            hint="get it once more",
        )
    return StoredFile(path, dtype, shape, packed)


def check_pair(images: StoredFile, labels: StoredFile, least: int = 2) -> None:
    """InvalidInput for files that don't belong together, or hold fewer pictures than `least`."""
    if len(images.shape) == 1 and len(labels.shape) > 1:
        raise InvalidInput(
            f"holds labels, and {labels.path.name} the pictures",
            where=images.where,
            hint="swap the two",
        )
    if len(images.shape) not in (3, 4):
        raise InvalidInput(
            f"has {len(images.shape)} dimensions, pictures have 3 (n x height x width) or 4",
            where=images.where,
            hint=_TWO_FILES,
        )
    if len(labels.shape) != 1 or labels.dtype.kind == "f":
        raise InvalidInput(
            "holds no labels: they are a single row of whole numbers",
            where=labels.where,
            hint=_TWO_FILES,
        )
    if images.shape[0] != labels.shape[0]:
        raise InvalidInput(
            f"holds {labels.shape[0]:,} labels, {images.path.name} {images.shape[0]:,} pictures",
            where=labels.where,
            hint="take two files that belong together",
        )
    if images.shape[0] < least or not prod(images.shape):
        raise InvalidInput(
            f"holds {counted(images.shape[0], 'picture')} of {size_of(images)}",
            where=images.where,
            hint=f"at least {least} {'is' if least == 1 else 'are'} needed",
        )


def size_of(images: StoredFile) -> str:
    """`28x28`."""
    return "x".join(map(str, images.shape[1:]))


def _open(path: Path, packed: bool) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb")


def read_file(file: StoredFile, source: Source) -> NDArray[Any]:
    """The numbers of a file, in its own type and byte order."""
    progress = source.progress(f"reading {printable(file.path.name)}")
    with foreign(file.where, _FORM), _open(file.path, file.packed) as stream:
        stream.read(4 + 4 * len(file.shape))
        return read_numbers(stream, file.shape, file.dtype, progress, file.where)


def read_first(images: StoredFile, count: int) -> NDArray[np.float32]:
    """The first `count` pictures (count, …), bytes as numbers from 0 to 1."""
    shape = (count, *images.shape[1:])
    size = prod(shape) * images.dtype.itemsize
    with foreign(images.where, _FORM), _open(images.path, images.packed) as stream:
        stream.read(4 + 4 * len(images.shape))
        raw = np.frombuffer(stream.read(size), images.dtype).reshape(shape)
    out = np.empty(shape, np.float32)
    _fill(out, raw, images)
    return out


def fill_pictures(out: NDArray[np.float32], images: StoredFile, source: Source) -> None:
    """Write the pictures of a file, bytes as numbers from 0 to 1."""
    _fill(out, read_file(images, source).reshape(out.shape), images)


def _fill(out: NDArray[np.float32], raw: NDArray[Any], images: StoredFile) -> None:
    if raw.dtype == np.uint8:
        fill_unit(out, raw)
    else:
        fill(out, raw, "", images.where)


def classes_of(
    raw: NDArray[Any], where: str
) -> tuple[NDArray[np.int64], tuple[str, ...], list[str]]:
    """Class indices, the classes' names, and what is to be told of them.

    Labels that begin at 0 are the indices; others are numbered in their order.
    """
    least, most = int(raw.min()), int(raw.max())
    if least < 0:
        raise InvalidInput(f"holds the label {least}", where=where, hint="labels are 0 or more")
    few, many = "others are needed too", "give the labels that are one class a number"
    if least > 0:
        y, labels = numbered(raw)
        check_class_count(len(labels), "", where, few, many)
        names = tuple(map(str, labels))
        return y, names, [_told(names)]
    check_class_count(most + 1, "", where, few, many)
    empty = np.flatnonzero(np.bincount(raw.astype(np.int64)) == 0).tolist()
    names = tuple(map(str, range(most + 1)))
    notices = [_told(names)]
    if empty:
        shown = ", ".join(map(str, empty[:5])) + (", …" if len(empty) > 5 else "")
        notices.append(f"{len(empty)} of {most + 1} classes have no picture: {shown}")
    return raw.astype(np.int64), names, notices


def _told(names: tuple[str, ...]) -> str:
    return f"target: the labels, {class_list(names)}"
