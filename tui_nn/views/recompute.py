"""The update of one weight worked out anew from what the optimizer keeps, to be held beside
torch's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np

from tui_nn.spec.catalog.entry import Bound

ROUNDING = 4 * float(np.finfo(np.float32).eps)
"""Of an update's terms: it is worked out in float32 in a handful of operations."""


@dataclass(frozen=True)
class Taken:
    """What an update takes from a weight."""

    step: float
    size: float
    """Of its terms together, by which rounding goes: they may cancel."""
    roundings: int = 1
    """How often the weight itself is rounded on the way."""

    def leads_to(self, before: float, after: float) -> bool:
        """Whether w − step is the weight that torch holds, to the last bit that float32 keeps."""
        if not all(map(isfinite, (before, self.step, after))):
            return False
        last_bit = float(np.spacing(np.float32(max(abs(before), abs(after)))))
        bound = 0.5 * self.roundings * last_bit + ROUNDING * self.size
        return abs(before - self.step - after) <= bound


def taken_by(
    optimizer: Bound, lr: float, w: float, g: float | None, state: Mapping[str, float]
) -> Taken | None:
    """What is taken from `w`, the weight before the update, where the rule is known here.

    `state`: what the optimizer keeps for this weight after the update, by torch's names.
    """
    match optimizer.entry.name:
        case "SGD":
            return _sgd(optimizer, lr, w, g, state)
        case "Adam" | "AdamW":
            return _adam(optimizer, lr, w, state)
    return None


def _sgd(
    optimizer: Bound, lr: float, w: float, g: float | None, state: Mapping[str, float]
) -> Taken | None:
    momentum, kept = optimizer["momentum"], state.get("momentum_buffer")
    if g is None or (momentum and kept is None):
        return None
    terms = [-g if optimizer["maximize"] else g, optimizer["weight_decay"] * w]
    if momentum and kept is not None:
        terms = [*terms, momentum * kept] if optimizer["nesterov"] else [kept]
    return Taken(lr * sum(terms), lr * sum(map(abs, terms)))


def _adam(optimizer: Bound, lr: float, w: float, state: Mapping[str, float]) -> Taken | None:
    names = ("step", "exp_avg", "max_exp_avg_sq" if optimizer["amsgrad"] else "exp_avg_sq")
    if any(name not in state for name in names):
        return None
    count, m, v = (state[name] for name in names)
    if not count >= 1 or not v >= 0:
        return None
    beta1, beta2 = optimizer["betas"]
    divisor = sqrt(v) / sqrt(1 - beta2**count) + optimizer["eps"]
    step = lr / (1 - beta1**count) * m / divisor if divisor else float("nan")
    if optimizer.entry.name == "AdamW" or optimizer["decoupled_weight_decay"]:
        # torch scales w first, by a factor in float32.
        decay = w - w * float(np.float32(1 - lr * optimizer["weight_decay"]))
        return Taken(step + decay, abs(step) + abs(decay), roundings=2)
    return Taken(step, abs(step))
