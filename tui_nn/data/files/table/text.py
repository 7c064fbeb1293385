"""A text file: how its letters are stored, its lines, and its rows of fields."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from tui_nn.data.files.source import name_of, readable
from tui_nn.spec.call import Value, write
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import say

MAX_LINE = 8_000_000
"""Letters; a longer line is no table's, and would fill the memory before it is refused."""

_BLOCK = 2**20
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HIGH = re.compile(rb"[\x80-\x9f]")
_UNKNOWN_TO_WINDOWS = frozenset((b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?\s*', re.IGNORECASE)
_LONGEST_CALL = 160
_PACKED = {b"PK\x03\x04": "an Excel sheet or a zip archive", b"\x1f\x8b": "packed with gzip"}

Target = str | tuple[str, ...] | None
"""The columns to predict, as a user names them."""

Record = tuple[int, list[str]]
"""The number of the line a row starts in, and its fields."""


@dataclass(frozen=True)
class Given:
    """What a user wrote, for the call that mends it."""

    path: str
    target: Target
    key: str = "data"
    """Where the call is written: a key, or an option of the command line."""

    def call(self, **arguments: Value) -> str:
        """`data="csv('a.csv', target='price', decimal=',')"`, for a file and the command line."""
        target = {} if self.target is None else {"target": self.target}
        words = [f"{name}={write(value)}" for name, value in {**target, **arguments}.items()]
        call = f'{self.key}="csv({", ".join([repr(self.path), *words])})"'
        return call if len(call) <= _LONGEST_CALL else ", ".join(words[len(target) :])


@dataclass(frozen=True)
class Text:
    """A file whose letters can be read."""

    path: Path
    encoding: str
    size: int
    """Bytes that are read."""
    given: Given
    delimiter: str | None = None
    """What its first line, `sep=;` from Excel, says."""
    guessed: bool = False
    """Whether nothing in the file says that the encoding is right."""
    most: int | None = None
    """So many bytes of it are read at most, in whole rows; None: all."""

    @property
    def first_line(self) -> int:
        """The number of the table's first line."""
        return 1 if self.delimiter is None else 2

    def where(self, line: int = 0, column: str | None = None) -> str:
        """A place in it, for an error."""
        spot = [f"line {line:,}"] * bool(line) + [f"column {say(column)}"] * (column is not None)
        return ": ".join([name_of(self.path), ", ".join(spot)] if spot else [name_of(self.path)])

    @contextmanager
    def open(self) -> Iterator[tuple[Iterator[str], Callable[[], float]]]:
        """Its lines with their ends, and a function for the share of it that has been read."""
        with readable(self.path):
            raw = _beginning(self.path, self.most)
            file = io.TextIOWrapper(raw, encoding=_codec(self.encoding), newline="")

        def lines() -> Iterator[str]:
            with readable(self.path):
                yield from file

        with file:
            if self.delimiter:
                with readable(self.path):
                    file.readline()
            yield lines(), lambda: min(1.0, raw.tell() / max(1, self.size))

    def records(
        self, lines: Iterator[str], delimiter: str, first: int, count: int | None = None
    ) -> Iterator[Record]:
        """The rows that start in the next `count` lines, of which the first has number `first`.

        Blank lines are no rows. Raises InvalidInput where quotes don't fit together.
        """
        reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
        start = first
        try:
            for row in reader:
                if len(row) > 1 or (row and row[0].strip()):
                    yield start, row
                start = first + reader.line_num
                if count is not None and reader.line_num >= count:
                    return
        except csv.Error as error:
            raise self._broken(str(error), start) from None

    def _broken(self, reason: str, line: int) -> InvalidInput:
        if "unexpected end" in reason:
            return InvalidInput(
                "a quote that opens in this row is never closed",
                where=self.where(line),
                hint='close it, or write a quote inside a field as "" within quotes',
            )
        if "field limit" in reason:
            return InvalidInput(
                f"a field has more than {csv.field_size_limit():,} letters",
                where=self.where(line),
                hint="is a quote left open?",
            )
        return InvalidInput(
            "a quote closes before its field ends",
            where=self.where(line),
            hint='write a quote inside a field as "" within quotes',
        )


def _codec(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _beginning(path: Path, most: int | None) -> BinaryIO:
    """A file; where it is longer than `most` bytes, the rows that end within those."""
    if most is None:
        return path.open("rb")
    with path.open("rb") as file:
        read = file.read(most)
        whole = not file.read(1)
    return io.BytesIO(read if whole else _whole_rows(read))


def _whole_rows(read: bytes) -> bytes:
    """Without the row that is cut off at the end, whose fields may hold quotes and line ends."""
    if b"\n" not in read:
        return read
    wide = read.startswith(_UTF_16)
    read = read[: len(read) - (wide and len(read) % 2)]
    while b"\n" in read:
        end = read.rfind(b"\n") + 1
        read = read[: end + (wide and end % 2)]
        if read.count(b'"') % 2 == 0:
            break
        read = read[: read.rfind(b'"')]
    return read


def open_text(path: Path, encoding: str | None, given: Given, most: int | None = None) -> Text:
    """The file at `path`, read through once to find how its letters are stored.

    `most`: only so many bytes at its beginning count, in whole rows.

    utf-8 and, by its first bytes, utf-16; what is neither is cp1252, that of Windows, if it has
    letters that are only there and all are, else latin-1. Raises InvalidInput for
    what is no text, is empty, or isn't stored as `encoding` says.
    """
    where = name_of(path)
    with readable(path):
        with path.open("rb") as file:
            start = file.read(4)
        size = path.stat().st_size
    size = size if most is None else min(size, most)
    for magic, name in _PACKED.items():
        if start.startswith(magic):
            raise InvalidInput(f"is {name}", where=where, hint="unpack or save it as CSV first")
    found = "utf-16" if start.startswith(_UTF_16) else "utf-8"
    fault = _fault(path, encoding or found, most)
    if fault and (encoding or found == "utf-16"):
        other = "utf-8" if encoding not in (None, "utf-8") else "cp1252"
        raise InvalidInput(
            f"line {fault:,} can't be read as {encoding or found}",
            where=where,
            hint=f"save it as UTF-8, or write {given.call(encoding=other)}",
        )
    if fault:
        found = _western(path, most)
        _fault(path, found, most)
    text = Text(path, encoding or found, size, given, guessed=bool(fault), most=most)
    with text.open() as (lines, _):
        separator = _SEPARATOR.fullmatch(next(lines, ""))
    return replace(text, delimiter=separator[1]) if separator else text


def _western(path: Path, most: int | None) -> str:
    """Which of the encodings with a byte a letter it is."""
    high: set[bytes] = set()
    with readable(path), _beginning(path, most) as file:
        while block := file.read(_BLOCK):
            high.update(_HIGH.findall(block))
    return "cp1252" if high and not high & _UNKNOWN_TO_WINDOWS else "latin-1"


def _fault(path: Path, encoding: str, most: int | None) -> int:
    """The first line with bytes that `encoding` doesn't have; 0 where all are fine."""
    decoder = codecs.getincrementaldecoder(_codec(encoding))()
    lines, length, empty, ended = 0, 0, True, False
    with readable(path), _beginning(path, most) as file:
        while not ended:
            block = file.read(_BLOCK)
            ended = not block
            try:
                letters = decoder.decode(block, final=ended)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(encoding, "ignore")
                return lines + good.count("\n") + 1
            lines += letters.count("\n")
            line_end = max(letters.rfind("\n"), letters.rfind("\r"))
            length = len(letters) - line_end - 1 if line_end >= 0 else length + len(letters)
            empty = empty and not letters.strip()
            _check_letters(path, letters, lines, length)
    if empty:
        raise InvalidInput("is empty", where=name_of(path), hint="name a file with rows in it")
    return 0


def _check_letters(path: Path, letters: str, lines: int, length: int) -> None:
    if "\0" in letters:
        raise InvalidInput(
            "is not a text file: it holds zero bytes",
            where=name_of(path),
            hint="save the table as CSV; encoding='utf-16' if it is stored so",
        )
    if length > MAX_LINE:
        raise InvalidInput(
            f"line {lines + 1:,} has more than {MAX_LINE:,} letters",
            where=name_of(path),
            hint="a table has a row in a line",
        )
