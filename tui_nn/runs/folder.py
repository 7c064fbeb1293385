"""A run's folder: where its files are, who may write to it, how a file is replaced whole.

runs/2026-11-25-1403-22-xor-mlp/
    experiment.toml      resolved, as it was before the first step
    events.jsonl         every record, in order
    changes.jsonl        the `changed` records alone, on disk before they take effect
    last.safetensors     the state training goes on from
    best.safetensors     the weights of the best evaluation
    recipe.json          how new inputs are brought to the form of its data
    init.safetensors     the weights it began with, where they came from a file
runs/latest              a link to the newest
"""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import near, say

RUNS = Path("runs")
TRAINED_ELSEWHERE = "another process is training this run"
LATEST = "latest"
LONGEST_NAME = 60
STAMP = "%Y-%m-%d-%H%M-%S"
SHOWN = 4
"""Runs that a message names."""
_STAMP = re.compile(r"\d{4}-\d\d-\d\d-\d{4}-\d\d(?=-)", re.ASCII)


@dataclass(frozen=True)
class Folder:
    """The places of a run's files."""

    path: Path

    @property
    def experiment(self) -> Path:
        return self.path / "experiment.toml"

    @property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def changes(self) -> Path:
        return self.path / "changes.jsonl"

    @property
    def last(self) -> Path:
        return self.path / "last.safetensors"

    @property
    def best(self) -> Path:
        return self.path / "best.safetensors"

    @property
    def recipe(self) -> Path:
        return self.path / "recipe.json"

    @property
    def init(self) -> Path:
        return self.path / "init.safetensors"

    @property
    def socket(self) -> Path:
        """Where an engine that stays can be reached."""
        return self.path / "engine.sock"

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def lacking(self) -> list[str]:
        """The files that a run can't be without, and this one is."""
        needed = (self.experiment, self.events)
        return [path.name for path in needed if not os.path.isfile(path)]

    @property
    def is_run(self) -> bool:
        return not self.lacking

    @property
    def is_like_a_run(self) -> bool:
        """Whether it has the name of a run, or something of one is there."""
        if _STAMP.match(self.name) and os.path.isdir(self.path):
            return True
        return any(map(os.path.isfile, (self.events, self.changes, self.last)))


def create(runs: Path, name: str, experiment: str) -> Folder:
    """A new run folder with its experiment and empty logs; `runs/latest` leads to it.

    It appears whole or not at all. Raises OSError where it can't be written.
    """
    runs.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime(STAMP)
    plain = re.sub(r"[^\w.+-]+", "-", name).strip("-.")[:LONGEST_NAME] or "run"
    hidden = runs / f".{os.urandom(8).hex()}"
    hidden.mkdir()
    try:
        unfinished = Folder(hidden)
        for path, text in (
            (unfinished.experiment, experiment),
            (unfinished.events, ""),
            (unfinished.changes, ""),
        ):
            replace_file(path, text.encode())
        number = 1
        while True:
            path = runs / (f"{stamp}-{plain}" + (f"-{number}" if number > 1 else ""))
            try:
                hidden.rename(path)
                break
            except OSError:
                if not path.exists():
                    raise
                number += 1
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    _sync_folder(runs)
    _lead_latest_to(runs, path)
    return Folder(path)


def _lead_latest_to(runs: Path, path: Path) -> None:
    link = runs / f".{os.urandom(8).hex()}"
    try:
        link.symlink_to(path.name)
        os.replace(link, runs / LATEST)
    except OSError:  # some file systems have no links, and a folder may be in the way
        link.unlink(missing_ok=True)


def replace_file(path: Path, data: bytes) -> None:
    """Write beside, bring to the disk, rename: the file is the old one or the new one, whole."""
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Folder) -> Iterator[None]:
    """Only one process writes to a run; InvalidInput where another does.

    The lock goes with the process, however it ends.
    """
    handle = os.open(folder.path, os.O_RDONLY)
    try:
        if not _lock(handle):
            raise InvalidInput(
                TRAINED_ELSEWHERE,
                where=str(folder.path),
                hint=f"`nn-tui {folder.path}` follows it; or wait until it has ended",
            )
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    """Try more than once: whoever lists runs holds each lock for a moment."""
    for pause in (0.01, 0.05, 0.2, 0.0):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(pause)
        else:
            return True
    return False


def is_locked(folder: Folder) -> bool:
    """Whether a process is writing to the run; nobody is kept from it by asking."""
    handle = os.open(folder.path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(handle)


def find_run(word: str, runs: Path = RUNS, *, whole: bool = True) -> Folder | None:
    """The run that `word` names: a path, or a folder's name in `runs`; None if it names none.

    `whole` False: also a folder that is only like a run.
    """
    for path in (Path(word), runs / word) if word else ():
        folder = Folder(path.resolve() if path.name == LATEST else path)
        if folder.is_run or (folder.is_like_a_run and not whole):
            return folder
    return None


def match_run(word: str, runs: Path = RUNS) -> Folder | None:
    """The one run whose name begins or ends with `word`; InvalidInput where there are more."""
    found = [f for f in list_runs(runs) if f.name.startswith(word) or f.name.endswith(word)]
    if not word or not found:
        return None
    if len(found) > 1:
        names = [folder.name for folder in reversed(found)]
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        raise InvalidInput(
            f"{say(word)} names {len(names)} runs", hint=f"{', '.join(names[:SHOWN])}{more}"
        )
    return found[0]


def need_run(word: str, runs: Path = RUNS) -> Folder:
    """The run that `word` names: as `find_run`, or the beginning or end of its name alone.

    InvalidInput with the runs it may mean, or near names, where it is not one.
    """
    found = find_run(word, runs) or match_run(word, runs)
    broken = find_run(word, runs, whole=False)
    if found is None and broken is not None:
        raise InvalidInput(
            f"this run is broken: {' and '.join(broken.lacking)} can't be read or isn't there",
            where=str(broken.path), hint="copy its whole folder again, or train anew",
        )  # fmt: skip
    if found is None:
        names = [folder.name for folder in list_runs(runs)]
        raise InvalidInput(
            f"there is no run {word}",
            hint=near(word, [*names, LATEST]) or "`nn-tui runs` lists them",
        )
    return found


def list_runs(runs: Path = RUNS) -> list[Folder]:
    """The runs in a folder, by name: the oldest first."""
    return [folder for folder in list_folders(runs) if folder.is_run]


def list_folders(runs: Path = RUNS) -> list[Folder]:
    """As `list_runs`, with the folders that only look like runs.

    None where there is no such folder; InvalidInput where it can't be read.
    """
    try:
        paths = sorted(p for p in runs.iterdir() if not p.name.startswith(".") and p.is_dir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InvalidInput(
            f"can't be read ({error.strerror})", where=str(runs), hint="--runs names another folder"
        ) from None
    folders = [Folder(path) for path in paths if not path.is_symlink()]
    return [folder for folder in folders if folder.is_like_a_run]


def begun_at(folder: Folder) -> float | None:
    """When a run began, in seconds since 1970: as its name says, else its oldest file."""
    try:
        stamp = _STAMP.match(folder.name)
        if stamp:
            return time.mktime(time.strptime(stamp[0], STAMP))
        return folder.experiment.stat().st_mtime
    except (OSError, ValueError, OverflowError):
        return None


def remove_run(folder: Folder) -> None:
    """Delete a run with all that is in its folder; `latest` leads to the newest that is left.

    InvalidInput where a process is training it; raises OSError where it can't be deleted.
    """
    path = folder.path.resolve()
    with locked(Folder(path)):
        hidden = path.with_name(f".{os.urandom(8).hex()}")
        path.rename(hidden)
    try:
        shutil.rmtree(hidden)
    except OSError:
        with suppress(OSError):
            hidden.rename(path)
        raise
    mend_latest(path.parent)


def mend_latest(runs: Path) -> None:
    """Let `runs/latest` lead to the newest run where it leads nowhere; away with it if none is."""
    link = runs / LATEST
    if not link.is_symlink() or link.exists():
        return
    left = list_runs(runs)
    if left:
        newest = max(left, key=lambda folder: (begun_at(folder) or 0.0, folder.name))
        _lead_latest_to(runs, newest.path)
    else:
        link.unlink(missing_ok=True)
