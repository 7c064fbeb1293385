"""The learning rate that a schedule is going to give, where it is a plain formula."""

from collections.abc import Callable

import numpy as np

from tui_nn.spec.catalog.entry import Bound
from tui_nn.views.arrays import Floats


def planned(schedule: Bound, lr: float, moves: Floats) -> Floats | None:
    """The rates (n,) after so many moves (n,) of a schedule that starts at `lr`; None where they
    follow from more than the number of moves.
    """
    formula = _FORMULAS.get(schedule.entry.name)
    if formula is None:
        return None
    with np.errstate(over="ignore", under="ignore"):
        return formula(schedule, lr, moves)


def _constant(schedule: Bound, lr: float, k: Floats) -> Floats:
    return lr * np.where(k < schedule["total_iters"], schedule["factor"], 1.0)


def _step(schedule: Bound, lr: float, k: Floats) -> Floats:
    return np.asarray(lr * schedule["gamma"] ** np.floor(k / schedule["step_size"]))


def _multi_step(schedule: Bound, lr: float, k: Floats) -> Floats:
    passed = np.searchsorted(np.array(schedule["milestones"]), k, side="right")
    return np.asarray(lr * schedule["gamma"] ** passed)


def _exponential(schedule: Bound, lr: float, k: Floats) -> Floats:
    return np.asarray(lr * schedule["gamma"] ** k)


def _linear(schedule: Bound, lr: float, k: Floats) -> Floats:
    first, last = schedule["start_factor"], schedule["end_factor"]
    return np.asarray(lr * (first + (last - first) * np.minimum(1, k / schedule["total_iters"])))


def _polynomial(schedule: Bound, lr: float, k: Floats) -> Floats:
    left = 1 - np.minimum(1, k / schedule["total_iters"])
    return np.asarray(lr * left ** schedule["power"])


def _cosine(schedule: Bound, lr: float, k: Floats) -> Floats:
    return _wave(schedule["eta_min"], lr, k / schedule["T_max"])


def _restarts(schedule: Bound, lr: float, k: Floats) -> Floats:
    first, times = schedule["T_0"], schedule["T_mult"]
    if times == 1:
        return _wave(schedule["eta_min"], lr, k % first / first)
    past = np.floor(np.log(k / first * (times - 1) + 1) / np.log(times) + 1e-12)
    began = first * (times**past - 1) / (times - 1)
    return _wave(schedule["eta_min"], lr, (k - began) / (first * times**past))


def _wave(low: float, high: float, turns: Floats) -> Floats:
    """Half a cosine wave from `high` at 0 to `low` at 1."""
    return np.asarray(low + (high - low) * (1 + np.cos(np.pi * turns)) / 2)


_FORMULAS: dict[str, Callable[[Bound, float, Floats], Floats]] = {
    "ConstantLR": _constant,
    "StepLR": _step,
    "MultiStepLR": _multi_step,
    "ExponentialLR": _exponential,
    "LinearLR": _linear,
    "PolynomialLR": _polynomial,
    "CosineAnnealingLR": _cosine,
    "CosineAnnealingWarmRestarts": _restarts,
}
