"""The loss against the network and the data: outputs, class weights, what is no error but odd."""

from collections.abc import Iterator, Sequence
from math import prod

from tui_nn.spec.call import Call
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.fixes import FLATTEN, in_words, unfit
from tui_nn.spec.network import Row
from tui_nn.spec.shapes import show
from tui_nn.spec.targets import Classes, Fit, Kind

OWN_SOFTMAX = {
    "CrossEntropyLoss": ("a softmax", ("Softmax", "LogSoftmax", "Sigmoid")),
    "BCEWithLogitsLoss": ("a sigmoid", ("Sigmoid",)),
    "SoftMarginLoss": ("a sigmoid", ("Sigmoid",)),
}
"""What a loss does to raw outputs, and the last layers behind which it would be done twice."""
NEVER_NEGATIVE = frozenset({"ReLU", "Softplus", "Heaviside"})


def check_output(experiment: Experiment, rows: Sequence[Row], read: Fit, kind: Kind) -> None:
    """Refuse a network that gives another shape than the loss needs."""
    error = misfit_of_output(experiment.loss, rows, read, kind)
    if error is not None:
        place, error.where = error.where, ""
        raise error.at(experiment.place(f"network{place}"))


def misfit_of_output(
    loss: Bound, rows: Sequence[Row], read: Fit, kind: Kind
) -> InvalidInput | None:
    """The refusal, at `[index]`, of a network that gives another shape than the loss needs."""
    got = rows[-1].size.output_shape
    if got == read.output_shape:
        return None
    index, fix, hint = _way_to(read.output_shape, rows)
    outputs = "1 output" if got == (1,) else f"{show(got)} outputs"
    return InvalidInput(
        f"gives {outputs}, {loss.entry.name} on {kind} needs {show(read.output_shape)}",
        where=f"[{index}]",
        hint=hint or in_words(rows[index].layer.call, fix or ()),
        fix=fix,
    )


def check_shares(experiment: Experiment, rows: Sequence[Row], kind: Kind) -> None:
    """Refuse a LogSoftmax before NLLLoss that shares out 1 among others than the classes."""
    error = misfit_of_shares(experiment.loss, rows, kind)
    if error is not None:
        place, error.where = error.where, ""
        raise error.at(experiment.place(f"network{place}"))


def misfit_of_shares(loss: Bound, rows: Sequence[Row], kind: Kind) -> InvalidInput | None:
    """The refusal, at `[index]`, of a LogSoftmax whose shares aren't those of the classes."""
    if loss.entry.name != "NLLLoss" or not isinstance(kind, Classes):
        return None
    index, row = next(
        (i, r) for i, r in reversed(tuple(enumerate(rows))) if r.layer.entry.name == "LogSoftmax"
    )
    shared = (1, *row.input_shape)[row.layer["dim"]]
    if shared == kind.count:
        return None
    return unfit(
        row.layer.call,
        f"{row.layer.call} shares out 1 among {shared} of {show(row.input_shape)}, "
        f"NLLLoss needs shares among all {kind}",
        FLATTEN,
        row.layer.call_with(dim=1),
    ).at(f"[{index}]")


def _way_to(wanted: Shape, rows: Sequence[Row]) -> tuple[int, tuple[Call, ...] | None, str]:
    """The layer to change so that the network gives `wanted`, what to write in its place, and
    the words for it where they say more.
    """
    end = len(rows) - 1
    got, last = rows[end].size.output_shape, rows[end].layer.call
    flat = () if len(got) == 1 else (FLATTEN,)
    fold = Call("Unflatten", (1, wanted))
    if prod(got) == prod(wanted):
        return end, (last, *((*flat, fold) if len(wanted) > 1 else (FLATTEN,))), ""
    index = next((i for i in range(end, -1, -1) if rows[i].size.tensors), end)
    row = rows[index]
    decides, is_linear = row.size.output_shape == got, row.layer.entry.name == "Linear"
    if "out_channels" in row.layer.values and decides and got[1:] == wanted[1:]:
        return index, (row.layer.call_with(out_channels=wanted[0]),), ""
    if len(wanted) != 1:
        if is_linear and decides and len(got) == 1:
            fixed = row.layer.call_with(out_features=prod(wanted))
            return index, (fixed,), f"write {fixed} and add {fold} at the end"
        behind = Call("Linear", (prod(got), prod(wanted)))
        return end, (last, *flat, behind, fold), f"end it with {show(wanted)} outputs"
    if is_linear and decides:
        if len(got) == 1:
            return index, (row.layer.call_with(out_features=wanted[0]),), ""
        inputs = prod(row.input_shape)
        fixed = row.layer.call_with(in_features=inputs, out_features=wanted[0])
        return index, (FLATTEN, fixed), ""
    return end, (last, *flat, Call("Linear", (prod(got), wanted[0]))), ""


def check_weight(loss: Bound, kind: Kind) -> None:
    """Refuse class weights of another length than the classes, or under which nothing counts."""
    weight = loss.values.get("weight")
    if weight is None or not isinstance(kind, Classes):
        return
    if len(weight) != kind.count:
        padded = (weight + (1.0,) * kind.count)[: kind.count]
        raise unfit(
            loss.call,
            f"{loss.entry.name}: weight has length {len(weight)}, the data has {kind}",
            loss.call_with(weight=padded),
        )
    if not any(weight[index] for index in range(kind.count) if index not in _ignored(loss)):
        raise InvalidInput(
            f"{loss.entry.name}: no class is left that counts, the others have weight 0",
            hint="give one that is not ignore_index a weight",
        )


def _ignored(loss: Bound) -> tuple[int, ...]:
    return (loss["ignore_index"],) if "ignore_index" in loss.values else ()


def loss_notices(loss: Bound, last_layer: str, kind: Kind, *, in_batches: bool) -> Iterator[str]:
    """What a person should know of the loss, though nothing is wrong."""
    name = loss.entry.name
    does, layers = OWN_SOFTMAX.get(name, ("", ()))
    if last_layer in layers:
        yield f"{name} takes raw outputs and does {does} itself: leave out the {last_layer}"
    if name in ("BCEWithLogitsLoss", "SoftMarginLoss") and last_layer in NEVER_NEGATIVE:
        yield f"{name} needs outputs below 0 for one of the classes: leave out the {last_layer}"
    # Only these divide by the sum of the weights; where it is 0, torch gives NaN.
    if name in ("CrossEntropyLoss", "NLLLoss") and isinstance(kind, Classes) and in_batches:
        weight = loss["weight"] or (1,) * kind.count
        silent = [k for k in range(kind.count) if not weight[k] or k in _ignored(loss)]
        if silent:
            yield (
                f"class {silent[0]} counts for nothing: a batch with no other class has no loss "
                "(NaN); larger batches make that rare"
            )
