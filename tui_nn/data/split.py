"""The parts of a dataset for training, validation and test, and the scaling learned from the first.

Validation guides: goals, patience and schedules look at it. Test is seen once, at the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.targets import Classes

# Sets the draw apart from that of a dataset generated with the same seed.
_STREAM = (1,)

Indices = NDArray[np.int64]
Floats = NDArray[np.float64]
Samples = NDArray[Any]
"""float32 or float64, or int64 where they are tokens or classes."""


@dataclass(frozen=True)
class Scaling:
    """What is done to inputs and targets, measured on the training part alone."""

    fill: Floats | None = None
    """Stands for a missing value of each input: their mean (*input shape)."""
    mean: Floats | None = None
    """Of each input (*input shape); None if not standardised."""
    scale: Floats | None = None
    """Deviation of each input, 1 where it is constant."""
    target_mean: Floats | None = None
    """Of each value to be predicted (*target shape); None if they stay as they are."""
    target_scale: Floats | None = None
    """Deviation of each value to be predicted, 1 where it is constant."""

    @property
    def unit(self) -> float:
        """What 1 of a scaled target is in its own units; 1 where several have each their own."""
        scale = self.target_scale
        return float(scale.item()) if scale is not None and scale.size == 1 else 1.0

    def prepare(self, x: Samples) -> Samples:
        """Raw inputs (n, *input shape) as the network gets them; tokens stay as they are."""
        return _scaled(self.filled(x), self.mean, self.scale)

    def filled(self, x: Samples) -> Samples:
        """Raw inputs with nothing missing."""
        return x if self.fill is None else np.where(np.isnan(x), self.fill.astype(x.dtype), x)

    def prepare_target(self, y: Samples) -> Samples:
        """Raw values (n, *target shape) as the loss gets them; classes stay as they are."""
        return _scaled(y, self.target_mean, self.target_scale)

    def own_target(self, y: Samples) -> Samples:
        """Values (n, *target shape) as the loss gets them in their own units again, as float64
        where they were scaled; classes stay as they are.
        """
        if self.target_mean is None or self.target_scale is None:
            return y
        own: Samples = y * self.target_scale + self.target_mean
        return own


def _scaled(values: Samples, mean: Floats | None, scale: Floats | None) -> Samples:
    if mean is not None and scale is not None:
        values = (values - mean) / scale
    return values.astype(np.float32) if values.dtype == np.float64 else values


@dataclass(frozen=True)
class Split:
    """Parts that share no sample and leave none out, each in the dataset's order.

    They are as the network gets them: filled and standardised where the dataset is to be.
    """

    train: Dataset
    val: Dataset | None
    test: Dataset | None
    train_indices: Indices
    """Where the training samples are in the dataset, ascending."""
    val_indices: Indices
    """Where the validation samples are in the dataset, ascending; empty where there are none."""
    test_indices: Indices
    """Likewise for the test part."""
    scaling: Scaling = Scaling()
    seed: int = 0
    """It was drawn with."""


def split(dataset: Dataset, val: float, seed: int, test: float = 0.0) -> Split:
    """Draw round(n · val) samples for validation, round(n · test) for test; train on the others.

    Classes keep their shares in all parts, to the nearest sample. Samples that the data sets
    apart are the validation part or, where a share is asked for that, the test part; shares are
    then of the others.
    Raises InvalidInput (where: train.val or train.test) for a share outside 0 ≤ share < 1, one
    that empties a part, and one of a part that the data brings along.
    """
    rest, val_indices, test_indices = _assigned(dataset, val, seed, test)
    if not len(rest):
        raise InvalidInput("no training sample is left", where="data", hint="add some")
    scaling = _measure(dataset.take(rest))

    def part(indices: Indices) -> Dataset | None:
        return _prepared(scaling, dataset.take(indices)) if len(indices) else None

    train = part(rest)
    assert train is not None
    return Split(
        train, part(val_indices), part(test_indices), rest, val_indices, test_indices, scaling, seed
    )


def _assigned(
    dataset: Dataset, val: float, seed: int, test: float
) -> tuple[Indices, Indices, Indices]:
    """The indices of training, validation and test, each ascending.

    Of one that was edited by hand the parts of what it was before stay, and what was added trains.
    """
    if dataset.edited is None:
        return _drawn(dataset, val, seed, test)
    before, kept = dataset.edited.data, dataset.edited.kept
    now = np.full(len(before.x), -1)
    now[kept] = np.arange(len(kept))
    train, of_val, of_test = (now[part][now[part] >= 0] for part in _drawn(before, val, seed, test))
    added = np.arange(len(kept), len(dataset.x))
    return np.concatenate([train, added]), of_val, of_test


def _drawn(
    dataset: Dataset, val: float, seed: int, test: float
) -> tuple[Indices, Indices, Indices]:
    _check_apart(dataset, val, test)
    n = len(dataset.x) - dataset.apart - dataset.apart_for_test
    val_count = _size(n, val, "train.val")
    test_count = _size(n, test, "train.test")
    if val_count + test_count >= n:
        raise InvalidInput(
            f"{val_count:,} for validation and {test_count:,} for test of {n:,} samples leave none "
            "for training",
            where="train.test" if test else "train.val",
            hint="write a smaller share, as 0.2",
        )
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=_STREAM))
    rest = np.arange(n)
    val_indices = _draw(dataset, rest, val_count, rng)
    rest = np.setdiff1d(rest, val_indices, assume_unique=True)
    test_indices = _draw(dataset, rest, test_count, rng)
    rest = np.setdiff1d(rest, test_indices, assume_unique=True)
    first_for_test = n if val else n + dataset.apart
    val_indices = np.concatenate([val_indices, np.arange(n, first_for_test)])
    test_indices = np.concatenate([test_indices, np.arange(first_for_test, len(dataset.x))])
    return rest, val_indices, test_indices


def _check_apart(dataset: Dataset, val: float, test: float) -> None:
    of_test = dataset.apart_for_test
    if dataset.apart and of_test and val:
        raise InvalidInput(
            f"the data brings its own validation part ({dataset.apart:,} samples)",
            where="train.val",
            hint="take it out",
        )
    if test and (of_test or (dataset.apart and val)):
        raise InvalidInput(
            f"the data brings its own test part ({of_test or dataset.apart:,} samples)",
            where="train.test",
            hint="take it out" if of_test else "take it out, or train.val",
        )


def _size(n: int, share: float, where: str) -> int:
    part = where.removeprefix("train.").replace("val", "validation")
    if not 0 <= share < 1:
        raise InvalidInput(
            f"{share} is not a share of the samples",
            where=where,
            hint="write a number from 0 (none) to below 1, as 0.2",
        )
    total = round(n * share)
    if share and not total:
        raise InvalidInput(
            f"{share} of {n} samples leaves none for {part}",
            where=where,
            hint=f"write a larger share, or 0 for no {part}",
        )
    return total


def _draw(dataset: Dataset, among: Indices, total: int, rng: np.random.Generator) -> Indices:
    """`total` of these samples, ascending; of each class its share."""
    drawn = [rng.permutation(m)[:count] for m, count in _strata(dataset, among, total)]
    return np.sort(np.concatenate(drawn)).astype(np.int64)


def _strata(dataset: Dataset, among: Indices, total: int) -> Iterator[tuple[Indices, int]]:
    """Groups of indices, and how many of each to draw: `total` in all."""
    if not isinstance(dataset.kind, Classes):
        yield among, total
        return
    y = dataset.y[among].astype(np.int64)
    sizes = np.bincount(y, minlength=dataset.kind.count)
    counts, remainders = np.divmod(total * sizes, len(among))
    # Of those with a remainder, a class of which one more would leave none to train on comes last.
    largest_first = np.lexsort((-remainders, counts + 1 >= sizes, remainders == 0))
    counts[largest_first[: total - counts.sum()]] += 1
    for index, count in enumerate(counts):
        yield among[y == index], int(count)


def _measure(train: Dataset) -> Scaling:
    scaling = Scaling()
    if train.missing:
        scaling = replace(scaling, fill=_mean_of_known(train.x))
    if train.standardize:
        mean, scale = _mean_and_scale(scaling.filled(train.x))
        scaling = replace(scaling, mean=mean, scale=scale)
    if train.standardize_target and not isinstance(train.kind, Classes):
        mean, scale = _mean_and_scale(train.y)
        scaling = replace(scaling, target_mean=mean, target_scale=scale)
    return scaling


def _mean_of_known(x: Samples) -> Floats:
    """The mean of each column over what isn't NaN; 0 where all is."""
    known = ~np.isnan(x)
    sums = x.sum(axis=0, dtype=np.float64, where=known)
    mean: Floats = sums / np.maximum(known.sum(axis=0), 1)
    return mean


def _mean_and_scale(values: Samples) -> tuple[Floats, Floats]:
    """Mean and population deviation over the samples, the deviation 1 where it is 0."""
    wide = values.astype(np.float64)
    constant = wide.min(axis=0) == wide.max(axis=0)
    return wide.mean(axis=0), np.where(constant, 1.0, wide.std(axis=0))


def _prepared(scaling: Scaling, part: Dataset) -> Dataset:
    return replace(
        part,
        x=scaling.prepare(part.x),
        y=scaling.prepare_target(part.y),
        missing=0,
        apart=0,
        apart_for_test=0,
        standardize=False,
        standardize_target=False,
    )
