"""Train one experiment from beginning to end."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tui_nn.data.prepare import Prepared
from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.progress import Progress, progress_for
from tui_nn.headless.signals import obeyed_signals
from tui_nn.headless.summary import summary
from tui_nn.runs.history import History
from tui_nn.spec.exits import Exit
from tui_nn.spec.protocol import Ended, Evaluated, Noticed, Record, Started, encode

Json = Literal["", "records", "full"]


@dataclass(frozen=True)
class Options:
    """How to train and what to say."""

    json: Json = ""
    quiet: bool = False
    max_seconds: float | None = None


def train(prepared: Prepared, options: Options) -> int:
    """Train to the end; the exit code."""
    began = time.monotonic()
    deadline = None if options.max_seconds is None else began + options.max_seconds
    history = History(keeps=not options.quiet)
    progress = progress_for(prepared.plan, options.json, options.quiet)
    with obeyed_signals() as signals, progress, warnings.catch_warnings():
        warnings.simplefilter("ignore" if options.quiet else "default")
        warnings.showwarning = _telling(progress)
        progress.say("loading PyTorch …")
        from tui_nn.engine.session import Request, Session  # a second: after the input is checked

        request = Request(deadline=deadline)
        signals.on_first = lambda: setattr(request, "stop", "interrupted")
        tell = _teller(options, history, progress)
        try:
            session = Session(prepared.plan, prepared.split, tell, request)
            ended = session.run()
        except BaseException as error:
            if options.json and history.started:
                print_bytes(encode(_failed(error, history, history.started, began)) + b"\n")
            raise
    if not options.quiet and not options.json:
        print_text(summary(prepared.plan, history))
    return signals.exit_code if ended.reason == "interrupted" else exit_code(ended)


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


def _teller(options: Options, history: History, progress: Progress) -> Callable[[Record], None]:
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
