"""Optimizers of torch over one tensor, and gradients for them."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer

from tests.engine.rules.options import Options

STEPS = 50
SHAPES = [(), (1,), (5,), (3, 4), (4, 3), (2, 3, 3, 2)]


def torchs(name: str, weights: Tensor, given: Options) -> Optimizer:
    make: Callable[..., Optimizer] = getattr(torch.optim, name)
    plain = {} if name in ("Muon", "SparseAdam") else {"foreach": False}
    return make([weights], **given, **plain)


def shapes_of(name: str) -> list[tuple[int, ...]]:
    if name == "Muon":
        return [(3, 4), (4, 3), (1, 5)]
    return SHAPES if name != "SparseAdam" else [(6,), (6, 3), (5, 2, 2)]


def gradients(name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Iterable[Tensor]:
    """Of any size; sparse where the optimizer wants it, rows twice and empty ones among them."""
    for step in range(STEPS):
        dense = torch.randn(shape, dtype=dtype) * 10.0 ** (step % 5 - 2)
        if name == "SparseAdam":
            count = (3, 1, 0, 4)[step % 4]
            rows = torch.randint(0, shape[0], (count,))
            yield torch.sparse_coo_tensor(rows[None], dense[:count], shape)
        else:
            yield dense
