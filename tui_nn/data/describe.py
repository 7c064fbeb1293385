"""A dataset in a few plain lines."""

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.split import Split
from tui_nn.spec.targets import Classes

FEW_COLUMNS = 4


def describe(dataset: Dataset, split: Split) -> list[str]:
    """Samples, targets, ranges, parts, scaling and source, a line each.

    `dataset` is the whole one, as it was before the split: its ranges are in its own units.
    """
    lines = [_samples(dataset), _targets(dataset), _inputs(dataset), _parts(split)]
    if split.mean is not None:
        lines.append("standardised: each input has mean 0 and deviation 1 over the training part")
    if dataset.source:
        lines.append(f"source: {dataset.source}")
    return lines


def _samples(dataset: Dataset) -> str:
    n = len(dataset.x)
    noun = dataset.sample_name + ("" if n == 1 else "s")
    size = "x".join(map(str, dataset.input_shape))
    return f"{n:,} {noun}, each {size} input{'' if size == '1' else 's'}"


def _targets(dataset: Dataset) -> str:
    kind = dataset.kind
    if not isinstance(kind, Classes):
        return f"target: {kind}, {_range(dataset.y)}"
    counts = np.bincount(dataset.y.astype(np.int64), minlength=kind.count)
    names = dataset.class_names or tuple(map(str, range(kind.count)))
    words = [f"{name} ({count:,})" for name, count in zip(names, counts, strict=True)]
    return f"{kind}: {', '.join(words)}"


def _inputs(dataset: Dataset) -> str:
    names, x = dataset.input_names, dataset.x
    if not names:
        return f"inputs: {_range(x)}"
    if len(names) <= FEW_COLUMNS:
        words = [f"{name} ({_range(column)})" for name, column in zip(names, x.T, strict=True)]
        return f"inputs: {', '.join(words)}"
    widths = np.ptp(x, axis=0)
    least, most = int(widths.argmin()), int(widths.argmax())
    return (
        f"inputs: narrowest {names[least]} ({_range(x[:, least])}),"
        f" widest {names[most]} ({_range(x[:, most])})"
    )


def _parts(split: Split) -> str:
    if split.val is None:
        return f"train {len(split.train.x):,}, no validation part"
    return f"train {len(split.train.x):,}, val {len(split.val.x):,}"


def _range(values: NDArray[np.int64] | NDArray[np.float32]) -> str:
    return f"{values.min():,.4g} to {values.max():,.4g}"
