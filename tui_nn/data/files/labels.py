"""Whether an array of targets holds classes or values, and which."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.files.arrays import (
    MAX_CLASSES,
    check_class_count,
    class_list,
    fill,
    foreign,
    numbered,
    precision,
)
from tui_nn.data.files.table.cells import span
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.targets import Classes, Kind, Values

FEW = 20
"""So many different whole numbers at most are classes, even if they don't count from 0."""

_ANOTHER = "name another array"
_AS_VALUES = "task='values' takes y as numbers"


@dataclass(frozen=True)
class Targets:
    """The targets of a Dataset."""

    y: NDArray[Any]
    """int64 class indices, else float32, or float64 where that loses what tells them apart."""
    kind: Kind
    class_names: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def targets(raw: NDArray[Any], task: str, name: str, where: str, scaled: bool) -> Targets:
    """Targets of numbers or texts, shape (n,), (n, 1) or, for values, (n, …).

    `task` "auto": classes are texts, 0 and 1, and whole numbers of which there are at most half as
    many as samples, and at most FEW, or more as `are_classes` says. They are numbered in their
    order from 0 and named as they are. Rows (n, k) of 0 with a single 1 are k classes. `scaled`:
    values are to be standardised. Raises InvalidInput.
    """
    n = len(raw)
    row = raw.reshape(n) if raw.shape in ((n,), (n, 1)) else None
    if raw.dtype.kind in "SU":
        if task == "values":
            raise InvalidInput(f"{name} holds texts", where=where, hint="write task='classes'")
        return _texts(_one_each(row, raw, name, where), name, where)
    dtype, rounded = precision(raw, scaled, name, "standardize_target")
    values: NDArray[Any] = np.empty(raw.shape, dtype)
    fill(values, raw, name, where)
    if task != "values" and is_one_hot(raw):
        return _one_hot(raw, task, name, where)
    if task == "classes" or (task == "auto" and row is not None and are_classes(row)):
        return _numbers(_one_each(row, raw, name, where), task, name, where)
    _check_differences(raw, values, name, where)
    shaped = values.reshape(n, -1) if row is not None else values
    kind = Values(shaped.shape[1:])
    form = "" if row is not None else f"{kind}, "
    notice = f"target: {name}, {form}{span(float(values.min()), float(values.max()))}"
    return Targets(shaped, kind, notices=(notice, *rounded))


def _check_differences(raw: NDArray[Any], values: NDArray[Any], name: str, where: str) -> None:
    if (values != values[0]).any():
        return
    if (raw == raw[0]).all():
        raise InvalidInput(
            f"{name} is the same for every sample, there is nothing to learn",
            where=where,
            hint=_ANOTHER,
        )
    raise InvalidInput(
        f"{name} is the same for every sample when rounded to {np.finfo(values.dtype).precision} "
        "digits",
        where=where,
        hint="write standardize_target=True, or subtract its mean",
    )


def _one_each(row: NDArray[Any] | None, raw: NDArray[Any], name: str, where: str) -> NDArray[Any]:
    if row is None:
        raise InvalidInput(
            f"{name} has the shape {raw.shape}, classes are one a sample: {raw.shape[:1]}",
            where=where,
            hint="save its argmax(1), or write task='values'",
        )
    return row


def is_one_hot(raw: NDArray[Any]) -> bool:
    """Whether each row holds 0 and a single 1."""
    if raw.ndim != 2 or raw.shape[1] < 2:
        return False
    ones = raw == 1
    return bool((ones | (raw == 0)).all() and (ones.sum(axis=1) == 1).all())


def _one_hot(raw: NDArray[Any], task: str, name: str, where: str) -> Targets:
    y = raw.argmax(axis=1).astype(np.int64)
    count = raw.shape[1]
    check_class_count(count if (y != y[0]).any() else 1, name, where, _ANOTHER, _AS_VALUES)
    names = tuple(map(str, range(count)))
    hint = "; task='values' predicts the numbers" if task == "auto" else ""
    notice = f"target: {name}, {class_list(names)} from one-hot rows{hint}"
    return Targets(y, Classes(count), names, (notice,))


def are_classes(row: NDArray[Any]) -> bool:
    """Whether numbers (n,), none of them NaN, look like classes.

    0 and 1 do; at most FEW whole numbers that each come twice on average; and at most MAX_CLASSES
    that count from 0 or 1 without a gap, each twice in an array of a whole type, else 5 times.
    """
    if row.dtype.kind == "f" and (row != np.trunc(row)).any():
        return False
    labels = np.unique(row)
    k = len(labels)
    if set(labels[:3].tolist()) <= {0, 1}:
        return True
    if k <= FEW:
        return 2 * k <= len(row)
    often = 2 if row.dtype.kind in "iu" else 5
    counted = labels[0] in (0, 1) and labels[-1] == labels[0] + k - 1
    return bool(counted) and k <= MAX_CLASSES and often * k <= len(row)


def _texts(row: NDArray[Any], name: str, where: str) -> Targets:
    with foreign(where, "an array of texts"):
        y, labels = numbered(row)
    if len(labels[0]) == 0:
        raise InvalidInput(
            f"{name} holds {np.count_nonzero(y == 0):,} empty texts, the first at [{y.argmin()}]",
            where=where,
            hint="leave those samples out, or name their class",
        )
    check_class_count(len(labels), name, where, _ANOTHER, _ANOTHER)
    names = tuple(printable(_text(label)) for label in labels)
    return Targets(y, Classes(len(names)), names, (f"target: {name}, {class_list(names)}",))


def _text(label: str | bytes) -> str:
    return label.decode("utf-8", "backslashreplace") if isinstance(label, bytes) else label


def _numbers(row: NDArray[Any], task: str, name: str, where: str) -> Targets:
    if row.dtype.kind == "f" and (fractions := row != np.trunc(row)).any():
        first = int(fractions.argmax())
        raise InvalidInput(
            f"{name} holds {row[first]:g} at [{first}], labels of classes are whole numbers",
            where=where,
            hint=_AS_VALUES,
        )
    y, labels = numbered(row)
    check_class_count(len(labels), name, where, _ANOTHER, _AS_VALUES)
    names = tuple(
        str(label) if not isinstance(label, float) else f"{label:.15g}" for label in labels
    )
    guessed = task == "auto" and row.dtype.kind != "b"
    hint = "; task='values' predicts the number" if guessed else ""
    notice = f"target: {name}, {class_list(names)}{hint}"
    return Targets(y, Classes(len(names)), names, (notice,))
