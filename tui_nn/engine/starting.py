"""A session for a new run, or for one that goes on; with or without a folder to keep it in."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save

from tui_nn.data.open import Opened
from tui_nn.data.prepare import Prepared
from tui_nn.engine.keeping import Keeper, read_last
from tui_nn.engine.session import Session
from tui_nn.engine.travel import change
from tui_nn.engine.weights import initial_weights
from tui_nn.runs.folder import Folder, create, replace_file
from tui_nn.runs.log import read_records
from tui_nn.spec.changes import with_values
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import write_toml
from tui_nn.spec.protocol import Ended, Record, Saved, Started


@dataclass(frozen=True)
class Listener:
    """Who hears of a run: its records, and words that belong to no record."""

    record: Callable[[Record], None]
    words: Callable[[str], None]
    past: Callable[[Record], None] = lambda record: None
    """Hears of the records that a run has already, where it goes on."""


def start(
    opened: Opened,
    listener: Listener,
    *,
    runs: Path | None,
    history_bytes: int = 0,
    init_from: Path | None = None,
) -> Session:
    """A new run, before its first record; kept in a folder below `runs`, if that is given.

    Where that can't be written the listener hears why, and the run is kept nowhere. `init_from`:
    a file of weights to begin with; InvalidInput where they don't fit.
    """
    weights = None if init_from is None else initial_weights(opened.to_train.plan, init_from)
    session = Session(
        opened.to_train, listener.record, history_bytes=history_bytes, weights=weights
    )
    if runs is not None:
        keep(session, opened, runs, listener)
    return session


def keep(session: Session, opened: Opened, runs: Path, listener: Listener) -> None:
    """Make a folder for a run, from now on; where that can't be, the listener hears why."""
    try:
        session.keeper = _keeper(session, opened, runs, listener)
    except OSError as error:
        listener.words(
            f"this run is not kept: {error.filename or runs} can't be written "
            f"({error.strerror or error}): --runs DIR names another folder"
        )


def _keeper(session: Session, opened: Opened, runs: Path, listener: Listener) -> Keeper:
    experiment = session.root.plan.experiment
    titled = with_values(experiment, [("title", experiment.title)])  # its file has another name
    folder = create(runs, experiment.name, write_toml(titled, opened.text, anywhere=True))
    if session.training.weights is not None:
        replace_file(folder.init, save(session.training.weights))
    return Keeper(folder, listener.words)


def resume(
    folder: Folder,
    opened: Opened,
    listener: Listener,
    *,
    changes: Sequence[str] = (),
    history_bytes: int = 0,
) -> Session:
    """Take a run up where it was last saved, or from its start where it never was.

    `opened` is its experiment. Its logs are cut to what that state knows. Raises InvalidInput
    where another process trains it, or where its files can't be used; then nothing is changed.
    """
    try:
        keeper = Keeper(folder, listener.words)
    except OSError as error:
        raise InvalidInput(
            f"can't be written ({error.strerror})", where=str(folder.path),
            hint="copy it to where it can",
        ) from None  # fmt: skip
    try:
        session = _take_up(folder, opened.prepared, listener, history_bytes, keeper)
        if change(session, changes):
            session.save()  # a kill doesn't take them back
    except BaseException:
        keeper.close()
        raise
    return session


def _take_up(
    folder: Folder, root: Prepared, listener: Listener, history_bytes: int, keeper: Keeper
) -> Session:
    weights = initial_weights(root.plan, folder.init) if folder.init.exists() else None
    if not folder.last.exists():
        session = Session(root, listener.record, history_bytes=history_bytes, weights=weights)
        keeper.cut(0, 0)
        session.keeper = keeper
        session.begin()
        return session
    saving, lineage = read_last(folder, root)
    session = Session(saving.moment.prepared, listener.record, history_bytes=history_bytes)
    session.weights = weights
    with _told_of(folder.last):
        session.take_up(saving, root, lineage)
    if all(isinstance(r, Saved | Ended) for r in read_records(folder.events, begin=saving.events)):
        keeper.cut_when_written(saving.events)  # how it ended is known as long as nothing follows
    else:
        keeper.cut(saving.events, saving.changes_log)
    session.keeper = keeper
    for record in read_records(folder.events):
        listener.past(record)
        if isinstance(record, Started):
            _tell_differences(session, record, listener)
    return session


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """What torch refuses of a checkpoint is told with the file's name."""
    try:
        yield
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidInput(f"doesn't fit its experiment ({reason})", where=str(path)) from None


def _tell_differences(session: Session, before: Started, listener: Listener) -> None:
    """Say where numbers may come out otherwise than they would have."""
    now = {
        "torch": str(torch.__version__),
        "device": str(session.training.trainer.device),
        "threads": torch.get_num_threads(),
    }
    for name, value in now.items():
        if getattr(before, name) != value:
            listener.words(f"{name} was {getattr(before, name)}, now {value}: bits may differ")
