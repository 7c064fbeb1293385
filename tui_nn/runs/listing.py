"""A row a run: what it was, how it ended, how good it got; read quickly from long logs too."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import msgspec

from tui_nn.runs.folder import RUNS, Folder, begun_at, is_locked, list_folders
from tui_nn.runs.lineage import Lineage
from tui_nn.runs.log import LONGEST, NewerLog, last_lines, read_records, unreadable
from tui_nn.spec.catalog.metrics import METRICS, Metric
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import (
    STATE_AFTER,
    Changed,
    Ended,
    Evaluated,
    Numbers,
    Reason,
    Started,
    Stepped,
    decode,
)

How = Literal[
    "goal", "done", "goal missed", "stopped", "diverged", "failed", "running", "cut off", "broken",
    "newer",
]  # fmt: skip
"""`cut off`: it never ended, and nobody trains it. `broken`: its files can't be read; `newer`:
not by this version."""
Last = Started | Stepped | Evaluated | Ended
"""Records that tell how far training came."""
_CHUNK = 1 << 20
_EVALUATED = b'{"type":"evaluated",'


@dataclass(frozen=True)
class Row:
    """A run in the list."""

    folder: Folder
    how: How
    begun: float | None
    """Seconds since 1970."""
    size: int
    """Bytes of all its files."""
    reason: Reason | None = None
    title: str = ""
    optimizer: str = ""
    """The one it uses last."""
    changes: int = 0
    """On the way to where it is."""
    step: int | None = None
    epoch: int | None = None
    seconds: float | None = None
    metric: str = ""
    part: str = ""
    """Whose metric it is: val where there is one, else train."""
    best: float | None = None
    problem: str = ""
    """Why it can't be read."""


@dataclass(frozen=True)
class Best:
    """The best value of a metric so far."""

    metric: Metric
    part: str
    value: float | None = None

    def with_numbers(self, numbers: Numbers | None) -> "Best":
        """The better of this one and a part's numbers."""
        value = numbers.get(self.metric.name) if numbers else None
        if value is None or (self.value is not None and not self.metric.better(value, self.value)):
            return self
        return Best(self.metric, self.part, value)


def list_rows(runs: Path = RUNS) -> list[Row]:
    """Every run in a folder, the newest first; what can't be read is a row that says so."""
    return [row_of(folder) for folder in newest_first(runs)]


def newest_first(runs: Path) -> list[Folder]:
    """The folders of all runs; InvalidInput where theirs can't be read."""
    found = [(begun_at(folder) or 0.0, folder.name, folder) for folder in list_folders(runs)]
    return [folder for _, _, folder in sorted(found, key=lambda one: one[:2], reverse=True)]


def title_at_goal(folder: Folder) -> str:
    """The title of a run that ended at its goal, of its first and last records alone; else empty,
    also where it can't be read.
    """
    try:
        if _how(_last(folder.events)) != "goal":
            return ""
        started = next(read_records(folder.events), None)
    except (InvalidInput, OSError):
        return ""
    return started.title if isinstance(started, Started) else ""


def row_of(folder: Folder) -> Row:
    """The row of one run, whatever its folder holds: what is known, and why not more."""
    row = Row(folder, "broken", begun_at(folder), _size(folder.path))
    how: How = "broken"
    try:
        running = is_locked(folder)
        how = "running" if running else how
        for fuller in _ever_fuller(row, running):
            row = fuller
        return row
    except InvalidInput as error:
        how = "newer" if isinstance(error, NewerLog) and how != "running" else how
        problem = f"{Path(error.where).name or folder.name}: {error.message}"
    except OSError as error:
        problem = f"can't be read ({error.strerror})"
    return replace(row, how=how, problem=problem)


def _ever_fuller(row: Row, running: bool) -> Iterator[Row]:
    """A row with more and more of what the run's files tell; the last one is whole.

    InvalidInput or OSError where a file can't be read.
    """
    folder = row.folder
    how: How = "running" if running else "cut off"
    started = next(read_records(folder.events), None)
    if started is not None:
        if not isinstance(started, Started):
            raise InvalidInput("doesn't begin with the start of a run", where=str(folder.events))
        optimizer = as_text(started.experiment.get("optimizer"))
        best = best_of(folder.events, started)
        row = replace(
            row, title=started.title, optimizer=optimizer, metric=best.metric.name,
            part=best.part, best=best.value,
        )  # fmt: skip
        yield row
        last = _last(folder.events)
        row = _with_end(row, started, last, best)
        yield row
        changes = _changes(folder, last.branch)
        optimizers = [change.new for change in changes if change.key == "optimizer"]
        row = replace(row, changes=len(changes), optimizer=as_text([optimizer, *optimizers][-1]))
        yield row
        how = how if running else _how(last)
    if not folder.experiment.is_file():
        raise InvalidInput("there is no such file", where=str(folder.experiment))
    yield replace(row, how=how)


def _with_end(row: Row, started: Started, last: Last, best: Best) -> Row:
    """How far it came; the numbers of its end are looked at for the best too."""
    row = replace(row, step=last.step, seconds=last.elapsed_s)
    match last:
        case Ended():
            best = best.with_numbers(last.val if best.part == "val" else last.train)
            seconds = max(last.elapsed_s, last.seconds)
            return replace(
                row, epoch=last.epoch, seconds=seconds, best=best.value, reason=last.reason
            )
        case Evaluated():
            return replace(row, epoch=last.epoch)
        case _:
            return replace(row, epoch=last.step // max(1, started.steps_per_epoch))


def _how(last: Last) -> How:
    """How a run ended that nobody trains."""
    if not isinstance(last, Ended):
        return "cut off"
    is_missed = last.goal is not None and not last.goal.met
    if is_missed and last.reason in ("epochs", "plateau", "cycle"):
        return "goal missed"
    return STATE_AFTER[last.reason]  # type: ignore[return-value]


def _last(events: Path) -> Last:
    """The last record that tells how far training came; InvalidInput where there is none."""
    try:
        with events.open("rb") as file:
            for number, (_, line) in enumerate(last_lines(file)):
                try:
                    record = decode(line)
                except InvalidInput as error:
                    if number:
                        raise error.at(str(events)) from None
                    continue  # torn
                if isinstance(record, Last):
                    return record
    except OSError as error:
        raise unreadable(events, error) from None
    raise InvalidInput("holds no steps", where=str(events))


def _changes(folder: Folder, branch: int) -> list[Changed]:
    """What was changed on the way to a branch's end."""
    lineage = Lineage()
    if folder.changes.is_file():
        for record in read_records(folder.changes):
            lineage.take(record)
    return lineage.all_changes(branch)


class _Numbers(msgspec.Struct):
    """What of an evaluation is compared."""

    train: Numbers | None = None
    val: Numbers | None = None


_decoder = msgspec.json.Decoder(_Numbers)


def best_of(events: Path, started: Started) -> Best:
    """The best main metric of a log's evaluations; steps are not decoded.

    An evaluation that is no JSON is passed over. InvalidInput where the file can't be read.
    """
    named = {metric.name: metric for metric in METRICS}
    best = Best(named.get(started.metric, METRICS[0]), "val" if started.val_count else "train")
    try:
        with events.open("rb") as file:
            while chunk := file.read(_CHUNK):
                chunk += file.readline(LONGEST)
                for line in _evaluated_lines(chunk):
                    best = best.with_numbers(_numbers_of(line, best.part))
    except OSError as error:
        raise unreadable(events, error) from None
    return best


def _evaluated_lines(chunk: bytes) -> list[bytes]:
    """The whole lines that tell of an evaluation; `chunk` begins with a line."""
    found: list[bytes] = []
    at = 0
    while True:
        if not chunk.startswith(_EVALUATED, at):
            at = chunk.find(b"\n" + _EVALUATED, max(0, at - 1)) + 1
            if at == 0:
                return found
        end = chunk.find(b"\n", at)
        if end < 0:
            return found
        found.append(chunk[at:end])
        at = end + 1


def _numbers_of(line: bytes, part: str) -> Numbers | None:
    try:
        numbers = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return numbers.val if part == "val" else numbers.train


def as_text(value: Any) -> str:
    """A setting in a line: a list's entries with commas between them."""
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _size(path: Path) -> int:
    """Bytes of all files below; 0 for what can't be looked at."""
    total = 0
    for place, _, names in os.walk(path):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total


def iso(seconds: float | None) -> str:
    """A time of this place as 2026-11-25 14:03:22; empty where it isn't known."""
    return "" if seconds is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
