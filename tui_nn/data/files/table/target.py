"""From the columns of a table to what is to be predicted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.files.arrays import MAX_CLASSES, class_list
from tui_nn.data.files.labels import FEW, are_classes
from tui_nn.data.files.table.cells import by_value, span
from tui_nn.data.files.table.columns import MOST_TEXTS, NumberColumn, TextColumn
from tui_nn.data.files.table.inputs import (
    check_decorated,
    check_numbers,
    first_date,
    is_mostly_numbers,
    rounded,
    word_in,
)
from tui_nn.data.files.table.reading import Table
from tui_nn.data.files.table.text import Target, Text
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.targets import Classes, Kind, Values
from tui_nn.spec.words import near, say


@dataclass(frozen=True)
class Outputs:
    """What is to be predicted, for the rows that have it."""

    y: NDArray[np.int64] | NDArray[np.floating]
    kind: Kind
    class_names: tuple[str, ...]
    rows: NDArray[np.intp]
    """The rows of the table that have a target."""
    notice: str
    """What it was taken for."""


def find_columns(
    text: Text, names: Sequence[str], target: Target, leave_out: Sequence[str]
) -> tuple[list[int], frozenset[int]]:
    """The places of the targets and of the columns that are left out; InvalidInput if unknown."""
    left_out = frozenset(_place(text, names, name) for name in leave_out)
    if target is None:
        rest = [i for i in range(len(names)) if i not in left_out]
        if not rest:
            raise InvalidInput(
                "every column is left out", where=text.where(), hint="leave one as target"
            )
        return rest[-1:], left_out
    words = (target,) if isinstance(target, str) else target
    places = [_place(text, names, word) for word in words]
    for place, word in zip(places, words, strict=True):
        if place in left_out or places.count(place) > 1:
            raise InvalidInput(
                f"target {say(word)} {'is left out' if place in left_out else 'is named twice'}",
                where=text.where(),
                hint="name each column once",
            )
    if not places:
        raise InvalidInput(
            "no target is named", where=text.where(), hint=f"write target={say(names[-1])}"
        )
    return places, left_out


def _place(text: Text, names: Sequence[str], word: str) -> int:
    """The column called `word`, in any case where no other is meant."""
    wanted = " ".join(word.split())
    if wanted in names:
        return names.index(wanted)
    alike = [i for i, name in enumerate(names) if name.lower() == wanted.lower()]
    if len(alike) == 1:
        return alike[0]
    shown = ", ".join(map(say, names[:10])) + ", …" * (len(names) > 10)
    raise InvalidInput(
        f"there is no column {say(word)}",
        where=text.where(),
        hint=near(wanted, names) or f"there are {shown}",
    )


def find_target(
    text: Text, table: Table, places: Sequence[int], task: str, standardize: bool
) -> Outputs:
    """What these columns say of each row; a row that lacks one of them is left out.

    `task` auto: one column of texts, or of numbers as `are_classes` says, is classes. Values are
    float64 where it matters and they are to be standardised. InvalidInput for a target that can't
    be learned.
    """
    columns = [table.columns[place] for place in places]
    if len(columns) > 1 and task == "classes":
        raise InvalidInput(
            f"{len(columns)} targets can't be classes",
            where=text.where(),
            hint=f"name one target, or write {text.given.call(task='values')}",
        )
    column = columns[0]
    if isinstance(column, TextColumn) and len(columns) == 1:
        return _text_classes(text, table, column, task)
    values = np.stack([_numbers(text, table, column, len(columns)) for column in columns], axis=1)
    rows = np.flatnonzero(~np.isnan(values).any(axis=1))
    values = values[rows]
    _check_count(text, column.name, len(rows))
    if len(columns) == 1:
        distinct = np.unique(values)
        whole = bool((distinct == np.round(distinct)).all())
        repeated = whole and 2 * len(distinct) <= len(rows)
        if task == "classes" and not whole:
            at = int(np.argmax(values[:, 0] != np.round(values[:, 0])))
            raise InvalidInput(
                f"label {values[at, 0]:g} is not whole",
                where=text.where(table.line(int(rows[at])), column.name),
                hint=f"write {text.given.call(task='values')}, or give classes as whole numbers",
            )
        if task == "classes" or (task == "auto" and are_classes(values[:, 0])):
            names = [str(int(value)) for value in distinct]
            y = np.searchsorted(distinct, values[:, 0]).astype(np.int64)
            found = _classes(text, column.name, names, y, rows)
            hint = "; task='values' predicts the number" if task == "auto" else ""
            return replace(found, notice=found.notice + hint)
    if (values == values[0]).all():
        raise _nothing_to_learn(text, column.name, f"{values[0, 0]:g}")
    notice = "values" if len(columns) > 1 else span(values.min(), values.max())
    if task == "auto" and len(columns) == 1 and repeated and len(distinct) <= MAX_CLASSES:
        notice += ", whole numbers read as values; task='classes' tells them apart"
    precise = any(isinstance(c, NumberColumn) and c.needs_precision() for c in columns)
    if precise and not standardize:
        notice += f", {rounded('standardize_target')}"
    y = values if precise and standardize else values.astype(np.float32)
    return Outputs(y, Values((len(columns),)), (), rows, notice)


def _numbers(
    text: Text, table: Table, column: NumberColumn | TextColumn, count: int
) -> NDArray[np.floating]:
    hint = "several targets are numbers" if count > 1 else _as_classes(text)
    if isinstance(column, TextColumn):
        raise word_in(text, table, column, hint)
    check_numbers(text, table, column, hint)
    return column.values()


def _as_classes(text: Text) -> str:
    return f"mend it, or write {text.given.call(task='classes')}"


def _text_classes(text: Text, table: Table, column: TextColumn, task: str) -> Outputs:
    if task != "classes":
        check_decorated(text, table, column)
    mixed = task == "auto" and not column.overflowed and is_mostly_numbers(column)
    if task == "values" or mixed:
        raise word_in(text, table, column, _as_classes(text))
    if found := first_date(column):
        raise InvalidInput(
            f"{say(found[1])} is a date or time",
            where=text.where(table.line(found[0]), column.name),
            hint="name another target",
        )
    if column.overflowed:
        raise _too_many(text, column.name, f"more than {MOST_TEXTS:,}")
    texts, kinds = column.kinds()
    rows = np.flatnonzero(kinds >= 0)
    _check_count(text, column.name, len(rows))
    if len(texts) == len(rows) > FEW:
        raise InvalidInput(
            f"each row has another target ({say(texts[0])}, {say(texts[1])} …)",
            where=text.where(column=column.name),
            hint=f"name the column to predict, as {replace(text.given, target='price').call()}",
        )
    order = sorted(texts, key=by_value)
    rank = np.array([order.index(t) for t in texts], np.int64)
    return _classes(text, column.name, order, rank[kinds[rows]], rows)


def _classes(
    text: Text, name: str, names: Sequence[str], y: NDArray[np.int64], rows: NDArray[np.intp]
) -> Outputs:
    if len(names) > MAX_CLASSES:
        raise _too_many(text, name, f"{len(names):,}")
    if len(names) == 1:
        raise _nothing_to_learn(text, name, names[0])
    return Outputs(y, Classes(len(names)), tuple(names), rows, class_list(names))


def _too_many(text: Text, name: str, count: str) -> InvalidInput:
    return InvalidInput(
        f"has {count} different targets, more than {MAX_CLASSES:,} classes",
        where=text.where(column=name),
        hint=f"name another target, or for numbers write {text.given.call(task='values')}",
    )


def _nothing_to_learn(text: Text, name: str, value: str) -> InvalidInput:
    return InvalidInput(
        f"every row has the target {say(value)}: nothing to learn",
        where=text.where(column=name),
        hint="name another target",
    )


def _check_count(text: Text, name: str, rows: int) -> None:
    if rows < 2:
        raise InvalidInput(
            "only one row has a target" if rows else "no row has a target",
            where=text.where(column=name),
            hint="training needs two" if rows else "name another target",
        )
