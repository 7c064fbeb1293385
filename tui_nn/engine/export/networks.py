"""What a form says of a network: the text that makes it, and how the rest of the script uses it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from tui_nn.engine.export.layout import Block, definition
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.network import Row, walk

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


@dataclass(frozen=True)
class Placed:
    """A layer where it stands."""

    bound: Bound
    path: str
    """As torch counts it in an nn.Sequential: `0`, or `3.1` inside a Residual."""
    input_shape: Shape
    output_shape: Shape

    @property
    def name(self) -> str:
        return self.bound.entry.name


def freezing(holders: Mapping[int, tuple[str, ...]], layers: Iterable[int]) -> list[str]:
    """A line for all that holds parameters of these layers: they don't train."""
    return [f"{held}.requires_grad_(False)" for layer in sorted(layers) for held in holders[layer]]


def placed(rows: Sequence[Row], prefix: str = "") -> Iterator[Placed]:
    """Every layer in order, a Residual before those inside it."""
    for index, row in enumerate(rows):
        path = f"{prefix}{index}"
        yield Placed(row.layer, path, row.input_shape, row.size.output_shape)
        if row.layer.inner:
            yield from placed(walk(row.layer.inner, row.input_shape), f"{path}.")


def has_modes(layers: Sequence[Placed]) -> bool:
    """Whether evaluating is another computation than training."""
    return any(layer.name.startswith(("Dropout", "BatchNorm")) for layer in layers)


def has_dropout(layers: Sequence[Placed]) -> bool:
    """Whether training draws random numbers."""
    return any(layer.name.startswith("Dropout") for layer in layers)


HEAVISIDE = (
    definition(
        "class Step(torch.autograd.Function):",
        '    """1 where z > 0, else 0; the gradient passes as if the slope were 1."""',
        "",
        "    @staticmethod",
        "    def forward(context, z):",
        "        return (z > 0).to(z.dtype)",
        "",
        "    @staticmethod",
        "    def backward(context, gradient):",
        "        return gradient",
    ),
    definition(
        "class Heaviside(nn.Module):",
        '    """The perceptron\'s step."""',
        "",
        "    def forward(self, z):",
        "        return Step.apply(z)",
    ),
)
BILINEAR = (
    definition(
        "class Bilinear(nn.Bilinear):",
        '    """Splits what comes in in two and weighs every product of a number here with one '
        'there."""',
        "",
        "    def forward(self, x):",
        "        return super().forward(*x.split([self.in1_features, self.in2_features], dim=-1))",
    ),
)
RESIDUAL = (
    definition(
        "class Residual(nn.Sequential):",
        '    """Adds its input to what its layers make of it."""',
        "",
        "    def forward(self, x):",
        "        return x + super().forward(x)",
    ),
)
HALF_SQUARED_ERROR = (
    definition(
        "class HalfSquaredError(nn.Module):",
        '    """Half the sum of the squared differences of each sample, averaged over the '
        'batch."""',
        "",
        "    def forward(self, output, target):",
        "        return 0.5 * (output - target).square().flatten(1).sum(1).mean()",
    ),
)
OWN = {"Heaviside": HEAVISIDE, "Bilinear": BILINEAR, "Residual": RESIDUAL}
"""The layers that torch lacks, as classes."""


def own_classes(layers: Sequence[Placed], *, without: Sequence[str] = ()) -> tuple[Block, ...]:
    """The classes of the layers that torch lacks, each once."""
    used = {layer.name for layer in layers} - set(without)
    return tuple(block for name, blocks in OWN.items() if name in used for block in blocks)
