"""A run that has been trained, opened to be asked."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tui_nn.data.files.source import Tell
from tui_nn.data.prepare import Prepared, prepare
from tui_nn.data.recipe import Recipe, from_bytes, recipe_of
from tui_nn.runs.folder import Folder, need_run
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.experiment import Experiment
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
    from tui_nn.engine.keeping import course_of

    experiment = course_of(folder).experiment
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
        hint=f"predict and evaluate take --checkpoint={other.stem}"
        if other.exists()
        else "it was never saved",
    )


def tell_notices(notices: Iterable[str]) -> None:
    """What a person should know, on standard error."""
    for notice in notices:
        sys.stderr.write(f"nn-tui: {printable(notice)}\n")
    sys.stderr.flush()
