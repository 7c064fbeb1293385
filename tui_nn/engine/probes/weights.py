"""A tensor of parameters beside its gradient and what the optimizer keeps for it."""

from itertools import accumulate
from typing import Any

import numpy as np
from torch import Tensor
from torch.optim import LBFGS, Optimizer

from tui_nn.engine.probes.numbers import first_rows, gradient_of, pack
from tui_nn.engine.probes.view import View
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Weights, WeightsFrame
from tui_nn.spec.words import near

LBFGS_VECTORS = ("d", "prev_flat_grad")
"""What LBFGS keeps of the length of all parameters in a row: the direction, the gradient before."""


def weights(view: View, probe: Weights) -> WeightsFrame:
    """The first rows of a tensor, as torch holds it."""
    parameter = _parameter(view, probe.tensor)
    optimizer = _optimizer(view, parameter)
    value = first_rows(parameter.detach(), probe.most)
    gradient = gradient_of(parameter)
    before = (view.before or {}).get(probe.tensor) if optimizer else None
    state = {
        name: packed
        for name, kept in _state(optimizer, parameter).items()
        if (packed := _packed(kept, probe.most)) is not None
    }
    return WeightsFrame(
        tensor=probe.tensor,
        shape=tuple(parameter.shape),
        value=pack(value),
        gradient=None if gradient is None else pack(first_rows(gradient, probe.most)),
        before=None if before is None else pack(first_rows(before, probe.most)),
        state=state,
        optimizer=type(optimizer).__name__ if optimizer else "",
        lr=float(optimizer.param_groups[0]["lr"]) if optimizer else None,
        sampled=_of_rows(value, parameter),
    )


def _parameter(view: View, name: str) -> Tensor:
    known = dict(view.network.named_parameters())
    if name not in known:
        some = ", ".join(list(known)[:8]) + (", …" if len(known) > 8 else "")
        raise InvalidInput(
            f"there is no tensor '{name}'", hint=near(name, known) or f"tensors: {some}"
        )
    return known[name]


def _optimizer(view: View, parameter: Tensor) -> Optimizer | None:
    """Who updates the parameter; nobody where it is frozen."""
    for optimizer in view.trainer.optimizers:
        if any(one is parameter for one in optimizer.param_groups[0]["params"]):
            return optimizer
    return None


def _state(optimizer: Optimizer | None, parameter: Tensor) -> dict[str, Any]:
    """What the optimizer keeps for the parameter; nothing before its first step."""
    if optimizer is None:
        return {}
    if not isinstance(optimizer, LBFGS):
        kept: dict[str, Any] = optimizer.state.get(parameter, {})
        return kept
    parameters = optimizer.param_groups[0]["params"]
    common = optimizer.state.get(parameters[0], {})
    ends = accumulate(one.numel() for one in parameters)
    end = next(e for e, one in zip(ends, parameters, strict=True) if one is parameter)
    own = {
        name: common[name][end - parameter.numel() : end].view_as(parameter)
        for name in LBFGS_VECTORS
        if common.get(name) is not None
    }
    numbers = {k: v for k, v in common.items() if isinstance(v, int | float)}
    return own | numbers


def _packed(kept: object, most: int) -> Array | None:
    match kept:
        case Tensor():
            return pack(first_rows(kept.detach(), most))
        case int():
            return Array.of(np.asarray(kept, np.int64))
        case float():
            return Array.of(np.asarray(kept, np.float64))
    return None


def _of_rows(shown: Tensor, whole: Tensor) -> str:
    if shown.numel() == whole.numel():
        return ""
    if shown.ndim == whole.ndim:
        return f"the first {len(shown):,} of {len(whole):,} rows"
    return f"the first {shown.numel():,} of {whole.numel():,} numbers"
