"""The table of a single neuron that learns sample by sample: a row a step."""

from collections.abc import Iterator, Sequence

from tui_nn.engine.closeup import CloseUp, Numbers
from tui_nn.headless.step_text import Pen, in_column
from tui_nn.spec.resolve import Plan
from tui_nn.views.neuron_rule import ACTIVATIONS, rule_of

MOST_INPUTS = 6
"""Of a neuron with more, a row would be too long."""

Column = tuple[str, list[float | None]]


def is_single_neuron(plan: Plan) -> bool:
    """Whether one neuron learns from one sample a step."""
    first, *rest = plan.experiment.network
    names = [layer.entry.name for layer in rest]
    return (
        plan.batch_size == 1
        and first.entry.name == "Linear"
        and first["out_features"] == 1
        and first["in_features"] <= MOST_INPUTS
        and len(names) <= 1
        and all(name in ACTIVATIONS for name in names)
    )


def neuron_table(plan: Plan, told: Sequence[CloseUp], pen: Pen) -> Iterator[str]:
    """x, t, w, b, z, y, error, what is added to w and b, and what they are then."""
    passes = [one.passes[0] for one in told]
    changes = [{name: one.after[name] - w for name, w in one.before.items()} for one in told]
    columns: list[Column] = [
        ("step", [float(one.step) for one in told]),
        *_columns("x", [each.x for each in passes]),
        *_columns("t", [each.target for each in passes]),
        *_parameters("", [one.before for one in told]),
        *_columns("z", [each.layers[0].output for each in passes]),
        *_columns("y", [each.layers[-1].output for each in passes]),
        *_columns("error", [each.layers[0].error for each in passes]),
        *_parameters("Δ", changes),
        *_parameters("new ", [one.after for one in told]),
    ]
    cells = [[head, *in_column(values)] for head, values in columns]
    yield from pen.table([list(row) for row in zip(*cells, strict=True)], left=())
    yield from pen.gap()
    yield from pen.text(_words(plan))


def _parameters(before: str, told: Sequence[dict[str, Numbers]]) -> Iterator[Column]:
    yield from _columns(f"{before}w", [one["0.weight"] for one in told])
    if "0.bias" in told[0]:
        yield from _columns(f"{before}b", [one["0.bias"] for one in told])


def _columns(name: str, told: Sequence[Numbers | None]) -> Iterator[Column]:
    """A column for each number of arrays of one size."""
    rows = [None if array is None else array.flatten().tolist() for array in told]
    count = max((len(row) for row in rows if row is not None), default=1)
    for i in range(count):
        head = f"{name}{i + 1}" if count > 1 else name
        yield head, [None if row is None else float(row[i]) for row in rows]


def _words(plan: Plan) -> str:
    layers = plan.experiment.network
    activation = layers[1].entry.name if len(layers) > 1 else ""
    rule = rule_of(activation, plan.experiment.loss)
    if rule.is_step:
        handed = "the step has no slope, and hands it on to z as if it had slope 1"
        return f"error = {rule.error_words}; {handed}."
    return "error = ∂L/∂z" if rule.loss is None else f"error = ∂L/∂z = {rule.error_words}"
