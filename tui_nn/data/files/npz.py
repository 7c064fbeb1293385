"""Arrays of a user's own, as numpy.savez writes them."""

import zipfile
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.files.arrays import (
    DEFLATE_RATIO,
    brief,
    fill,
    fill_unit,
    foreign,
    kept_apart,
    precision,
    read_numbers,
)
from tui_nn.data.files.labels import targets
from tui_nn.data.files.source import NOWHERE, Source, check_rows, name_of, readable, tell_memory
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.words import near, say

MAX_LISTED = 100

CHANNELS = (1, 3, 4)
"""So many a picture has: grey, colours, colours and opacity."""

SMALLEST = 8
"""A side of what is taken for a picture though it isn't bytes, at least."""

FORM = "a .npz file"
_PARTS = (("x_train", "y_train"), ("x_test", "y_test"))


@dataclass(frozen=True)
class StoredArray:
    """One array of a .npz file, as its header tells it."""

    name: str
    info: zipfile.ZipInfo
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    """Whether its first axis varies fastest."""
    begin: int
    """So many bytes its header has."""


@dataclass(frozen=True)
class Layout:
    """How raw inputs become those of a Dataset."""

    shape: tuple[int, ...]
    """Of one sample."""
    axes: tuple[int, ...]
    """The order of the raw axes that brings the channels first."""
    picture: bool = False
    """Whether the numbers are pixels."""


def npz(
    path: str,
    x: str = "x",
    y: str = "y",
    task: str = "auto",
    standardize: bool | None = None,
    standardize_target: bool = True,
    sha256: str | None = None,
    rows: int | None = None,
    *,
    source: Source = NOWHERE,
) -> Dataset:
    """Inputs of the array `x` (n, …), targets of `y` (n,) or (n, …).

    Bytes (n, height, width), with or without 1, 3 or 4 channels before or behind, are pictures:
    they become (n, channels, height, width) from 0 to 1. Of other numbers (n, height, width,
    channels) the channels are brought first, too. Where there is no x and y, `x_train` and
    `y_train` are taken, and `x_test` and `y_test` kept apart from training. y is read as classes or
    values as `labels.targets` says. `standardize` None: where x is rows of numbers.
    Raises InvalidInput.
    """
    file = source.find(path)
    where = name_of(file)
    sha256 = source.identify([file], sha256)
    check_form(file, where)
    with foreign(where, FORM):
        archive = zipfile.ZipFile(file)
    with archive:
        inputs, outputs = _choose(archive, path, (x, y), where)
        _check_samples(inputs, outputs, where)
        counts = [array.shape[0] for array in inputs]
        check_rows(file, sum(counts), rows)
        layout = find_layout(inputs[0])
        needed = max(4 * sum(counts) * prod(layout.shape), sum(map(_bytes, inputs)))
        tell_memory(source, f"{sum(counts):,} samples", needed + sum(map(_bytes, outputs)))
        flat = len(layout.shape) == 1
        standardize = flat if standardize is None else standardize
        raw_x = [read_array(archive, array, where, source) for array in inputs]
        values, rounded = _inputs(raw_x, inputs, layout, standardize, where)
        del raw_x
        raw_y = np.concatenate([read_array(archive, array, where, source) for array in outputs])
        target = targets(raw_y, task, outputs[0].name, where, standardize_target)
    apart = sum(counts[1:])
    notices = [*target.notices, *_notices(inputs, layout, apart), *rounded]
    return Dataset(
        x=values,
        y=target.y,
        kind=target.kind,
        input_names=tuple(f"x{i + 1}" for i in range(layout.shape[0])) if flat else (),
        target_names=(printable(outputs[0].name),),
        class_names=target.class_names,
        sample_name="picture" if layout.picture else "row" if flat else "sample",
        standardize=standardize,
        source=printable(file.name),
        standardize_target=standardize_target and not target.class_names,
        apart=apart,
        pixels=layout.picture and inputs[0].dtype == np.uint8,
        sha256=sha256,
        notices=tuple(map(printable, notices)),
    )


def check_form(file: Path, where: str) -> None:
    """InvalidInput for a single array, as numpy.save writes it."""
    with readable(file), file.open("rb") as stream:
        if stream.read(6) == b"\x93NUMPY":
            raise InvalidInput(
                "holds a single array, inputs and targets are needed",
                where=where,
                hint="numpy.savez('data.npz', x=…, y=…) writes both",
            )


def arrays_in(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The arrays by their names."""
    return {
        info.filename.removesuffix(".npy"): info
        for info in archive.infolist()
        if info.filename.endswith(".npy")
    }


def _choose(
    archive: zipfile.ZipFile, path: str, asked: tuple[str, str], where: str
) -> tuple[list[StoredArray], list[StoredArray]]:
    """The arrays of inputs and of targets: for training, then those kept apart."""
    infos = arrays_in(archive)
    names = [asked]
    if asked == ("x", "y") and not set(asked) <= set(infos) and set(_PARTS[0]) <= set(infos):
        names = [pair for pair in _PARTS if set(pair) <= set(infos)]
    for name in names[0]:
        if name not in infos:
            listed = brief(", ".join(infos))
            raise InvalidInput(
                f"holds no array {name}; it has {listed}" if infos else "holds no arrays",
                where=where,
                hint=_call_for(archive, infos, path, where)
                or near(name, list(infos)[:MAX_LISTED])
                or f"write npz({say(path)}, x='NAME', y='NAME')",
            )
    pairs = [
        (read_header(archive, infos[a], a, where), read_header(archive, infos[b], b, where))
        for a, b in names
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _call_for(
    archive: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo], path: str, where: str
) -> str:
    """The line to write where two arrays go together, else an empty text."""
    if len(infos) != 2:
        return ""
    try:
        arrays = [read_header(archive, info, name, where) for name, info in infos.items()]
        arrays.sort(key=lambda array: -len(array.shape))
        _check_samples(arrays[:1], arrays[1:], where)
    except InvalidInput:
        return ""
    x, y = (say(array.name) for array in arrays)
    call = f"npz({say(path)}, x={x}, y={y})"
    return f'write data="{call}"'


def read_header(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, where: str
) -> StoredArray:
    """An array's shape and type; InvalidInput if it isn't plain, or is shorter than it says."""
    with foreign(where, FORM), archive.open(info) as stream:
        version = npy.read_magic(stream)
        if version == (1, 0):
            shape, fortran, dtype = npy.read_array_header_1_0(stream)
        else:
            shape, fortran, dtype = npy.read_array_header_2_0(stream)
        begin = stream.tell()
    if dtype.hasobject:
        raise InvalidInput(
            f"{name} holds pickled objects, which are not read",
            where=where,
            hint="save plain arrays, of numbers or texts",
        )
    if dtype.kind not in "biufSU":
        raise InvalidInput(
            f"{name} holds {brief(str(dtype))}, not numbers", where=where, hint="save plain arrays"
        )
    if not shape:
        raise InvalidInput(
            f"{name} is a single number, not samples",
            where=where,
            hint="samples come first: (n, …)",
        )
    if min(shape) < 1 or not dtype.itemsize:
        raise InvalidInput(
            f"{name} is empty: its shape is {brief(str(shape))}",
            where=where,
            hint="save some samples",
        )
    assert archive.filename
    held = min(info.file_size - begin, DEFLATE_RATIO * Path(archive.filename).stat().st_size)
    if prod(shape) * dtype.itemsize > held:
        raise InvalidInput(
            f"is truncated: {name} is to be {brief(str(shape))} of {dtype}, "
            f"there are {held:,} bytes at most",
            where=where,
            hint="save it once more",
        )
    return StoredArray(name, info, shape, dtype, fortran, begin)


def _check_samples(inputs: list[StoredArray], outputs: list[StoredArray], where: str) -> None:
    """InvalidInput for arrays that don't go together."""
    for x, y in zip(inputs, outputs, strict=True):
        if x.dtype.kind in "SU":
            raise InvalidInput(
                f"{x.name} holds texts, a network reads numbers",
                where=where,
                hint="number them, or name another array",
            )
        if x.shape[0] != y.shape[0]:
            raise InvalidInput(
                f"{x.name} holds {x.shape[0]:,} samples, {y.name} {y.shape[0]:,}",
                where=where,
                hint="samples come first in both",
            )
        for array, first in ((x, inputs[0]), (y, outputs[0])):
            if array.shape[1:] != first.shape[1:] or _family(array) != _family(first):
                raise InvalidInput(
                    f"samples of {array.name} are {array.dtype} {brief(str(array.shape[1:]))}, "
                    f"those of {first.name} {first.dtype} {brief(str(first.shape[1:]))}",
                    where=where,
                    hint="save both in one form",
                )
    if inputs[0].shape[0] < 2:
        raise InvalidInput(
            f"{inputs[0].name} holds 1 sample", where=where, hint="at least 2 are needed"
        )


def _family(array: StoredArray) -> str:
    """What two parts of one array must share: bytes that may be pixels, texts, or numbers."""
    if array.dtype.kind in "SU":
        return array.dtype.kind
    return "bytes" if array.dtype == np.uint8 else "numbers"


def find_layout(x: StoredArray) -> Layout:
    """Whether an array of inputs holds pictures, and where their channels are."""
    own = x.shape[1:]
    if x.dtype == np.uint8 and len(own) == 2:
        return Layout((1, *own), (0, 1, 2), True)
    large = x.dtype == np.uint8 or min(own[:2], default=0) >= SMALLEST
    if len(own) == 3 and own[2] in CHANNELS and large:
        return Layout((own[2], own[0], own[1]), (0, 3, 1, 2), True)
    if len(own) == 3 and own[0] in CHANNELS and x.dtype == np.uint8:
        return Layout(own, (0, 1, 2, 3), True)
    return Layout(own or (1,), tuple(range(len(x.shape))))


def _inputs(
    raw: list[NDArray[Any]], inputs: list[StoredArray], layout: Layout, scaled: bool, where: str
) -> tuple[NDArray[Any], list[str]]:
    """All parts, one behind the other, and what is to be said of their precision."""
    found = [
        precision(part, scaled, array.name, "standardize")
        for part, array in zip(raw, inputs, strict=True)
    ]
    dtype = max((dtype for dtype, _ in found), key=lambda dtype: np.dtype(dtype).itemsize)
    with foreign(where, FORM):
        x: NDArray[Any] = np.empty((sum(map(len, raw)), *layout.shape), dtype)
    start = 0
    for part, array in zip(raw, inputs, strict=True):
        out = x[start : start + len(part)]
        part = part.transpose(layout.axes).reshape(out.shape)
        if array.dtype == np.uint8 and layout.picture:
            fill_unit(out, part)
        else:
            fill(out, part, array.name, where)
        start += len(out)
    return x, [notice for _, notices in found for notice in notices]


def _bytes(array: StoredArray) -> int:
    return prod(array.shape) * array.dtype.itemsize


def read_array(
    archive: zipfile.ZipFile, array: StoredArray, where: str, source: Source
) -> NDArray[Any]:
    """All of an array, in its own type; InvalidInput for a broken file."""
    progress = source.progress(f"reading {printable(array.name)}")
    shape = array.shape[::-1] if array.fortran else array.shape
    with foreign(where, FORM), archive.open(array.info) as stream:
        stream.read(array.begin)
        raw = read_numbers(stream, shape, array.dtype, progress, where)
    return raw.T if array.fortran else raw


def _notices(inputs: list[StoredArray], layout: Layout, apart: int) -> list[str]:
    notices = []
    if layout.picture:
        form = "x".join(map(str, layout.shape))
        divided = ", bytes divided by 255" if inputs[0].dtype == np.uint8 else ""
        order = ", channels brought first" if layout.axes == (0, 3, 1, 2) else ""
        notices.append(f"{inputs[0].name} holds pictures {form}{divided}{order}")
    if apart:
        notices.append(kept_apart(apart, "sample", inputs[1].name))
    return notices
