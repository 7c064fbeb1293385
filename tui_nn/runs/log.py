"""The logs of a run: records as lines of JSON, written so that a kill leaves one torn line at most.

What a kill leaves torn at the end (a line without its end, or a last line that is no record) is
no part of a log. Anywhere else a line that is no record is a mistake.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import VERSION, Record, Started, Stepped, decode, encode

LONGEST = 64 * 2**20
"""Bytes of a line; no record comes near it."""
_BLOCK = 1 << 16


class NewerLog(InvalidInput):
    """A log that a later nn-tui has written, in words this one may not know."""


class Log:
    """A log that is open for writing at its end; what is torn there is cut off first.

    Every method may raise OSError; what was written before stays readable.
    """

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        self.length = os.fstat(self._handle).st_size
        """Bytes of the lines written so far."""
        self._left_behind = False
        """Whether there is more in the file, to be cut off before the next line."""
        try:
            self.cut(whole_length(path))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def write(self, record: Record) -> None:
        """Append a record's line, whole or (where it doesn't fit on the disk) not at all."""
        line = encode(record) + b"\n"
        if self._left_behind:
            os.ftruncate(self._handle, self.length)
            self._left_behind = False
        try:
            written = os.write(self._handle, line)
            while written < len(line):  # a full disk takes a part, then refuses the rest
                written += os.write(self._handle, line[written:])
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._handle, self.length)
            raise
        self.length += len(line)

    def sync(self) -> None:
        """Return once all that was written is on the disk."""
        os.fsync(self._handle)

    def cut(self, length: int) -> None:
        """Keep the first `length` bytes; a log that has no more stays as it is."""
        if length < self.length:
            os.ftruncate(self._handle, length)
            self.length = length

    def cut_when_written(self, length: int) -> None:
        """The same, but the file stays as it is until the next line is written."""
        if length < self.length:
            self.length, self._left_behind = length, True

    def close(self) -> None:
        """Write no more; a second time does nothing."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)


def read_records(path: Path, end: int | None = None, begin: int = 0) -> Iterator[Record]:
    """The records of a log in order, one line in memory at a time; those from byte `begin` on,
    before byte `end`.

    InvalidInput with file and line where a line is no record, or the file can't be read;
    NewerLog where a later nn-tui wrote it.
    """
    try:
        with path.open("rb") as file:
            file.seek(begin)
            lines = iter(partial(file.readline, LONGEST + 1), b"")
            for number, line in enumerate(lines, 1):
                if end is not None and file.tell() > end:
                    return
                if not line.endswith(b"\n"):
                    if len(line) > LONGEST:
                        raise InvalidInput(
                            f"has more than {LONGEST // 2**20} MB",
                            where=f"{path}: line {number:,}",
                            hint="this is no log of a run",
                        )
                    return
                try:
                    record = _record(line)
                except InvalidInput as error:
                    if number == 1:
                        _refuse_newer(line, path)
                    if not file.read(1):
                        return
                    raise error.at(f"{path}: line {number:,}") from None
                if isinstance(record, Started) and record.version > VERSION:
                    _refuse_newer(line, path)
                yield record
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> InvalidInput:
    """What to tell where the system doesn't give a file of a run."""
    return InvalidInput(f"can't be read ({error.strerror})", where=str(path))


def last_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The whole lines of a file, the last one first: where each begins, and it without its end.

    Reads no more of the file than what is asked for; a torn last line is skipped.
    """
    start = file.seek(0, os.SEEK_END)
    held = b""
    """What lies from `start` to the end of the next line to give."""
    size = _BLOCK
    is_torn = True
    while start > 0:
        size = min(size, start)
        start -= size
        file.seek(start)
        held = file.read(size) + held
        lines = held.split(b"\n")
        at = start + len(held)
        for line in reversed(lines[1:]):
            at -= len(line)
            if not is_torn:
                yield at, line
            is_torn = False
            at -= 1
        held = lines[0]
        # A line longer than a block is not copied again for each of them.
        size = _BLOCK if len(lines) > 1 else max(_BLOCK, len(held))
    if not is_torn:
        yield 0, held


def whole_length(path: Path) -> int:
    """Bytes of a log's whole lines: what `read_records` reads. Raises OSError."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        for start, line in last_lines(file):
            end = start + len(line) + 1
            if end < size:  # a torn line follows
                return end
            try:
                _record(line)
            except InvalidInput:
                return start
            return end
    return 0


def _record(line: bytes) -> Record:
    """A line's record, its arrays checked; InvalidInput where it is none."""
    record = decode(line)
    if isinstance(record, Stepped):
        count = record.step - record.first + 1
        for array in (record.loss, record.lr):
            if array.numpy().shape != (count,):
                raise InvalidInput(f"not a record: {count:,} steps, an array of {array.shape}")
    return record


class _Version(msgspec.Struct):
    version: int


_versions = msgspec.json.Decoder(_Version)


def _refuse_newer(line: bytes, path: Path) -> None:
    """NewerLog where a log's first line says so."""
    try:
        version = _versions.decode(line).version
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if version > VERSION:
        raise NewerLog(
            f"was written by a newer nn-tui (protocol {version}, this one speaks {VERSION})",
            where=str(path),
            hint="install that version to read it",
        )
