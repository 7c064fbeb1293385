"""Samples put in order so that every batch starts where a tensor of its own would start.

torch begins each tensor at a multiple of 64 bytes. Matrix products round differently at other
places in memory, so a batch in the middle of a row of batches would give other last bits than the
same batch from a DataLoader.
"""

from math import gcd

import torch
from torch import Tensor

ALIGNMENT = 64
"""Bytes."""


def rows_between(x: Tensor, batch_size: int) -> int:
    """Rows from one batch to the next: at least `batch_size`, and a multiple of 64 bytes."""
    row = max(1, x[:1].nbytes)
    step = ALIGNMENT // gcd(ALIGNMENT, row)
    return -(-batch_size // step) * step


def gathered_bytes(x: Tensor, batch_size: int) -> int:
    """What `gather` takes for all samples."""
    return -(-len(x) // batch_size) * rows_between(x, batch_size) * x[:1].nbytes


def gather(x: Tensor, order: Tensor, batch_size: int) -> list[Tensor]:
    """The samples `x` (n, …) in this order, in batches that are views of one tensor."""
    rows = rows_between(x, batch_size)
    if rows == batch_size or len(order) <= batch_size:
        return list(x.index_select(0, order).split(batch_size))
    count = -(-len(order) // batch_size)
    padded = torch.zeros(count, rows, dtype=torch.int64, device=order.device)
    whole = len(order) // batch_size
    padded[:whole, :batch_size] = order[: whole * batch_size].view(whole, batch_size)
    rest = len(order) - whole * batch_size
    if rest:
        padded[whole, :rest] = order[whole * batch_size :]
    batches = x.index_select(0, padded.flatten()).unflatten(0, (count, rows))[:, :batch_size]
    views = list(batches.unbind())
    if rest:
        views[-1] = views[-1][:rest]
    return views
