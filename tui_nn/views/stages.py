"""A network on pictures as a few stages: each convolution with what bends it, each hidden layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from tui_nn.spec.catalog.layers.activation import ACTIVATIONS
from tui_nn.spec.protocol.frames import Activation
from tui_nn.views.arrays import Floats, floats
from tui_nn.views.calls import name_of
from tui_nn.views.numbers import counted

BEGIN = frozenset({
    "Conv2d", "LazyConv2d", "ConvTranspose2d", "Linear", "LazyLinear", "Residual",
})  # fmt: skip
"""Layers that begin a stage."""
BEND = frozenset(entry.name for entry in ACTIVATIONS)
NEVER_NEGATIVE = frozenset({"Sigmoid", "ReLU", "Softplus", "Heaviside"})
BETWEEN = frozenset({
    "BatchNorm1d", "BatchNorm2d", "LayerNorm", "GroupNorm", "Dropout", "Dropout2d", "Identity",
    "MaxPool2d", "AvgPool2d",
})  # fmt: skip
"""Layers behind which the one that bends may stand."""
FAINTEST = 0.25
"""A map's brightest pixel is at least so bright beside the layer's: noise stays faint."""


@dataclass(frozen=True)
class Stage:
    """What a layer gives for one sample, as pictures."""

    name: str
    """The name of the layer that begins it: `0`."""
    title: str
    """`0 Conv2d ReLU`."""
    short: str
    """`0 Conv2d`."""
    shape: tuple[int, ...]
    """(maps, tall, wide), or (neurons,)."""
    values: Floats | None
    """Of that shape, or its first rows; None before they are known."""
    signed: bool
    """Whether values may be negative."""
    nouns: tuple[str, str] = ("map", "maps")
    """What one of them is, and several."""

    @property
    def flat(self) -> bool:
        return len(self.shape) == 1

    def counts(self, shown: int) -> str:
        """`6 of 8 maps`; `nan in 8 maps`."""
        count, (one, many) = self.shape[0], self.nouns
        if self.broken:
            return f"{self.broken} in {counted(count, one, many)}"
        if self.flat or shown >= count:
            return counted(count, one, many)
        return f"{shown} of {count:,} {many}"

    @property
    def broken(self) -> str:
        """`nan` or `inf`, where a value is; else nothing."""
        if self.values is None or np.isfinite(self.values).all():
            return ""
        return "nan" if np.isnan(self.values).any() else "inf"

    def maps(self) -> Floats:
        """(maps, tall, wide) 0 … 1 or −1 … 1, each by its own largest value."""
        values = np.zeros((0, *self.shape[1:])) if self.values is None else self.values
        return by_largest(values, FAINTEST)

    def strip(self, columns: int) -> Floats:
        """Of neurons: (rows, columns), one pixel each, from left to right; NaN behind the last."""
        values = np.zeros(self.shape) if self.values is None else self.values
        rows = -(-len(values) // columns)
        padded = np.full(rows * columns, np.nan)
        padded[: len(values)] = by_largest(values[None], 1.0)[0]
        return padded.reshape(rows, columns)


def by_largest(values: Floats, faintest: float) -> Floats:
    """Values (n, …) over the largest |value| of each of the n, but at least over so large a share
    of the largest of all; NaN stays.
    """
    sizes = np.abs(np.nan_to_num(values, posinf=0, neginf=0)).reshape(len(values), -1)
    largest = sizes.max(1, initial=0)
    scale = np.maximum(largest, faintest * largest.max(initial=0))
    scale = np.where(scale > 0, scale, 1.0).reshape(-1, *(1 for _ in values.shape[1:]))
    return np.asarray(np.clip(values / scale, -1, 1), np.float64)


def stages(layers: Sequence[Activation], *, known: bool) -> tuple[Stage, ...]:
    """The stages of a network in order, but for the layer that answers; `known`: with values."""
    found: list[Stage] = []
    index = 0
    while index < len(layers):
        kind = name_of(layers[index].call)
        group = [layers[index]]
        index += 1
        if kind not in BEGIN:
            continue
        while index < len(layers) and name_of(layers[index].call) in BETWEEN | BEND:
            group.append(layers[index])
            index += 1
        answers = index == len(layers) and len(layers[-1].shape) == 1
        if not answers and len(group[0].shape) in (1, 3):
            found.append(_stage(group, known=known))
    return tuple(found)


def _stage(group: Sequence[Activation], *, known: bool) -> Stage:
    """From the layer that begins it to the last one that bends."""
    first = group[0]
    bends = [layer for layer in group[1:] if name_of(layer.call) in BEND]
    norms = [layer for layer in group[1:] if "Norm" in name_of(layer.call)]
    last = (bends or norms or [first])[-1]
    short = f"{first.name} {name_of(first.call)}"
    values = floats(last.value) if known else None
    if values is not None and values.ndim != len(last.shape):
        values = None  # a single map was too large to be sent whole
    return Stage(
        name=first.name,
        title=short if last is first else f"{short} {name_of(last.call)}",
        short=short,
        shape=tuple(last.shape),
        values=values,
        signed=name_of(last.call) not in NEVER_NEGATIVE,
        nouns=("neuron", "neurons") if len(last.shape) == 1 else ("map", "maps"),
    )


def as_picture(values: Floats) -> Floats:
    """An input (tall, wide) or (channels, tall, wide) as brightness 0 … 1 of the same shape."""
    low = min(0.0, float(np.nanmin(values, initial=0.0)))
    high = float(np.nanmax(values, initial=0.0))
    span = high - low
    return np.asarray((values - low) / (span if span > 0 and isfinite(span) else 1.0), np.float64)
