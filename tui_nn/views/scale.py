"""A logarithmic scale whose ends are 1, 2 or 5 times a power of ten."""

from dataclasses import dataclass
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray

LEAST_SPAN, MOST_SPAN = 20.0, 1e12
"""The upper end is so many times the lower one: less, and noise would fill the scale."""


@dataclass(frozen=True)
class LogScale:
    """0 … 1 between two values above 0."""

    low: float
    high: float

    def places(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where values lie, 0 … 1; what is smaller, 0 among it, lies at 0; NaN stays NaN."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.log(values / self.low) / np.log(self.high / self.low)
        return np.asarray(np.clip(found, 0, 1), np.float64)

    def value(self, place: float) -> float:
        """What lies there."""
        return float(self.low * (self.high / self.low) ** place)


def scale_of(low: float, high: float) -> LogScale:
    """The narrowest one that holds both."""
    top = rounded(high, up=True)
    bottom = min(low, top / LEAST_SPAN)
    return LogScale(max(rounded(bottom, up=False), top / MOST_SPAN), top)


def rounded(value: float, *, up: bool) -> float:
    """1, 2 or 5 times a power of ten, the nearest one that isn't smaller, or larger."""
    if not isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    steps = (1, 2, 5, 10)
    if up:
        return power * next(step for step in steps if value <= step * power * (1 + 1e-9))
    return power * next(step for step in reversed(steps) if value >= step * power * (1 - 1e-9))
