"""The layers of a network walked from input to output: shapes, counts, and who updates what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_nn.spec.catalog.entry import Bound, Shape, Size, Tensor
from tui_nn.spec.errors import InvalidInput


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
    rows: list[Row] = []
    shape = input_shape
    for index, layer in enumerate(layers):
        assert layer.entry.size is not None
        try:
            size = layer.entry.size(layer, shape)
        except InvalidInput as error:
            raise error.at(f"[{index}]") from None
        rows.append(Row(layer, shape, size))
        shape = size.output_shape
    return tuple(rows)


def without_lazy(layers: Sequence[Bound], input_shape: Shape) -> tuple[Bound, ...]:
    """The same layers, each lazy one replaced by the call it stands for."""
    return tuple(layers)


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


def assign(optimizers: Sequence[Bound], rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    """The names of the parameters that each optimizer updates.

    In order: Muon takes the 2-D weights of Linear layers except the last layer with parameters,
    every other takes all that is left. InvalidInput where one gets nothing or a parameter nobody.
    """
    left = list(tensors(rows))
    last_layer = left[-1].name.rpartition(".")[0] if left else ""
    shares: list[tuple[str, ...]] = []
    for index, optimizer in enumerate(optimizers):
        place = f"[{index}]" if len(optimizers) > 1 else ""
        is_muon = optimizer.entry.name == "Muon"
        taken = [t for t in left if not is_muon or _for_muon(t, last_layer)]
        if not taken:
            raise _nothing_for(optimizer, alone=len(optimizers) == 1, first=not shares).at(place)
        names = frozenset(tensor.name for tensor in taken)
        shares.append(tuple(tensor.name for tensor in taken))
        left = [tensor for tensor in left if tensor.name not in names]
    if left:
        some = ", ".join(tensor.name for tensor in left[:3]) + (", …" if len(left) > 3 else "")
        raise InvalidInput(
            f"Muon takes only the weight matrices of hidden Linear layers, nobody takes {some}",
            hint=f'write ["{optimizers[0].call}", "AdamW()"]',
        )
    return tuple(shares)


def _for_muon(tensor: Tensor, last_layer: str) -> bool:
    layer = tensor.name.rpartition(".")[0]
    return tensor.layer == "Linear" and len(tensor.shape) == 2 and layer != last_layer


def _nothing_for(optimizer: Bound, *, alone: bool, first: bool) -> InvalidInput:
    name = optimizer.entry.name
    if name == "Muon":
        return InvalidInput(
            "Muon finds no weight matrix of a hidden Linear layer",
            hint="choose another optimizer, such as AdamW()" if alone else "take it out",
        )
    if first:
        return InvalidInput(
            f"{name} has nothing to train", hint="add a layer with parameters, such as Linear"
        )
    return InvalidInput(f"{name} gets no parameter, those before it take all", hint="take it out")
