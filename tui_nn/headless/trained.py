"""A run that has been trained, opened to be asked."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tui_nn.data.files.source import Tell
from tui_nn.data.prepare import Prepared, prepare
from tui_nn.data.recipe import Recipe, from_bytes, recipe_of
from tui_nn.runs.folder import Folder, need_run
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.experiment import Experiment, check
from tui_nn.spec.files import load_experiment
from tui_nn.spec.protocol import Changed, decode
from tui_nn.spec.resolve import Plan, resolve

Checkpoint = Literal["best", "last"]


@dataclass(frozen=True)
class Trained:
    """What a run leaves, but for its data."""

    folder: Folder
    recipe: Recipe
    plan: Plan
    checkpoint: Checkpoint

    @property
    def weights(self) -> Path:
        return self.folder.best if self.checkpoint == "best" else self.folder.last


def open_trained(word: str, runs: Path, checkpoint: Checkpoint | None, tell: Tell) -> Trained:
    """The run that `word` names, ready to predict without its data; InvalidInput.

    `checkpoint` None: the weights that training left: the best where it had patience, else the
    last. Where a run has kept no recipe its data is read.
    """
    folder = need_run(word, runs)
    experiment = last_experiment(folder)
    if folder.recipe.exists():
        try:
            kept = folder.recipe.read_bytes()
        except OSError as error:
            raise InvalidInput(
                f"can't be read ({error.strerror})", where=str(folder.recipe), hint="see to it"
            ) from None
        recipe = from_bytes(kept, str(folder.recipe))
    else:
        recipe = recipe_of(prepare(experiment, tell))
    return Trained(
        folder, recipe, resolve(experiment, recipe.facts), _choose(folder, experiment, checkpoint)
    )


def with_data(trained: Trained, tell: Tell) -> Prepared:
    """The run's own data, split as in training; InvalidInput where it is gone."""
    try:
        return prepare(trained.plan.experiment, tell)
    except InvalidInput as error:
        raise InvalidInput(
            error.message,
            where=error.where,
            hint=f"{error.hint}; --data names other data to evaluate on",
        ) from None


def _choose(folder: Folder, experiment: Experiment, asked: Checkpoint | None) -> Checkpoint:
    patient = experiment.train.patience is not None and folder.best.exists()
    chosen: Checkpoint = asked or ("best" if patient else "last")
    path = folder.best if chosen == "best" else folder.last
    if path.exists():
        return chosen
    other = folder.last if chosen == "best" else folder.best
    raise InvalidInput(
        f"the run holds no {path.name}",
        where=str(folder.path),
        hint=f"write --checkpoint={other.stem}" if other.exists() else "it was never saved",
    )


def last_experiment(folder: Folder) -> Experiment:
    """The run's experiment with all that was changed while it trained; InvalidInput."""
    experiment = load_experiment(str(folder.experiment))
    changes = list(_of_last_branch(_changes(folder)))
    if not changes:
        return experiment
    table: dict[str, Any] = {
        key: dict(value) if isinstance(value, Mapping) else value
        for key, value in experiment.table.items()
    }
    for change in changes:
        section, _, key = change.key.rpartition(".")
        place = table.setdefault(section, {}) if section else table
        if change.new is None:
            place.pop(key, None)
        else:
            place[key] = tuple(change.new) if isinstance(change.new, list) else change.new
    return check(table, experiment.name, experiment.place, experiment.folder)


def _changes(folder: Folder) -> list[Changed]:
    """What changes.jsonl holds; a torn last line is none."""
    try:
        lines = folder.changes.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InvalidInput(
            f"can't be read ({error.strerror})", where=str(folder.changes), hint="see to it"
        ) from None
    found = []
    for number, line in enumerate(lines[:-1], 1):
        try:
            record = decode(line)
        except InvalidInput as error:
            raise error.at(f"{folder.changes}: line {number:,}") from None
        if isinstance(record, Changed):
            found.append(record)
    return found


def _of_last_branch(changes: list[Changed]) -> Iterable[Changed]:
    """Those that led to the last one: of a branch that was left, those before it was."""
    kept: list[Changed] = []
    branch, end = (changes[-1].branch if changes else 0), float("inf")
    for change in reversed(changes):
        if change.branch == branch and change.step < end:
            kept.append(change)
            if change.parent is not None:
                branch, end = change.parent, change.step
    return reversed(kept)


def tell_notices(notices: Iterable[str]) -> None:
    """What a person should know, on standard error."""
    for notice in notices:
        sys.stderr.write(f"nn-tui: {printable(notice)}\n")
    sys.stderr.flush()
