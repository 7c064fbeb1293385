"""The learning rate that a schedule is going to give, where it is a plain formula."""

from collections.abc import Callable

import numpy as np

from tui_nn.spec.catalog.entry import Bound
from tui_nn.views.arrays import Floats


def is_in_proportion(schedule: Bound) -> bool:
    """Whether its rates go with the optimizer's lr, or never look at it: whoever gives another lr
    on the way scales what is to come, or nothing.
    """
    parts = schedule.inner or (schedule,)
    has_own_rates = any("max_lr" in part.values for part in parts)
    return not any(part.values.get("eta_min") for part in parts) and (
        len(parts) == 1 or not has_own_rates
    )


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


def _cyclic(schedule: Bound, lr: float, k: Floats) -> Floats:
    low, up = schedule["base_lr"], schedule["step_size_up"]
    down = schedule["step_size_down"] or up
    cycle, within = np.divmod(k, up + down)
    height = np.where(within <= up, within / up, (up + down - within) / down)
    scales = {"triangular2": 0.5**cycle, "exp_range": schedule["gamma"] ** k}
    return np.asarray(low + (schedule["max_lr"] - low) * height * scales.get(schedule["mode"], 1.0))


def _first_of_cycle(schedule: Bound) -> float:
    return float(schedule["max_lr"] / schedule["div_factor"])


def _one_cycle(schedule: Bound, lr: float, k: Floats) -> Floats | None:
    """Up to the top, and down in one way or, with three phases, in two."""
    total = schedule["total_steps"] or (schedule["epochs"] or 0) * (
        schedule["steps_per_epoch"] or 0
    )
    if not total:
        return None
    first, top = _first_of_cycle(schedule), schedule["max_lr"]
    climb = schedule["pct_start"] * total
    ends, rates = [climb - 1, total - 1], [first, top, first / schedule["final_div_factor"]]
    if schedule["three_phase"]:
        ends[1:1], rates[2:2] = [2 * climb - 2], [first]
    found = np.zeros(len(k))
    since, is_left = 0.0, np.ones(len(k), bool)
    for index, end in enumerate(ends):
        here = is_left & ((k <= end) | (index == len(ends) - 1))
        length = end - since or np.nan  # torch divides by it: there is no rate where it is 0
        share = (k[here] - since) / length
        if schedule["anneal_strategy"] == "cos":
            found[here] = _wave(rates[index + 1], rates[index], share)
        else:
            found[here] = rates[index] + (rates[index + 1] - rates[index]) * share
        since, is_left = end, is_left & ~here
    return found


def _sequential(schedule: Bound, lr: float, k: Floats) -> Floats | None:
    """Each from its own beginning. torch keeps one start for all of them: a CyclicLR that is the
    first sets it, a OneCycleLR for itself, those behind it and the one that leads first.
    """
    parts = schedule.inner
    names = [part.entry.name for part in parts]
    base = parts[0]["base_lr"] if names[0] == "CyclicLR" else lr
    bases = [base] * len(parts)
    if "OneCycleLR" in names:
        if names[0].startswith("CosineAnnealing"):
            return None  # of both starts
        place = names.index("OneCycleLR")
        first = _first_of_cycle(parts[place])
        bases = [
            first if index in (0, *range(place, len(parts))) else base
            for index in range(len(parts))
        ]
    starts = [0, *schedule["milestones"]]
    leads = np.searchsorted(starts, k, side="right") - 1
    found = np.zeros(len(k))
    for index, part in enumerate(parts):
        here = leads == index
        rates = planned(part, bases[index], k[here] - starts[index])
        if rates is None:
            return None
        found[here] = rates
    return found


def _chained(schedule: Bound, lr: float, k: Floats) -> Floats | None:
    """The product of their factors; None where one sets rates without looking at the others."""
    if any(part.entry.name not in _FACTORS for part in schedule.inner):
        return None
    return np.asarray(lr * np.prod([_FACTORS[p.entry.name](p, 1.0, k) for p in schedule.inner], 0))


_Formula = Callable[[Bound, float, Floats], Floats]
_FACTORS: dict[str, _Formula] = {
    "ConstantLR": _constant,
    "StepLR": _step,
    "MultiStepLR": _multi_step,
    "ExponentialLR": _exponential,
    "LinearLR": _linear,
    "PolynomialLR": _polynomial,
}
"""They multiply the rate that they find."""
_FORMULAS: dict[str, Callable[[Bound, float, Floats], Floats | None]] = {
    **_FACTORS,
    "CosineAnnealingLR": _cosine,
    "CosineAnnealingWarmRestarts": _restarts,
    "CyclicLR": _cyclic,
    "OneCycleLR": _one_cycle,
    "SequentialLR": _sequential,
    "ChainedScheduler": _chained,
}
