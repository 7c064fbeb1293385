"""Settings exchanged after a run has begun: held against the data the run already has."""

from collections.abc import Sequence
from dataclasses import replace

from tui_nn.data.dataset import Dataset
from tui_nn.data.prepare import Prepared, loaded, prepare
from tui_nn.spec.changes import with_values
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.protocol import Changed
from tui_nn.spec.recorded import made_at_once
from tui_nn.spec.resolve import resolve
from tui_nn.spec.shapes import show


def prepared_as(prepared: Prepared, experiment: Experiment, step: int) -> Prepared:
    """The same run with another experiment after `step` steps; InvalidInput where it can't be.

    Before the first step the data may be any, or split anew. Later its parts stay, drawn with the
    seed of the first step, or other data of the same form takes its place.
    """
    before = prepared.plan
    same_data = experiment.data == before.experiment.data
    if not step:
        return prepare(experiment, dataset=prepared.dataset if same_data else None)
    if same_data:
        return replace(prepared, plan=resolve(experiment, before.facts))
    dataset = loaded(experiment)
    _refuse_another_form(prepared.dataset, dataset, step)
    return prepare(experiment, dataset=dataset, seed=prepared.split.seed)


def _refuse_another_form(old: Dataset, new: Dataset, step: int) -> None:
    """InvalidInput where a network that is trained on one can't go on with the other."""
    forms = [(data.input_shape, data.tokens, data.kind) for data in (old, new)]
    if forms[0] == forms[1]:
        return
    inputs = [f"inputs {show(data.input_shape)}, {data.kind}" for data in (old, new)]
    raise InvalidInput(
        f"has another form than the data of step {step:,}: {inputs[1]}, not {inputs[0]}",
        where="change: data",
        hint="reset first, or start another run",
    )


def with_changes(prepared: Prepared, changes: Sequence[Changed]) -> Prepared:
    """The settings in force after recorded changes, in their order."""
    for group in made_at_once(changes):
        values = [(change.key, change.new) for change in group]
        experiment = with_values(prepared.plan.experiment, values)
        prepared = prepared_as(prepared, experiment, group[0].step)
    return prepared
