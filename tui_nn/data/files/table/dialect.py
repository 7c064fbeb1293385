"""How a table is written, guessed from its first rows: delimiter, decimal point, names, texts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import isnan

from tui_nn.data.files.table.cells import (
    has_decimal_comma,
    is_grouped,
    mostly_numbers,
    parse_number,
    shorten,
    some,
)
from tui_nn.data.files.table.text import Record, Text
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import say

DELIMITERS = (",", ";", "\t", "|")
MAX_COLUMNS = 100_000

_SHORT_HEAD, _HEAD = 50, 1000


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    delimiter: str
    comma: bool
    """Whether the decimal point is a comma."""
    header: bool
    names: tuple[str, ...]
    """One a column, each another one."""
    texts: frozenset[int]
    """The columns whose first rows aren't numbers."""
    codes: frozenset[int]
    """The columns of digits whose first rows have zeros in front: `00501`."""
    groups: frozenset[int]
    """The columns whose first rows may have separators of thousands."""
    row_size: float
    """Letters in a row, on average."""
    repairs: tuple[str, ...]
    """What had to be mended in the names, a notice each."""

    @property
    def width(self) -> int:
        return len(self.names)

    @property
    def decimal(self) -> str:
        return "," if self.comma else "."

    def notice(self, rows: int, encoding: str) -> str:
        """What was found, in one line."""
        words = [f"{rows:,} rows: {in_words(self.delimiter)} between fields"]
        words += ["decimal comma"] * self.comma
        words += ["names in the first line" if self.header else "no names in the first line"]
        words += [encoding] * (encoding != "utf-8")
        return ", ".join(words)


def in_words(delimiter: str) -> str:
    """A delimiter as a person calls it."""
    return "a tab" if delimiter == "\t" else repr(delimiter)


def find_dialect(
    text: Text,
    delimiter: str | None,
    header: bool | None,
    decimal: str | None,
    narrowest: int = 2,
) -> Dialect:
    """Guess what is None from the first rows of the file; InvalidInput for what is no table.

    `narrowest`: it has so many columns at least.
    """
    delimiter = delimiter or text.delimiter or _find_delimiter(text)
    head = _head(text, delimiter)
    first = head[0][1]
    width = Counter(len(row) for _, row in head).most_common(1)[0][0]
    if width < narrowest:
        raise _one_column(text, delimiter, head)
    body = [row for _, row in head[1:] if len(row) >= width]
    columns = [*zip(*(row[:width] for row in body), strict=True)]
    comma = decimal == "," if decimal else has_decimal_comma(chain(*columns))
    texts = frozenset(i for i, cells in enumerate(columns) if not _is_numbers(cells, comma))
    if header is None:
        _check_title(text, head, width)
        header = _has_names(first, columns, texts, comma)
    if header and len(first) != width:
        raise InvalidInput(
            f"has {len(first)} {'name' if len(first) == 1 else 'names'}, the rows below {width}",
            where=text.where(head[0][0]),
            hint=f"take the line away, or write a name for each, {in_words(delimiter)} between",
        )
    names, repairs = _names(first if header else [""] * width)
    if width > MAX_COLUMNS:
        raise InvalidInput(
            f"has {width:,} columns",
            where=text.where(),
            hint=f"at most {MAX_COLUMNS:,} can be read: a row is a sample",
        )
    size = sum(sum(map(len, row)) + len(row) for _, row in head) / len(head)
    codes = frozenset(i for i, cells in enumerate(columns) if _are_codes(cells))
    groups = frozenset(
        i for i, cells in enumerate(columns) if any(is_grouped(cell.strip()) for cell in cells)
    )
    return Dialect(delimiter, comma, header, tuple(names), texts, codes, groups, size, repairs)


def _head(text: Text, delimiter: str) -> list[Record]:
    """The first rows, without the columns at their end that have nothing in any of them."""
    with text.open() as (lines, _):
        head = list(islice(text.records(lines, delimiter, text.first_line), _HEAD))
    if not head:
        raise InvalidInput("is empty", where=text.where(), hint="name a file with rows in it")
    used = max(max((i + 1 for i, c in enumerate(row) if c.strip()), default=0) for _, row in head)
    return [(line, row[:used]) for line, row in head]


def _find_delimiter(text: Text) -> str:
    """The delimiter that gives the first rows the same number (≥ 2) of fields.

    Where several do, the one that leaves more numbers, then the one with more fields: `1;2,5;3`
    has as many `,` in each row as `1;0,5;4`. With none, the one that fits most of the rows.
    """
    best, best_fit = ",", (0.0, 0.0, 0)
    failure: InvalidInput | None = None
    for delimiter in DELIMITERS:
        rows: list[list[str]] = []
        try:
            with text.open() as (lines, _):
                records = text.records(lines, delimiter, text.first_line)
                for _, row in islice(records, _SHORT_HEAD):
                    rows.append(row)
        except InvalidInput as error:
            failure = failure or error
        wide = Counter(len(row) for row in rows if len(row) > 1)
        if not wide:
            continue
        width, fitting = wide.most_common(1)[0]
        cells = [cell for row in rows for cell in row if cell.strip()]
        found = max(
            sum(parse_number(cell, comma) is not None for cell in cells) for comma in (False, True)
        )
        fit = (fitting / len(rows), found / max(1, len(cells)), width)
        if fit > best_fit:
            best, best_fit = delimiter, fit
    if failure and not best_fit[0]:
        raise failure
    return best


def _one_column(text: Text, delimiter: str, head: Sequence[Record]) -> InvalidInput:
    if len(head) == 1 and len(head[0][1]) == 1:
        return InvalidInput(
            "has a single field", where=text.where(), hint="name a file with rows and columns"
        )
    return InvalidInput(
        f"has one column with {in_words(delimiter)} between fields: a target but no inputs",
        where=text.where(),
        hint="put ',', ';', a tab or '|' between fields",
    )


def _is_numbers(cells: Sequence[str], comma: bool) -> bool:
    values = [parse_number(cell, comma) for cell in cells]
    texts = values.count(None)
    count = sum(value is not None and not isnan(value) for value in values)
    return not texts or mostly_numbers(count, texts)


def _are_codes(cells: Sequence[str]) -> bool:
    words = [word for cell in cells if (word := cell.strip())]
    return any(len(word) > 1 and word[0] == "0" for word in words) and all(
        word.isascii() and word.isdigit() for word in words
    )


def _check_title(text: Text, head: Sequence[Record], width: int) -> None:
    """InvalidInput where the first of these rows is a title and the second holds the names."""
    if len(head) < 3:
        return
    (line, first), (_, second) = head[:2]
    words = [cell for cell in first if cell.strip()]
    names = len(second) == width and all(
        cell.strip() and parse_number(cell) is None for cell in second
    )
    if 2 * len(words) < width and len(words) > 0 and names:
        raise InvalidInput(
            f"{say(words[0])} is a title, names stand below it",
            where=text.where(line),
            hint=f"take line {line:,} away, or write {text.given.call(header=True)}",
        )


def _has_names(
    first: Sequence[str], columns: Sequence[Sequence[str]], texts: frozenset[int], comma: bool
) -> bool:
    """Whether the first row holds names.

    Where columns hold numbers: most of their first fields are texts. Where all are texts: the
    first fields are all different, none is empty, and none comes again in its column.
    """
    if not columns:
        return all(parse_number(cell, comma) is None for cell in first)
    if len(texts) == len(columns):
        words = [cell.strip() for cell in first]
        return len(set(words)) == len(words) and all(
            word and word not in map(str.strip, column)
            for word, column in zip(words, columns, strict=False)
        )
    for_names = against = 0
    for i in range(min(len(first), len(columns))):
        value = parse_number(first[i], comma)
        if i not in texts and (value is None or not isnan(value)):
            for_names += value is None
            against += value is not None
    return for_names > against


def _names(cells: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """A name for each column: `column 3` for an empty one, `a.2` for the second `a`."""
    wanted = [" ".join(cell.split()) or f"column {i + 1}" for i, cell in enumerate(cells)]
    taken, counts = set(wanted), Counter[str]()
    names, twice = [], []
    for name in wanted:
        counts[name] += 1
        unique = name
        while counts[name] > 1 and (unique := f"{name}.{counts[name]}") in taken:
            counts[name] += 1
        taken.add(unique)
        names.append(unique)
        twice += [shorten(unique)] * (unique != name)
    repairs = (f"names that stand there twice are now {some(twice)}",) if twice else ()
    return names, repairs
