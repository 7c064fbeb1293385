"""Arrays of frames as numpy's; of one that stays, as samples do, only once."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.protocol import Array

Floats = NDArray[np.float64]


def floats(array: Array) -> Floats:
    """Unpacked, as float64."""
    return np.asarray(array.numpy(), np.float64)


@lru_cache(maxsize=16)
def kept(array: Array) -> Floats:
    """The same, not to be written into."""
    return floats(array)
