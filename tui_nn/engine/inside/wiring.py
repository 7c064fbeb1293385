"""Which layer reads what: a network as nodes, each with where its numbers come from and go to."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Node:
    """One layer in its place."""

    name: str
    """As torch names it: `2`, `3.0`."""
    module: nn.Module
    source: str
    """The layer whose output it reads; empty where that is what the network gets."""
    reader: str | None
    """The layer that reads its output: the one behind it, or the Residual that it ends; None for
    the last layer, which the loss reads."""
    first: str = ""
    """Of a Residual: the layer inside that reads the same input."""
    last: str = ""
    """Of a Residual: the layer inside whose output it adds."""

    @property
    def kind(self) -> str:
        """Its name in the catalog."""
        return type(self.module).__name__


def wired(network: nn.Sequential) -> dict[str, Node]:
    """Every layer by name, in the order they compute; a Residual comes behind those inside it."""
    return {node.name: node for node in _nodes(network, "", "", None)}


def _nodes(layers: nn.Sequential, prefix: str, source: str, reader: str | None) -> Iterator[Node]:
    modules = list(layers)
    for index, module in enumerate(modules):
        name = f"{prefix}{index}"
        behind = f"{prefix}{index + 1}" if index + 1 < len(modules) else reader
        if isinstance(module, nn.Sequential):
            yield from _nodes(module, f"{name}.", source, name)
            ends = f"{name}.0", f"{name}.{len(module) - 1}"
            yield Node(name, module, source, behind, *ends)
        else:
            yield Node(name, module, source, behind)
        source = name
