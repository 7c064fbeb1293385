"""The layers of a run with their names, shapes and tensors, told from their calls alone."""

from dataclasses import dataclass, replace
from functools import lru_cache

from tui_nn.spec.call import parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.records import Layer
from tui_nn.views.calls import name_of
from tui_nn.views.world import World


@dataclass(frozen=True)
class LayerRow:
    """One layer, for one sample."""

    name: str
    """As torch names it: `2`, `3.0` inside a Residual."""
    call: str
    """As written; of a Residual only its name, its layers are rows of their own behind it."""
    input_shape: Shape | None
    """None where what comes before is not known."""
    output_shape: Shape
    parameters: int
    multiply_adds: int
    depth: int = 0
    """Inside so many Residuals."""
    tensors: tuple[tuple[str, Shape], ...] = ()
    """Its own parameters with the names torch gives them: `0.weight`."""

    @property
    def kind(self) -> str:
        """`Linear`."""
        return name_of(self.call)


@dataclass(frozen=True)
class Fan:
    """The weights between two columns of units."""

    tensor: str
    inputs: int
    outputs: int


def layer_rows(world: World) -> tuple[LayerRow, ...]:
    """Every layer in the order in which they compute; a Residual before its own layers."""
    if world.started is None:
        return ()
    samples = world.samples
    shape = samples.x.shape[1:] if samples else None
    return _layer_rows(world.started.layers, shape)


@lru_cache(maxsize=8)
def _layer_rows(layers: tuple[Layer, ...], shape: Shape | None) -> tuple[LayerRow, ...]:
    rows: list[LayerRow] = []
    for index, layer in enumerate(layers):
        told = LayerRow(
            str(index), layer.call, shape, layer.output_shape, layer.parameters, layer.multiply_adds
        )
        try:
            bound = bind_call("layer", parse(layer.call))
            rows += [told] if shape is None else _with_inner(told, bound, shape)
        except InvalidInput:  # an engine may know layers that are not known here
            rows.append(told)
        shape = layer.output_shape
    return tuple(rows)


def _with_inner(row: LayerRow, bound: Bound, shape: Shape) -> list[LayerRow]:
    """The row with its tensors; behind a Residual's the rows of its own layers."""
    if not bound.inner:
        tensors = bound.size_behind(shape).tensors
        own = tuple((f"{row.name}.{tensor.name}", tensor.shape) for tensor in tensors)
        return [replace(row, tensors=own)]
    rows = [replace(row, call=bound.entry.name, parameters=0)]
    for index, part in enumerate(bound.inner):
        size = part.size_behind(shape)
        inner = LayerRow(
            f"{row.name}.{index}", str(part.call), shape, size.output_shape, size.parameters,
            size.multiply_adds, row.depth + 1,
        )  # fmt: skip
        rows += _with_inner(inner, part, shape)
        shape = size.output_shape
    return rows


def fans(rows: tuple[LayerRow, ...]) -> tuple[Fan, ...]:
    """The weights of a network whose units are joined by Linear layers alone, in order.

    Empty where another layer changes the shape, or nothing is known of the input.
    """
    found: list[Fan] = []
    for row in rows:
        shape = row.input_shape
        if row.kind == "Linear" and row.tensors and shape is not None and len(shape) == 1:
            found.append(Fan(row.tensors[0][0], shape[0], row.output_shape[0]))
        elif shape != row.output_shape:
            return ()
    return tuple(found)


def hidden_layer(rows: tuple[LayerRow, ...]) -> str:
    """The layer before the last with parameters, whose units feed the answer; empty: none."""
    outer = [row for row in rows if row.depth == 0]
    last = max((at for at, row in enumerate(outer) if _has_numbers(row, rows)), default=0)
    return outer[last - 1].name if last else ""


def _has_numbers(row: LayerRow, rows: tuple[LayerRow, ...]) -> bool:
    return any(
        part.parameters
        for part in rows
        if part.name == row.name or part.name.startswith(f"{row.name}.")
    )
