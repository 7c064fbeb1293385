"""Small arrays and the ways to read them."""

from typing import Any

import numpy as np

from tests.spec.support import refusal
from tui_nn.data.dataset import Dataset
from tui_nn.data.files.npz import npz

ROWS = np.arange(12.0).reshape(6, 2)
Y = np.array([0, 1, 0, 1, 0, 1])


def read(x: Any = ROWS, y: Any = Y, **options: Any) -> Dataset:
    np.savez("a.npz", x=x, y=y)
    return npz("a.npz", **options)


def refused(x: Any = ROWS, y: Any = Y, **options: Any) -> str:
    return refusal(lambda: read(x, y, **options))
