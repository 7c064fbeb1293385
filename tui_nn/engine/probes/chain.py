"""The layers of a network in the order they compute, those inside a Residual included."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from torch import Tensor, nn

from tui_nn.spec.network import Row, walk
from tui_nn.spec.resolve import Plan

LAST_DIMENSION = frozenset({"Linear", "Bilinear", "Embedding"})
"""Layers whose units lie along the last dimension; of all others along the first."""
KEEPS = frozenset({"Conv1d", "Conv2d", "ConvTranspose2d", "Flatten", "Unflatten"})
"""Layers behind which units lie along the first dimension, wherever they lay before."""


@dataclass(frozen=True)
class Link:
    """One layer in its place."""

    name: str
    """As torch names it: `2`, `3.0`."""
    module: nn.Module
    row: Row
    unit_axis: int
    """The dimension of one sample's output along which its units lie."""

    @property
    def call(self) -> str:
        return str(self.row.layer.call)

    @property
    def kind(self) -> str:
        return self.row.layer.entry.name

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the output for one sample."""
        return self.row.size.output_shape

    @property
    def top(self) -> int:
        """Which child of the network it is or lies in."""
        return int(self.name.partition(".")[0])

    def by_unit(self, output: Tensor) -> Tensor:
        """An output (n, *shape) as (n, units, places)."""
        return (
            output.movedim(self.unit_axis + 1, 1).flatten(2)
            if output.ndim > 2
            else (output[:, :, None])
        )


def chain(network: nn.Sequential, plan: Plan) -> tuple[Link, ...]:
    """Every layer; a Residual comes behind the layers inside it."""
    return tuple(_links(network, plan.rows, "", 0))


def _links(layers: nn.Sequential, rows: Sequence[Row], prefix: str, axis: int) -> Iterator[Link]:
    for index, (module, row) in enumerate(zip(layers, rows, strict=True)):
        name, shape = f"{prefix}{index}", row.size.output_shape
        if isinstance(module, nn.Sequential):
            inside = walk(row.layer.inner, row.input_shape)
            yield from _links(module, inside, f"{name}.", axis)
        elif row.layer.entry.name in LAST_DIMENSION:
            axis = len(shape) - 1
        elif row.layer.entry.name in KEEPS:
            axis = 0
        yield Link(name, module, row, axis)


@contextmanager
def kept(links: Sequence[Link]) -> Iterator[dict[str, Tensor]]:
    """The outputs of these layers, by name, as each forward pass inside computes them."""
    found: dict[str, Tensor] = {}

    def keep(name: str, output: Tensor) -> None:
        found[name] = output

    handles = [
        link.module.register_forward_hook(
            lambda module, given, output, name=link.name: keep(name, output)
        )
        for link in links
    ]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def run_to(network: nn.Sequential, x: Tensor, top: int) -> Tensor:
    """`x` through the network's children up to number `top`."""
    for module in list(network)[: top + 1]:
        x = module(x)
    return x
