"""The two forms that are modules of torch, with their initial weights."""

from collections.abc import Mapping, Sequence

from tui_nn.engine.export.networks import Arrays, Network, freezing
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.network import tensors
from tui_nn.spec.resolve import Plan
from tui_nn.spec.script.layout import Block, arguments, call, comment, definition, lay, plain, value
from tui_nn.spec.script.lines import texts
from tui_nn.spec.script.modules import attributes, class_lines, sequential_lines
from tui_nn.spec.script.own import OWN, own_classes
from tui_nn.spec.script.placing import Placed, has_dropout, has_modes, placed

MATRICES = ("Linear", "Bilinear", "Embedding", "Conv1d", "Conv2d", "ConvTranspose2d")
"""The layers whose weights an init fills."""
COPY = "deepcopy(network.state_dict())"
PUT_BACK = ('network.load_state_dict(best["weights"])',)


def sequential(plan: Plan, initial: Arrays | None) -> Network:
    """The network as one nn.Sequential."""
    layers = tuple(placed(plan.rows))
    lines = texts(sequential_lines(plan.experiment.network, {}))
    tables = [f"network[{layer.path}].weight" for layer in layers if layer.name == "Embedding"]
    names = [tensor.name for tensor in tensors(plan.rows)]
    holders = {index: (f"network[{index}]",) for index in with_parameters(plan)}
    return Network(
        definitions=own_classes(layers),
        blocks=_seeded(plan, layers, lines, tables, holders, loaded=initial is not None),
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


def module(plan: Plan, initial: Arrays | None) -> Network:
    """The network as a class of its own."""
    layers = tuple(placed(plan.rows))
    names = attributes(layers)
    renamed = _renamed([tensor.name for tensor in tensors(plan.rows)], names)
    tables = [
        f"network.{names[layer.path]}.weight" for layer in layers if layer.name == "Embedding"
    ]
    made = ["network = Network()"]
    holders = {
        index: tuple(dict.fromkeys(f"network.{renamed[n].rpartition('.')[0]}" for n in held))
        for index, held in with_parameters(plan).items()
    }
    return Network(
        definitions=(
            *own_classes(layers, without=("Residual",)),
            definition(*texts(class_lines(layers, {}))),
        ),
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
            new: (initial or {})[old] for old, new in _renamed(list(initial or {}), names).items()
        },
    )


def _renamed(names: Sequence[str], attributes: dict[str, str]) -> dict[str, str]:
    """`0.weight` to `linear1.weight`."""
    split = {name: name.rpartition(".") for name in names}
    return {name: f"{attributes[path]}.{tensor}" for name, (path, _, tensor) in split.items()}


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
