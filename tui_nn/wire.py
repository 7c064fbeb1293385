"""Lines over pipes: what arrives is cut into lines; what is sent makes nobody wait."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import BinaryIO

LONGEST = 16 * 2**20
"""Bytes of a line that is still read."""
CHUNK = 2**16
GATHER_S = 0.02
"""So far apart, at least, are writes of what is not urgent."""


@dataclass(frozen=True)
class TooLong:
    """A line that was skipped."""

    size: int
    """Bytes."""


class Lines:
    """Cuts bytes into lines, without their ends; skips those longer than `longest` bytes."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> Iterator[bytes | TooLong]:
        """The lines that end in `data`."""
        *ended, begun = data.split(b"\n")
        for piece in ended:
            self._add(piece)
            yield self._take()
        self._add(begun)

    def rest(self) -> bytes | TooLong:
        """What came after the last end of a line."""
        return self._take()

    def _add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._longest:
            self._parts.clear()
        elif piece:
            self._parts.append(piece)

    def _take(self) -> bytes | TooLong:
        line = TooLong(self._size) if self._size > self._longest else b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        return line


def read_lines(descriptor: int, longest: int = LONGEST) -> Iterator[bytes | TooLong]:
    """The lines of a pipe or socket until its end, empty ones left out.

    A connection that breaks is an end like any other.
    """
    lines = Lines(longest)
    while data := read(descriptor):
        yield from (line for line in lines.feed(data) if line)
    if last := lines.rest():
        yield last


def read(descriptor: int) -> bytes:
    """The next bytes; none at the end, and where the connection broke."""
    try:
        return os.read(descriptor, CHUNK)
    except OSError:
        return b""


def write(descriptor: int, data: bytes) -> None:
    """Write all of it; OSError where nobody reads any more."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


@dataclass(frozen=True)
class _Piece:
    """The first bytes of a file."""

    file: BinaryIO
    size: int


class Writer:
    """Writes to a descriptor in a thread of its own: sending never blocks, never fails.

    What waits is kept however much it is. Where nobody reads any more it is let go quietly.
    """

    def __init__(self, descriptor: int, at_end: Callable[[], None]) -> None:
        """`at_end` runs in that thread after `close`, when all has been written."""
        os.set_blocking(descriptor, True)
        self._descriptor = descriptor
        self._at_end = at_end
        self._jobs: SimpleQueue[bytes | _Piece | threading.Event | None] = SimpleQueue()
        self._broken = False
        self._sent = self._written = 0
        self._gathered: list[bytes] = []
        self._handed_over_at = 0.0
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Bytes that were sent and are not written yet, those of files left out."""
        return self._sent - self._written

    def send(self, data: bytes, *, urgent: bool = True) -> None:
        """What is not urgent may wait for the next that is sent: waking the thread has a price."""
        self._sent += len(data)
        self._gathered.append(data)
        if urgent or time.monotonic() - self._handed_over_at > GATHER_S:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._gathered:
            self._jobs.put(b"".join(self._gathered))
            self._gathered.clear()
            self._handed_over_at = time.monotonic()

    def send_file(self, file: BinaryIO, size: int) -> None:
        """The first `size` bytes of a file that may grow meanwhile, as whole lines; closes it."""
        self._hand_over()
        self._jobs.put(_Piece(file, size))

    def flush(self, timeout: float | None) -> bool:
        """Whether all that was sent before is written, or let go, within `timeout` seconds."""
        reached = threading.Event()
        self._hand_over()
        self._jobs.put(reached)
        return reached.wait(timeout)

    def close(self) -> None:
        """End after what was sent before."""
        self._hand_over()
        self._jobs.put(None)

    def join(self, timeout: float | None) -> bool:
        """Whether it has ended within `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if isinstance(job, threading.Event):
                job.set()
            elif isinstance(job, bytes):
                self._write(job)
                self._written += len(job)
            else:
                self._write_file(job)
        self._at_end()

    def _write(self, data: bytes) -> None:
        if self._broken:
            return
        try:
            write(self._descriptor, data)
        except OSError:
            self._broken = True

    def _write_file(self, piece: _Piece) -> None:
        left, last = piece.size, b"\n"
        with piece.file as file:
            while left and not self._broken and (data := _read_file(file, min(left, CHUNK))):
                self._write(data)
                left -= len(data)
                last = data[-1:]
        if last != b"\n":
            self._write(b"\n")


def _read_file(file: BinaryIO, size: int) -> bytes:
    try:
        return file.read(size)
    except OSError:
        return b""
