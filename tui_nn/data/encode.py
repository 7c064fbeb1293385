"""Targets in the coding that a loss reads."""

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.spec.targets import Classes, Coding, Fit


def encode(dataset: Dataset, fit: Fit) -> NDArray[np.int64] | NDArray[np.float32]:
    """The targets of n samples in `fit`'s coding.

    INDEX int64 (n,); ZERO_ONE and PLUS_MINUS float32 (n, 1); ONE_HOT float32 (n, classes);
    VALUES float32 (n, *shape). `fit` is the one that `targets.fit` gives for the dataset's kind.
    """
    y, kind = dataset.y, dataset.kind
    if fit.coding is Coding.VALUES:
        return y.astype(np.float32)
    assert isinstance(kind, Classes), (fit.coding, kind)
    indices = y.astype(np.int64)
    match fit.coding:
        case Coding.INDEX:
            return indices
        case Coding.ZERO_ONE:
            return indices[:, None].astype(np.float32)
        case Coding.PLUS_MINUS:
            return (2 * indices[:, None] - 1).astype(np.float32)
        case Coding.ONE_HOT:
            return np.eye(kind.count, dtype=np.float32)[indices]
