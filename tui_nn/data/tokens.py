"""Inputs that are tokens: whole numbers that stand for themselves, as an Embedding reads them."""

import numpy as np

from tui_nn.data.dataset import Dataset
from tui_nn.spec.targets import Classes


def modular_addition(p: int = 23) -> Dataset:
    """All p² pairs (a, b) of 0 … p − 1: x (p², 2) tokens, y = (a + b) mod p.

    The pairs are in the order (0, 0), (0, 1) … (p − 1, p − 1). A network that has seen part of them
    may know those by heart long before it adds. A. Power et al., "Grokking: Generalization beyond
    overfitting on small algorithmic datasets", 2022 (there p = 97, and division first of all).
    """
    pairs = np.stack(np.divmod(np.arange(p * p), p), axis=1).astype(np.int64)
    return Dataset(
        x=pairs,
        y=pairs.sum(axis=1) % p,
        kind=Classes(p),
        input_names=("a", "b"),
        class_names=tuple(map(str, range(p))),
        sample_name="pair",
        source="Grokking, A. Power et al., 2022",
        tokens=p,
    )
