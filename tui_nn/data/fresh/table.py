"""A table of new rows: training's columns by their names, in any order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Column
from tui_nn.data.files.source import Source, name_of, tell_memory
from tui_nn.data.files.table.cells import shorten, some
from tui_nn.data.files.table.columns import MOST_TEXTS, NumberColumn, TextColumn
from tui_nn.data.files.table.dialect import Dialect, find_dialect
from tui_nn.data.files.table.inputs import check_numbers
from tui_nn.data.files.table.reading import Table, read_table
from tui_nn.data.files.table.separators import check_separators
from tui_nn.data.files.table.text import Given, Text, open_text
from tui_nn.data.fresh.samples import (
    Fresh,
    class_indices,
    count_of,
    form_of,
    inputs_of_rows,
    some_names,
)
from tui_nn.data.recipe import Recipe
from tui_nn.data.split import Samples
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.words import near, say

_MEND = "mend it, or write NA where it isn't known"


@dataclass(frozen=True)
class _Places:
    """Where in the file the columns are that are read."""

    inputs: tuple[int, ...]
    targets: tuple[int, ...]
    notices: tuple[str, ...]


def read_csv(
    options: Mapping[str, Any], recipe: Recipe, source: Source, key: str, *, with_targets: bool
) -> Fresh:
    """The rows of a text file, `options` as in `csv(…)`; `key`: where that is written.

    With targets, rows that lack one are left out. Raises InvalidInput, with line and column.
    """
    file = source.find(options["path"])
    if not recipe.columns:
        raise InvalidInput(
            f"is a table, the run was trained on {form_of(recipe)}",
            where=name_of(file),
            hint="give it in the form it was trained on, or as the array x of a .npz file",
        )
    if options["sha256"]:
        source.identify([file], options["sha256"])
    source.tell(f"reading {printable(file.name)}")
    given = Given(options["path"], options["target"], key)
    text = open_text(file, options["encoding"], given)
    dialect = _dialect(text, options, recipe)
    places = _find_places(text, dialect, recipe, _targets(options, recipe, with_targets))
    table = _read(text, dialect, recipe, places, source)
    agreed = dialect.decimal if dialect.decimal == recipe.decimal else None
    check_separators(text, table, dialect, options["decimal"] or agreed)
    tell_memory(source, count_of(table.rows, "row"), table.rows * len(recipe.columns) * 8)
    rows, told = _rows(text, table, recipe, places)
    notices = [dialect.notice(table.rows, text.encoding), *places.notices, *told]
    if text.guessed:
        notices.append(f"letters read as {text.encoding}: if they look wrong save it as UTF-8")
    x = inputs_of_rows(rows, recipe, text.where())
    y, x = _with_targets(text, table, recipe, places, x, notices) if places.targets else (None, x)
    return Fresh(x, y, notices=tuple(map(printable, notices)))


def _targets(options: Mapping[str, Any], recipe: Recipe, with_targets: bool) -> tuple[str, ...]:
    if not with_targets:
        return ()
    named = options["target"]
    names = recipe.target_names if named is None else (named,) if isinstance(named, str) else named
    wanted = 1 if recipe.classes is not None else int(np.prod(recipe.target_shape))
    if len(names) != wanted:
        raise InvalidInput(
            f"{count_of(len(names), 'target')} named, the run predicts {wanted}",
            where=str(options["path"]),
            hint="name the column to compare with: csv('FILE', target='NAME')",
        )
    return tuple(names)


def _dialect(text: Text, options: Mapping[str, Any], recipe: Recipe) -> Dialect:
    """How the file is written; a first line that holds one of training's names holds names."""
    asked = options["delimiter"], options["header"], options["decimal"]
    dialect = find_dialect(text, *asked, narrowest=1)
    if asked[1] is None and not dialect.header:
        with text.open() as (lines, _):
            _, first = next(text.records(lines, dialect.delimiter, text.first_line))
        if {" ".join(cell.split()) for cell in first} & {c.name for c in recipe.columns}:
            dialect = find_dialect(text, asked[0], True, asked[2], narrowest=1)
    return dialect


def _find_places(text: Text, dialect: Dialect, recipe: Recipe, targets: Sequence[str]) -> _Places:
    names, wanted = dialect.names, [column.name for column in recipe.columns]
    if not dialect.header and not set(wanted) <= set(names):
        if len(names) != len(wanted) or targets:
            raise InvalidInput(
                f"has no names in its first line, and {count_of(len(names), 'column')}",
                where=text.where(),
                hint=f"write the names above: {some_names([*wanted, *targets])}",
            )
        notice = f"no names in the first line: columns taken as {some_names(wanted)}"
        return _Places(tuple(range(len(wanted))), (), (notice,))
    found = {name: _place(names, name) for name in (*wanted, *targets)}
    if lacking := [name for name, place in found.items() if place is None]:
        nearest = near(lacking[0], [name for name in names if name not in found])
        raise InvalidInput(
            f"has no column {some_names([say(name) for name in lacking])}",
            where=text.where(),
            hint=nearest or f"it has {some_names(names)}",
        )
    inputs = tuple(place for name in wanted if (place := found[name]) is not None)
    outputs = tuple(place for name in targets if (place := found[name]) is not None)
    known = {*inputs, *outputs, *(_place(names, name) for name in recipe.target_names)}
    others = [name for i, name in enumerate(names) if i not in known]
    return _Places(inputs, outputs, (f"not used: {some_names(others)}",) if others else ())


def _place(names: Sequence[str], name: str) -> int | None:
    """The column of this name, in any case where no other is meant."""
    wanted = " ".join(name.split())
    if wanted in names:
        return names.index(wanted)
    alike = [i for i, other in enumerate(names) if other.lower() == wanted.lower()]
    return alike[0] if len(alike) == 1 else None


def _read(text: Text, dialect: Dialect, recipe: Recipe, places: _Places, source: Source) -> Table:
    columns = list(zip(places.inputs, recipe.columns, strict=True))
    texts = {place for place, column in columns if column.texts or column.missing}
    exact = {place for place, column in columns if column.precise}
    (exact if recipe.classes is None else texts).update(places.targets)
    used = {*places.inputs, *places.targets}
    unused = frozenset(range(dialect.width)) - used
    name = printable(text.path.name)

    def tell(share: float) -> None:
        source.tell(f"reading {name}: {100 * share:.0f} %")

    table = read_table(text, dialect, frozenset(texts), frozenset(exact), unused, tell)
    if not table.rows:
        raise InvalidInput(
            "has names but no rows below them", where=text.where(), hint="write some rows"
        )
    return table


def _rows(
    text: Text, table: Table, recipe: Recipe, places: _Places
) -> tuple[NDArray[np.float64], list[str]]:
    """What the columns hold, (n, inputs), and what is to be told of it."""
    rows = np.empty((table.rows, sum(column.width for column in recipe.columns)))
    told: list[str] = []
    missing: list[str] = []
    at = 0
    for place, column in zip(places.inputs, recipe.columns, strict=True):
        read = table.columns[place]
        if isinstance(read, NumberColumn):
            check_numbers(text, table, read, _MEND)
            values = read.values()
            if count := int(np.isnan(values).sum()):
                _refuse_missing(text, table, recipe, column, values)
                missing.append(f"{count:,} in {shorten(column.name)}")
            rows[:, at] = values
        else:
            told += _fill_kinds(rows[:, at : at + column.width], text, read, column)
        at += column.width
    if missing:
        told.append(f"missing numbers: {some(missing)}; filled with the training part's mean")
    return rows, told


def _refuse_missing(
    text: Text, table: Table, recipe: Recipe, column: Column, values: NDArray[np.floating]
) -> None:
    if recipe.fill is None:
        line = table.line(int(np.isnan(values).argmax()))
        raise InvalidInput(
            "a number is missing", where=text.where(line, column.name), hint="write it"
        )


def _fill_kinds(
    out: NDArray[np.float64], text: Text, read: TextColumn, column: Column
) -> list[str]:
    """Write 0 and 1 for the texts of training; a text that it hadn't is 0 everywhere, and told."""
    if read.overflowed:
        raise InvalidInput(
            f"has more than {MOST_TEXTS:,} different texts, training had {len(column.texts)}",
            where=text.where(column=column.name),
            hint="split the file",
        )
    texts, kinds = read.kinds()
    for i, kind in enumerate(column.kinds):
        number = -1 if kind is None else texts.index(kind) if kind in texts else len(texts)
        out[:, i] = kinds == number
    strange = [say(t) for t in texts if t not in column.texts]
    strange += ["a missing text"] * (not column.missing and bool((kinds < 0).any()))
    if not strange:
        return []
    known = "0 in all its inputs" if column.width > 1 else f"taken as {say(column.texts[0])}"
    return [f"{shorten(column.name)}: training had no {some_names(strange)}: {known}"]


def _with_targets(
    text: Text,
    table: Table,
    recipe: Recipe,
    places: _Places,
    x: Samples,
    notices: list[str],
) -> tuple[Samples, Samples]:
    """The targets and the inputs of the rows that have one."""
    columns = [table.columns[place] for place in places.targets]
    values: Samples
    if isinstance(columns[0], TextColumn):
        if columns[0].overflowed:
            raise InvalidInput(
                f"has more than {MOST_TEXTS:,} different classes",
                where=text.where(column=columns[0].name),
                hint="name the column of the classes",
            )
        texts, kinds = columns[0].kinds()
        there: NDArray[np.bool_] = np.asarray(kinds >= 0)
        where = text.where(column=columns[0].name)
        known = class_indices(np.array(texts, str), recipe, where) if texts else np.zeros(0, int)
        values = known[kinds[there]] if texts else known
    else:
        numbers = [column for column in columns if isinstance(column, NumberColumn)]
        for column in numbers:
            check_numbers(text, table, column, _MEND)
        read = np.stack([column.values() for column in numbers], axis=1)
        there = np.asarray(~np.isnan(read).any(axis=1))
        values = read[there].astype(np.float64 if recipe.exact_target else np.float32)
    if not there.any():
        raise InvalidInput(
            "no row has a target",
            where=text.where(column=columns[0].name),
            hint="name the column to compare with: csv('FILE', target='NAME')",
        )
    if left := int((~there).sum()):
        notices.append(f"left out: {count_of(left, 'row')} without a target")
    return values, x if there.all() else x[there]
