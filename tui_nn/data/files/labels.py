"""Whether an array of targets holds classes or values, and which."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.files.arrays import MAX_CLASSES, check_class_count, fill, foreign, number
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.targets import Classes, Kind, Values

FEW = 20
"""So many different whole numbers at most are classes, even if they don't count from 0."""

_ANOTHER = "name another array"
_AS_VALUES = "task='values' takes y as numbers"


@dataclass(frozen=True)
class Target:
    """The targets of a Dataset."""

    y: NDArray[np.int64] | NDArray[np.float32]
    kind: Kind
    class_names: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def targets(raw: NDArray[Any], task: str, name: str, where: str) -> Target:
    """Targets of numbers or texts, shape (n,), (n, 1) or, for values, (n, …).

    `task` "auto": classes are texts, 0 and 1, and whole numbers of which there are at most half as
    many as samples, and at most FEW, or MAX_CLASSES where they are 0 … k − 1 of a whole type.
    They are numbered in their order from 0 and named as they are. Raises InvalidInput.
    """
    n = len(raw)
    row = raw.reshape(n) if raw.shape in ((n,), (n, 1)) else None
    if raw.dtype.kind in "SU":
        if task == "values":
            raise InvalidInput(f"{name} holds texts", where=where, hint="write task='classes'")
        return _texts(_one_each(row, raw, name, where), name, where)
    values = np.empty(raw.shape, np.float32)
    fill(values, raw, name, where)
    if task == "classes" or (task == "auto" and row is not None and _are_classes(row)):
        return _numbers(_one_each(row, raw, name, where), task, name, where)
    if (values == values[0]).all():
        raise InvalidInput(
            f"{name} is the same for every sample, there is nothing to learn",
            where=where,
            hint=_ANOTHER,
        )
    shaped = values.reshape(n, -1) if row is not None else values
    return Target(shaped, Values(shaped.shape[1:]))


def _one_each(row: NDArray[Any] | None, raw: NDArray[Any], name: str, where: str) -> NDArray[Any]:
    if row is None:
        raise InvalidInput(
            f"{name} has the shape {raw.shape}, classes are one a sample: {raw.shape[:1]}",
            where=where,
            hint="save its argmax(1), or write task='values'",
        )
    return row


def _are_classes(row: NDArray[Any]) -> bool:
    if row.dtype.kind == "f" and (row != np.trunc(row)).any():
        return False
    labels = np.unique(row)
    k = len(labels)
    if set(labels[:3].tolist()) <= {0, 1}:
        return True
    counted = row.dtype.kind in "iu" and labels[0] == 0 and labels[-1] == k - 1
    return 2 * k <= len(row) and k <= (MAX_CLASSES if counted else FEW)


def _texts(row: NDArray[Any], name: str, where: str) -> Target:
    with foreign(where, "an array of texts"):
        y, labels = number(row)
    if len(labels[0]) == 0:
        raise InvalidInput(
            f"{name} holds {np.count_nonzero(y == 0):,} empty texts, the first at [{y.argmin()}]",
            where=where,
            hint="leave those samples out, or name their class",
        )
    check_class_count(len(labels), name, where, _ANOTHER, _ANOTHER)
    names = tuple(printable(_text(label)) for label in labels)
    return Target(y, Classes(len(names)), names)


def _text(label: str | bytes) -> str:
    return label.decode("utf-8", "backslashreplace") if isinstance(label, bytes) else label


def _numbers(row: NDArray[Any], task: str, name: str, where: str) -> Target:
    if row.dtype.kind == "f" and (fractions := row != np.trunc(row)).any():
        first = int(fractions.argmax())
        raise InvalidInput(
            f"{name} holds {row[first]:g} at [{first}], labels of classes are whole numbers",
            where=where,
            hint=_AS_VALUES,
        )
    y, labels = number(row)
    check_class_count(len(labels), name, where, _ANOTHER, _AS_VALUES)
    names = tuple(
        str(label) if not isinstance(label, float) else f"{label:.15g}" for label in labels
    )
    notices = []
    if row.dtype.kind != "b" and labels != list(range(len(labels))):
        notices.append(
            f"{name} holds {len(labels)} labels, {names[0]} to {names[-1]}: numbered from 0"
        )
    if task == "auto" and row.dtype.kind == "f":
        notices.append(f"{name} is read as {len(labels)} classes: {_AS_VALUES}")
    return Target(y, Classes(len(names)), names, tuple(notices))
