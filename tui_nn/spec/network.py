"""The layers of a network walked from input to output: shapes, counts, and who updates what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tui_nn.spec.call import Call
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import Bound, Shape, Size, Tensor
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.fixes import unfit

SAME_NUMBERS = frozenset({"Flatten", "Unflatten", "Identity"})
"""Layers that compute nothing: they take tokens too, and what ends a network stands before them."""
EMBEDDING = 8
"""Numbers in a row of an Embedding that is offered."""
TAKES = {
    "Muon": "the weight matrices of hidden Linear layers",
    "SparseAdam": "weights with sparse gradients",
}
"""What optimizers take that don't take all."""


@dataclass(frozen=True)
class Row:
    """One layer with what it gets and what it gives, for one sample."""

    layer: Bound
    input_shape: Shape
    size: Size


def walk(layers: Sequence[Bound], input_shape: Shape, tokens: int | None = None) -> tuple[Row, ...]:
    """Every layer with its shapes; InvalidInput at `[index]` where one doesn't fit.

    `tokens`: how many different whole numbers the input is made of; None where it is numbers.
    """
    return tuple(walking(layers, input_shape, tokens))


def walking(
    layers: Sequence[Bound], input_shape: Shape, tokens: int | None = None
) -> Iterator[Row]:
    """As `walk`, layer by layer: those before one that doesn't fit come all the same."""
    shape = input_shape
    for index, layer in enumerate(layers):
        try:
            _check_input(layer, tokens)
            size = layer.size_behind(shape)
        except InvalidInput as error:
            raise error.at(f"[{index}]") from None
        if layer.entry.name == "Embedding":
            tokens = None
        yield Row(layer, shape, size)
        shape = size.output_shape


def ends_in(layers: Sequence[Bound]) -> str:
    """The name of the last layer that computes something; empty where none does."""
    names = (layer.entry.name for layer in reversed(layers))
    return next((name for name in names if name not in SAME_NUMBERS), "")


def _check_input(layer: Bound, tokens: int | None) -> None:
    """Tokens reach an Embedding that has a row for each, and numbers everything else."""
    name = layer.entry.name
    if tokens is None:
        if name == "Embedding":
            raise unfit(
                layer.call,
                "Embedding takes tokens (whole numbers), it gets numbers",
                or_else=", or use data made of tokens such as modular_addition()",
            )
    elif name == "Embedding":
        if layer["num_embeddings"] < tokens:
            raise unfit(
                layer.call,
                f"Embedding has {layer['num_embeddings']} rows, the data {tokens} tokens",
                layer.call_with(num_embeddings=tokens),
            )
    elif name not in SAME_NUMBERS:
        raise unfit(
            layer.call,
            f"{name} takes numbers, the data has tokens",
            Call("Embedding", (tokens, EMBEDDING)),
            layer.call,
        )


def without_lazy(
    layers: Sequence[Bound], input_shape: Shape, tokens: int | None = None
) -> tuple[Bound, ...]:
    """The same layers, each lazy one replaced by the call it stands for; `tokens` as in `walk`.

    InvalidInput at `[index]` where a layer doesn't fit and a lazy one needs to know what it gives.
    """
    if not any(map(_is_lazy, layers)):
        return tuple(layers)
    resolved: list[Bound] = []
    shape = input_shape
    for index, layer in enumerate(layers):
        try:
            _check_input(layer, tokens)
            resolved.append(_resolved(layer, shape))
            shape = resolved[-1].size_behind(shape).output_shape
        except InvalidInput as error:
            raise error.at(f"[{index}]") from None
        if layer.entry.name == "Embedding":
            tokens = None
    return tuple(resolved)


def _is_lazy(layer: Bound) -> bool:
    return layer.entry.stands_for is not None or any(map(_is_lazy, layer.inner))


def _resolved(layer: Bound, shape: Shape) -> Bound:
    if layer.entry.stands_for:
        return bind_call("layer", layer.entry.stands_for(layer, shape))
    try:
        parts = without_lazy(layer.inner, shape)
    except InvalidInput as error:
        raise error.at(layer.entry.name) from None
    args = tuple(part.call for part in parts) if parts else layer.call.args
    return replace(layer, call=replace(layer.call, args=args), inner=parts)


def inner(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The same, with the rows inside a Residual in its place."""
    return tuple(
        part
        for row in rows
        for part in (inner(walk(row.layer.inner, row.input_shape)) if row.layer.inner else (row,))
    )


def tensors(rows: Sequence[Row]) -> tuple[Tensor, ...]:
    """Every tensor of parameters, under the name torch gives it: `0.weight`."""
    return tuple(
        replace(tensor, name=f"{index}.{tensor.name}")
        for index, row in enumerate(rows)
        for tensor in row.size.tensors
    )


def assign(
    optimizers: Sequence[Bound], rows: Sequence[Row], frozen: frozenset[str] = frozenset()
) -> tuple[tuple[str, ...], ...]:
    """The names of the parameters that each optimizer updates; those that are `frozen` none does.

    In order: Muon takes the 2-D weights of Linear layers except the last layer with parameters,
    SparseAdam the weights with sparse gradients, every other all that is left. InvalidInput where
    one gets nothing or what it can't update, or a parameter nobody.
    """
    everything = tensors(rows)
    last_layer = everything[-1].name.rpartition(".")[0] if everything else ""
    trained = [tensor for tensor in everything if tensor.name not in frozen]
    left = trained
    shares: list[tuple[str, ...]] = []
    for index, optimizer in enumerate(optimizers):
        place = f"[{index}]" if len(optimizers) > 1 else ""
        taken = [tensor for tensor in left if _suits(optimizer, tensor, last_layer)]
        if not taken:
            if any(_suits(optimizer, tensor, last_layer) for tensor in trained):
                raise _too_late(optimizers, index, trained, last_layer).at(place)
            raise _nothing_for(
                optimizer,
                alone=len(optimizers) == 1,
                all_frozen=any(_suits(optimizer, tensor, last_layer) for tensor in everything),
            ).at(place)
        reason = _no_sparse(optimizer)
        sparse = [tensor for tensor in taken if tensor.sparse]
        if reason and sparse:
            alone = len(sparse) == len(taken)
            raise InvalidInput(
                f"{optimizer.entry.name} {reason} sparse gradient of {sparse[0].name}",
                hint=_with_sparse_adam(optimizers, optimizer, alone=alone),
            ).at(place)
        names = frozenset(tensor.name for tensor in taken)
        shares.append(tuple(tensor.name for tensor in taken))
        left = [tensor for tensor in left if tensor.name not in names]
    if left:
        raise _left_over(optimizers, left)
    return tuple(shares)


def _suits(optimizer: Bound, tensor: Tensor, last_layer: str) -> bool:
    match optimizer.entry.name:
        case "Muon":
            layer = tensor.name.rpartition(".")[0]
            return tensor.layer == "Linear" and len(tensor.shape) == 2 and layer != last_layer
        case "SparseAdam":
            return tensor.sparse
    return True


def _no_sparse(optimizer: Bound) -> str:
    """Why an optimizer can't follow a sparse gradient, to be read before it; empty if it can."""
    name = optimizer.entry.name
    if name in ("SGD", "Adagrad") and optimizer["weight_decay"]:
        return "can't add weight_decay to the"
    if name == "SGD" and optimizer["momentum"]:
        # torch appends each step's rows to the momentum and never adds them up.
        return "with momentum would take more memory at each step on the"
    return "" if name in ("SGD", "Adagrad", "LBFGS", "SparseAdam") else "can't follow the"


def _with_sparse_adam(optimizers: Sequence[Bound], dense: Bound, *, alone: bool) -> str:
    """The list to write where `dense` meets sparse gradients, or where it has only such."""
    lr = f"lr={dense.given['lr']}" if dense.given.get("lr") and "betas" in dense.values else ""
    ours = next((str(o.call) for o in optimizers if o.entry.name == "SparseAdam"), "")
    others = [
        str(o.call)
        for o in optimizers
        if o.entry.name != "SparseAdam" and not (alone and o is dense)
    ]
    return _list_of([ours or f"SparseAdam({lr})", *others])


def _left_over(optimizers: Sequence[Bound], left: Sequence[Tensor]) -> InvalidInput:
    """The refusal of a network of which some parameters have no optimizer."""
    reasons = [f"{o.entry.name} takes only {TAKES[o.entry.name]}" for o in optimizers]
    some = ", ".join(tensor.name for tensor in left[:3]) + (", …" if len(left) > 3 else "")
    calls = [str(optimizer.call) for optimizer in optimizers]
    if any(tensor.sparse for tensor in left):
        calls.append("SparseAdam()")
    if not all(tensor.sparse for tensor in left):
        calls.append("AdamW()")
    return InvalidInput(
        f"{' and '.join(dict.fromkeys(reasons))}, nobody takes {some}", hint=_list_of(calls)
    )


def _list_of(calls: Sequence[str]) -> str:
    if len(calls) == 1:
        return f"write {calls[0]}"
    quoted = ", ".join(f'"{call}"' for call in calls)
    return f"write [{quoted}]"


def _too_late(
    optimizers: Sequence[Bound], index: int, left: Sequence[Tensor], last_layer: str
) -> InvalidInput:
    """The refusal of one that gets nothing, with the order in which the others leave it some."""
    before = [optimizer.entry.name for optimizer in optimizers[:index]]
    calls: list[str] = []
    for optimizer in sorted(optimizers, key=lambda o: o.entry.name not in TAKES):
        rest = [tensor for tensor in left if not _suits(optimizer, tensor, last_layer)]
        if len(rest) < len(left):
            calls.append(str(optimizer.call))
        left = rest
    return InvalidInput(
        f"{optimizers[index].entry.name} gets no parameter, {' and '.join(before)} before it "
        f"{'takes' if index == 1 else 'take'} all",
        hint=_list_of(calls),
    )


def _nothing_for(optimizer: Bound, *, alone: bool, all_frozen: bool) -> InvalidInput:
    finds = {
        "Muon": ("weight matrix of a hidden Linear layer", "choose another optimizer, such as "),
        "SparseAdam": ("sparse gradients", "write Embedding(…, sparse=True), or "),
    }
    name = optimizer.entry.name
    if name in finds:
        what, otherwise = finds[name]
        if all_frozen:
            return InvalidInput(
                f"{name} finds no {what} that isn't frozen",
                hint="write AdamW()" if alone else "take it out, or freeze less",
            )
        return InvalidInput(
            f"{name} finds no {what}", hint=f"{otherwise}AdamW()" if alone else "take it out"
        )
    return InvalidInput(
        f"{name} has nothing to train", hint="add a layer with parameters, such as Linear"
    )
