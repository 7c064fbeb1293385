"""A run that another process trains: an engine anywhere, driven or watched without a screen."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from msgspec.structs import replace

from tui_nn.client import Client, engine_command
from tui_nn.headless.output import print_text
from tui_nn.headless.progress import Progress
from tui_nn.headless.signals import Signals, obeyed_signals
from tui_nn.headless.train import (
    Options,
    exit_code,
    progress_of,
    remembering,
    tell_end,
    teller,
)
from tui_nn.runs.folder import TRAINED_ELSEWHERE, Folder
from tui_nn.runs.history import History
from tui_nn.spec.errors import InvalidInput, NNError
from tui_nn.spec.finding import read_text
from tui_nn.spec.protocol import STATE_AFTER, Ended, Record, State
from tui_nn.spec.protocol.commands import Load, Run, Stop
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present, Problem

ENDED: frozenset[State] = frozenset({"goal", "done", "stopped", "diverged", "failed"})
HANG_UP_S = 30.0
"""How long an engine may take to save after it was told to stop."""


@dataclass(frozen=True)
class Asked:
    """What an engine is to train."""

    experiment: str
    changes: tuple[str, ...]
    target: tuple[str, ...]


def train_there(command: Sequence[str], asked: Asked, options: Options) -> int:
    """Have the engine at the other end of `command` train; the exit code.

    A run that another engine trains there already is followed.
    """
    with obeyed_signals() as signals:
        try:
            return _Follower(command, options, signals).train(asked)
        except InvalidInput as error:
            if error.message != TRAINED_ELSEWHERE:
                raise
        attach = [word for word in command if word != "--stay"]
        return _Follower([*attach, "--attach", asked.experiment], options, signals).watch()


def follow(folder: Folder, options: Options) -> int:
    """Follow a run that an engine trains, to its end; the exit code.

    Ctrl-C leaves the engine at its work. InvalidInput where none can be reached.
    """
    command = engine_command("--attach", str(folder.path))
    with obeyed_signals() as signals:
        return _Follower(command, options, signals).watch()


class _Left(Exception):
    """A signal came before there was anything to train."""


class _Follower:
    """Hears an engine, and shows what it hears as training itself is shown."""

    def __init__(self, command: Sequence[str], options: Options, signals: Signals) -> None:
        self._told: SimpleQueue[Told | None] = SimpleQueue()
        self._client = Client(command, self._told.put)
        self._options, self._signals = options, signals
        self._is_live = False
        """Whether what is told is happening now; before that comes the run so far."""
        self._present = Present(state="loading")
        """Where training stood when the latest event was told."""
        self._history = History(keeps=not options.quiet)
        self._deadline: float | None = None
        signals.on_first = lambda: self._told.put(None)

    def train(self, asked: Asked) -> int:
        with progress_of(self._options) as progress:
            self._client.start()
            self._is_live = True
            try:
                self._have(_load(asked, self._options.runs), progress)
                self._have(Run(), progress)
                if self._options.max_seconds is not None:
                    self._deadline = time.monotonic() + self._options.max_seconds
                present = self._to_the_end(progress)
            except _Left:
                return self._signals.exit_code
            finally:
                self._client.close()
        return self._tell_end(present)

    def watch(self) -> int:
        with progress_of(self._options) as progress:
            self._client.start()
            try:
                present = self._to_the_end(progress, drives=False)
            finally:
                self._client.close(stop=False)
        return self._tell_end(present)

    def _have(self, command: Load | Run, progress: Progress) -> None:
        """Have a command carried out; InvalidInput with the engine's reason where it can't be."""
        number = self._client.send(command)
        while True:
            told = self._next(progress)
            if isinstance(told, Answer) and told.id == number:
                return
            if isinstance(told, Problem) and told.id == number:
                raise InvalidInput(told.message, where=told.where, hint=told.hint)
            if told is None:
                raise _Left
            _refuse_silence(told)

    def _to_the_end(self, progress: Progress, *, drives: bool = True) -> Present:
        """Until training has come to its end, or is left.

        Whoever drives has it stopped by a signal or when the time is up; others leave it alone.
        """
        while True:
            told = self._next(progress)
            if told is None and not drives:
                return self._present
            if told is None:
                self._client.send(Stop())
                self._deadline = time.monotonic() + HANG_UP_S
            elif isinstance(told, Ended) and self._is_live:
                return replace(self._present, state=STATE_AFTER[told.reason])
            elif isinstance(told, Present):
                self._is_live = True
                if told.state in ENDED:
                    return told
                _refuse_silence(told)

    def _next(self, progress: Progress) -> Told | None:
        """What comes next, shown; None where a signal came, or the time is up."""
        left = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
        try:
            told = self._told.get(timeout=left)
        except Empty:
            return None
        if isinstance(told, Record):
            hear = teller if self._is_live else remembering
            hear(self._options, self._history, progress)(told)
        elif isinstance(told, Present | Answer):
            self._present = told if isinstance(told, Present) else told.present
            if self._present.state == "loading":
                progress.say(self._present.words)
        return told

    def _tell_end(self, present: Present) -> int:
        options, ended = self._options, self._history.ended
        if present.state not in ENDED:
            if not options.quiet:
                print_text(f"training goes on: nn-tui {present.run} follows it again")
            return self._signals.exit_code
        if ended is None:
            raise NNError(present.words or "training has failed")
        tell_end(options, self._history, present.run)
        return self._signals.exit_code if self._signals.received else exit_code(ended)


def _refuse_silence(told: Told) -> None:
    if isinstance(told, Present) and told.state == "offline":
        raise NNError(told.words)


def _load(asked: Asked, runs: Path | None) -> Load:
    """An experiment's file is sent as it is; all else is named, and found there."""
    path = Path(asked.experiment)
    is_file = path.suffix == ".toml" and path.is_file()
    return Load(
        experiment=asked.experiment,
        text=read_text(path) if is_file else None,
        changes=asked.changes,
        target=asked.target,
        runs=None if runs is None else str(runs),
    )
