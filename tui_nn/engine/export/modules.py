"""The two forms that are modules of torch: an nn.Sequential, and a class with a forward."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from tui_nn.engine.export.layout import (
    Block,
    Group,
    Piece,
    arguments,
    call,
    comment,
    definition,
    indented,
    lay,
    plain,
    value,
)
from tui_nn.engine.export.networks import (
    OWN,
    Arrays,
    Network,
    Placed,
    freezing,
    has_dropout,
    has_modes,
    own_classes,
    placed,
)
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.network import tensors
from tui_nn.spec.resolve import Plan

MATRICES = ("Linear", "Bilinear", "Embedding", "Conv1d", "Conv2d", "ConvTranspose2d")
"""The layers whose weights an init fills."""
COPY = "deepcopy(network.state_dict())"
PUT_BACK = ('network.load_state_dict(best["weights"])',)
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


def sequential(plan: Plan, initial: Arrays | None) -> Network:
    """The network as one nn.Sequential."""
    layers = tuple(placed(plan.rows))
    made = Group("nn.Sequential(", tuple(map(layer_call, plan.experiment.network)), ")")
    # A line for each layer, however short they are.
    lines = ["network = nn.Sequential("]
    for part in made.parts:
        lines += lay("", part, ",", 1)
    tables = [f"network[{layer.path}].weight" for layer in layers if layer.name == "Embedding"]
    names = [tensor.name for tensor in tensors(plan.rows)]
    holders = {index: (f"network[{index}]",) for index in with_parameters(plan)}
    return Network(
        definitions=own_classes(layers),
        blocks=_seeded(plan, layers, [*lines, ")"], tables, holders, loaded=initial is not None),
        parameters="network.parameters()",
        named={name: f"named[{value(name)}]" for name in names},
        holders=holders,
        call="network(x)",
        call_evaluating="network(x)",
        to_evaluate=("network.eval()",) if has_modes(layers) else (),
        to_train=("network.train()",) if has_modes(layers) else (),
        copy=COPY,
        put_back=PUT_BACK,
        weights=dict(initial or {}),
    )


def with_parameters(plan: Plan) -> dict[int, list[str]]:
    """The names of the parameters of each layer that has some, by its place in the network."""
    found: dict[int, list[str]] = {}
    for tensor in tensors(plan.rows):
        found.setdefault(int(tensor.name.partition(".")[0]), []).append(tensor.name)
    return found


def layer_call(bound: Bound) -> Group:
    """A layer as torch's: `nn.Linear(2, 8)`."""
    name = bound.entry.name
    parts = tuple(map(layer_call, bound.inner)) if bound.inner else arguments(bound)
    return call(name if name in OWN else f"nn.{name}", *parts)


def module(plan: Plan, initial: Arrays | None) -> Network:
    """The network as a class of its own."""
    layers = tuple(placed(plan.rows))
    attributes = _attributes(layers)
    lines = [
        "class Network(nn.Module):",
        '    """Layers that hold something are made once; `forward` says how x goes through."""',
        "",
        "    def __init__(self):",
        "        super().__init__()",
    ]
    for layer in layers:
        if layer.path in attributes:
            lines += lay(f"self.{attributes[layer.path]} = ", layer_call(layer.bound), indent=2)
    top = [layer for layer in layers if "." not in layer.path]
    lines += ["", "    def forward(self, x):"]
    lines += indented(_forward(top, layers, attributes, 0), 2)
    lines += ["        return x"]
    renamed = _renamed([tensor.name for tensor in tensors(plan.rows)], attributes)
    tables = [
        f"network.{attributes[layer.path]}.weight" for layer in layers if layer.name == "Embedding"
    ]
    made = ["network = Network()"]
    holders = {
        index: tuple(dict.fromkeys(f"network.{renamed[n].rpartition('.')[0]}" for n in names))
        for index, names in with_parameters(plan).items()
    }
    return Network(
        definitions=(*own_classes(layers, without=("Residual",)), definition(*lines)),
        blocks=_seeded(plan, layers, made, tables, holders, loaded=initial is not None),
        parameters="network.parameters()",
        named={old: f"named[{value(new)}]" for old, new in renamed.items()},
        holders=holders,
        call="network(x)",
        call_evaluating="network(x)",
        to_evaluate=("network.eval()",) if has_modes(layers) else (),
        to_train=("network.train()",) if has_modes(layers) else (),
        copy=COPY,
        put_back=PUT_BACK,
        weights={
            new: (initial or {})[old]
            for old, new in _renamed(list(initial or {}), attributes).items()
        },
    )


def _attributes(layers: Sequence[Placed]) -> dict[str, str]:
    """What the layers that hold something are called, by their path: `linear1`."""
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for layer in layers:
        kind = KINDS.get(layer.name)
        if kind:
            counts[kind] += 1
            names[layer.path] = f"{kind}{counts[kind]}"
    return names


def _renamed(names: Sequence[str], attributes: dict[str, str]) -> dict[str, str]:
    """`0.weight` to `linear1.weight`."""
    split = {name: name.rpartition(".") for name in names}
    return {name: f"{attributes[path]}.{tensor}" for name, (path, _, tensor) in split.items()}


def _forward(
    here: Sequence[Placed], layers: Sequence[Placed], attributes: dict[str, str], depth: int
) -> list[str]:
    lines: list[str] = []
    for layer in here:
        if layer.name == "Residual":
            inside = [
                other
                for other in layers
                if other.path.rpartition(".")[0] == layer.path and other.path != layer.path
            ]
            around = "around" + (str(depth + 1) if depth else "")
            lines += [f"{around} = x", *_forward(inside, layers, attributes, depth + 1)]
            lines += [f"x = {around} + x"]
        elif layer.path in attributes:
            lines.append(f"x = self.{attributes[layer.path]}(x)")
        elif layer.name != "Identity":
            lines += lay("x = ", FUNCTIONS[layer.name](layer.bound))
    return lines


def _seeded(
    plan: Plan, layers: Sequence[Placed], made: list[str], tables: list[str],
    holders: Mapping[int, tuple[str, ...]], *, loaded: bool,
) -> tuple[Block, ...]:  # fmt: skip
    """The network with its initial weights, which depend on the seed alone."""
    init = plan.experiment.init
    lines = ["torch.manual_seed(SEED)", *made]
    if init is not None:
        lines += _init_lines(init, layers)
        padded = [layer.bound["padding_idx"] for layer in layers if layer.name == "Embedding"]
        for table, row in zip(tables, padded, strict=True):
            if row is not None:
                lines.append(f"nn.init.zeros_({table}[{row}])")
    if plan.experiment.train.dtype == "float64":
        lines.append("network.double()")
    blocks = [plain(*lines)]
    if loaded:
        blocks.append(
            plain(
                "# The run began with weights from a file.",
                'with np.load(Path(__file__).with_name("weights.npz")) as weights:',
                "    network.load_state_dict({name: torch.tensor(weights[name]) "
                "for name in weights})",
            )
        )
    if plan.frozen:
        lines = freezing(holders, plan.experiment.train.freeze)
        blocks.append(plain("# Frozen: these parameters don't train.", *lines))
    if has_dropout(layers):
        blocks.append(
            plain(
                *comment("Dropout draws from a stream of its own."), "torch.manual_seed(SEED + 1)"
            )
        )
    return tuple(blocks)


def _init_lines(init: Bound, layers: Sequence[Placed]) -> list[str]:
    name = f"nn.init.{init.entry.name}"
    if init.entry.name == "zeros_":
        return ["for parameter in network.parameters():", f"    {name}(parameter)"]
    kinds = dict.fromkeys(layer.name for layer in layers if layer.name in MATRICES)
    if not kinds:
        return []
    written = [kind if kind in OWN else f"nn.{kind}" for kind in kinds]
    which = written[0] if len(written) == 1 else f"({', '.join(written)})"
    return [
        "for layer in network.modules():",
        f"    if isinstance(layer, {which}):",
        *lay("", call(name, "layer.weight", *arguments(init)), indent=2),
    ]
