"""What each kind of layer tells of its numbers, and the tensors it tells of."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tui_nn.engine.inside.lines import Column, Field, Floats, Ints, Line, formula
from tui_nn.engine.inside.passing import Passed
from tui_nn.engine.inside.wiring import Node
from tui_nn.spec.protocol.inside import Place

Index = tuple[int, ...]


@dataclass(frozen=True)
class At:
    """A layer in a pass, and a sample of it."""

    passed: Passed
    node: Node
    sample: int = 0

    @property
    def module(self) -> Any:
        return self.node.module

    @cached_property
    def a(self) -> Field:
        """What the layer reads."""
        source = self.node.source
        place = Place(of="output", name=source) if source else Place(of="input")
        return Field("a" if source else "x", self.passed.inputs[self.node.name], place)

    @cached_property
    def y(self) -> Field:
        """What it gives."""
        name = self.node.name
        return Field("y", self.passed.outputs[name], Place(of="output", name=name))

    @cached_property
    def delta(self) -> Field:
        """∂L/∂output."""
        name = self.node.name
        return Field("δ", self.passed.arrives[name], Place(of="output", name=name, gradient=True))

    def parameter(self, own: str, symbol: str) -> Field | None:
        """A parameter of the layer, where it has that."""
        name = f"{self.node.name}.{own}"
        tensor = self.passed.parameters.get(name)
        return None if tensor is None else Field(symbol, tensor, Place(of="parameter", name=name))

    @property
    def weight(self) -> Field:
        found = self.parameter("weight", "w")
        assert found is not None
        return found

    @property
    def bias(self) -> Field | None:
        return self.parameter("bias", "b")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one sample."""
        return tuple(self.a.tensor.shape[1:])

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Of one sample."""
        return tuple(self.y.tensor.shape[1:])


@dataclass(frozen=True)
class Shares:
    """What the samples leave at one number of a parameter: terms in the order of the samples."""

    formula: str
    columns: tuple[Column, ...]
    samples: Ints
    """int64 (terms,): whose each is."""
    divisor: float | None = None
    layout: tuple[int, ...] = ()
    """Of one sample's terms, where each has as many."""
    sizes: Floats | None = None
    """How large the numbers are of whose roundings each term may be off; None: as the term."""

    @property
    def products(self) -> Floats:
        found: Floats = np.prod([column.values for column in self.columns], axis=0)
        return found

    @property
    def scale(self) -> float:
        """Of their sum."""
        sizes = np.abs(self.products) if self.sizes is None else self.sizes
        return float(sizes.sum()) / (self.divisor or 1.0)


class Rule:
    """A kind of layer. Every list of lines ends with the number that was asked for."""

    def output(self, at: At, index: Index) -> list[Line]:
        """How this number of the output came about."""
        raise NotImplementedError

    def passed(self, at: At, index: Index) -> list[Line]:
        """∂L/∂ of this number of the input, by this layer alone."""
        raise NotImplementedError

    def shares(self, at: At, samples: Ints, tensor: str, index: Index) -> Shares:
        """What these samples leave at this number of a parameter: `weight`, `bias`."""
        raise NotImplementedError


def plus_bias(at: At, line: Line, unit: int) -> list[Line]:
    """A weighted sum, and the bias of its unit, where there is one."""
    bias = at.bias
    if bias is None:
        return [line]
    b = bias.one((unit,))
    total = line.total + float(b.values[0])
    scale = line.scale + abs(float(b.values[0]))
    text = f"{line.name} + b"
    whole = formula("output", text, total, line.as_factor(line.name, 0), b, scale=scale)
    return [line, whole]
