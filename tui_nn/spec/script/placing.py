"""Layers by their paths, as torch counts them in an nn.Sequential."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.network import Row, walk


@dataclass(frozen=True)
class Part:
    """A layer where it stands."""

    bound: Bound
    path: str
    """As torch counts it in an nn.Sequential: `0`, or `3.1` inside a Residual."""

    @property
    def name(self) -> str:
        return self.bound.entry.name

    @property
    def place(self) -> int:
        """Of the layer in the network that it is, or is inside of."""
        return int(self.path.partition(".")[0])


@dataclass(frozen=True)
class Placed(Part):
    """A layer with what it gets and gives, for one sample."""

    input_shape: Shape
    output_shape: Shape


def parts(layers: Sequence[Bound], prefix: str = "") -> Iterator[Part]:
    """Every layer in order, a Residual before those inside it."""
    for index, layer in enumerate(layers):
        path = f"{prefix}{index}"
        yield Part(layer, path)
        yield from parts(layer.inner, f"{path}.")


Some = TypeVar("Some", bound=Part)


def inside(layer: Part, layers: Sequence[Some]) -> list[Some]:
    """Those of `layers` that stand directly in a Residual."""
    return [other for other in layers if other.path.rpartition(".")[0] == layer.path]


def placed(rows: Sequence[Row], prefix: str = "") -> Iterator[Placed]:
    """As `parts`, with their shapes."""
    for index, row in enumerate(rows):
        path = f"{prefix}{index}"
        yield Placed(row.layer, path, row.input_shape, row.size.output_shape)
        if row.layer.inner:
            yield from placed(walk(row.layer.inner, row.input_shape), f"{path}.")


def has_modes(layers: Sequence[Part]) -> bool:
    """Whether evaluating is another computation than training."""
    return any(layer.name.startswith(("Dropout", "BatchNorm")) for layer in layers)


def has_dropout(layers: Sequence[Part]) -> bool:
    """Whether training draws random numbers."""
    return any(layer.name.startswith("Dropout") for layer in layers)
