"""What the readers of arrays and pictures share: foreign bytes as errors, numbers as floats."""

import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.errors import InvalidInput, printable

MAX_CLASSES = 1000
DEFLATE_RATIO = 1032
"""Deflate makes no more bytes than this out of one."""

COARSE = 1e3
"""Numbers this many times their range lose, as float32, what tells them apart."""

_BLOCK = 2**22

FOREIGN = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    SyntaxError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    tokenize.TokenError,
)
"""What the libraries that read a file raise for bytes that aren't what they should be."""


@contextmanager
def foreign(where: str, form: str) -> Iterator[None]:
    """Turns what a library raises for a broken file into one line; its warnings are ignored."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except MemoryError:
        raise InvalidInput("needs more memory than there is", where=where) from None
    except FOREIGN as error:
        reason = brief(str(error)) if str(error) else type(error).__name__
        raise InvalidInput(
            f"isn't {form}, or not a whole one ({reason})", where=where, hint="get it once more"
        ) from None


def counted(count: int, noun: str) -> str:
    """`1 picture`, `2,000 pictures`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def kept_apart(count: int, noun: str, place: str) -> str:
    """What a reader says of the samples that data itself keeps from training."""
    part = f"validation part: {counted(count, noun)} of {printable(place)}"
    return f"{part} (the test part where train.val is set)"


def class_list(names: Sequence[str]) -> str:
    """`10 classes (0, 1, 2, 3, 4 …)`."""
    shown = ", ".join(brief(printable(name)) for name in names[:5])
    return f"{len(names):,} classes ({shown}{' …' if len(names) > 5 else ''})"


def brief(text: str) -> str:
    """A foreign text for a message, its end left out where it is long."""
    return text if len(text) <= 80 else text[:77] + "…"


def read_numbers(
    file: IO[bytes],
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    progress: Callable[[float], None],
    where: str,
) -> NDArray[Any]:
    """The rest of a file as an array (shape); InvalidInput if there is less, or more."""
    array = np.empty(shape, dtype)
    view = array.reshape(-1).view(np.uint8).data
    done = 0
    while done < len(view):
        got = file.readinto(view[done : done + _BLOCK])  # type: ignore[attr-defined]
        if not got:
            raise InvalidInput(
                f"is truncated: {done:,} of {len(view):,} bytes are there",
                where=where,
                hint="get it once more",
            )
        done += got
        progress(done / len(view))
    if file.read(1):
        raise InvalidInput(
            "goes on behind the numbers its header tells of", where=where, hint="get it once more"
        )
    return array


def precision(raw: NDArray[Any], scaled: bool, what: str, option: str) -> tuple[type, list[str]]:
    """float64 for numbers (n, …) that are to be scaled and whose differences float32 would lose.

    Of those that aren't to be scaled a notice says that they are rounded. `what` names the array,
    `option` the parameter that scales them.
    """
    if np.can_cast(raw.dtype, np.float32):
        return np.float32, []
    with np.errstate(all="ignore"):
        low, high = raw.min(axis=0), raw.max(axis=0)
        size = np.maximum(np.abs(low.astype(float)), np.abs(high.astype(float)))
        width = high.astype(float) - low.astype(float)
        coarse = (low < high) & (size > COARSE * width) & np.isfinite(size)
        coarse &= size < np.finfo(np.float32).max
        columns = raw.reshape(len(raw), -1)[:, coarse.reshape(-1)]
        if (columns == columns.astype(np.float32)).all():
            return np.float32, []
    if scaled:
        return np.float64, []
    largest = float(np.max(size, where=coarse, initial=0))
    return np.float32, [
        f"{what} is rounded to 7 digits, too coarse for numbers near {largest:.3g}: "
        f"{option}=True keeps their differences"
    ]


def fill(
    out: NDArray[np.float32] | NDArray[np.float64], raw: NDArray[Any], what: str, where: str
) -> None:
    """Write numbers as floats; InvalidInput for NaN, infinity and what float32 can't hold.

    `what` names the array in a file of several.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        out[...] = raw
        if raw.dtype.kind != "f":
            return
        finite = np.isfinite(out.astype(np.float32, copy=False))
    if finite.all():
        return
    first = np.unravel_index(int(finite.argmin()), out.shape)
    place = f"the first at [{', '.join(map(str, first))}]"
    n = finite.size - int(np.count_nonzero(finite))
    count = f"{what} holds {counted(n, 'value')}".strip()
    if np.isfinite(raw[first]):
        raise InvalidInput(
            f"{count} beyond 3.4e38, the largest of float32, {place}",
            where=where,
            hint="divide them",
        )
    raise InvalidInput(
        f"{count} NaN or infinite, {place}",
        where=where,
        hint="fill them, or leave those samples out",
    )


def fill_unit(out: NDArray[np.float32], pixels: NDArray[np.uint8]) -> None:
    """Write bytes from 0 to 255 as numbers from 0 to 1."""
    np.divide(pixels, np.float32(255), out=out)


def numbered(labels: NDArray[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """Labels (n,) as 0 … k − 1 in their order, and what each number stands for."""
    values, indices = np.unique(labels, return_inverse=True)
    return indices.astype(np.int64), values.tolist()


def check_class_count(count: int, what: str, where: str, few: str, many: str) -> None:
    """InvalidInput for one class, with the hint `few`, and for very many, with `many`."""
    if count < 2:
        raise InvalidInput(f"{what} holds one class only".strip(), where=where, hint=few)
    if count > MAX_CLASSES:
        raise InvalidInput(
            f"{what} holds {count:,} classes, at most {MAX_CLASSES:,} can be told apart".strip(),
            where=where,
            hint=many,
        )
