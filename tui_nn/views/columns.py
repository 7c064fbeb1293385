"""Columns of numbers in a data set's own units: decimals as the data has them, points aligned."""

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np

from tui_nn.spec.protocol import Array
from tui_nn.views.arrays import floats
from tui_nn.views.numbers import plain

MOST_DECIMALS = 4
NEARLY_ALL = 0.9
"""Of the values; others may be means, in place of missing ones."""


@dataclass(frozen=True)
class Format:
    """How the numbers of a column are written."""

    whole: int
    """Cells before the point, a minus included."""
    decimals: int

    @property
    def width(self) -> int:
        return self.whole + (1 + self.decimals if self.decimals else 0)

    def written(self, value: float) -> str:
        """In so many cells, right-aligned; longer where it doesn't fit."""
        if not isfinite(value):
            return plain(value).rjust(self.width)
        text = f"{value:.{self.decimals}f}"
        if float(text) == 0:
            text = text.lstrip("-")
        if len(text) > self.width + 2:
            text = f"{value:.1e}"
        return text.rjust(self.width)


@lru_cache(maxsize=8)
def formats(values: Array) -> tuple[Format, ...]:
    """Of each column of samples (n, …), flat."""
    table = floats(values)
    return tuple(format_of(column) for column in table.reshape(len(table), -1).T)


def format_of(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> Format:
    """The fewest decimals that tell nearly all these values, as float32 holds them."""
    values = values[np.isfinite(values)]
    if not len(values):
        return Format(1, 0)
    largest = float(np.abs(values).max(initial=0))
    close = 1e-5 * max(1.0, largest)
    told = (np.abs(values - values.round(d)) < close for d in range(MOST_DECIMALS))
    decimals = next((d for d, one in enumerate(told) if one.mean() >= NEARLY_ALL), MOST_DECIMALS)
    decimals = max(0, min(decimals, MOST_DECIMALS - len(str(int(largest))) + 1))
    whole = len(str(int(largest))) + bool(values.min(initial=0) < 0)
    return Format(whole, decimals)


def padded(text: str, form: Format, decimals: int) -> str:
    """A number of a column beside others of up to so many decimals: points below each other."""
    more = (decimals - form.decimals) + (1 if decimals and not form.decimals else 0)
    return text + " " * more
