"""Whether the comma or point in a table's numbers is a decimal one or separates thousands."""

from dataclasses import dataclass

from tui_nn.data.files.table.cells import MISSING, fraction_mark, is_grouped
from tui_nn.data.files.table.columns import NumberColumn
from tui_nn.data.files.table.dialect import Dialect
from tui_nn.data.files.table.reading import Table
from tui_nn.data.files.table.text import Text
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import say


@dataclass
class _Doubt:
    """What the fields of a column say that may have separators of thousands."""

    name: str
    first: tuple[int, str] | None = None
    """The line and the field of the first that has one."""
    whole: bool = False
    """Whether another field has none."""


def check_separators(text: Text, table: Table, dialect: Dialect, decimal: str | None) -> None:
    """InvalidInput for a column whose numbers may be thousands: all as `7,685` or `998`.

    Another length behind the mark, or a 0 before it, shows that it is decimal: in the column, or,
    for a comma and for columns without whole numbers, in any column. A point in a file with `,`
    between its fields is decimal where the column has no whole numbers. A `decimal` mark that the
    user named is taken as said.
    """
    doubts = {
        i: _Doubt(column.name)
        for i, column in table.columns.items()
        if isinstance(column, NumberColumn)
        and column.summary.groups
        and (column.summary.fractions or i in dialect.groups)
        and not column.texts
    }
    if not doubts or decimal:
        return
    settled = _settle(text, table, dialect, doubts)
    for doubt in doubts.values():
        assumed = settled or (dialect.delimiter == "," and not dialect.comma)
        if doubt.first and not (assumed and (dialect.comma or not doubt.whole)):
            raise _ambiguous(text, doubt.name, *doubt.first)


def _settle(text: Text, table: Table, dialect: Dialect, doubts: dict[int, _Doubt]) -> bool:
    """Fill in the doubts and drop those that a field settles; whether any field of any column does.

    A second reading of the file, that ends where no doubt is left.
    """
    mark = "," if dialect.comma else "."
    settled = False
    with text.open() as (lines, _):
        records = text.records(lines, dialect.delimiter, text.first_line)
        if dialect.header:
            next(records)
        for line, row in records:
            for i in table.columns:
                word = row[i].strip()
                grouped = is_grouped(word)
                if fraction_mark(word) == mark and not grouped:
                    settled = True
                    doubts.pop(i, None)
                elif i in doubts:
                    doubts[i].whole |= not grouped and word.lower() not in MISSING
                    if grouped and not doubts[i].first:
                        doubts[i].first = line, word
            if not doubts or (settled and dialect.comma):
                return settled
    return settled


def _ambiguous(text: Text, name: str, line: int, cell: str) -> InvalidInput:
    mark = fraction_mark(cell)
    number = cell.replace(",", ".")
    return InvalidInput(
        f"{say(cell)} may be {number.replace('.', '')} or {number}",
        where=text.where(line, name),
        hint=f"take the separators out, or write {text.given.call(decimal=mark)} for {number}",
    )
