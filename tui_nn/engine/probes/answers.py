"""Outputs as a person reads them: classes, values in their own units, own losses."""

from copy import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tui_nn.data.split import Scaling
from tui_nn.engine.evaluation import Part, decide
from tui_nn.engine.modules import HalfSquaredError
from tui_nn.engine.probes.view import View
from tui_nn.spec.targets import Classes

FEW_VALUES = 8
"""So many values are written out."""


def own_losses(loss: nn.Module, output: Tensor, target: Tensor) -> Tensor:
    """The loss of each sample alone (n,), as torch gives it for a batch of that one.

    0 where the sample does not count: its class has weight 0 or is left out.
    """
    if isinstance(loss, HalfSquaredError):
        return 0.5 * (output - target).square().flatten(1).sum(1)
    single: Any = copy(loss)
    single.reduction = "none"
    values: Tensor = single(output, target).reshape(len(output), -1).mean(1)
    if isinstance(loss, nn.CrossEntropyLoss | nn.NLLLoss) and loss.weight is not None:
        # torch divides the mean over a batch by the weights of its classes: here by one weight.
        counted = target != loss.ignore_index
        weight = loss.weight[target.where(counted, 0)]
        values = torch.where(counted & (weight > 0), values / weight, 0.0)
    return values


def answers(part: Part, output: Tensor, scaling: Scaling) -> NDArray[Any]:
    """The answers for n samples: classes int64 (n,), values float32 (n, size) in own units."""
    if isinstance(part.kind, Classes):
        return decide(output, part.decision).cpu().numpy()
    return own_units(output, scaling)


def truths(part: Part, labels: Tensor, scaling: Scaling) -> NDArray[Any]:
    """Likewise for the labels of n samples."""
    return labels.cpu().numpy() if isinstance(part.kind, Classes) else own_units(labels, scaling)


def own_units(values: Tensor, scaling: Scaling) -> NDArray[np.float32]:
    """Values to be predicted (n, …), as the loss reads them, in their own units: (n, size)."""
    own = scaling.own_target(values.double().cpu().numpy())
    return own.reshape(len(own), -1).astype(np.float32)


def in_words(view: View, answer: NDArray[Any]) -> str:
    """One answer: a class's name, or its values."""
    if answer.ndim == 0:
        return class_name(view, int(answer))
    numbers = ", ".join(f"{value:.6g}" for value in answer[:FEW_VALUES])
    return f"{numbers}, …" if len(answer) > FEW_VALUES else numbers


def class_name(view: View, index: int) -> str:
    """A class's name, its number where it has none."""
    names = view.split.train.class_names
    return names[index] if names else str(index)
