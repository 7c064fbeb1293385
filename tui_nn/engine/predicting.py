"""What a trained network says of new inputs: classes with probabilities, or values."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tui_nn.data.recipe import Recipe
from tui_nn.data.split import Samples
from tui_nn.engine.aside import aside
from tui_nn.engine.evaluation import chunk_size, decide, looks_at_others
from tui_nn.engine.tensors import on_device
from tui_nn.engine.weights import CPU, network_with
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.network import SAME_NUMBERS
from tui_nn.spec.resolve import Plan
from tui_nn.spec.targets import Classes


@dataclass(frozen=True)
class Predictions:
    """The answers for n samples."""

    outputs: NDArray[np.floating]
    """(n, *output shape), as the network gives them."""
    classes: NDArray[np.int64] | None = None
    """(n,): −1 where an output is NaN; None for values."""
    probabilities: NDArray[np.floating] | None = None
    """(n, classes); None where the loss gives none."""
    values: NDArray[np.float64] | None = None
    """(n, *target shape) in their own units; None for classes."""


def trained_network(plan: Plan, checkpoint: Path) -> nn.Sequential:
    """The plan's network with a checkpoint's weights, on the CPU, ready to evaluate.

    InvalidInput for a broken checkpoint, or one of another network.
    """
    torch.set_num_threads(plan.experiment.train.threads or 1)
    try:
        return network_with(plan, checkpoint).eval()
    except InvalidInput as error:
        raise InvalidInput(
            error.message,
            where=error.where,
            hint="name the other with --checkpoint; experiment.toml must be the run's own",
        ) from None


def predict(
    network: nn.Module,
    plan: Plan,
    recipe: Recipe,
    x: Samples,
    progress: Callable[[float], None] = lambda share: None,
) -> Predictions:
    """The answers for raw inputs x (n, *input shape), in evaluation mode.

    `progress` takes the share that is done. Raises InvalidInput where one sample is too few.
    """
    chunk = chunk_size(plan, len(x))
    refuse_a_single_one(plan, len(x))
    scaling, parts = recipe.scaling, []
    with aside(network):
        for start in range(0, len(x), chunk):
            ready = scaling.prepare(x[start : start + chunk])
            parts.append(network(on_device(ready, plan.experiment.train.dtype, CPU)))
            progress(min(1.0, (start + chunk) / len(x)))
        return answers(torch.cat(parts), plan, recipe)


def refuse_a_single_one(plan: Plan, count: int) -> None:
    """InvalidInput for one sample where the network compares it with others."""
    if looks_at_others(plan) and count < 2:
        raise InvalidInput(
            "a BatchNorm without running statistics can't answer for a single sample",
            hint="give several at once",
        )


def answers(outputs: Tensor, plan: Plan, recipe: Recipe) -> Predictions:
    """What outputs (n, …) mean under the plan's loss."""
    raw = outputs.numpy()
    if not isinstance(plan.facts.kind, Classes):
        return Predictions(raw, values=recipe.scaling.own_target(raw.astype(np.float64)))
    classes = decide(outputs, plan.fit.decision).numpy()
    classes[np.isnan(raw).any(axis=1)] = -1
    found = probabilities(outputs, plan)
    return Predictions(raw, classes, None if found is None else found.numpy())


def probabilities(outputs: Tensor, plan: Plan) -> Tensor | None:
    """The probability of each class, (n, classes); None where the loss gives outputs no such sense.

    Softmax under CrossEntropyLoss, exp under NLLLoss; sigmoid under BCEWithLogitsLoss, the output
    itself under BCELoss behind Sigmoid.
    """
    match plan.experiment.loss.entry.name:
        case "CrossEntropyLoss":
            return outputs.softmax(1)
        case "NLLLoss":
            return outputs.exp()
        case "BCEWithLogitsLoss":
            return torch.cat([(-outputs).sigmoid(), outputs.sigmoid()], 1)
        case "BCELoss" if _last_layer(plan) == "Sigmoid":
            return torch.cat([1 - outputs, outputs], 1)
    return None


def _last_layer(plan: Plan) -> str:
    names = [layer.entry.name for layer in plan.experiment.network]
    return next((name for name in reversed(names) if name not in SAME_NUMBERS), "")
