"""The app in a real pseudo-terminal, and the screen that a terminal would show."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyte

SOON = 60.0
ENDLESS = ("train.epochs=100000000", "goal={}")
WHERE = "\x1b[6n"
NARROW, WIDE, LATIN = "\x1b[2;3R", "\x1b[2;5R", "\x1b[2;4R"
"""Where the cursor stands behind two characters at the begin of the second row: of one cell each,
of two; taken for three of Latin-1.
"""
PROGRAM = (sys.executable, "-m", "tui_nn")


class Shown:
    """A child behind a pseudo-terminal, parsed as xterm would."""

    def __init__(
        self,
        *arguments: str,
        size: tuple[int, int] = (120, 36),
        program: Sequence[str] = PROGRAM,
        answer: str = NARROW,
        **environment: str,
    ) -> None:
        self._answer = answer
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.master, slave = pty.openpty()
        self._resize(slave, size)
        surroundings = {
            **os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor",
            "XDG_CONFIG_HOME": str(Path.cwd() / "config"),
            "XDG_STATE_HOME": str(Path.cwd() / "state"),
        }  # fmt: skip
        for name in ("NO_COLOR", "COLUMNS", "LINES", "SSH_CONNECTION"):
            surroundings.pop(name, None)
        self.process = subprocess.Popen(
            [*program, *arguments],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env=surroundings | environment,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)

    @staticmethod
    def _resize(descriptor: int, size: tuple[int, int]) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self._resize(self.master, (columns, rows))
        self.process.send_signal(signal.SIGWINCH)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def row(self, index: int) -> str:
        return str(self.screen.display[index])

    def send(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def read(self, seconds: float = 0.05, most: int = 2**16) -> bool:
        """Take in what comes within so many seconds; False at the end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return self.process.poll() is None
        try:
            data = os.read(self.master, most)
        except OSError:
            return False
        self.raw += data
        if WHERE.encode() in data:
            self.send(self._answer)
        self._stream.feed(data)
        return bool(data)

    def trickle(self, seconds: float, rate: int = 20_000) -> None:
        """Read for so long like a slow line, so many bytes a second."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if rate:
                self.read(0.0, most=rate // 20)
            time.sleep(0.05)

    def until(self, what: str | Callable[[str], bool], limit_s: float = SOON) -> str:
        """Read until the screen holds words, or does as asked; the screen."""
        end = time.monotonic() + limit_s
        holds = (lambda text: what in text) if isinstance(what, str) else what
        while not holds(self.text):
            if not self.read() or time.monotonic() > end:
                raise AssertionError(f"{what} has not come:\n{self.text}")
        return self.text

    def ended(self, limit_s: float = SOON) -> int:
        """Its exit code."""
        end = time.monotonic() + limit_s
        while self.process.poll() is None and time.monotonic() < end:
            self.read()
        assert self.process.poll() is not None, f"it goes on:\n{self.text}"
        while self.read(0.0):
            pass
        return self.process.wait(1)

    def hang_up(self) -> None:
        """Close the terminal, as its window is closed."""
        os.close(self.master)
        self.master = -1

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.master >= 0:
            os.close(self.master)


@contextmanager
def shown(
    *arguments: str,
    size: tuple[int, int] = (120, 36),
    program: Sequence[str] = PROGRAM,
    answer: str = NARROW,
    **environment: str,
) -> Iterator[Shown]:
    child = Shown(*arguments, size=size, program=program, answer=answer, **environment)
    try:
        yield child
    finally:
        child.close()


def opened(child: Shown) -> None:
    child.until("step 0 ")


def engine_of(child: Shown, word: str = "engine") -> int:
    """The process that trains: the app's child with this word among its own."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if parent == child.process.pid and any(w.endswith(word.encode()) for w in words):
                return int(entry.name)
    raise AssertionError("no engine")


def is_gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z"
