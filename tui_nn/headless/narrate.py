"""A run in plain sentences, a line each, for screen readers: said as it goes, calmly."""

import time
from collections.abc import Callable

from msgspec.structs import replace

from tui_nn.headless import sentences
from tui_nn.headless.output import print_text
from tui_nn.headless.progress import Progress
from tui_nn.runs.compare import read_run
from tui_nn.runs.folder import Folder
from tui_nn.spec import catalog
from tui_nn.spec.protocol import Changed, Ended, Evaluated, Record, Started

CALM_S = 5.0
"""Between evaluations and changes that are said; of those in between the latest is."""
SILENCE_S = 60.0
"""After so long without a word the loss is said."""


class Narrator(Progress):
    """Says a start, a notice and the end at once, evaluations and changes when it is their turn."""

    interval = SILENCE_S

    def __init__(
        self,
        say: Callable[[str], None] = print_text,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clock)
        self._say_line = say
        self._started: Started | None = None
        self._waiting: dict[str, Changed | Evaluated] = {}
        """What is still to be said: changes by their key, the evaluation under no name."""
        self._turn = self.clock()
        self._goes_on = False
        """Whether what was taken in last is of before."""

    def notice(self, message: str) -> None:
        self._speak(sentences.words(message))

    def remember(self, record: Record) -> None:
        """What is trained is said; of the rest, where it stands once it goes on."""
        super().remember(record)
        self._goes_on = True
        if isinstance(record, Started):
            self._begin_with(record)
        elif isinstance(record, Evaluated):
            self._waiting[""] = record

    def take(self, record: Record) -> None:
        if self._goes_on:
            self._goes_on = False
            self._speak([f"It goes on at step {self.step:,}."])
        super().take(record)
        match record:
            case Started():
                self._begin_with(record)
            case Evaluated():
                self._waiting[""] = record
            case Changed():
                before = self._waiting.pop(record.key, record)
                assert isinstance(before, Changed)
                self._waiting[record.key] = replace(record, old=before.old)
            case Ended():
                self._end_with(record)
        if self.clock() >= self._turn:
            self._say_waiting()

    def show(self) -> None:
        """It has been silent for long."""
        epoch = min(self.epochs, -(-self.step // self.per_epoch))
        left = sentences.duration(self.seconds_left)
        self._speak([f"Epoch {epoch:,}, step {self.step:,}: loss {sentences.number(self.loss)}, "
                     f"about {left} left."])  # fmt: skip

    def close(self) -> None:
        self._say_waiting()

    def _begin_with(self, started: Started) -> None:
        self._started = started
        self._speak(sentences.start(started))

    def _end_with(self, ended: Ended) -> None:
        """Its numbers are later ones than those of an evaluation that waits."""
        self._waiting.pop("", None)
        self._say_waiting()
        assert self._started
        self._speak(sentences.end(ended, self._started))

    def _say_waiting(self) -> None:
        for record in self._waiting.values():
            if isinstance(record, Changed):
                self._speak([sentences.change(record)])
            else:
                self._speak([sentences.evaluation(record, self.metric)])
        self._waiting.clear()

    def _speak(self, lines: list[str]) -> None:
        for line in lines:
            self._say_line(line)
        now = self.clock()
        self._turn, self._next = now + CALM_S, now + self.interval


def narrate_run(folder: Folder) -> None:
    """A run that nobody can follow: what was trained, what was changed, what came of it."""
    told = read_run(folder)
    history, started = told.history, told.started
    lines = [*sentences.start(started), *map(sentences.change, history.marks())]
    if history.ended is not None and told.row.how != "running":
        lines += sentences.end(history.ended, started)
    else:
        if history.evaluated:
            metric = catalog.metric(started.metric)
            lines.append(sentences.evaluation(history.evaluated[-1], metric))
        how = "Another process trains it" if told.row.how == "running" else "It was cut off"
        lines.append(f"{how}: it has come to step {history.step:,}.")
    for line in lines:
        print_text(line)
