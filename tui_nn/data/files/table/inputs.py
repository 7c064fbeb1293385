"""From the columns of a table to the inputs of a network."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Column
from tui_nn.data.files.source import Source, tell_memory
from tui_nn.data.files.table.cells import (
    by_value,
    is_date,
    is_decorated,
    mostly_numbers,
    parse_number,
    shorten,
    some,
)
from tui_nn.data.files.table.columns import MOST_TEXTS, NumberColumn, TextColumn
from tui_nn.data.files.table.reading import Table
from tui_nn.data.files.table.text import Text
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import say

MOST_CATEGORIES = 50
"""Different texts of an input column; more are names of the rows, or free text."""

_FEW = 10
ALIKE = 0.9
"""A column is of one sort if that share of its rows is."""

_ID = re.compile(r"(.*[^A-Za-z])?id|(.*[^A-Z])?I[Dd]")
_COUNTERS = ("column 1", "id", "index", "unnamed: 0", "rownames", "row", "no", "nr", "#")

Picked = NDArray[np.intp] | slice
"""The rows of a table that are used."""


@dataclass
class Inputs:
    """The numbers a network is given, and what became of the columns."""

    names: list[str] = field(default_factory=list)
    columns: list[NDArray[np.floating] | NDArray[np.bool_]] = field(default_factory=list)
    used: list[Column] = field(default_factory=list)
    """The columns of the table that they come from."""
    missing: dict[str, int] = field(default_factory=dict)
    """How many numbers a column lacks."""
    same: list[str] = field(default_factory=list)
    precise: list[str] = field(default_factory=list)
    """Columns of numbers that float32 doesn't tell apart."""
    categories: dict[str, int] = field(default_factory=dict)
    """How many columns were made of a column of texts."""
    left_out: list[str] = field(default_factory=list)
    """Columns with the reason."""

    def array(self, rows: int, standardize: bool, source: Source) -> NDArray[np.floating]:
        """All of them, (rows, columns); InvalidInput if they don't fit into memory.

        float64 where it matters for inputs that are to be standardised, else float32.
        """
        width = len(self.names)
        dtype = np.dtype(np.float64 if self.precise and standardize else np.float32)
        size = rows * width * dtype.itemsize
        tell_memory(source, f"{rows:,} rows of {width:,} columns", size)
        x = np.empty((rows, width), dtype)
        for i, values in enumerate(self.columns):
            x[:, i] = values
        return x

    def notices(self, standardize: bool) -> list[str]:
        """What was found, a line each."""
        lines = [f"left out: {some(self.left_out)}"] if self.left_out else []
        if self.categories:
            words = [f"{shorten(name)} ({count})" for name, count in self.categories.items()]
            lines.append(f"texts became columns of 0 and 1: {some(words)}")
        if self.missing:
            words = [f"{count:,} in {shorten(name)}" for name, count in self.missing.items()]
            lines.append(
                f"missing numbers: {some(words)}; filled with the column's mean over the "
                "training part"
            )
        if self.same:
            names = [shorten(name) for name in self.same]
            lines.append(f"the same number in every row: {some(names)}")
        if self.precise and not standardize:
            names = [shorten(name) for name in self.precise]
            lines.append(f"{some(names)}: {rounded('standardize')}")
        return lines


def rounded(option: str) -> str:
    """What is said of numbers that float32 doesn't tell apart and that are not standardised."""
    return f"rounded to 7 digits, {option}=True keeps their differences"


def find_inputs(
    text: Text,
    table: Table,
    picked: Picked,
    columns: Sequence[int],
    leave_out: Sequence[str],
    named: bool,
) -> Inputs:
    """The inputs that these columns give; InvalidInput for one with dates or stray texts.

    Where columns are `named`, a first one that only numbers the rows and such as `CustomerId`
    that have another whole number in nearly each row are left out.
    """
    inputs = Inputs()
    _refuse_dates(text, table, columns, leave_out)
    for place in columns:
        column = table.columns[place]
        if isinstance(column, NumberColumn):
            check_numbers(text, table, column)
            reason = ""
            if named and len(columns) > 1:
                counts = place == 0 and _is_counter(column)
                reason = "numbers the rows" if counts else "names the rows" * _is_id(column)
            _add_numbers(inputs, column, picked, reason)
        else:
            _check_texts(text, table, column)
            _add_texts(inputs, column, picked)
    if not inputs.names:
        reason = f" ({some(inputs.left_out)})" if inputs.left_out else ""
        raise InvalidInput(
            f"no column is left as input{reason}",
            where=text.where(),
            hint="add columns of numbers, or of texts that come again in other rows",
        )
    return inputs


def check_numbers(text: Text, table: Table, column: NumberColumn, hint: str = "") -> None:
    """InvalidInput for a field that isn't a number, or is too large a one."""
    if column.first_text:
        row, cell = column.first_text
        raise not_a_number(text, table.line(row), column, cell, hint)
    if column.too_large:
        row, cell = column.too_large
        reason = "isn't finite" if "n" in cell.lower() else "is too large for float32"
        raise InvalidInput(
            f"{say(cell)} {reason}",
            where=text.where(table.line(row), column.name),
            hint="mend it, or write NA where the number isn't known",
        )


def not_a_number(
    text: Text, line: int, column: NumberColumn | TextColumn, cell: str, hint: str = ""
) -> InvalidInput:
    """The error for a text among numbers, with what might be wrong with it."""
    if is_decorated(cell, column.comma):
        plain = "write plain numbers, as 1234.5: no separators of thousands, % or currency"
        commas = "," in cell and not column.comma and not re.search(r"\.|,\d{3}\b", cell)
        hint = f"for decimal commas write {text.given.call(decimal=',')}" if commas else plain
    elif not hint and line == text.first_line:
        hint = f"if this line holds names write {text.given.call(header=True)}, else mend it"
    elif not hint:
        hint = "mend it, write NA where it isn't known, or "
        hint += text.given.call(leave_out=(column.name,))
    return InvalidInput(
        f"{say(cell)} isn't a number", where=text.where(line, column.name), hint=hint
    )


def _is_counter(column: NumberColumn) -> bool:
    """Whether a first column only numbers the rows, from 0 or 1 on, in any order."""
    name = column.name.lower()
    if name not in _COUNTERS and not name.endswith("id"):
        return False
    values = np.sort(column.values())
    return bool(
        values[0] in (0, 1)
        and np.array_equal(values, np.arange(len(values), dtype=values.dtype) + values[0])
    )


def _is_id(column: NumberColumn) -> bool:
    """Whether a column is called an id and has another whole number in nearly every row."""
    if not _ID.fullmatch(column.name):
        return False
    values = column.values()
    return (
        len(values) > _FEW
        and bool((values == np.round(values)).all())
        and len(np.unique(values)) >= ALIKE * len(values)
    )


def _add_numbers(inputs: Inputs, column: NumberColumn, picked: Picked, reason: str) -> None:
    """`reason`: why it is no input; empty if it is one."""
    values = column.values()[picked]
    missing = int(np.isnan(values).sum())
    if reason or missing == len(values):
        inputs.left_out.append(f"{shorten(column.name)} ({reason or 'is empty'})")
        return
    if missing:
        inputs.missing[column.name] = missing
    elif values.min() == values.max():
        inputs.same.append(column.name)
    if column.precise:
        inputs.precise.append(column.name)
    inputs.names.append(column.name)
    inputs.columns.append(values)
    inputs.used.append(Column(column.name, precise=column.precise))


def _add_texts(inputs: Inputs, column: TextColumn, picked: Picked) -> None:
    """A column of 0 and 1 for each text; a single one where there are two."""
    name = shorten(column.name)
    if column.overflowed:
        inputs.left_out.append(f"{name} (more than {MOST_TEXTS:,} different texts)")
        return
    texts, kinds = column.kinds()
    kinds = kinds[picked]
    counts = np.bincount(kinds + 1, minlength=len(texts) + 1)
    present = sorted((t for t, n in zip(texts, counts[1:], strict=True) if n), key=by_value)
    unlike = len(present) > _FEW and len(present) == len(kinds) - counts[0]
    if len(present) > MOST_CATEGORIES or unlike:
        inputs.left_out.append(f"{name} ({len(present):,} different texts)")
        return
    if len(present) + bool(counts[0]) < 2:
        inputs.left_out.append(f"{name} ({'the same text in every row' if present else 'empty'})")
        return
    used = Column(column.name, tuple(present), missing=bool(counts[0]))
    inputs.used.append(used)
    inputs.categories[column.name] = used.width
    for category in used.kinds:
        inputs.names.append(f"{column.name}={'(missing)' if category is None else category}")
        inputs.columns.append(kinds == (-1 if category is None else texts.index(category)))


def _check_texts(text: Text, table: Table, column: TextColumn) -> None:
    check_decorated(text, table, column)
    if column.overflowed:
        return
    numbers = 1 - column.share(lambda cell: _is_word(cell, column.comma))
    too_many = len(column.codes) > MOST_CATEGORIES and 0.5 < numbers < 1
    if too_many or is_mostly_numbers(column):
        raise word_in(text, table, column)


def check_decorated(text: Text, table: Table, column: TextColumn) -> None:
    """InvalidInput for texts that are numbers with separators, units or currencies."""
    found = column.first(lambda cell: is_decorated(cell, column.comma))
    if found and column.share(lambda cell: _is_like_number(cell, column.comma)) >= ALIKE:
        raise not_a_number(text, table.line(found[0]), column, found[1])


def _is_like_number(text: str, comma: bool) -> bool:
    return parse_number(text, comma) is not None or is_decorated(text, comma)


def word_in(text: Text, table: Table, column: TextColumn, hint: str = "") -> InvalidInput:
    """The error for the first text of a column that is no number."""
    row, cell = column.first(lambda cell: _is_word(cell, column.comma)) or (0, "")
    return not_a_number(text, table.line(row), column, cell, hint)


def _is_word(text: str, comma: bool) -> bool:
    value = parse_number(text, comma)
    return value is None or isnan(value)


def is_mostly_numbers(column: TextColumn) -> bool:
    """Whether there are but a few texts among numbers."""
    texts, kinds = column.kinds()
    words = np.array([*(_is_word(text, column.comma) for text in texts), False])
    count = int((kinds >= 0).sum())
    return mostly_numbers(count - (odd := int(words[kinds].sum())), odd) and odd > 0


def first_date(column: TextColumn) -> tuple[int, str] | None:
    """The row and the text of the first date or time in a column of them."""
    found = column.first(is_date)
    return found if found and column.share(is_date) >= ALIKE else None


def _refuse_dates(
    text: Text, table: Table, columns: Sequence[int], leave_out: Sequence[str]
) -> None:
    dated: dict[str, tuple[int, str]] = {}
    for place in columns:
        column = table.columns[place]
        if isinstance(column, TextColumn) and (found := first_date(column)):
            dated[column.name] = found
    if dated:
        name, (row, cell) = next(iter(dated.items()))
        raise InvalidInput(
            f"{say(cell)} is a date or time, and inputs are numbers",
            where=text.where(table.line(row), name),
            hint=f"write {text.given.call(leave_out=(*leave_out, *dated))}, or give it as a number",
        )
