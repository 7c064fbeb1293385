"""Lines of arithmetic: columns of factors, their products, and what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf, isfinite, sqrt
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_nn.spec.protocol import Array, split_nonfinite
from tui_nn.spec.protocol.inside import Factor, Operation, Order, Place
from tui_nn.spec.protocol.inside import Line as Told

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAR = 4.0
"""Roundings of torch's precision, each of the size of the terms, that any line may differ by; and
as many more as the root of the number of its terms."""


@dataclass(frozen=True)
class Column:
    """A factor of each term, or one number of a formula."""

    name: str
    values: Floats
    place: Place | None = None
    index: Ints | None = None
    samples: Ints | None = None
    line: int | None = None

    def tell(self, chosen: Ints) -> Factor:
        """Those of some terms."""
        return Factor(
            name=self.name,
            values=Array.of(self.values[chosen]),
            place=self.place,
            index=None if self.index is None else Array.of(self.index[chosen]),
            samples=None if self.samples is None else Array.of(self.samples[chosen]),
            line=self.line,
        )


@dataclass(frozen=True)
class Line:
    """One step of the arithmetic."""

    name: str
    formula: str
    operation: Operation
    columns: tuple[Column, ...]
    total: float
    scale: float
    """How large the numbers are of whose roundings the total may be off."""
    products: Floats = field(default_factory=lambda: np.empty(0))
    layout: tuple[int, ...] = ()
    divisor: float | None = None
    added: int = 0
    """How many numbers torch adds up for it; 0: as many as there are terms."""

    def as_factor(self, name: str, line: int) -> Column:
        """The total, as a number in a later line; it stands in line `line`."""
        return Column(name, np.array([self.total]), line=line)

    @property
    def most(self) -> float:
        """How far its total may be from the same in another order, in roundings of 1."""
        return (NEAR + sqrt(max(16, self.added or len(self.products)))) * self.scale

    def tell(
        self, most: int, start: int, order: Order, held: Tensor | None = None,
        epsilon: float = 0.0,
    ) -> Told:  # fmt: skip
        """For the protocol: a window of its terms, and the total beside what torch holds."""
        shown = self._window(most, start, order)
        numbers = {"total": self.total}
        ulp, agrees = None, None
        if held is not None:
            numbers["held"] = float(held)
            ulp, agrees = distance(self.total, held), self.is_near(float(held), epsilon)
        finite, words = split_nonfinite(numbers)
        is_formula = self.operation == "formula"
        return Told(
            name=self.name,
            formula=self.formula,
            operation=self.operation,
            factors=tuple(
                column.tell(np.zeros(1, np.int64) if is_formula else shown)
                for column in self.columns
            ),
            terms=Array.of(self.products[shown]),
            numbers=Array.of(shown),
            count=len(self.products),
            layout=self.layout,
            divisor=self.divisor,
            total=finite["total"],
            held=finite.get("held"),
            ulp=ulp,
            agrees=agrees,
            nonfinite=words,
        )

    def is_near(self, held: float, epsilon: float) -> bool:
        """Whether the total is as near as roundings of this precision let it be."""
        if not (isfinite(self.total) and isfinite(held)):
            return repr(self.total) == repr(held)
        return abs(self.total - held) <= epsilon * self.most

    def _window(self, most: int, start: int, order: Order) -> Ints:
        count = len(self.products)
        if order == "given":
            return np.arange(min(start, count), min(start + most, count), dtype=np.int64)
        size = np.abs(np.nan_to_num(self.products, nan=inf))
        ranked = np.argsort(-size, kind="stable")
        return ranked[start : start + most].astype(np.int64)


def distance(total: float, held: Tensor) -> float | None:
    """How many units in the last place of torch's precision lie between two numbers."""
    value = held.detach().cpu().numpy()
    if not (isfinite(total) and isfinite(float(value))):
        return None
    with np.errstate(over="ignore"):
        larger = np.maximum(np.abs(value), np.abs(value.dtype.type(total)))
        step = float(np.spacing(larger))
    return abs(total - float(value)) / step if isfinite(step) else None


def numbers(tensor: Tensor) -> Floats:
    """A tensor's numbers, exactly."""
    found: Floats = tensor.detach().double().cpu().numpy()
    return found


@dataclass(frozen=True)
class Field:
    """A tensor of the pass, what it is called in formulas, and where its numbers stand."""

    name: str
    tensor: Tensor
    place: Place
    """Of all its numbers: without index and sample."""

    def of(self, sample: int, index: Ints) -> Column:
        """The numbers of one sample at `index` (n, dimensions); 0 in a row with −1, a padding."""
        return Column(
            self.name,
            self._at(self.tensor[sample], index),
            replace_place(self.place, sample=sample),
            index,
        )

    def across(self, samples: Ints, index: Ints) -> Column:
        """The numbers of these samples (n,) at `index` (n, dimensions); 0 where that has −1."""
        full = np.concatenate([samples[:, None], index], axis=1)
        return Column(self.name, self._at(self.tensor, full), self.place, index, samples)

    def shared(self, index: Ints) -> Column:
        """The numbers of a parameter at `index` (n, dimensions)."""
        return Column(self.name, self._at(self.tensor, index), self.place, index)

    def one(self, index: Sequence[int], sample: int | None = None) -> Column:
        """One number."""
        of = self.tensor if sample is None else self.tensor[sample]
        place = replace_place(self.place, index=tuple(index), sample=sample)
        return Column(self.name, numbers(of[tuple(index)]).reshape(1), place)

    def named(self, name: str) -> "Field":
        """The same under another name."""
        return replace(self, name=name)

    def _at(self, tensor: Tensor, index: Ints) -> Floats:
        if not len(index):
            return np.empty(0)
        padding = np.any(index < 0, axis=1)
        inside = np.where(padding.reshape(-1, 1), 0, index)
        places = torch.from_numpy(inside).to(tensor.device)
        values = numbers(tensor[tuple(places.unbind(1))])
        return np.where(padding, 0.0, values) if np.any(padding) else values


def replace_place(place: Place, **changed: Any) -> Place:
    """A place with another index or sample."""
    values = {name: getattr(place, name) for name in place.__struct_fields__}
    return Place(**(values | changed))


def summed(
    name: str,
    formula: str,
    *columns: Column,
    divisor: float | None = None,
    layout: tuple[int, ...] = (),
) -> Line:
    """The sum of the products, divided by `divisor`."""
    products = np.prod([column.values for column in columns], axis=0)
    by = 1.0 if divisor is None else float(divisor)
    total, scale = float(products.sum() / by), float(np.abs(products).sum() / abs(by))
    return Line(
        name, formula, "sum", columns, total, scale, products, layout,
        divisor,
    )  # fmt: skip


def mean(name: str, formula: str, *columns: Column) -> Line:
    """The sum of the products, divided by how many they are."""
    line = summed(name, formula, *columns, divisor=float(len(columns[0].values)))
    return replace(line, operation="mean")


def maximum(name: str, formula: str, column: Column, layout: tuple[int, ...] = ()) -> Line:
    """The largest; NaN where one is."""
    total = float(np.max(column.values)) if len(column.values) else -inf
    return Line(name, formula, "max", (column,), total, 0.0, column.values, layout)


def looked_up(name: str, column: Column) -> Line:
    """A number that stands somewhere else."""
    [value] = column.values
    return Line(name, column.name, "lookup", (column,), float(value), 0.0, column.values)


def formula(
    name: str, text: str, total: float, *columns: Column, scale: float | None = None
) -> Line:
    """A formula in which the columns' names stand; `scale` where larger numbers cancel in it."""
    size = float(abs(total) if scale is None else scale)
    return Line(name, text, "formula", columns, float(total), size)


def setting(name: str, value: float) -> Column:
    """A number that stands nowhere in the pass: of a call, or worked out."""
    return Column(name, np.array([float(value)]))


def grid(*sides: int | Ints) -> Ints:
    """Every combination of these (n, dimensions): of a number, all below it; the last fastest."""
    axes = [np.arange(side) if isinstance(side, int) else side for side in sides]
    mesh = np.meshgrid(*axes, indexing="ij")
    return np.stack([axis.ravel() for axis in mesh], axis=1).astype(np.int64)


def joined(*parts: Ints | int | Sequence[int], count: int) -> Ints:
    """Index columns side by side: whole rows (n, d), or the same numbers in each of `count`."""
    blocks = []
    for part in parts:
        if isinstance(part, np.ndarray) and part.ndim == 2:
            blocks.append(part)
        elif isinstance(part, np.ndarray):
            blocks.append(part[:, None])
        else:
            row = np.atleast_1d(np.array(part, np.int64))
            blocks.append(np.broadcast_to(row, (count, len(row))))
    return np.concatenate(blocks, axis=1).astype(np.int64)
