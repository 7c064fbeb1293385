"""What outputs say about classes, as the loss reads them."""

from collections.abc import Sequence

import numpy as np

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.targets import Classes, Decision, fit
from tui_nn.views.arrays import Floats
from tui_nn.views.calls import name_of
from tui_nn.views.world import World


def class_count(world: World) -> int:
    """How many classes the samples have; 0 where values are to be predicted."""
    samples = world.samples
    if samples is None or samples.class_counts is None:
        return 0
    return int(samples.class_counts.shape[0])


def class_name(world: World, index: int) -> str:
    """Its name, or its number where it has none."""
    names = world.samples.class_names if world.samples else ()
    return names[index] if index < len(names) else str(index)


def shares(world: World, outputs: Floats) -> Floats:
    """How likely each class is, (classes, …) 0 … 1, from the network's outputs (outputs, …).

    Where the loss reads no likelihood they still say where one class gives way to another.
    """
    loss = name_of(world.setting("loss", ""))
    decision = _decision(world, loss)
    with np.errstate(over="ignore", invalid="ignore"):
        if decision is Decision.ARGMAX:
            if loss == "NLLLoss":
                return np.exp(outputs)
            raised = np.exp(outputs - outputs.max(0, keepdims=True))
            return np.asarray(raised / raised.sum(0, keepdims=True), np.float64)
        if decision is Decision.ABOVE_HALF:
            one = np.clip(outputs[0], 0, 1)
        elif loss in ("BCEWithLogitsLoss", "SoftMarginLoss"):
            one = 1 / (1 + np.exp(-outputs[0]))
        else:
            one = np.clip((outputs[0] + 1) / 2, 0, 1)
    return np.stack([1 - one, one])


def likelihoods(world: World, values: Floats, *, discrete: bool) -> Floats:
    """The same of a map's values (maps, …); with `discrete` they are classes already."""
    if not discrete:
        return shares(world, values)
    count = max(2, class_count(world))
    index = np.arange(count).reshape(count, *(1 for _ in values.shape[1:]))
    return np.asarray(values[0][None] == index, np.float64)


def input_names(world: World, count: int) -> Sequence[str]:
    """`x1`, `x2`, or the columns' own names."""
    names = world.samples.input_names if world.samples else ()
    return names if len(names) == count else [f"x{index + 1}" for index in range(count)]


def row_in_turn(world: World) -> str:
    """`row 2 of 4`, where steps take the rows of a gate one by one in their order; else nothing."""
    samples, started = world.samples, world.started
    is_gate = samples is not None and samples.sample_name == "row"
    if not is_gate or started is None or world.batch_size > 1:
        return ""
    if world.setting("train.shuffle", True):
        return ""
    return f"row {world.place_in_epoch[1] or '·'} of {started.train_count:,}"


def target_name(world: World, index: int) -> str:
    """Of a value to be predicted; `y` where it has none."""
    names = world.samples.target_names if world.samples else ()
    if index < len(names):
        return names[index]
    return "y" if index == 0 and len(names) < 2 else f"y{index + 1}"


def _decision(world: World, loss: str) -> Decision:
    layers = world.started.layers if world.started else ()
    last = name_of(layers[-1].call) if layers else ""
    try:
        return fit(loss, Classes(max(2, class_count(world))), last).decision
    except (InvalidInput, AssertionError):  # an engine may know losses that are not known here
        return Decision.ARGMAX if class_count(world) > 2 else Decision.ABOVE_ZERO
