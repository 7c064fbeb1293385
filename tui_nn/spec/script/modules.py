"""The two forms that are modules of torch: an nn.Sequential, and a class with a forward."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.script.layout import Group, Piece, arguments, call, lay, value
from tui_nn.spec.script.lines import INPUT, Line, Notes, about, indented, noted
from tui_nn.spec.script.own import OWN
from tui_nn.spec.script.placing import Part, inside

KINDS = {
    "Linear": "linear", "Bilinear": "bilinear", "Embedding": "embedding", "Conv1d": "conv",
    "Conv2d": "conv", "ConvTranspose2d": "conv", "BatchNorm1d": "norm", "BatchNorm2d": "norm",
    "LayerNorm": "norm", "GroupNorm": "norm", "Dropout": "dropout", "Dropout2d": "dropout",
    "PReLU": "prelu", "Heaviside": "step",
}  # fmt: skip
"""What the layers that are kept as attributes are called."""


def _written(name: str) -> Callable[[Bound], Piece]:
    """A function of torch with the arguments of its layer."""
    return lambda bound: call(name, "x", *arguments(bound))


FUNCTIONS: dict[str, Callable[[Bound], Piece]] = {
    "Sigmoid": _written("torch.sigmoid"),
    "Tanh": _written("torch.tanh"),
    "Softsign": _written("F.softsign"),
    "Hardtanh": _written("F.hardtanh"),
    "ReLU": _written("F.relu"),
    "LeakyReLU": _written("F.leaky_relu"),
    "ELU": _written("F.elu"),
    "SELU": _written("F.selu"),
    "SiLU": _written("F.silu"),
    "Mish": _written("F.mish"),
    "Hardswish": _written("F.hardswish"),
    "Softplus": _written("F.softplus"),
    "GELU": lambda bound: call("F.gelu", "x", f"approximate={value(bound['approximate'])}"),
    "Softmax": lambda bound: call("F.softmax", "x", f"dim={bound['dim']}"),
    "LogSoftmax": lambda bound: call("F.log_softmax", "x", f"dim={bound['dim']}"),
    "MaxPool1d": _written("F.max_pool1d"),
    "MaxPool2d": _written("F.max_pool2d"),
    "AvgPool2d": _written("F.avg_pool2d"),
    "AdaptiveAvgPool2d": _written("F.adaptive_avg_pool2d"),
    "Flatten": lambda bound: flatten(bound),
    "Unflatten": lambda bound: unflatten(bound),
}
"""The layers without anything of their own, as the function that they call."""


def flatten(bound: Bound) -> str:
    """`x.flatten(1)`."""
    start, end = bound["start_dim"], bound["end_dim"]
    return f"x.flatten({start})" if end == -1 else f"x.flatten({start}, {end})"


def unflatten(bound: Bound) -> str:
    """`x.unflatten(1, (1, 8, 8))`."""
    return f"x.unflatten({bound['dim']}, {value(bound['unflattened_size'])})"


CLASS = (
    "class Network(nn.Module):",
    '    """Layers that hold something are made once; `forward` says how x goes through."""',
    "",
    "    def __init__(self):",
    "        super().__init__()",
)


def sequential_lines(layers: Sequence[Bound], notes: Notes) -> list[Line]:
    """One nn.Sequential, a line for each layer, however short they are."""
    lines = [Line(noted("network = nn.Sequential(", notes, INPUT))]
    for place, layer in enumerate(layers):
        lines += about(place, lay("", layer_call(layer), ",", 1), notes)
    return [*lines, Line(")")]


def layer_call(bound: Bound) -> Group:
    """A layer as torch's: `nn.Linear(2, 8)`."""
    name = bound.entry.name
    parts = tuple(map(layer_call, bound.inner)) if bound.inner else arguments(bound)
    return call(name if name in OWN else f"nn.{name}", *parts)


def class_lines(layers: Sequence[Part], notes: Notes) -> list[Line]:
    """A class of its own."""
    names = attributes(layers)
    lines = [Line(text) for text in CLASS]
    for layer in layers:
        if layer.path in names:
            made = lay(f"self.{names[layer.path]} = ", layer_call(layer.bound), indent=2)
            lines += about(layer.place, made)
    top = [layer for layer in layers if "." not in layer.path]
    lines += [Line(""), Line(noted("    def forward(self, x):", notes, INPUT))]
    for layer in top:
        forward = _forward([layer], layers, names, 0)
        lines += indented(about(layer.place, forward, notes), 2)
    return [*lines, Line("        return x")]


def attributes(layers: Sequence[Part]) -> dict[str, str]:
    """What the layers that hold something are called, by their path: `linear1`."""
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for layer in layers:
        kind = KINDS.get(layer.name)
        if kind:
            counts[kind] += 1
            names[layer.path] = f"{kind}{counts[kind]}"
    return names


def _forward(
    here: Sequence[Part], layers: Sequence[Part], names: Mapping[str, str], depth: int
) -> list[str]:
    lines: list[str] = []
    for layer in here:
        if layer.name == "Residual":
            around = "around" + (str(depth + 1) if depth else "")
            lines += [f"{around} = x"]
            lines += _forward(inside(layer, layers), layers, names, depth + 1)
            lines += [f"x = {around} + x"]
        elif layer.path in names:
            lines.append(f"x = self.{names[layer.path]}(x)")
        elif layer.name != "Identity":
            lines += lay("x = ", FUNCTIONS[layer.name](layer.bound))
    return lines
