"""A command whose standard input and output speak the protocol."""

import os
import shlex
import signal
import site
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.wire import TooLong, Writer, read_lines

TAIL = 200
"""Lines of standard error that are kept."""
LONGEST_WORDS = 2**16
"""Bytes of a line of standard error."""
LAST_LINES_S = 1.0
"""What it has started may hold its standard error open."""
SHOWN = 3
"""Lines of standard error that say why it ended."""


def engine_command(*arguments: str) -> list[str]:
    """This nn-tui's own engine; a file like torch.py where one works is not taken for torch."""
    return [sys.executable, "-P", "-m", "tui_nn", "engine", *arguments]


def split_command(text: str) -> list[str]:
    """`ssh box nn-tui engine` as a shell would split it; InvalidInput where it can't be."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InvalidInput(f"{error}", where="--engine", hint="close the quotes") from None
    if not words:
        raise InvalidInput(
            "is empty", where="--engine", hint="write a command: 'ssh box nn-tui engine'"
        )
    return words


class Child:
    """A running command in a session of its own, which no Ctrl-C of this terminal reaches."""

    def __init__(self, command: Sequence[str], *, asks: bool = False) -> None:
        """Raises OSError where there is no such command, ValueError where there can be none.

        `asks`: it may ask a person on this terminal, so it stays in its session and its group.
        """
        self._process = subprocess.Popen(
            command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=not asks, env=environment(),
        )  # fmt: skip
        self._signal = os.kill if asks else os.killpg
        assert self._process.stdin
        assert self._process.stdout
        self._input = Writer(self._process.stdin.fileno(), self._process.stdin.close)
        self.output = self._process.stdout.fileno()
        self._tail: deque[str] = deque(maxlen=TAIL)
        self._listener = threading.Thread(target=self._read_words, name="stderr", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def words(self) -> tuple[str, ...]:
        """The last lines of its standard error."""
        return tuple(self._tail)

    def send(self, line: bytes) -> None:
        """Send a line, without its end; never blocks."""
        self._input.send(line + b"\n")

    def close_input(self) -> None:
        """End its input after what was sent."""
        self._input.close()

    def close_output(self) -> None:
        """To be called by the one who read it to its end."""
        if self._process.stdout:
            self._process.stdout.close()

    def end(self, patience_s: float) -> None:
        """Wait for its end; ask for it after `patience_s` seconds; after as many again kill."""
        self.close_input()
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.has_ended(patience_s):
                return
            with suppress(ProcessLookupError):
                self._signal(self._process.pid, number)
        self._process.wait()

    def has_ended(self, patience_s: float) -> bool:
        """Whether it ends within so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience_s)
        return self._process.returncode is not None

    def how_it_ended(self, patience_s: float) -> str:
        """One sentence: exit code or signal, and the last lines of standard error."""
        if not self.has_ended(patience_s):
            return "the engine has closed its output"
        code = self._process.returncode
        if code == 0:
            return "the engine has ended"
        how = f"was ended by {_name(-code)}" if code < 0 else f"ended with exit code {code}"
        return f"the engine {how}{self.last_words()}"

    def last_words(self) -> str:
        """The last lines of standard error of one that has ended, to be put behind a reason."""
        self._listener.join(LAST_LINES_S)
        lines = [line for line in self.words if line.strip()][-SHOWN:]
        return f": {'; '.join(lines)}" if lines else ""

    def _read_words(self) -> None:
        assert self._process.stderr
        with self._process.stderr as stream:
            for line in read_lines(stream.fileno(), LONGEST_WORDS):
                self._tail.append(readable(line))


def readable(line: bytes | TooLong) -> str:
    """A line of a foreign program as a terminal may show it."""
    if isinstance(line, TooLong):
        return f"(a line of {line.size:,} bytes)"
    return printable(line.decode(errors="replace").rstrip("\r").rpartition("\r")[2].expandtabs())


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def environment() -> dict[str, str] | None:
    """Where this package is not installed, its child shall find the same one."""
    root = str(Path(__file__).parents[2])
    if root in (*site.getsitepackages(), site.getusersitepackages()):
        return None
    others = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{others}" if others else root}
