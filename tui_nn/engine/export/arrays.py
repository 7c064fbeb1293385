"""Arrays as Python text, and how many numbers stand in a script itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.script.layout import Group, Piece, call, listed

FEW = 64
"""So many numbers stand in the script itself; more go into a file beside it."""


def number(single: Any) -> str:
    """The shortest text that gives the very number; `single` is a numpy scalar."""
    if not isinstance(single, np.floating):
        return str(int(single))
    text = repr(float(str(single)))
    return text if type(single)(float(text)) == single else repr(float(single))


def numbers(array: NDArray[Any]) -> Piece:
    """An array as nested lists."""
    if array.ndim == 0:
        return number(array[()])
    return listed(numbers(part) for part in array)


def tensor(array: NDArray[Any], *more: str) -> Group:
    """`torch.tensor(…)` of an array; float64 is named, float32 and int64 torch guesses."""
    named = ("dtype=torch.float64",) if array.dtype == np.float64 else ()
    named = ("dtype=torch.float32",) if array.dtype == np.float32 and not array.size else named
    return call("torch.tensor", numbers(array), *named, *more)
