"""What a form says of a network: the text that makes it, and how the rest of the script uses it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from tui_nn.spec.script.layout import Block

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Network:
    """One form of a network, written out."""

    definitions: tuple[Block, ...]
    """Classes and functions that stand before it."""
    blocks: tuple[Block, ...]
    """What makes it, with its initial weights."""
    parameters: str
    """All of them, as an expression: `network.parameters()`."""
    named: Mapping[str, str]
    """Each parameter as an expression, by torch's name of it in an nn.Sequential."""
    holders: Mapping[int, tuple[str, ...]]
    """What holds the parameters of each layer that has some, as expressions: `network[0]`."""
    call: str
    """The output for x while training: `network(x)`."""
    call_evaluating: str
    to_evaluate: tuple[str, ...] = ()
    to_train: tuple[str, ...] = ()
    """How it is told to evaluate and to train; empty where that makes no difference."""
    to_copy: tuple[Block, ...] = ()
    """What `copy` needs beside."""
    copy: str = ""
    """Its weights as they are now, as an expression."""
    put_back: tuple[str, ...] = ()
    """How `best["weights"]` become its weights."""
    weights: Arrays = field(default_factory=dict)
    """What goes into weights.npz."""


def freezing(holders: Mapping[int, tuple[str, ...]], layers: Iterable[int]) -> list[str]:
    """A line for all that holds parameters of these layers: they don't train."""
    return [f"{held}.requires_grad_(False)" for layer in sorted(layers) for held in holders[layer]]
