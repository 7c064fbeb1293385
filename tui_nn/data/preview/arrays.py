"""A look at arrays and pictures: .npz files, MNIST's files, folders of pictures."""

import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.files import idx, images, npz
from tui_nn.data.files.arrays import fill_unit, foreign
from tui_nn.data.files.folders import Bounds
from tui_nn.data.files.source import NOWHERE, check_plain, name_of, readable, show_bytes
from tui_nn.spec.call import Call
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.disk import Contents, FileColumn
from tui_nn.spec.targets import Classes

MOST_BYTES = 32_000_000
"""Numbers that are read; of more only what their headers tell."""
MOST_SENT = 262_144
"""Numbers of pictures that are told."""
MOST_COLUMNS = 200
MOST_ARRAYS = 100
MOST_A_CLASS = 2_000
"""Files of a class that are counted."""
LOOKING_S = 3.0
"""So long a folder of pictures is looked through."""


def preview_npz(file: Path, word: str, limit: int) -> Contents:
    """The arrays of a .npz file and, where they aren't too large, what they hold."""
    where = name_of(file)
    check_plain(file)
    npz.check_form(file, where)
    arrays: list[FileColumn] = []
    notices: list[str] = []
    size = 0
    with foreign(where, npz.FORM):
        archive = zipfile.ZipFile(file)
    with archive:
        infos = npz.arrays_in(archive)
        for name, info in list(infos.items())[:MOST_ARRAYS]:
            try:
                array = npz.read_header(archive, info, name, where)
            except InvalidInput as error:
                notices.append(printable(error.message))
                continue
            size += prod(array.shape) * array.dtype.itemsize
            kind: Any = "texts" if array.dtype.kind in "SU" else "numbers"
            arrays.append(FileColumn(name=printable(name), kind=kind, shape=array.shape))
    found = Contents(
        path=word, opens="data", reader="npz", call=str(Call("npz", (word,))),
        columns=tuple(arrays), columns_left_out=max(0, len(infos) - MOST_ARRAYS),
        notices=tuple(notices),
    )  # fmt: skip
    if size > MOST_BYTES:
        return replace(found, sampled=f"the headers alone, of {show_bytes(size)} of numbers")
    try:
        return _with_samples(found, npz.npz(str(file)), limit)
    except InvalidInput as error:
        return replace(found, problem=printable(error.message), hint=printable(error.hint))


def preview_idx(place: Path, word: str, limit: int) -> Contents:
    """Labels and the first pictures of MNIST's files."""
    pairs = [
        (idx.read_header(pictures), idx.read_header(labels))
        for pictures, labels in idx.find_pairs(place, None, NOWHERE)
    ]
    for pictures, labels in pairs:
        idx.check_pair(pictures, labels)
    first, numbers = pairs[0]
    many = sum(prod(labels.shape) for _, labels in pairs)
    shape = first.shape[1:] if len(first.shape) == 4 else (1, *first.shape[1:])
    count = min(limit, first.shape[0], MOST_SENT // prod(shape))
    found = Contents(
        path=word, opens="data", reader="idx", call=str(Call("idx", (word,))), samples=many,
        input_shape=shape,
    )  # fmt: skip
    if many > MOST_BYTES:
        return replace(found, sampled="the headers alone")
    raw = np.concatenate([idx.read_file(labels, NOWHERE) for _, labels in pairs])
    y, names, notices = idx.classes_of(raw, numbers.where)
    x = idx.read_first(first, count).reshape(count, *shape)
    return replace(
        found, classes=names, class_counts=tuple(np.bincount(y, minlength=len(names)).tolist()),
        pictures=Array.of(x), labels=tuple(names[label] for label in y[:count]),
        notices=tuple(notices),
    )  # fmt: skip


def preview_images(root: Path, word: str, limit: int) -> Contents:
    """The classes of a folder of pictures, how many each has, and some of them."""
    where = name_of(root)
    with readable(root):
        bounds = Bounds(MOST_A_CLASS, time.monotonic() + LOOKING_S)
        found = images.look_through(root, where, bounds)
    counts = Counter(found.labels)
    most = max(counts.values())
    contents = Contents(
        path=word, opens="data", reader="images", call=str(Call("images", (word,))),
        sampled=f"the first {MOST_A_CLASS:,} files of a class" if most >= MOST_A_CLASS else "",
        samples=len(found.files) if most < MOST_A_CLASS else None,
        classes=tuple(map(printable, found.names)),
        class_counts=tuple(counts[label] for label in range(len(found.names))),
    )  # fmt: skip
    try:
        images.need_pillow(where)
    except InvalidInput as error:
        return replace(contents, problem=error.message, hint=error.hint)
    return _with_pictures(contents, found, _one_of_each(found.labels, limit))


def _one_of_each(labels: Sequence[int], limit: int) -> list[int]:
    """The first `limit` places, the classes in turn."""
    turns: Counter[int] = Counter()
    keys = []
    for place, label in enumerate(labels):
        keys.append((turns[label], label, place))
        turns[label] += 1
    return [place for *_, place in sorted(keys)[:limit]]


def _with_pictures(contents: Contents, found: images.Found, places: Sequence[int]) -> Contents:
    """With these files, brought to the size of the commonest among them."""
    from tui_nn.data.files.pictures import BadPicture, Look, look, pixels

    looks: dict[int, Look] = {}
    labels: list[str] = []
    notices: list[str] = []
    for place in places:
        try:
            looks[place] = look(found.files[place])
        except BadPicture as error:
            notices.append(printable(f"{found.files[place].name} {error}"))
    if not looks:
        return replace(contents, notices=tuple(notices))
    size = images.common_size(None, [(seen.height, seen.width) for seen in looks.values()])
    coloured = not all(seen.grey for seen in looks.values())
    shape = (3 if coloured else 1, *size)
    x = np.empty((min(len(looks), MOST_SENT // prod(shape)), *shape), np.float32)
    for place in looks:
        if len(labels) == len(x):
            break
        try:
            fill_unit(x[len(labels)], pixels(found.files[place], size, coloured))
        except BadPicture as error:
            notices.append(printable(f"{found.files[place].name} {error}"))
        else:
            labels.append(contents.classes[found.labels[place]])
    return replace(
        contents, input_shape=shape, pictures=Array.of(x[: len(labels)]), labels=tuple(labels),
        notices=tuple(notices),
    )  # fmt: skip


def _with_samples(found: Contents, dataset: Dataset, limit: int) -> Contents:
    """What a dataset that was read whole holds."""
    is_class = isinstance(dataset.kind, Classes)
    counts = np.bincount(dataset.y, minlength=len(dataset.class_names)) if is_class else dataset.y
    more: dict[str, Any] = {
        "samples": len(dataset.x),
        "input_shape": dataset.input_shape,
        "target": dataset.target_names,
        "classes": dataset.class_names,
        "class_counts": tuple(counts.tolist()) if is_class else (),
        "values": None if is_class else dataset.y.shape[1:],
        "notices": (*found.notices, *dataset.notices),
    }
    if len(dataset.input_shape) == 3:
        count = min(limit, MOST_SENT // prod(dataset.input_shape))
        more["pictures"] = Array.of(np.ascontiguousarray(dataset.x[:count], np.float32))
        if is_class:
            more["labels"] = tuple(dataset.class_names[label] for label in dataset.y[:count])
    elif len(dataset.input_shape) == 1:
        more["rows"] = tuple(map(_row, dataset.x[:limit, :MOST_COLUMNS]))
    return replace(found, **more)


def _row(numbers: NDArray[Any]) -> tuple[str, ...]:
    return tuple(f"{number:.6g}" for number in numbers.tolist())
