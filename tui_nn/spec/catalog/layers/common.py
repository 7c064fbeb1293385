"""What the families of layers share: parameters, reasons, refusals."""

from collections.abc import Callable
from dataclasses import replace
from math import isqrt, prod

from tui_nn.spec.call import Call
from tui_nn.spec.catalog.entry import (
    Bound,
    Entry,
    Flag,
    Parameter,
    Shape,
    Size,
    Tensor,
    Whole,
    bind,
    pair,
)
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.shapes import show

PLACED = {
    "device": "is train.device, one for the whole network",
    "dtype": "is train.dtype, one for the whole network",
}
IN_PLACE = {"inplace": "would overwrite values that are shown"}

# Larger sides would overflow the 32-bit integers inside torch's kernels.
LARGEST_SIDE = 1_000_000
ONE_DIMENSIONAL = ("Conv1d", "BatchNorm1d", "MaxPool1d")
"""The layers that take rows where their 2d form takes pictures."""

COUNT = Whole(1)
SIDE = Whole(1, LARGEST_SIDE)
SIDES = pair(SIDE)
PAD = Whole(0, LARGEST_SIDE)
PADS = pair(PAD)
BIAS = Parameter("bias", Flag(), "add a learned number to each output", True)


def same(bound: Bound, shape: Shape) -> Size:
    """What goes in comes out, number by number."""
    return Size(shape)


def weight_and_bias(bound: Bound, weight: Shape, outputs: int, bias: bool) -> tuple[Tensor, ...]:
    """The weight, and a bias with one number for each of the outputs."""
    layer = bound.entry.name
    tensors = (Tensor("weight", weight, layer), Tensor("bias", (outputs,), layer))
    return tensors if bias else tensors[:1]


def misfit(bound: Bound, expected: object, shape: Shape, hint: str) -> InvalidInput:
    """`Linear expects 10, gets 64`, and what to write."""
    return InvalidInput(f"{bound.entry.name} expects {expected}, gets {show(shape)}", hint=hint)


def flatten_or(count: int, shape: Shape, fixed: Callable[[int], Call]) -> str:
    """The way out for a layer that takes `count` numbers and gets this shape.

    `fixed` writes the layer for another count.
    """
    if len(shape) > 1 and prod(shape) == count:
        return "put Flatten() before it"
    flat = "put Flatten() before it and " if len(shape) > 1 else ""
    return f"{flat}write {fixed(prod(shape))}"


def need_picture(bound: Bound, shape: Shape) -> None:
    """Refuse all but (channels, height, width)."""
    if len(shape) != 3:
        raise InvalidInput(
            f"{bound.entry.name} takes pictures (channels x height x width), gets {show(shape)}",
            hint=_to_picture(bound, shape),
        )


def _to_picture(bound: Bound, shape: Shape) -> str:
    name = bound.entry.name
    if len(shape) == 2:
        flat = name.removesuffix("2d") + "1d"
        fold = f"put Unflatten(1, (1, {shape[0]})) before it"
        return f"write {flat}, or {fold}" if flat in ONE_DIMENSIONAL else fold
    if len(shape) > 3:
        return f"put Flatten(1, {len(shape) - 2}) before it"
    for channels in (bound.values.get("in_channels", 1), 1):
        side = isqrt(prod(shape) // channels)
        if side > 1 and channels * side * side == prod(shape):
            return f"put Unflatten(1, {(channels, side, side)}) before it"
    return "move it before Flatten(), or use data with pictures such as digits()"


def need_row(bound: Bound, shape: Shape) -> None:
    """Refuse all but (channels, length)."""
    if len(shape) != 2:
        raise InvalidInput(
            f"{bound.entry.name} takes rows of channels x length, gets {show(shape)}",
            hint=f"put Unflatten(1, (1, {shape[0]})) before it"
            if len(shape) == 1
            else "put Flatten(2) before it, or write its 2d form",
        )


def sides(value: int | tuple[int, ...], dimensions: int) -> tuple[int, ...]:
    """One number for each dimension: a single one holds for all."""
    return value if isinstance(value, tuple) else (value,) * dimensions


def sliding(
    bound: Bound, shape: Shape, size: int, kernel: int, stride: int, pad: int, dilation: int,
    *, ceil: bool = False,
) -> int:  # fmt: skip
    """How often a window fits along one side; torch's rule for ceil_mode included."""
    room = size + 2 * pad - dilation * (kernel - 1) - 1
    steps = -(-room // stride) if ceil else room // stride
    if ceil and steps * stride >= size + pad:  # a window may not start in the padding
        steps -= 1
    if steps < 0:
        raise InvalidInput(
            f"{bound.entry.name}: a window of {dilation * (kernel - 1) + 1} does not fit "
            f"into {show(shape)}",
            hint="write a smaller kernel_size, or padding",
        )
    return steps + 1


def lazy(full: Entry, name: str, summary: str, inputs: Callable[[Bound, Shape], int]) -> Entry:
    """The entry like `full` that leaves its first parameter to what comes in.

    `inputs` reads that parameter from the input's shape.
    """

    def stands_for(bound: Bound, shape: Shape) -> Call:
        return Call(full.name, (inputs(bound, shape), *bound.call.args), bound.call.kwargs)

    def size(bound: Bound, shape: Shape) -> Size:
        return bind(full, stands_for(bound, shape)).size_behind(shape)

    return replace(
        full,
        name=name,
        target=f"torch.nn.{name}",
        summary=summary,
        parameters=full.parameters[1:],
        size=size,
        relations=None,
        stands_for=stands_for,
    )
