"""Train one experiment from beginning to end."""

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui_nn.data.open import Opened, open_experiment
from tui_nn.headless.narrate import Narrator
from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.progress import Progress, progress_for
from tui_nn.headless.signals import obeyed_signals
from tui_nn.headless.summary import summary
from tui_nn.headless.waiting import waiting
from tui_nn.runs.folder import Folder
from tui_nn.runs.history import History
from tui_nn.spec.exits import Exit
from tui_nn.spec.protocol import Ended, Evaluated, Noticed, Record, Started, encode

if TYPE_CHECKING:
    from tui_nn.engine.session import Session
    from tui_nn.engine.starting import Listener

Json = Literal["", "records", "full"]


@dataclass(frozen=True)
class Options:
    """How to train, what to say and what to keep."""

    json: Json = ""
    quiet: bool = False
    narrate: bool = False
    """Whether all is said in plain sentences."""
    max_seconds: float | None = None
    runs: Path | None = None
    """Where a folder for the run is made; None keeps nothing."""
    save_every: float | None = None
    """Seconds between saves."""
    init_from: Path | None = None
    """A file of weights to begin with."""


def train(opened: Opened, options: Options) -> int:
    """Train a new run to its end; the exit code."""

    def begin(listener: "Listener") -> "Session":
        from tui_nn.engine.starting import start

        session = start(opened, listener, runs=options.runs, init_from=options.init_from)
        session.begin()
        return session

    return _run(begin, options)


def resume(folder: Folder, changes: Sequence[str], options: Options) -> int:
    """Go on with a run where it was last saved; the exit code."""
    with waiting(options.quiet or options.narrate) as tell:
        opened = open_experiment(str(folder.experiment), tell=tell)

    def begin(listener: "Listener") -> "Session":
        from tui_nn.engine.starting import resume

        return resume(folder, opened, listener, changes=changes)

    return _run(begin, options)


def _run(begin: "Callable[[Listener], Session]", options: Options) -> int:
    began = time.monotonic()
    deadline = None if options.max_seconds is None else began + options.max_seconds
    history = History(keeps=not options.quiet)
    progress = progress_of(options)
    with obeyed_signals() as signals, progress, warnings.catch_warnings():
        warnings.simplefilter("ignore" if options.quiet else "default")
        warnings.showwarning = _telling(progress)
        progress.say("loading PyTorch …")
        from tui_nn.engine.session import Request  # a second: after the input is checked
        from tui_nn.engine.starting import Listener

        request = Request(deadline=deadline)
        signals.on_first = lambda: setattr(request, "stop", "interrupted")
        tell = teller(options, history, progress)
        words = (lambda words: None) if options.quiet else progress.notice
        session = None
        try:
            session = begin(Listener(tell, words, past=remembering(options, history, progress)))
            if options.save_every is not None:
                session.save_every = options.save_every
            ended = session.run(request)
        except BaseException as error:
            if options.json and history.started:
                print_bytes(encode(_failed(error, history, history.started, began)) + b"\n")
            raise
        finally:
            if session is not None and session.keeper is not None:
                session.keeper.close()
    tell_end(options, history, "" if session.keeper is None else str(session.keeper.folder.path))
    return signals.exit_code if ended.reason == "interrupted" else exit_code(ended)


def progress_of(options: Options) -> Progress:
    """What shows how far training is."""
    return Narrator() if options.narrate else progress_for(options.json, options.quiet)


def tell_end(options: Options, history: History, folder: str) -> None:
    """Print what came of a run, for a person, and where it is kept, if it is."""
    if options.quiet or options.json:
        return
    if not options.narrate:
        print_text(summary(history))
    if folder:
        print_text(f"The run is kept in {folder}." if options.narrate else f"\nkept in {folder}")


def exit_code(ended: Ended) -> int:
    """The answer to how a run ended."""
    if ended.reason == "diverged":
        return Exit.DIVERGED
    if ended.goal is not None and not ended.goal.met:
        return Exit.GOAL_MISSED
    return Exit.DONE


def _telling(progress: Progress) -> Callable[..., None]:
    """How a warning of a library is shown: its first line, as a notice."""

    def show(message: Warning | str, *place: object, **rest: object) -> None:
        progress.notice(str(message).splitlines()[0].partition(" (Triggered internally")[0])

    return show


def teller(options: Options, history: History, progress: Progress) -> Callable[[Record], None]:
    """Where each record goes."""
    wanted = {"": (), "records": (Evaluated, Ended), "full": (Record,)}[options.json]

    def tell(record: Record) -> None:
        history.take(record)
        if wanted and isinstance(record, wanted):
            print_bytes(encode(record) + b"\n")
        if isinstance(record, Noticed) and not options.quiet:
            progress.notice(record.message)
        progress.take(record)

    return tell


def remembering(options: Options, history: History, progress: Progress) -> Callable[[Record], None]:
    """Where what was recorded before goes; none of it is printed again."""

    def remember(record: Record) -> None:
        history.take(record)
        progress.remember(record)

    return remember


def _failed(error: BaseException, history: History, started: Started, began: float) -> Ended:
    """The end of a run that broke: what was last known, and why."""
    lines = str(error).strip().splitlines()
    last = history.evaluated[-1] if history.evaluated else None
    return Ended(
        step=history.step,
        reason="failed",
        epoch=history.step // started.steps_per_epoch,
        train=last.train if last else None,
        val=last.val if last else None,
        goal=None,
        seconds=time.monotonic() - began,
        message=f"{type(error).__name__}: {lines[0] if lines else ''}",
        train_count=started.train_count,
        val_count=started.val_count,
    )
