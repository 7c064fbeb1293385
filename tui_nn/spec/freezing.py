"""Frozen layers: their parameters stay as they are and belong to no optimizer."""

from collections.abc import Iterator, Sequence

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.network import Row, inner, tensors


def frozen_tensors(experiment: Experiment, rows: Sequence[Row]) -> frozenset[str]:
    """The names of the parameters that don't train: `0.weight`.

    Raises InvalidInput for a layer that isn't there or has none, and where nothing is left.
    """
    freeze, where = experiment.train.freeze, experiment.place("train.freeze")
    able = [index for index, row in enumerate(rows) if row.size.tensors]
    for index in freeze:
        if index not in able:
            raise InvalidInput(
                f"there is no layer {index}"
                if index >= len(rows)
                else f"layer {index}, {rows[index].layer.call}, has no parameters to freeze",
                where=where,
                hint=f"layers with parameters: {', '.join(map(str, able))}" if able else "write []",
            )
    if freeze and set(able) == set(freeze):
        raise InvalidInput(
            "freezes every layer that has parameters: nothing is left to train",
            where=where,
            hint=f"leave out {able[-1]}" if len(able) > 1 else "write []",
        )
    names = (tensor.name for tensor in tensors(rows))
    return frozenset(name for name in names if int(name.partition(".")[0]) in freeze)


def freezing_notices(experiment: Experiment, rows: Sequence[Row]) -> Iterator[str]:
    """What a person should know of frozen layers, though nothing is wrong."""
    for index in experiment.train.freeze:
        for part in inner(rows[index : index + 1]):
            if part.layer.values.get("track_running_stats"):
                yield (
                    f"layer {index} is frozen, but the running mean and variance of "
                    f"{part.layer.entry.name} go on following the batches, as in torch"
                )
