"""`optimizer.step(closure)` without what torch wraps round it.

The wrappers profile, call hooks, and load torch's compiler, whose import is a second and 70 MB that
training never uses. What they wrap is the optimizer's own step: the same operations, the same bits.
"""

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

Closure = Callable[[], Tensor]

# torch loads its compiler to keep it out of these methods, unless the wrapped function was cached
# before. Nothing here is compiled: the function itself is its cache.
_KEPT_FROM_COMPILER = ("add_param_group", "load_state_dict", "state_dict", "zero_grad")


def skip_compiler() -> None:
    """Let optimizers be built and restored without loading torch's compiler."""
    for name in _KEPT_FROM_COMPILER:
        raw = getattr(getattr(Optimizer, name), "__wrapped__", None)
        if raw is not None and not hasattr(raw, "__dynamo_disable"):
            setattr(raw, "__dynamo_disable", raw)


def bare_step(optimizer: Optimizer) -> Callable[..., Any]:
    """The step of this kind of optimizer: `bare_step(o)(o, closure)` under `torch.no_grad()`.

    It turns gradients on for the closure and returns what the closure returns.
    """
    raw: Callable[..., Any] = inspect.unwrap(type(optimizer).step)
    return raw


def step(optimizer: Optimizer, closure: Closure | None = None) -> Tensor:
    """`optimizer.step(closure)`; the closure's loss."""
    with torch.no_grad():
        loss: Tensor = bare_step(optimizer)(optimizer, closure)
    mark_stepped(optimizer)
    return loss


def mark_stepped(optimizer: Optimizer) -> None:
    """Leave the mark by which schedules see that a step came before them."""
    optimizer._opt_called = True  # type: ignore[attr-defined]
