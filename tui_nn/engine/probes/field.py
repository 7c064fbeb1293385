"""What one place of a layer sees of the input picture: its receptive field.

Computed from kernels, strides, paddings and dilations, layer by layer (Araujo, Norris and Sim,
"Computing Receptive Fields of Convolutional Neural Networks", Distill 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from tui_nn.engine.probes.view import View
from tui_nn.spec.catalog.layers.activation import ACTIVATIONS
from tui_nn.spec.catalog.layers.common import sides
from tui_nn.spec.network import Row, walk

POINTWISE = frozenset(entry.name for entry in ACTIVATIONS) | {
    "BatchNorm1d",
    "BatchNorm2d",
    "Dropout",
    "Dropout2d",
    "Identity",
}
"""Layers whose output at a place depends on that place alone."""


@dataclass(frozen=True)
class Side:
    """One dimension: place p sees `size` pixels from `offset + p · stride` on."""

    size: int = 1
    stride: int = 1
    offset: int = 0

    def behind(self, kernel: int, stride: int, padding: int, dilation: int) -> "Side":
        """The same seen through one more window."""
        return Side(
            self.size + (kernel - 1) * dilation * self.stride,
            self.stride * stride,
            self.offset - padding * self.stride,
        )


Field = tuple[Side, ...]


def field_of(view: View, name: str) -> Field:
    """The field of a layer; empty where a place sees all, or no window of the input."""
    facts = view.trainer.plan.facts
    if len(facts.input_shape) < 2 or facts.tokens is not None or view.answers_in_batches:
        return ()
    field: Field | None = (Side(),) * (len(facts.input_shape) - 1)
    return _down_to(name.split("."), view.network, view.trainer.plan.rows, field) or ()


def _down_to(
    path: list[str], layers: nn.Sequential, rows: Sequence[Row], field: Field | None
) -> Field | None:
    """Through the layers before the one at the path, and it."""
    last = int(path[0])
    for module, row in list(zip(layers, rows, strict=True))[:last]:
        field = field and _through(module, row, field)
    module, row = layers[last], rows[last]
    if len(path) == 1:
        return field and _through(module, row, field)
    assert isinstance(module, nn.Sequential)
    return _down_to(path[1:], module, walk(row.layer.inner, row.input_shape), field)


def _through(module: nn.Module, row: Row, field: Field) -> Field | None:
    """The field one layer later; None where that is no window."""
    if isinstance(module, nn.Sequential):
        return _round(module, row, field)
    windows = _windows(module, row, len(field))
    if windows is None or len(row.size.output_shape) != len(field) + 1:
        return None
    return tuple(side.behind(*window) for side, window in zip(field, windows, strict=True))


def _round(module: nn.Sequential, row: Row, field: Field) -> Field | None:
    """x + f(x): what either of them sees."""
    inside = walk(row.layer.inner, row.input_shape)
    other = _down_to([str(len(inside) - 1)], module, inside, field)
    if other is None or [side.stride for side in other] != [side.stride for side in field]:
        return None
    sides_of_both = []
    for a, b in zip(field, other, strict=True):
        first = min(a.offset, b.offset)
        end = max(a.offset + a.size, b.offset + b.size)
        sides_of_both.append(Side(end - first, a.stride, first))
    return tuple(sides_of_both)


def _windows(module: Any, row: Row, dimensions: int) -> list[tuple[int, int, int, int]] | None:
    """Kernel, stride, padding in front and dilation of each dimension."""
    layer = row.layer
    match layer.entry.name:
        case "Conv1d" | "Conv2d":
            if module.padding_mode == "circular":
                return None
            kernel, strides, dilations = module.kernel_size, module.stride, module.dilation
            pads = _in_front(module.padding, kernel, dilations)
        case "MaxPool1d" | "MaxPool2d" | "AvgPool2d":
            kernel = sides(layer["kernel_size"], dimensions)
            strides = kernel if layer["stride"] is None else sides(layer["stride"], dimensions)
            pads = sides(layer["padding"], dimensions)
            dilations = sides(layer.values.get("dilation", 1), dimensions)
        case "AdaptiveAvgPool2d":
            return _adaptive(row)
        case "Softmax" | "LogSoftmax" if layer["dim"] % (dimensions + 2) != 1:
            return None
        case name if name in POINTWISE:
            return [(1, 1, 0, 1)] * dimensions
        case _:
            return None
    return list(zip(kernel, strides, pads, dilations, strict=True))


def _in_front(padding: Any, kernel: Sequence[int], dilations: Sequence[int]) -> tuple[int, ...]:
    """Pixels added before the first; torch adds an odd one of `same` behind the last."""
    if padding == "same":
        pairs = zip(kernel, dilations, strict=True)
        return tuple((side - 1) * dilation // 2 for side, dilation in pairs)
    return (0,) * len(kernel) if padding == "valid" else tuple(padding)


def _adaptive(row: Row) -> list[tuple[int, int, int, int]] | None:
    """Equal windows where the sides can be divided."""
    pairs = list(zip(row.input_shape[1:], row.size.output_shape[1:], strict=True))
    if any(given % wanted for given, wanted in pairs):
        return None
    return [(given // wanted, given // wanted, 0, 1) for given, wanted in pairs]
