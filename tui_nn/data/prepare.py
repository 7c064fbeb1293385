"""From an experiment to its samples, split, and the plan that fits them."""

from dataclasses import dataclass, replace

import numpy as np

from tui_nn.data.dataset import Dataset
from tui_nn.data.files.source import Source, Tell, silent
from tui_nn.data.load import load
from tui_nn.data.split import Split, split
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.resolve import DataFacts, Plan, resolve
from tui_nn.spec.targets import Classes


@dataclass(frozen=True)
class Prepared:
    """All that training needs, before anything of torch exists."""

    dataset: Dataset
    split: Split
    plan: Plan


def prepare(
    experiment: Experiment, tell: Tell = silent, dataset: Dataset | None = None,
    seed: int | None = None,
) -> Prepared:  # fmt: skip
    """Load and split the data, and hold the experiment against it; InvalidInput names the key.

    `tell` hears of what takes a while; `dataset` is the experiment's, if it is loaded already;
    `seed` draws the split, where not the experiment's does.
    The resolved experiment names a user's data by its sha256 and its number of samples.
    """
    if dataset is None:
        dataset = loaded(experiment, tell)
    if dataset.sha256:
        experiment = experiment.with_data(sha256=dataset.sha256, rows=len(dataset.x))
    parts = _parts(experiment, dataset, seed)
    plan = resolve(experiment, _facts(dataset, parts))
    notices = (*dataset.notices, *_unseen(parts), *plan.notices)
    return Prepared(dataset, parts, replace(plan, notices=notices))


def facts_of(experiment: Experiment) -> DataFacts:
    """What the data comes to, whatever network and loss stand beside it; InvalidInput."""
    dataset = loaded(experiment)
    return _facts(dataset, _parts(experiment, dataset, None))


def loaded(experiment: Experiment, tell: Tell = silent) -> Dataset:
    """The data of an experiment; InvalidInput names the key."""
    try:
        return load(experiment.data, Source(experiment.folder, tell))
    except InvalidInput as error:
        raise error.at(experiment.place("data")) from None


def _parts(experiment: Experiment, dataset: Dataset, seed: int | None) -> Split:
    train = experiment.train
    try:
        return split(dataset, train.val, train.seed if seed is None else seed, train.test)
    except InvalidInput as error:
        where = experiment.place(error.where)
        raise InvalidInput(error.message, where=where, hint=error.hint) from None


def _facts(dataset: Dataset, parts: Split) -> DataFacts:
    return DataFacts(
        input_shape=dataset.input_shape,
        kind=dataset.kind,
        train_count=len(parts.train.x),
        val_count=len(parts.val_indices),
        test_count=len(parts.test_indices),
        tokens=dataset.tokens,
    )


def _unseen(parts: Split) -> tuple[str, ...]:
    """What is to be said of classes that the training part lacks."""
    train = parts.train
    if not isinstance(train.kind, Classes):
        return ()
    lacking = np.setdiff1d(np.arange(train.kind.count), train.y)
    names = [train.class_names[i] if train.class_names else str(i) for i in lacking[:3]]
    return (f"no training sample is of the class {', '.join(names)}",) if names else ()
