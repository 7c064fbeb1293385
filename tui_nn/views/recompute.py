"""The update of one weight worked out anew from what the optimizer keeps, to be held beside
torch's.
"""

from collections.abc import Mapping
from math import isfinite, sqrt

import numpy as np

from tui_nn.spec.catalog.entry import Bound

ROUNDING = 8 * float(np.finfo(np.float32).eps)
"""Of a weight and of a step: so many bits are lost on the way in float32."""


def step_of(
    optimizer: Bound, lr: float, w: float, g: float | None, state: Mapping[str, float]
) -> float | None:
    """What is taken from `w`, the weight before the update, where the rule is known here.

    `state`: what the optimizer keeps for this weight after the update, by torch's names.
    """
    match optimizer.entry.name:
        case "SGD":
            return _sgd(optimizer, lr, w, g, state)
        case "Adam" | "AdamW":
            return _adam(optimizer, lr, w, state)
    return None


def equals(before: float, step: float, after: float) -> bool:
    """Whether w − step is the weight that torch holds, but for rounding in float32."""
    if not all(map(isfinite, (before, step, after))):
        return False
    bound = ROUNDING * (max(abs(before), abs(after)) + abs(step)) + 1e-37
    return abs(before - step - after) <= bound


def _sgd(
    optimizer: Bound, lr: float, w: float, g: float | None, state: Mapping[str, float]
) -> float | None:
    momentum, kept = optimizer["momentum"], state.get("momentum_buffer")
    if g is None or (momentum and kept is None):
        return None
    g = (-g if optimizer["maximize"] else g) + optimizer["weight_decay"] * w
    if not momentum or kept is None:
        return lr * g
    return lr * (g + momentum * kept if optimizer["nesterov"] else kept)


def _adam(optimizer: Bound, lr: float, w: float, state: Mapping[str, float]) -> float | None:
    names = ("step", "exp_avg", "max_exp_avg_sq" if optimizer["amsgrad"] else "exp_avg_sq")
    if any(name not in state for name in names):
        return None
    count, m, v = (state[name] for name in names)
    if not count >= 1 or not v >= 0:
        return None
    beta1, beta2 = optimizer["betas"]
    divisor = sqrt(v) / sqrt(1 - beta2**count) + optimizer["eps"]
    step: float = lr / (1 - beta1**count) * m / divisor if divisor else float("nan")
    decoupled = optimizer.entry.name == "AdamW" or optimizer["decoupled_weight_decay"]
    return step + lr * optimizer["weight_decay"] * w if decoupled else step
