"""The form without modules, with the weights that training begins with."""

from collections.abc import Container

import torch

from tui_nn.engine.building import build_network
from tui_nn.engine.export.arrays import FEW, tensor
from tui_nn.engine.export.modules import with_parameters
from tui_nn.engine.export.networks import Arrays, Network
from tui_nn.spec.resolve import Plan
from tui_nn.spec.script.layout import definition, lay, listed, plain
from tui_nn.spec.script.lines import texts
from tui_nn.spec.script.matrices import forward_lines
from tui_nn.spec.script.placing import has_dropout, has_modes, placed
from tui_nn.spec.script.variables import named


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
        blocks=(*blocks, definition(*texts(forward_lines(layers, {})))),
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
