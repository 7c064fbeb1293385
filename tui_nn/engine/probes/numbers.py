"""What the probes share: lengths, first rows, histograms, and tensors packed for the protocol."""

from collections.abc import Iterable
from math import sqrt

import numpy as np
import torch
from torch import Tensor

from tui_nn.spec.protocol import Array

SENT = (torch.float32, torch.float64, torch.int64)
LARGEST = 2.0**1022
"""Of larger numbers float64 may not hold the range."""


def gradient_of(parameter: Tensor) -> Tensor | None:
    """The gradient torch holds, a sparse one with each row once; None where there is none."""
    gradient = parameter.grad
    if gradient is None:
        return None
    return gradient.detach().coalesce() if gradient.is_sparse else gradient.detach()


def held(tensor: Tensor) -> Tensor:
    """The numbers of a tensor; of a sparse one those of the rows it has."""
    return tensor.values() if tensor.is_sparse else tensor


def square(tensor: Tensor) -> float:
    """Σ v², in float64."""
    length = float(torch.linalg.vector_norm(held(tensor), dtype=torch.float64))
    return length * length


def length(tensors: Iterable[Tensor]) -> float:
    """√ Σ v² over all of them, in float64."""
    return sqrt(sum(map(square, tensors)))


def first_rows(tensor: Tensor, most: int) -> Tensor:
    """As many whole rows as hold at most `most` numbers; of a longer row its first numbers.

    A sparse tensor comes back dense.
    """
    rows = most // max(1, tensor.numel() // len(tensor)) if tensor.ndim else 1
    if tensor.is_sparse:
        tensor = tensor.narrow_copy(0, 0, max(1, min(rows, len(tensor)))).to_dense()
    if tensor.numel() <= most:
        return tensor
    return tensor[:rows] if rows else tensor.flatten()[:most]


def pack(tensor: Tensor) -> Array:
    """A tensor for the protocol, bit for bit where it has a type that is sent, else as float32."""
    tensor = tensor.detach()
    return Array.of((tensor if tensor.dtype in SENT else tensor.float()).cpu().numpy())


def histogram(values: Tensor, bins: int) -> tuple[Array, tuple[float, float]] | None:
    """Counts int64 (bins,) of what is finite and at most `LARGEST`, and the ends; None where
    nothing is.
    """
    wide = values.flatten().double()
    wide = wide[wide.abs() <= LARGEST]
    if not wide.numel():
        return None
    low, high = float(wide.min()), float(wide.max())
    # Equal numbers lie in the middle; and float64 must be able to tell the ends of a bin apart.
    least = bins * float(np.spacing(max(abs(low), abs(high))))
    if low == high:
        low, high = low - max(0.5, least), high + max(0.5, least)
    elif high - low < 2 * least:
        low, high = low - least, high + least
    counts, _ = np.histogram(wide.cpu().numpy(), bins, (low, high))
    return Array.of(counts.astype(np.int64)), (low, high)
