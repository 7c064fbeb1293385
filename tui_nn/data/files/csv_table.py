"""A user's table: a text file with a row a sample and a column a measurement."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tui_nn.data.dataset import Dataset
from tui_nn.data.files.arrays import counted
from tui_nn.data.files.source import NOWHERE, Source, check_rows, tell_memory
from tui_nn.data.files.table.cells import shorten
from tui_nn.data.files.table.columns import NumberColumn
from tui_nn.data.files.table.dialect import Dialect, find_dialect, in_words
from tui_nn.data.files.table.inputs import find_inputs
from tui_nn.data.files.table.reading import Table, read_table
from tui_nn.data.files.table.separators import check_separators
from tui_nn.data.files.table.target import Outputs, find_columns, find_target
from tui_nn.data.files.table.text import Given, Target, Text, open_text
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.targets import Values


def csv(
    path: str,
    target: Target = None,
    task: str = "auto",
    leave_out: str | tuple[str, ...] = (),
    delimiter: str | None = None,
    header: bool | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    standardize: bool = True,
    standardize_target: bool = True,
    sha256: str | None = None,
    rows: int | None = None,
    *,
    source: Source = NOWHERE,
) -> Dataset:
    """The rows of a text file that have a target: x (n, columns), NaN where a number is missing.

    Columns of numbers are inputs as they are; each different text of a column (at most 50) gives
    an input that is 1 where the row has it and else 0. y holds classes, sorted by name, or values
    (n, targets). What is None is found, and `notices` say what; columns that can't be inputs and
    rows without a target are left out, and told. Raises InvalidInput, with line and column, for
    what can't be read.
    """
    file = source.find(path)
    name = printable(file.name)
    source.tell(f"reading {name}")
    digest = source.identify([file], sha256)
    text = open_text(file, encoding, Given(path, target))
    leave_out = (leave_out,) if isinstance(leave_out, str) else leave_out
    with _memory(text):
        dialect = find_dialect(text, delimiter, header, decimal)
        targets, left_out = find_columns(text, dialect.names, target, leave_out)
        table = read_columns(text, dialect, targets, left_out, task, source)
        check_separators(text, table, dialect, decimal)
        found = find_target(text, table, targets, task, standardize_target)
        picked = slice(None) if (n := len(found.rows)) == table.rows else found.rows
        rest = [i for i in table.columns if i not in targets]
        inputs = find_inputs(text, table, picked, rest, leave_out, dialect.header)
        check_rows(file, n, rows)
        x = inputs.array(n, standardize, source)
    notices = [dialect.notice(n, text.encoding), taken(dialect, targets, target, found)]
    notices += [*_mended(text, dialect, table, n), *inputs.notices(standardize)]
    return Dataset(
        x=x,
        y=found.y,
        kind=found.kind,
        input_names=tuple(inputs.names),
        target_names=tuple(dialect.names[i] for i in targets),
        class_names=found.class_names,
        sample_name="row",
        standardize=standardize,
        source=name,
        missing=sum(inputs.missing.values()),
        standardize_target=standardize_target and isinstance(found.kind, Values),
        columns=tuple(inputs.used),
        decimal=dialect.decimal,
        sha256=digest,
        notices=tuple(map(printable, notices)),
    )


def taken(dialect: Dialect, targets: Sequence[int], target: Target, found: Outputs) -> str:
    """What is to be predicted, and what it was taken for."""
    names = ", ".join(shorten(dialect.names[i]) for i in targets)
    return f"target: {names}{' (the last column)' * (target is None)}, {found.notice}"


def read_columns(
    text: Text,
    dialect: Dialect,
    targets: Sequence[int],
    left_out: frozenset[int],
    task: str,
    source: Source,
) -> Table:
    """The table, read once more where columns turn out to be texts or to need more digits."""
    width = dialect.width - len(left_out)
    bytes_a_row = dialect.row_size * (2 if text.encoding == "utf-16" else 1)
    rows = max(1, round(text.size / bytes_a_row))
    tell_memory(source, f"about {rows:,} rows of {width:,} columns", rows * width * 4)
    name = printable(text.path.name)
    exact = frozenset(targets)
    texts = dialect.texts
    if task != "values" and len(targets) == 1:
        texts |= dialect.codes & exact
    while True:
        table = read_table(
            text,
            dialect,
            texts,
            exact,
            left_out,
            lambda share: source.tell(f"reading {name}: {100 * share:.0f} %"),
        )
        if not table.rows:
            raise InvalidInput(
                "has names but no rows below them",
                where=text.where(),
                hint=f"if the first line is a row write {text.given.call(header=False)}",
            )
        numbers = {i: c for i, c in table.columns.items() if isinstance(c, NumberColumn)}
        more = {
            i
            for i, column in numbers.items()
            if column.is_text() or (column.texts and i in targets and task == "classes")
        }
        fine = {i for i, c in numbers.items() if c.needs_precision() and not c.precise} - more
        if not more and not fine:
            return table
        texts, exact = texts | more, exact | fine


def _mended(text: Text, dialect: Dialect, table: Table, rows: int) -> list[str]:
    lines = [*dialect.repairs]
    if text.guessed:
        lines.append(f"letters read as {text.encoding}: if they look wrong save it as UTF-8")
    if table.rows > rows:
        lines.append(f"left out: {counted(table.rows - rows, 'row')} without a target")
    if table.mended:
        between = in_words(dialect.delimiter)
        lines.append(f"{counted(table.mended, 'row')} with {between} at the end: taken away")
    return lines


@contextmanager
def _memory(text: Text) -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise InvalidInput(
            "takes more memory than there is", where=text.where(), hint="use fewer rows"
        ) from None
