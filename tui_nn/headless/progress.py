"""How far training is: a bar on a terminal, a line a second elsewhere."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from tui_nn.spec import catalog
from tui_nn.spec.protocol import Changed, Ended, Evaluated, Record, Started, Stepped

BAR_SECONDS = 0.1
LINE_SECONDS = 1.0
BLOCKS = " ▏▎▍▌▋▊▉█"


def progress_for(json: str, quiet: bool) -> "Progress":
    """The progress that suits where standard output and standard error lead."""
    if quiet:
        return Progress()
    rewritable = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if rewritable and sys.stdout.isatty() != bool(json):
        return Bar(sys.stderr)
    return Progress() if json else Lines(sys.stdout)


class Progress:
    """Keeps what is known of a run; says nothing."""

    interval = float("inf")
    _started_at: float
    _next: float

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.per_epoch = self.epochs = self._count = 1
        self.metric = catalog.metric("loss")
        self.step = self._first = 0
        self.loss = self.lr = float("nan")
        self.value: tuple[str, float] | None = None
        self._begin()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def say(self, words: str) -> None:
        """Something takes a while."""

    def notice(self, message: str) -> None:
        """Tell a person, on standard error."""
        sys.stderr.write(f"nn-tui: {message}\n")
        sys.stderr.flush()

    def take(self, record: Record) -> None:
        """Take in the next record; show it if it is time."""
        if isinstance(record, Started):
            self._begin()
        self._learn(record)
        if self.step and self.clock() >= self._next and not isinstance(record, Ended):
            self._next = self.clock() + self.interval
            self.show()

    def remember(self, record: Record) -> None:
        """Take in a record of before: where a run that goes on stands."""
        self._learn(record)
        self.step = self._first = record.step
        self._begin()  # what was before, loading PyTorch included, tells nothing of the pace

    def _begin(self) -> None:
        self._started_at = self.clock()
        self._next = self._started_at + self.interval

    def _learn(self, record: Record) -> None:
        match record:
            case Started():
                self._plan(record)
            case Changed():
                self._change(record)
            case Stepped():
                self.step = record.step
                self.loss = float(record.loss.numpy()[-1])
                self.lr = float(record.lr.numpy()[-1])
            case Evaluated():
                part, numbers = ("val ", record.val) if record.val else ("", record.train)
                value = numbers.get(self.metric.name)
                self.value = None if value is None else (part, value)

    def _plan(self, started: Started) -> None:
        self.metric = catalog.metric(started.metric)
        self.per_epoch, self.epochs = started.steps_per_epoch, started.epochs
        self._count, self._size = started.train_count, started.batch_size

    def _change(self, changed: Changed) -> None:
        if changed.key == "train.epochs":
            self.epochs = changed.new
        elif changed.key == "train.batch_size":
            self._size = changed.new
        if changed.built is not None:
            self._count = changed.built.train_count
        self.per_epoch = -(-self._count // (self._size or self._count))

    @property
    def total(self) -> int:
        """Steps of the whole run."""
        return self.epochs * self.per_epoch

    def show(self) -> None:
        """Write the present state."""

    def close(self) -> None:
        """Leave the terminal as it was."""

    @property
    def seconds_left(self) -> float:
        """At the pace so far, evaluations included."""
        done = max(1, self.step - self._first)
        return (self.clock() - self._started_at) * (self.total - self.step) / done

    def facts(self) -> list[str]:
        """The state in short words, the most important first."""
        epoch = min(self.epochs, -(-self.step // self.per_epoch))
        words = [f"epoch {epoch:,}/{self.epochs:,}", f"step {self.step:,}", f"loss {self.loss:.4g}"]
        if self.value and self.metric.name != "loss":
            part, value = self.value
            words.append(f"{part}{self.metric.label} {self.metric.show(value)}")
        elif self.value and self.value[0]:
            words.append(f"val loss {self.value[1]:.4g}")
        return [*words, f"lr {self.lr:.3g}", f"{_duration(self.seconds_left)} left"]


class Lines(Progress):
    """A line now and then, for pipes and logs."""

    interval = LINE_SECONDS

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self.stream = stream

    def show(self) -> None:
        self.stream.write("  ".join(self.facts()) + "\n")
        self.stream.flush()


class Bar(Progress):
    """One line of the terminal, written over and over."""

    interval = BAR_SECONDS

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self.stream = stream
        self.unicode = "utf" in (stream.encoding or "").lower()

    def say(self, words: str) -> None:
        self._write(words if self.unicode else words.encode("ascii", "ignore").decode())

    def notice(self, message: str) -> None:
        self.close()
        super().notice(message)

    def show(self) -> None:
        width = shutil.get_terminal_size().columns - 3  # room for an echoed ^C
        words = self.facts()
        if len("  ".join(words)) + 14 > width:
            words.pop(1)  # the step: the epoch says nearly the same
        text = "  ".join(words)
        share = self.step / self.total
        percent = f"{100 * share:3.0f} %"
        room = min(40, width - len(text) - len(percent) - 3)
        bar = f"{self._bar(share, room)} {percent}" if room >= 5 else percent
        line = f"{bar}  {text}"
        self._write(line if len(line) <= width else text[:width])

    def close(self) -> None:
        self._write("")

    def _bar(self, share: float, width: int) -> str:
        if not self.unicode:
            full = int(share * width)
            return "#" * full + "-" * (width - full)
        eighths = int(share * width * 8)
        full, part = divmod(eighths, 8)
        bar = "█" * full + (BLOCKS[part] if part else "")
        return bar + "░" * (width - len(bar))

    def _write(self, text: str) -> None:
        self.stream.write(f"\r\x1b[K{text}")
        self.stream.flush()


def _duration(seconds: float) -> str:
    """`96 s`, `3 min`, `5 h`: as exact as a guess is."""
    if seconds < 120:
        return f"{round(seconds)} s"
    if seconds < 7200:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600):,} h"
