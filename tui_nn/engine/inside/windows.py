"""Windows that slide over rows and pictures: which numbers each one sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tui_nn.engine.inside.lines import Ints, grid


@dataclass(frozen=True)
class Side:
    """Along one dimension: where in the input each place of the output looks."""

    seen: Ints
    """(places, kernel): indices of the input; −1 is padding."""

    @property
    def places(self) -> int:
        return len(self.seen)

    @property
    def kernel(self) -> int:
        return len(self.seen[0]) if len(self.seen) else 0

    def looking_at(self, number: int) -> Ints:
        """(n, 2): every place that sees this number of the input, and by which of its kernel."""
        return np.argwhere(self.seen == number).astype(np.int64)


def sides_of(module: Any, input_shape: Sequence[int], output_shape: Sequence[int]) -> list[Side]:
    """The dimensions of a convolution or pooling layer; shapes with their channels first."""
    places, dimensions = output_shape[1:], len(input_shape) - 1
    kernel = several(module.kernel_size, dimensions)
    strides = several(module.stride, dimensions)
    dilations = several(getattr(module, "dilation", 1), dimensions)
    pads = _pads(module, dimensions)
    mode = getattr(module, "padding_mode", "zeros")
    return [
        Side(_seen(size, count, k, stride, pad, dilation, mode))
        for size, count, k, stride, pad, dilation in zip(
            input_shape[1:], places, kernel, strides, pads, dilations, strict=True
        )
    ]


def transposed_sides(
    module: Any, input_shape: Sequence[int], output_shape: Sequence[int]
) -> list[Side]:
    """Of a transposed convolution, for which input and output change places."""
    return [
        Side(_seen(size, count, k, stride, pad, dilation, "zeros"))
        for size, count, k, stride, pad, dilation in zip(
            output_shape[1:], input_shape[1:], module.kernel_size, module.stride, module.padding,
            module.dilation, strict=True,
        )
    ]  # fmt: skip


def several(value: Any, dimensions: int) -> tuple[int, ...]:
    """One number for each dimension."""
    return tuple(value) if isinstance(value, tuple | list) else (value,) * dimensions


def patch(sides: Sequence[Side], place: Sequence[int]) -> Ints:
    """(kernel numbers, dimensions): what the window at this place sees; −1 is padding."""
    seen = grid(*[side.seen[at] for side, at in zip(sides, place, strict=True)])
    return np.where((seen < 0).any(axis=1, keepdims=True), -1, seen)


def seen_by(sides: Sequence[Side], kernel: Sequence[int]) -> Ints:
    """(places, dimensions): what this number of the kernel sees, place by place."""
    seen = grid(*[side.seen[:, at] for side, at in zip(sides, kernel, strict=True)])
    return np.where((seen < 0).any(axis=1, keepdims=True), -1, seen)


def looking_at(sides: Sequence[Side], place: Sequence[int]) -> tuple[Ints, Ints]:
    """Every window that sees this place of the input, and by which number of the kernel: (n, d)."""
    found = [side.looking_at(at) for side, at in zip(sides, place, strict=True)]
    chosen = grid(*[len(pairs) for pairs in found])
    pairs = [some[chosen[:, at]] for at, some in enumerate(found)]
    windows = np.stack([pair[:, 0] for pair in pairs], axis=1)
    kernels = np.stack([pair[:, 1] for pair in pairs], axis=1)
    return windows, kernels


def _pads(module: Any, dimensions: int) -> tuple[int, ...]:
    """What is added before the first number."""
    reversed_pads = getattr(module, "_reversed_padding_repeated_twice", None)
    if reversed_pads is not None:  # of the last dimension first, before and behind
        return tuple(reversed_pads[2 * (dimensions - 1 - at)] for at in range(dimensions))
    return several(module.padding, dimensions)


def _seen(
    size: int, places: int, kernel: int, stride: int, pad: int, dilation: int, mode: str
) -> Ints:
    at = np.arange(places)[:, None] * stride + np.arange(kernel) * dilation - pad
    match mode:
        case "reflect":
            at = np.where(np.abs(at) >= size, 2 * (size - 1) - np.abs(at), np.abs(at))
        case "replicate":
            at = np.clip(at, 0, size - 1)
        case "circular":
            at = np.mod(at, size)
        case _:
            at = np.where((at < 0) | (at >= size), -1, at)
    return at.astype(np.int64)


def all_places(sides: Sequence[Side]) -> Ints:
    """(places, dimensions): every window."""
    return grid(*[side.places for side in sides])
