"""A look at a table: its columns, its first rows, and what there is to predict."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tui_nn.data.files.csv_table import read_columns, taken
from tui_nn.data.files.source import NOWHERE, check_plain, show_bytes
from tui_nn.data.files.table.cells import shorten
from tui_nn.data.files.table.columns import Column, NumberColumn
from tui_nn.data.files.table.dialect import Dialect, find_dialect
from tui_nn.data.files.table.inputs import find_inputs
from tui_nn.data.files.table.reading import Table
from tui_nn.data.files.table.separators import check_separators
from tui_nn.data.files.table.target import Outputs, find_columns, find_target
from tui_nn.data.files.table.text import Given, Target, Text, open_text
from tui_nn.spec.call import Call, Value
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.protocol.disk import Contents, FileColumn
from tui_nn.spec.targets import Classes

MOST_BYTES = 2_000_000
"""Of a longer file the first rows are looked at."""
MOST_COLUMNS = 200
"""Columns that are told."""
COMMONEST = 8
"""Different texts of a column that are told."""


def preview_table(file: Path, word: str, target: Sequence[str], limit: int) -> Contents:
    """What a table holds; InvalidInput for a file that is none.

    Where it can't be trained on as it is, with this target or at all, `problem` says why.
    """
    check_plain(file)
    asked: Target = None if not target else target[0] if len(target) == 1 else tuple(target)
    text = open_text(file, None, Given(word, asked), MOST_BYTES)
    dialect = find_dialect(text, None, None, None)
    seen = _Seen(text, dialect)
    seen.look(asked)
    names = tuple(dialect.names[place] for place in seen.places)
    given: Value = names[0] if len(names) == 1 else names
    whole = file.stat().st_size <= MOST_BYTES
    rows = seen.table.rows if seen.table else 0
    outputs = seen.outputs
    is_class = outputs is not None and isinstance(outputs.kind, Classes)
    columns = list(seen.table.columns.values())[:MOST_COLUMNS] if seen.table else []
    return Contents(
        path=word,
        opens="data",
        reader="csv",
        call=str(Call("csv", (word,), (("target", given),))),
        sampled="" if whole else f"the first {show_bytes(MOST_BYTES)}: {rows:,} rows",
        samples=rows if whole and seen.table else None,
        input_shape=(seen.inputs,) if seen.inputs else None,
        target=tuple(map(printable, names)),
        classes=tuple(map(printable, outputs.class_names)) if outputs is not None else (),
        class_counts=_counts(outputs) if outputs is not None and is_class else (),
        values=None if outputs is None or is_class else outputs.y.shape[1:],
        columns=tuple(map(_column, columns)),
        columns_left_out=dialect.width - len(columns),
        rows=_first_rows(text, dialect, limit),
        notices=tuple(map(printable, seen.notices)),
        problem=printable(f"{seen.where}{seen.problem.message}") if seen.problem else "",
        hint=printable(seen.problem.hint) if seen.problem else "",
    )


@dataclass
class _Seen:
    """What a table was found to be, as far as it could be read."""

    text: Text
    dialect: Dialect
    places: list[int] = field(default_factory=list)
    """Of the columns to predict."""
    table: Table | None = None
    outputs: Outputs | None = None
    inputs: int = 0
    """Numbers that a network would get of a row."""
    notices: list[str] = field(default_factory=list)
    problem: InvalidInput | None = None

    @property
    def where(self) -> str:
        """The place of the problem inside the file."""
        assert self.problem is not None
        place = self.problem.where.removeprefix(self.text.where()).removeprefix(": ")
        return f"{place}: " if place else ""

    def look(self, asked: Target) -> None:
        """Read it as training would, up to what can't be."""
        text, dialect = self.text, self.dialect
        self.places = [dialect.width - 1]
        try:
            self.places, _ = find_columns(text, dialect.names, asked, ())
        except InvalidInput as error:
            self.problem = error
        try:
            table = read_columns(text, dialect, self.places, frozenset(), "auto", NOWHERE)
            self.table = table
            if self.problem:
                return
            check_separators(text, table, dialect, None)
            self.outputs = find_target(text, table, self.places, "auto", True)
            rest = [place for place in table.columns if place not in self.places]
            inputs = find_inputs(text, table, self.outputs.rows, rest, (), dialect.header)
        except InvalidInput as error:
            self.problem = self.problem or error
            return
        self.inputs = len(inputs.names)
        self.notices = [
            dialect.notice(table.rows, text.encoding),
            taken(dialect, self.places, asked, self.outputs),
            *inputs.notices(standardize=True),
        ]


def _counts(outputs: Outputs) -> tuple[int, ...]:
    return tuple(np.bincount(outputs.y, minlength=len(outputs.class_names)).tolist())


def _column(column: Column) -> FileColumn:
    name = printable(column.name)
    if isinstance(column, NumberColumn):
        values = column.values()
        known: Any = values[~np.isnan(values)]
        return FileColumn(
            name=name,
            kind="numbers",
            missing=len(values) - len(known),
            # The shortest text of a float32 is what the file says: 0.1, not 0.10000000149.
            low=float(str(known.min())) if len(known) else None,
            high=float(str(known.max())) if len(known) else None,
        )
    if column.overflowed:
        return FileColumn(name=name, kind="texts", different=len(column.codes))
    texts, kinds = column.kinds()
    counts = np.bincount(kinds[kinds >= 0], minlength=len(texts))
    common = np.argsort(-counts, kind="stable")[:COMMONEST].tolist()
    return FileColumn(
        name=name,
        kind="texts",
        missing=int((kinds < 0).sum()),
        different=len(texts),
        texts=tuple(printable(shorten(texts[place])) for place in common),
    )


def _first_rows(text: Text, dialect: Dialect, limit: int) -> tuple[tuple[str, ...], ...]:
    """As they are written, whether they have as many fields as names or not."""
    rows: list[tuple[str, ...]] = []
    try:
        with text.open() as (lines, _):
            records = text.records(lines, dialect.delimiter, text.first_line)
            for _, row in islice(records, int(dialect.header), limit + dialect.header):
                rows.append(tuple(printable(shorten(cell)) for cell in row[:MOST_COLUMNS]))
    except InvalidInput:
        pass  # whoever reads the columns has said it
    return tuple(rows)
