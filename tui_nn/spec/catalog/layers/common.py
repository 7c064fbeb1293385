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
from tui_nn.spec.fixes import FLATTEN, unfit
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


def misfit(bound: Bound, expected: object, shape: Shape, *fix: Call) -> InvalidInput:
    """`Linear expects 10, gets 64`, and what to write."""
    return unfit(bound.call, f"{bound.entry.name} expects {expected}, gets {show(shape)}", *fix)


def flatten_or(
    bound: Bound, count: int, shape: Shape, fixed: Callable[[int], Call]
) -> tuple[Call, ...]:
    """What stands in the place of a layer that takes `count` numbers and gets this shape.

    `fixed` writes the layer for another count.
    """
    if len(shape) > 1 and prod(shape) == count:
        return FLATTEN, bound.call
    return *([FLATTEN] if len(shape) > 1 else []), fixed(prod(shape))


def need_picture(bound: Bound, shape: Shape) -> None:
    """Refuse all but (channels, height, width)."""
    if len(shape) == 3:
        return
    reason = f"{bound.entry.name} takes pictures (channels x height x width), gets {show(shape)}"
    before = _to_picture(bound, shape)
    if before is None:
        hint = "move it before Flatten(), or use data with pictures such as digits()"
        raise InvalidInput(reason, hint=hint)
    error = unfit(bound.call, reason, before, bound.call)
    flat = bound.entry.name.removesuffix("2d") + "1d"
    if len(shape) == 2 and flat in ONE_DIMENSIONAL:
        error.hint = f"write {flat}, or {error.hint}"
    raise error


def _to_picture(bound: Bound, shape: Shape) -> Call | None:
    """The layer that makes pictures of this shape; None where there is none."""
    if len(shape) == 2:
        return Call("Unflatten", (1, (1, shape[0])))
    if len(shape) > 3:
        return Call("Flatten", (1, len(shape) - 2))
    for channels in (bound.values.get("in_channels", 1), 1):
        side = isqrt(prod(shape) // channels)
        if side > 1 and channels * side * side == prod(shape):
            return Call("Unflatten", (1, (channels, side, side)))
    return None


def need_row(bound: Bound, shape: Shape) -> None:
    """Refuse all but (channels, length)."""
    if len(shape) != 2:
        alone = len(shape) == 1
        before = Call("Unflatten", (1, (1, shape[0]))) if alone else Call("Flatten", (2,))
        raise unfit(
            bound.call,
            f"{bound.entry.name} takes rows of channels x length, gets {show(shape)}",
            before,
            bound.call,
            or_else="" if alone else ", or write its 2d form",
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
        resolved = stands_for(bound, shape)
        try:
            return bind(full, resolved).size_behind(shape)
        except InvalidInput as error:
            if error.fix is not None:  # behind another layer it stands for another call
                error.fix = tuple(bound.call if call == resolved else call for call in error.fix)
            raise

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
