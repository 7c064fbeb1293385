"""A training part and a validation part of a dataset, and the scaling learned from the first."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.targets import Classes

# Sets the draw apart from that of a dataset generated with the same seed.
_STREAM = (1,)


@dataclass(frozen=True)
class Split:
    """Two parts that share no sample and leave none out, each in the dataset's order.

    Where the dataset is to be standardised, the inputs of both parts already are, and their
    own `standardize` is False.
    """

    train: Dataset
    val: Dataset | None
    train_indices: NDArray[np.int64]
    """Where the training samples are in the dataset, ascending."""
    val_indices: NDArray[np.int64]
    """Where the validation samples are in the dataset, ascending; empty where there are none."""
    mean: NDArray[np.float64] | None = None
    """Of each input over the training part (*input shape); None if not standardised."""
    scale: NDArray[np.float64] | None = None
    """Deviation of each input over the training part, 1 where it is constant."""

    def prepare(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Raw inputs (n, *input shape) as the network gets them."""
        if self.mean is None or self.scale is None:
            return x
        return ((x - self.mean) / self.scale).astype(np.float32)


def split(dataset: Dataset, val: float, seed: int) -> Split:
    """Draw round(n · val) samples for validation, leave the others for training.

    Classes keep their shares in both parts, to the nearest sample. If the dataset says so, inputs
    are standardised by mean and population deviation of the training part.
    Raises InvalidInput for a share outside 0 ≤ val < 1 or one that empties a part.
    """
    n = len(dataset.x)
    total = _validation_size(n, val)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=_STREAM))
    chosen = np.zeros(n, np.bool_)
    for members, count in _strata(dataset, total):
        chosen[rng.permutation(members)[:count]] = True
    train_indices, val_indices = np.flatnonzero(~chosen), np.flatnonzero(chosen)
    parts = Split(
        train=dataset.take(train_indices),
        val=dataset.take(val_indices) if total else None,
        train_indices=train_indices,
        val_indices=val_indices,
    )
    return _standardize(parts) if dataset.standardize else parts


def _validation_size(n: int, val: float) -> int:
    if not 0 <= val < 1:
        raise InvalidInput(
            f"{val} is not a share of the samples",
            where="train.val",
            hint="write a number from 0 (none) to below 1, as 0.2",
        )
    total = round(n * val)
    if val and not total:
        raise InvalidInput(
            f"{val} of {n} samples leaves none for validation",
            where="train.val",
            hint="write a larger share, or 0 for no validation",
        )
    if total == n:
        raise InvalidInput(
            f"{val} of {n} samples leaves none for training",
            where="train.val",
            hint="write a smaller share, as 0.2",
        )
    return total


def _strata(dataset: Dataset, total: int) -> list[tuple[NDArray[np.int64], int]]:
    """Groups of indices, and how many of each to draw: `total` in all."""
    n = len(dataset.x)
    if not isinstance(dataset.kind, Classes):
        return [(np.arange(n), total)]
    sizes = np.bincount(dataset.y.astype(np.int64), minlength=dataset.kind.count)
    counts, remainders = np.divmod(total * sizes, n)
    largest_first = np.argsort(-remainders, kind="stable")
    counts[largest_first[: total - counts.sum()]] += 1
    return [(np.flatnonzero(dataset.y == index), int(count)) for index, count in enumerate(counts)]


def _standardize(parts: Split) -> Split:
    x = parts.train.x.astype(np.float64)
    constant = parts.train.x.min(axis=0) == parts.train.x.max(axis=0)
    measured = replace(parts, mean=x.mean(axis=0), scale=np.where(constant, 1.0, x.std(axis=0)))
    return replace(
        measured,
        train=_prepared(measured, parts.train),
        val=parts.val and _prepared(measured, parts.val),
    )


def _prepared(parts: Split, part: Dataset) -> Dataset:
    return replace(part, x=parts.prepare(part.x), standardize=False)
