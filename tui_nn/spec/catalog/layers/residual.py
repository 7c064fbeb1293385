"""Layers with a way round them."""

from dataclasses import dataclass, replace
from typing import Any

from tui_nn.spec.call import Call
from tui_nn.spec.catalog.entry import Bound, Entry, Parameter, Shape, Size, Tensor
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.shapes import show
from tui_nn.spec.words import say


@dataclass(frozen=True)
class Layer:
    """A call of a layer; what it may be is checked where layers are looked up."""

    def check(self, value: Any) -> None:
        if not isinstance(value, Call):
            raise ValueError(f"is {say(value)}, not a layer")

    def __str__(self) -> str:
        return "a layer"


def _residual(bound: Bound, shape: Shape) -> Size:
    """x + f(x), so f must give back the shape it gets."""
    current, multiply_adds = shape, 0
    tensors: list[Tensor] = []
    for index, layer in enumerate(bound.inner):
        try:
            size = layer.size_behind(current)
        except InvalidInput as error:
            error.fix = _around(bound, index, error.fix)
            raise error.at(f"Residual[{index}]") from None
        current = size.output_shape
        tensors += [replace(tensor, name=f"{index}.{tensor.name}") for tensor in size.tensors]
        multiply_adds += size.multiply_adds
    if current != shape:
        raise InvalidInput(
            f"Residual adds its input to its output: {show(shape)} goes in, {show(current)} out",
            hint="end it with a layer that gives back the input's shape",
            fix=_back_to(bound, shape, current),
        )
    return Size(shape, tuple(tensors), multiply_adds)


def _around(bound: Bound, index: int, fix: tuple[Call, ...] | None) -> tuple[Call, ...] | None:
    """The Residual with a fix of one of its layers."""
    if fix is None:
        return None
    args = (*bound.call.args[:index], *fix, *bound.call.args[index + 1 :])
    return (replace(bound.call, args=args),) if args else ()


def _back_to(bound: Bound, shape: Shape, current: Shape) -> tuple[Call, ...] | None:
    """The Residual with a last layer that gives back a row's length."""
    if len(shape) != 1 or len(current) != 1:
        return None
    last = Call("Linear", (current[0], shape[0]))
    return (replace(bound.call, args=(*bound.call.args, last)),)


def _check_layers(bound: Bound) -> None:
    if not bound.call.args:
        raise InvalidInput("Residual needs at least one layer", hint="write Residual(layer, …)")
    for index, layer in enumerate(bound.call.args):
        if isinstance(layer, Call) and layer.name == "Embedding":
            raise InvalidInput(
                "Embedding takes tokens (whole numbers), a Residual adds numbers",
                where=f"Residual[{index}]",
                hint="put it first in the network",
            )


RESIDUAL = Entry(
    "layer",
    "Residual",
    "tui_nn.engine.modules.Residual",
    "Adds its input to what its layers make of it: x + f(x).",
    variadic=Parameter("layer", Layer(), "the layers of f, in order"),
    size=_residual,
    relations=_check_layers,
)
