"""The form without modules: the weights as bare tensors, every layer's forward written out."""

from collections.abc import Callable, Container, Mapping, Sequence

import torch

from tui_nn.engine.building import build_network
from tui_nn.engine.export import formulas, windows
from tui_nn.engine.export.layout import (
    FEW,
    Block,
    arguments,
    call,
    definition,
    indented,
    lay,
    listed,
    plain,
    tensor,
)
from tui_nn.engine.export.modules import with_parameters
from tui_nn.engine.export.networks import Arrays, Network, has_dropout, has_modes, placed
from tui_nn.engine.export.variables import Named, named
from tui_nn.spec.resolve import Plan

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


def matrices(plan: Plan, initial: Arrays | None) -> Network:
    """The network as variables and a function."""
    with torch.random.fork_rng(devices=[]):
        built = build_network(plan, torch.device("cpu"))
    parameters = [name for name, _ in built.named_parameters()]
    state = {name: t.detach().numpy() for name, t in built.state_dict().items()}
    state |= {name: array for name, array in (initial or {}).items() if name in state}
    layers = named(tuple(placed(plan.rows)), list(state))
    averaging = {layer.path for layer in layers if layer.bound.values.get("momentum", 0) is None}
    variables = {
        f"{layer.path}.{name}": variable
        for layer in layers
        for name, variable in layer.tensors.items()
        if name != "num_batches_tracked" or layer.path in averaging
    }
    values = {name: state[name] for name in variables}
    small = sum(array.size for array in values.values()) <= FEW
    origin = "from the file that the run began with" if initial else "as torch draws them for SEED"
    lines = [f"# The initial weights, {origin}."]
    trained = frozenset(parameters) - plan.frozen
    lines += _weight_lines(values, variables, trained, small)
    modes = has_modes(layers)
    everything = [variables[name] for name in parameters]
    kept = list(variables.values())
    keep = "parameters" if len(kept) == len(everything) else "tensors"
    blocks = [plain(*lines), plain(*lay("parameters = ", listed(everything)))]
    to_copy = (plain(*lay("tensors = ", listed(kept))),) if keep == "tensors" else ()
    if has_dropout(layers):
        blocks.append(plain("torch.manual_seed(SEED + 1)  # for Dropout"))
    return Network(
        definitions=(),
        blocks=(*blocks, forward_block(layers, modes)),
        parameters="parameters",
        named={name: variables[name] for name in parameters},
        holders={
            index: tuple(variables[name] for name in names)
            for index, names in with_parameters(plan).items()
        },
        call="forward(x, training=True)" if modes else "forward(x)",
        call_evaluating="forward(x, training=False)" if modes else "forward(x)",
        to_copy=to_copy,
        copy=f"deepcopy({keep})",
        put_back=(
            "with torch.no_grad():",
            f'    for tensor, at_best in zip({keep}, best["weights"]):',
            "        tensor.copy_(at_best)",
        ),
        weights={} if small else {variables[name]: array for name, array in values.items()},
    )


def _weight_lines(
    values: Arrays, variables: dict[str, str], trained: Container[str], small: bool
) -> list[str]:
    if small:
        lines: list[str] = []
        for name, array in values.items():
            more = ("requires_grad=True",) if name in trained else ()
            lines += lay(f"{variables[name]} = ", tensor(array, *more))
        return lines
    lines = ['with np.load(Path(__file__).with_name("weights.npz")) as weights:']
    for name in values:
        variable = variables[name]
        option = ", requires_grad=True" if name in trained else ""
        lines.append(f'    {variable} = torch.tensor(weights["{variable}"]{option})')
    return lines


def forward_block(layers: Sequence[Named], modes: bool) -> Block:
    """The function `forward(x)`; where `modes` differ, `forward(x, training)`."""
    top = [layer for layer in layers if "." not in layer.path]
    return definition(
        f"def forward(x{', training' if modes else ''}):",
        '    """What the network makes of x (samples, …)."""',
        *indented(_written(top, layers, 0)),
        "    return x",
    )


def _written(here: Sequence[Named], layers: Sequence[Named], depth: int) -> list[str]:
    lines: list[str] = []
    for layer in here:
        if layer.name == "Residual":
            inside = [
                other
                for other in layers
                if other.path.rpartition(".")[0] == layer.path and other.path != layer.path
            ]
            around = "around" + (str(depth + 1) if depth else "")
            lines += [f"# Residual: {around} is added to what its layers make of it"]
            lines += [f"{around} = x", *_written(inside, layers, depth + 1)]
            lines += [f"x = {around} + x"]
            continue
        written = WRITERS[layer.name](layer)
        if written:
            lines += [f"# {_title(layer)}", *written]
    return lines


def _title(layer: Named) -> str:
    return str(call(layer.name, *arguments(layer.bound)))
