"""From an experiment to its samples, split, and the plan that fits them."""

from dataclasses import dataclass

from tui_nn.data.dataset import Dataset
from tui_nn.data.load import load
from tui_nn.data.split import Split, split
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.resolve import DataFacts, Plan, resolve


@dataclass(frozen=True)
class Prepared:
    """All that training needs, before anything of torch exists."""

    dataset: Dataset
    split: Split
    plan: Plan


def prepare(experiment: Experiment) -> Prepared:
    """Load and split the data, and hold the experiment against it; InvalidInput names the key."""
    try:
        dataset = load(experiment.data)
    except InvalidInput as error:
        raise error.at(experiment.place("data")) from None
    train = experiment.train
    try:
        parts = split(dataset, train.val, train.seed)
    except InvalidInput as error:
        where = experiment.place("train.val")
        raise InvalidInput(error.message, where=where, hint=error.hint) from None
    facts = DataFacts(
        input_shape=dataset.input_shape,
        kind=dataset.kind,
        train_count=len(parts.train.x),
        val_count=len(parts.val.x) if parts.val else 0,
    )
    return Prepared(dataset, parts, resolve(experiment, facts))
