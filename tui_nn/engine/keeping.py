"""A run on disk while it trains: its logs, its checkpoints, and how it is taken up again."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from torch import Tensor

from tui_nn.data.changing import with_changes
from tui_nn.data.prepare import Prepared
from tui_nn.data.recipe import recipe_of, to_bytes
from tui_nn.data.split import Split
from tui_nn.engine import checkpoint
from tui_nn.engine.batches import Place
from tui_nn.engine.decisions import Best, Decided
from tui_nn.engine.perceptron import Watched
from tui_nn.engine.state import Snapshot
from tui_nn.engine.training import Moment
from tui_nn.runs.folder import Folder, locked, replace_file
from tui_nn.runs.lineage import Lineage
from tui_nn.runs.log import Log, read_records
from tui_nn.spec.changes import with_values
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment, Table
from tui_nn.spec.files import load_experiment
from tui_nn.spec.protocol import Changed, Reason, Record, Saved

NOT_TRAINED = frozenset({"data", "title", "about", "view"})
"""Keys on which no number depends; data is known by its own sha256."""


class Keeper:
    """Writes one run; nobody else does meanwhile.

    Where the disk takes no more, saving ends and training goes on: `tell` hears why, once.
    """

    def __init__(self, folder: Folder, tell: Callable[[str], None]) -> None:
        """Raises InvalidInput where another process writes to the run, and OSError."""
        self.folder, self.tell = folder, tell
        self._open = ExitStack()
        with ExitStack() as opening:
            opening.enter_context(locked(folder))
            self._events = opening.enter_context(Log(folder.events))
            self._changes = opening.enter_context(Log(folder.changes))
            self._open = opening.pop_all()
        self._best_step: int | None = None
        self._split: Split | None = None
        self.is_writing = True

    def cut_when_written(self, events: int) -> None:
        """Keep so many bytes of the events from the next one on; until then all stay."""
        self._events.cut_when_written(events)

    def cut(self, events: int, changes: int) -> None:
        """Take the logs back to where a checkpoint was made. Raises OSError."""
        self._events.cut(events)
        self._changes.cut(changes)

    def take(self, record: Record) -> None:
        """Write the next record; a change is on the disk before this returns."""
        if not self.is_writing:
            return
        try:
            if isinstance(record, Changed):
                self._changes.write(record)
                self._changes.sync()
            self._events.write(record)
        except OSError as error:
            self._give_up(error)

    def save(self, moment: Moment, elapsed_s: float, emit: Callable[[Record], None]) -> None:
        """Write the best checkpoint, where there is a better one, and the last; say so."""
        if not self.is_writing:
            return
        try:
            self._events.sync()
            self._keep_recipe(moment.prepared)
            best = moment.decided.best
            written: list[tuple[str, int]] = []
            if best is not None and best.step != self._best_step:
                tree = {"kind": "best", "step": best.step, "epoch": best.epoch, "value": best.value}
                data = checkpoint.write(best.weights, tree)
                replace_file(self.folder.best, data)
                self._best_step = best.step
                written.append(("best", len(data)))
            tree = _tree(moment) | {
                "elapsed_s": elapsed_s,
                "events": self._events.length,
                "changes_log": self._changes.length,
            }
            data = checkpoint.write(moment.snapshot.network, tree)
            replace_file(self.folder.last, data)
            written.append(("last", len(data)))
        except OSError as error:
            self._give_up(error)
            return
        for which, size in written:
            emit(
                Saved(
                    branch=moment.branch,
                    step=moment.step,
                    elapsed_s=elapsed_s,
                    checkpoint=which,  # type: ignore[arg-type]
                    size=size,
                )
            )

    def _keep_recipe(self, prepared: Prepared) -> None:
        """Write how new inputs are brought to the form of the data, where that is another now."""
        if prepared.split is not self._split:
            replace_file(self.folder.recipe, to_bytes(recipe_of(prepared)))
            self._split = prepared.split

    def close(self) -> None:
        """Let go of the run."""
        self._open.close()

    def _give_up(self, error: OSError) -> None:
        self.is_writing = False
        self.tell(
            f"can't save any more ({error.strerror or error}): {self.folder.path} stays as it was "
            "last saved, training goes on"
        )


@dataclass(frozen=True)
class Saving:
    """What a last checkpoint says of the run round it."""

    moment: Moment
    elapsed_s: float
    events: int
    """Bytes of events.jsonl that belong to it."""
    changes_log: int


Count = Annotated[int, Meta(ge=0)]


@dataclass(frozen=True)
class _Last:
    """What the tree of a last checkpoint holds, beside the network."""

    kind: Literal["last"]
    step: Count
    branch: Count
    changes: Count
    """How many of those on the way to its branch are in force."""
    experiment: str
    """A fingerprint, with those changes."""
    limit: float | None
    reason: Reason | None
    optimizers: tuple[dict[str, Any], ...]
    schedules: tuple[dict[str, Any], ...]
    place: Place
    generators: tuple[Tensor, ...]
    last_lr: float
    in_a_row: Count
    since_best: Count
    best: Best | None
    watched: Watched | None
    elapsed_s: float
    events: Count
    changes_log: Count


def read_last(folder: Folder, root: Prepared) -> tuple[Saving, Lineage]:
    """The state a run goes on from, and its branches up to then; `root`: before any change.

    Raises InvalidInput for a file that is damaged or belongs to another experiment.
    """
    held = checkpoint.read(folder.last)
    with _told_of(folder):
        last = msgspec.convert(held.tree, _Last)
        lineage = _lineage(folder, last)
        prepared = with_changes(root, _in_force(lineage, last))
        _refuse_another(folder, last, prepared.plan.experiment)
        _check_place(last.place, prepared.plan.facts.train_count)
        moment = _moment(last, held.network, prepared)
        return Saving(moment, last.elapsed_s, last.events, last.changes_log), lineage


@dataclass(frozen=True)
class Course:
    """What a run has been on the way to its last checkpoint."""

    before: Experiment
    """As it stands in the folder, before any change."""
    changes: tuple[Changed, ...]
    """Those in force, in order."""
    steps: int

    @property
    def experiment(self) -> Experiment:
        """With all its changes."""
        return with_values(self.before, [(change.key, change.new) for change in self.changes])


def course_of(folder: Folder) -> Course:
    """How a run came to its last checkpoint; one without has taken no step.

    Raises InvalidInput as `read_last`.
    """
    experiment = load_experiment(str(folder.experiment))
    if not folder.last.exists():
        return Course(experiment, (), 0)
    held = checkpoint.read(folder.last)
    with _told_of(folder):
        last = msgspec.convert(held.tree, _Last)
        course = Course(experiment, tuple(_in_force(_lineage(folder, last), last)), last.step)
        _refuse_another(folder, last, course.experiment)
    return course


@contextmanager
def _told_of(folder: Folder) -> Iterator[None]:
    """What a last checkpoint lacks is told with the file's name."""
    try:
        yield
    except (msgspec.ValidationError, KeyError, ValueError) as error:
        raise InvalidInput(
            f"is no last checkpoint of a run ({error})", where=str(folder.last)
        ) from None
    except OSError as error:
        raise InvalidInput(f"can't be read ({error.strerror})", where=str(folder.path)) from None


def _lineage(folder: Folder, last: _Last) -> Lineage:
    """The branches of a run up to its last checkpoint."""
    for path, length in ((folder.events, last.events), (folder.changes, last.changes_log)):
        if path.stat().st_size < length:
            raise InvalidInput(
                f"is shorter than when {folder.last.name} was saved", where=str(path),
                hint="copy the whole folder again, or train anew",
            )  # fmt: skip
    lineage = Lineage()
    for record in read_records(folder.events, last.events):
        lineage.take(record)
    if last.branch not in lineage.branches:
        raise ValueError(f"branch {last.branch} is not in {folder.events.name}")
    return lineage


def _in_force(lineage: Lineage, last: _Last) -> list[Changed]:
    """The changes that a checkpoint was trained with."""
    return lineage.all_changes(last.branch)[: last.changes]


def _check_place(place: Place, count: int) -> None:
    """ValueError for a place that is none in `count` samples."""
    order = range(count) if place.order is None else sorted(place.order.tolist())
    first = 0 if place.epochs_begun else count
    if place.epochs_begun < 0 or not first <= place.done <= count or [*order] != [*range(count)]:
        raise ValueError("its place in the data is none")


def _refuse_another(folder: Folder, last: _Last, experiment: Experiment) -> None:
    if last.experiment != fingerprint(experiment.table):
        raise InvalidInput(
            "belongs to another experiment than the one beside it",
            where=str(folder.last),
            hint=f"was {folder.experiment} changed? Put it back, or train anew",
        )


def fingerprint(table: Table) -> str:
    """Tells experiments apart that don't train alike."""
    kept = {key: value for key, value in table.items() if key not in NOT_TRAINED}
    text = json.dumps(kept, sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()


def _tree(moment: Moment) -> dict[str, Any]:
    snapshot, decided = moment.snapshot, moment.decided
    return {
        "kind": "last",
        "step": snapshot.step,
        "branch": moment.branch,
        "changes": moment.changes,
        "experiment": fingerprint(moment.prepared.plan.experiment.table),
        "limit": moment.limit,
        "reason": moment.reason,
        "optimizers": snapshot.optimizers,
        "schedules": snapshot.schedules,
        "place": _fields(snapshot.place),
        "generators": snapshot.generators,
        "last_lr": snapshot.last_lr,
        "in_a_row": decided.in_a_row,
        "since_best": decided.since_best,
        "best": _fields(decided.best) if decided.best else None,
        "watched": _fields(moment.watched) if moment.watched else None,
    }


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _moment(last: _Last, network: checkpoint.Tensors, prepared: Prepared) -> Moment:
    return Moment(
        prepared=prepared,
        branch=last.branch,
        changes=last.changes,
        snapshot=Snapshot(
            step=last.step,
            network=network,
            optimizers=last.optimizers,
            schedules=last.schedules,
            place=last.place,
            generators=last.generators,
            last_lr=last.last_lr,
        ),
        decided=Decided(last.in_a_row, last.since_best, last.best),
        watched=last.watched,
        limit=last.limit,
        reason=last.reason,
    )
