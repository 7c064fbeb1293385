"""Settings exchanged after a run has begun: held against the data the run already has."""

from collections.abc import Sequence
from dataclasses import replace

from tui_nn.data.prepare import Prepared, prepare
from tui_nn.spec.changes import made_at_once, with_values
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.protocol import Changed
from tui_nn.spec.resolve import resolve


def prepared_as(prepared: Prepared, experiment: Experiment, step: int) -> Prepared:
    """The same run with another experiment after `step` steps; InvalidInput where it can't be.

    Before the first step the data may be other data, or split anew; later its parts stay.
    """
    if step:
        return replace(prepared, plan=resolve(experiment, prepared.plan.facts))
    same_data = experiment.data == prepared.plan.experiment.data
    return prepare(experiment, dataset=prepared.dataset if same_data else None)


def with_changes(prepared: Prepared, changes: Sequence[Changed]) -> Prepared:
    """The settings in force after recorded changes, in their order."""
    for group in made_at_once(changes):
        values = [(change.key, change.new) for change in group]
        experiment = with_values(prepared.plan.experiment, values)
        prepared = prepared_as(prepared, experiment, group[0].step)
    return prepared
