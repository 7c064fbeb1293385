"""Reading a table a block of lines at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.files.table.cells import LARGEST
from tui_nn.data.files.table.columns import Column, NumberColumn, TextColumn
from tui_nn.data.files.table.dialect import Dialect, in_words
from tui_nn.data.files.table.text import Text
from tui_nn.spec.errors import InvalidInput

_CELLS = 400_000


@dataclass
class Table:
    """The columns that were read, by their place, and the line each row starts in."""

    columns: Mapping[int, Column]
    starts: list[NDArray[np.int32]] = field(default_factory=list)
    rows: int = 0
    mended: int = 0
    """Rows with empty fields beyond the last column."""

    def line(self, row: int) -> int:
        """The line in which a row (from 0 on) starts."""
        return int(np.concatenate(self.starts)[row])


def read_table(
    text: Text,
    dialect: Dialect,
    texts: frozenset[int],
    exact: frozenset[int],
    left_out: frozenset[int],
    tell: Callable[[float], None],
) -> Table:
    """Read all but the columns `left_out`: those in `texts` as texts, those in `exact` as float64.

    `tell` is given the share that has been read. Raises InvalidInput for a row with too few or
    too many fields.
    """
    table = Table(
        {
            i: TextColumn(name, dialect.comma)
            if i in texts
            else NumberColumn(name, dialect.comma, i in exact)
            for i, name in enumerate(dialect.names)
            if i not in left_out
        }
    )
    missing: set[str] = set()
    line, header = text.first_line, dialect.header
    with text.open() as (lines, share):
        while block := list(islice(lines, 1 if header else max(1, _CELLS // dialect.width))):
            if not header and _add_plain(table, block, dialect, missing):
                starts, used = list(range(line, line + len(block))), len(block)
            else:
                records = _Records(text, dialect, block, lines, line)
                starts, rows, used = records.starts, records.rows, records.used
                table.mended += records.mended
                if header and rows:
                    starts, rows, header = starts[1:], rows[1:], False
                if rows:
                    _add_rows(table, rows, missing)
            table.starts.append(np.array(starts, np.int32))
            table.rows += len(starts)
            line += used
            tell(share())
    return table


class _Records:
    """The rows that start in a block of lines; the last one may take more of the file's lines."""

    def __init__(
        self, text: Text, dialect: Dialect, block: list[str], lines: Iterator[str], first: int
    ) -> None:
        self.text, self.dialect = text, dialect
        self.starts: list[int] = []
        self.rows: list[list[str]] = []
        self.used = self.mended = 0
        counted = self._count(chain(block, lines))
        width = dialect.width
        for start, row in text.records(counted, dialect.delimiter, first, len(block)):
            self.starts.append(start)
            self.rows.append(row if len(row) == width else self._fit(start, row))

    def _count(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self.used += 1
            yield line

    def _fit(self, start: int, row: list[str]) -> list[str]:
        width = self.dialect.width
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            self.mended += 1
            return row[:width]
        fields = "1 field" if len(row) == 1 else f"{len(row):,} fields"
        between = in_words(self.dialect.delimiter)
        raise InvalidInput(
            f"has {fields}, not {width:,}",
            where=self.text.where(start),
            hint=f"mend the line; a field with {between} in it stands in quotes",
        )


def _add_rows(table: Table, rows: Sequence[Sequence[str]], missing: set[str]) -> None:
    cells = list(zip(*rows, strict=True))
    for i, column in table.columns.items():
        if isinstance(column, TextColumn):
            column.add(cells[i])
        else:
            column.add(cells[i], table.rows, missing)


def _add_plain(table: Table, block: list[str], dialect: Dialect, missing: set[str]) -> bool:
    """Add lines whose numbers numpy's own reader takes, several times faster; False if it can't.

    Then there are quotes, blank lines, other numbers of fields, texts among the numbers, numbers
    that are too large or missing ones in spellings not in `missing`.
    """
    delimiter, text = dialect.delimiter, "".join(block)
    numbers = [i for i, column in table.columns.items() if isinstance(column, NumberColumn)]
    texts = [i for i, column in table.columns.items() if isinstance(column, TextColumn)]
    if '"' in text or {line.count(delimiter) for line in block} != {dialect.width - 1}:
        return False
    if dialect.comma and ("." in text or delimiter == ","):
        return False
    if numbers:
        lines = _spell_missing(block, delimiter, missing)
        try:
            values = np.loadtxt(
                (line.replace(",", ".") for line in lines) if dialect.comma else lines,
                delimiter=delimiter,
                comments=None,
                usecols=numbers,
                ndmin=2,
            )
        except ValueError:
            return False
        if len(values) != len(block) or (np.abs(values) > LARGEST).any():
            return False
    for place, i in enumerate(numbers):
        column = table.columns[i]
        assert isinstance(column, NumberColumn)
        column.add_numbers(values[:, place])
    if texts:
        fields = [line.split(delimiter, texts[-1] + 1) for line in block]
        for i in texts:
            column = table.columns[i]
            assert isinstance(column, TextColumn)
            column.add([row[i] for row in fields])
    return True


def _spell_missing(lines: list[str], delimiter: str, missing: set[str]) -> list[str]:
    """The lines with `nan` for fields that are one of `missing`."""
    for word in missing:
        start, inner, end = word + delimiter, delimiter + word + delimiter, delimiter + word
        ends = tuple(end + line_end for line_end in ("\n", "\r\n", "\r", ""))
        lines = [
            _spell(line, start, inner, end)
            if inner in line or line.startswith(start) or line.endswith(ends)
            else line
            for line in lines
        ]
    return lines


def _spell(line: str, start: str, inner: str, end: str) -> str:
    delimiter = inner[0]
    line = line.rstrip("\r\n")
    if line.startswith(start):
        line = "nan" + line[len(start) - 1 :]
    if line.endswith(end):
        line = line[: len(line) - len(end) + 1] + "nan"
    for _ in range(2):
        line = line.replace(inner, f"{delimiter}nan{delimiter}")
    return line
