"""The form without modules: the weights as variables, every layer's forward written out."""

from collections.abc import Callable, Mapping, Sequence

from tui_nn.spec.script import formulas, windows
from tui_nn.spec.script.layout import arguments, call
from tui_nn.spec.script.lines import INPUT, Line, Notes, about, indented, noted
from tui_nn.spec.script.placing import has_modes, inside
from tui_nn.spec.script.variables import Named

Writer = Callable[[Named], list[str]]

ACTIVATIONS = (
    "Sigmoid", "Tanh", "Softsign", "Hardtanh", "ReLU", "LeakyReLU", "PReLU", "ELU", "SELU", "GELU",
    "SiLU", "Mish", "Hardswish", "Softplus", "Softmax", "LogSoftmax", "Heaviside",
)  # fmt: skip
WRITERS: Mapping[str, Writer] = {
    "Linear": formulas.linear,
    "Bilinear": formulas.bilinear,
    "Embedding": formulas.embedding,
    "Conv1d": windows.convolution,
    "Conv2d": windows.convolution,
    "ConvTranspose2d": windows.transposed,
    "MaxPool1d": windows.max_pool,
    "MaxPool2d": windows.max_pool,
    "AvgPool2d": windows.avg_pool,
    "AdaptiveAvgPool2d": windows.adaptive_avg_pool,
    "BatchNorm1d": formulas.batch_norm,
    "BatchNorm2d": formulas.batch_norm,
    "LayerNorm": formulas.layer_norm,
    "GroupNorm": formulas.group_norm,
    "Dropout": formulas.dropout,
    "Dropout2d": formulas.dropout,
    "Flatten": formulas.reshape,
    "Unflatten": formulas.reshape,
    "Identity": formulas.reshape,
} | dict.fromkeys(ACTIVATIONS, formulas.activation)
"""How each layer is written out; a Residual is what stands round its layers."""


def forward_lines(layers: Sequence[Named], notes: Notes) -> list[Line]:
    """The function `forward(x)`; `forward(x, training)` where that makes a difference."""
    head = f"def forward(x{', training' if has_modes(layers) else ''}):"
    lines = [
        Line(noted(head, notes, INPUT)),
        Line('    """What the network makes of x (samples, …)."""'),
    ]
    for layer in layers:
        if "." not in layer.path:
            lines += indented(about(layer.place, _written([layer], layers, 0), notes))
    return [*lines, Line("    return x")]


def _written(here: Sequence[Named], layers: Sequence[Named], depth: int) -> list[str]:
    lines: list[str] = []
    for layer in here:
        if layer.name == "Residual":
            around = "around" + (str(depth + 1) if depth else "")
            lines += [f"# Residual: {around} is added to what its layers make of it"]
            lines += [f"{around} = x", *_written(inside(layer, layers), layers, depth + 1)]
            lines += [f"x = {around} + x"]
            continue
        written = WRITERS[layer.name](layer)
        if written:
            lines += [f"# {_title(layer)}", *written]
    return lines


def _title(layer: Named) -> str:
    return str(call(layer.name, *arguments(layer.bound)))
