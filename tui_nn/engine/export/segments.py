"""A run whose settings were changed while it trained, cut where they were."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from tui_nn.spec.experiment import Experiment, check
from tui_nn.spec.protocol import Changed
from tui_nn.spec.resolve import Plan, resolve

SCREEN_ONLY = ("view", "title", "about", "goal")
"""Keys that change no step of a run whose length is known."""


@dataclass(frozen=True)
class Segment:
    """A change after `step` steps, from one plan to the next."""

    step: int
    before: Plan
    after: Plan


def with_values(experiment: Experiment, values: Iterable[tuple[str, Any]]) -> Experiment:
    """The experiment with recorded values: `train.batch_size` and 8; None takes a key out."""
    table: dict[str, Any] = dict(experiment.table)
    for key, value in values:
        root, _, leaf = key.partition(".")
        if leaf:
            section = {k: v for k, v in dict(table.get(root, {})).items() if k != leaf}
            table[root] = section | ({} if value is None else {leaf: _frozen(value)})
        else:
            table = {k: v for k, v in table.items() if k != root}
            table |= {} if value is None else {root: _frozen(value)}
    return check(table, experiment.name, experiment.place, experiment.folder)


def _frozen(value: Any) -> Any:
    """Lists as the tuples that an experiment's table holds."""
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def segments(plan: Plan, changes: Sequence[Changed]) -> tuple[Segment, ...]:
    """Where the run changed, in order; all of one step together.

    `changes` are those of one branch, in the order they were made, none before the first step.
    Raises InvalidInput where one doesn't fit the experiment.
    """
    found: list[Segment] = []
    for step, together in groupby(changes, key=lambda change: change.step):
        values = [
            (change.key, change.new)
            for change in together
            if change.key.partition(".")[0] not in SCREEN_ONLY
        ]
        if not values:
            continue
        experiment = with_values(plan.experiment, values)
        after = replace(resolve(experiment, plan.facts), notices=())
        found.append(Segment(step, plan, after))
        plan = after
    return tuple(found)
