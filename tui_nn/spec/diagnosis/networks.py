"""A network written anew: other activations, norms, ways round, dropout; as calls."""

from collections.abc import Callable, Iterator, Sequence

from tui_nn.spec.call import Call
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.catalog.layers.activation import ACTIVATIONS
from tui_nn.spec.network import Row
from tui_nn.spec.resolve import Plan

BENDS = frozenset(entry.name for entry in ACTIVATIONS) - {"Softmax", "LogSoftmax", "Heaviside"}
BOUNDED = frozenset({"Sigmoid", "Tanh", "Softsign", "Hardtanh"})
NORMS = {1: "BatchNorm1d", 2: "BatchNorm1d", 3: "BatchNorm2d"}
"""By the dimensions of what reaches them."""
Network = list[str]


def hidden_end(plan: Plan) -> int:
    """The last layer with parameters: activations before it are hidden, behind it answers."""
    return max((at for at, row in enumerate(plan.rows) if row.size.tensors), default=0)


def has_hidden(plan: Plan) -> bool:
    """Whether more than one layer has parameters."""
    return sum(bool(row.size.tensors) for row in plan.rows) > 1


def with_bends(plan: Plan, into: Call, which: frozenset[str] = BENDS) -> Network:
    """Hidden activations of some kinds exchanged, those inside a Residual, too."""

    def other(call: Call) -> Call:
        if call.name in which:
            return into
        inside = tuple(other(one) if isinstance(one, Call) else one for one in call.args)
        return Call(call.name, inside, call.kwargs)

    end = hidden_end(plan)
    calls = [layer.call for layer in plan.experiment.network]
    return [str(other(call)) if at <= end else str(call) for at, call in enumerate(calls)]


def with_norms(plan: Plan) -> Network:
    """A norm before each hidden activation that follows a layer with parameters."""
    return [str(call) for at in range(len(plan.rows)) for call in _with_norm(plan, at)]


def _with_norm(plan: Plan, at: int) -> Iterator[Call]:
    row = plan.rows[at]
    shape, before = row.input_shape, plan.rows[at - 1] if at else None
    is_hidden = row.layer.entry.name in BENDS and at < hidden_end(plan)
    if is_hidden and before and before.size.tensors and "BatchNorm" not in before.layer.entry.name:
        yield Call(NORMS.get(len(shape), "BatchNorm2d"), (shape[0],))
    yield row.layer.call


def with_ways_round(plan: Plan, exchanged: Callable[[Bound], Call]) -> Network:
    """Each layer that keeps its shape, with the activation behind it, inside a Residual."""
    rows, found, at = plan.rows, list[str](), 0
    while at < len(rows):
        pair = rows[at : at + 2]
        if _keeps(pair) and at + 1 < hidden_end(plan):
            found.append(str(Call("Residual", (pair[0].layer.call, exchanged(pair[1].layer)))))
            at += 2
        else:
            hidden = at < hidden_end(plan)
            found.append(str(exchanged(rows[at].layer) if hidden else rows[at].layer.call))
            at += 1
    return found


def _keeps(pair: Sequence[Row]) -> bool:
    return (
        len(pair) == 2
        and bool(pair[0].size.tensors)
        and pair[1].layer.entry.name in BENDS
        and pair[0].input_shape == pair[1].size.output_shape
    )


def with_dropout(plan: Plan, share: float) -> Network:
    """Dropout behind each hidden activation."""
    found: Network = []
    for at, layer in enumerate(plan.experiment.network):
        found.append(str(layer.call))
        if layer.entry.name in BENDS and at < hidden_end(plan):
            found.append(f"Dropout({share})")
    return found


def without_end(plan: Plan, names: Sequence[str]) -> Network:
    """Without the last layer, where it is one of these."""
    calls = [str(layer.call) for layer in plan.experiment.network]
    return calls[:-1] if plan.experiment.network[-1].entry.name in names else calls


def with_hidden(plan: Plan, width: int) -> Network:
    """A hidden layer before the only Linear there is."""
    end = hidden_end(plan)
    layer = plan.experiment.network[end]
    calls = [str(one.call) for one in plan.experiment.network]
    if layer.entry.name != "Linear":
        return calls
    inputs, outputs = layer["in_features"], layer["out_features"]
    calls[end : end + 1] = [f"Linear({inputs}, {width})", "Tanh()", f"Linear({width}, {outputs})"]
    return calls
