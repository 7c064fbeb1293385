"""The weights of a network as variables: W1, b1, W2 …"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_nn.spec.script.placing import Placed

NAMES = {
    "weight": "W", "bias": "b", "running_mean": "mean", "running_var": "var",
    "num_batches_tracked": "batches",
}  # fmt: skip
OF_NORMS = {"weight": "scale", "bias": "shift"}
SPECIAL = {"Embedding": {"weight": "table"}, "PReLU": {"weight": "slope"}}


@dataclass(frozen=True)
class Named(Placed):
    """A layer with the variables that hold its tensors."""

    tensors: Mapping[str, str]
    """By torch's name inside the layer: `weight` is `W1`."""

    def __getitem__(self, name: str) -> str:
        return self.tensors[name]


def named(layers: Sequence[Placed], tensors: Sequence[str]) -> tuple[Named, ...]:
    """The layers with their variables, counted over the layers that hold tensors.

    `tensors` are torch's names of parameters and buffers: `0.weight`.
    """
    found: list[Named] = []
    count = 0
    for layer in layers:
        own = [name.rpartition(".")[2] for name in tensors if name.rpartition(".")[0] == layer.path]
        count += bool(own)
        special = SPECIAL.get(layer.name, OF_NORMS if "Norm" in layer.name else {})
        variables = {name: f"{(NAMES | special)[name]}{count}" for name in own}
        found.append(
            Named(layer.bound, layer.path, layer.input_shape, layer.output_shape, variables)
        )
    return tuple(found)
