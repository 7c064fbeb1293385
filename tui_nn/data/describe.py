"""A dataset in a few plain lines."""

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.dataset import Dataset
from tui_nn.data.files.source import show_bytes
from tui_nn.data.split import Split
from tui_nn.spec.targets import Classes

FEW_COLUMNS = 4
FEW_CLASSES = 12
TOLD_BYTES = 10_000_000
"""Data that takes less memory isn't worth the word."""


def describe(dataset: Dataset, split: Split) -> list[str]:
    """Samples, targets, ranges, parts, what is filled and scaled, and source, a line each.

    `dataset` is the whole one, as it was before the split: its ranges are in its own units.
    """
    lines = [_samples(dataset), _targets(dataset)]
    if dataset.tokens is None:
        lines.append(_inputs(dataset))
    lines.append(_parts(split))
    if split.scaling.mean is not None:
        lines.append("standardised: each input has mean 0 and deviation 1 over the training part")
    if split.scaling.target_mean is not None:
        lines.append(_scaled_targets(dataset))
    if dataset.missing:
        values = f"{dataset.missing:,} value{'' if dataset.missing == 1 else 's'}"
        lines.append(f"missing: {values}, each the mean of the training part")
    if dataset.source:
        lines.append(f"source: {dataset.source}")
    return lines


def _scaled_targets(dataset: Dataset) -> str:
    if dataset.y[0].size == 1:
        return "target too: the loss is in its deviations, MAE and RMSE are in its own units"
    return "targets too: loss, MAE and RMSE are in the deviations of each"


def _samples(dataset: Dataset) -> str:
    n = len(dataset.x)
    noun = dataset.sample_name + ("" if n == 1 else "s")
    size = "x".join(map(str, dataset.input_shape))
    if dataset.tokens is not None:
        return f"{n:,} {noun}, each {size} tokens of {dataset.tokens:,}"
    much = dataset.x.nbytes >= TOLD_BYTES
    memory = f", {show_bytes(dataset.x.nbytes)} in memory" if much else ""
    return f"{n:,} {noun}, each {size} input{'' if size == '1' else 's'}{memory}"


def _targets(dataset: Dataset) -> str:
    kind = dataset.kind
    if not isinstance(kind, Classes):
        if len(dataset.target_names) < 2:
            return f"target: {' '.join(dataset.target_names) or kind}, {_range(dataset.y)}"
        columns = zip(dataset.target_names, dataset.y.T, strict=True)
        return f"targets: {', '.join(f'{name} ({_range(column)})' for name, column in columns)}"
    counts = np.bincount(dataset.y.astype(np.int64), minlength=kind.count)
    names = dataset.class_names or tuple(map(str, range(kind.count)))
    words = [f"{name} ({count:,})" for name, count in zip(names, counts, strict=True)]
    if len(words) > FEW_CLASSES:
        words = [*words[:3], "…", words[-1]]
    named = [f"target: {name}," for name in dataset.target_names]
    return f"{' '.join([*named, str(kind)])}: {', '.join(words)}"


def _inputs(dataset: Dataset) -> str:
    names, x = dataset.input_names, dataset.x
    if not names:
        return f"inputs: {_range(x)}"
    if len(names) <= FEW_COLUMNS:
        words = [f"{name} ({_range(column)})" for name, column in zip(names, x.T, strict=True)]
        return f"inputs: {', '.join(words)}"
    widths = np.nan_to_num(np.fmax.reduce(x) - np.fmin.reduce(x))
    least, most = int(widths.argmin()), int(widths.argmax())
    return (
        f"inputs: narrowest {names[least]} ({_range(x[:, least])}),"
        f" widest {names[most]} ({_range(x[:, most])})"
    )


def _parts(split: Split) -> str:
    val = f"val {len(split.val.x):,}" if split.val else "no validation part"
    test = f", test {len(split.test.x):,}" if split.test else ""
    return f"train {len(split.train.x):,}, {val}{test}"


def _range(values: NDArray[np.int64] | NDArray[np.float32]) -> str:
    """Of what isn't missing, with as many digits as tell the ends apart."""
    low, high = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
    if np.isnan(low):
        return "all missing"
    digits = next((n for n in range(4, 17) if f"{low:.{n}g}" != f"{high:.{n}g}"), 4)
    return f"{low:,.{digits}g} to {high:,.{digits}g}"
