"""Output shape and counts of every layer, for one sample, by arithmetic alone.

Multiply-adds count the products of matrices and kernels; element-wise work is not counted.
"""

from dataclasses import replace
from math import prod

from tui_nn.spec.catalog.entry import Bound, Shape, Size, Tensor
from tui_nn.spec.errors import InvalidInput


def show(shape: Shape) -> str:
    """`8x4x4` for (8, 4, 4)."""
    return "x".join(map(str, shape)) or "1"


def same(bound: Bound, shape: Shape) -> Size:
    """Element-wise layers."""
    return Size(shape)


def linear(bound: Bound, shape: Shape) -> Size:
    """Linear: the last dimension times a matrix, plus a vector."""
    inputs, outputs = bound["in_features"], bound["out_features"]
    if not shape or shape[-1] != inputs:
        if len(shape) > 1 and prod(shape) == inputs:
            raise _misfit(bound, inputs, shape, "put Flatten() before it")
        if len(shape) > 1:
            fixed = bound.call_with(in_features=prod(shape))
            raise _misfit(bound, inputs, shape, f"put Flatten() before it and write {fixed}")
        fixed = bound.call_with(in_features=shape[-1] if shape else 1)
        raise _misfit(bound, inputs, shape, f"write {fixed}")
    tensors = _weight_and_bias(bound, (outputs, inputs), bound["bias"])
    return Size((*shape[:-1], outputs), tensors, prod(shape[:-1]) * inputs * outputs)


def conv2d(bound: Bound, shape: Shape) -> Size:
    """Conv2d: one kernel per pair of channels, at every place of the picture."""
    inputs, outputs, groups = bound["in_channels"], bound["out_channels"], bound["groups"]
    _need_picture(bound, shape)
    if shape[0] != inputs:
        fixed = bound.call_with(in_channels=shape[0])
        raise InvalidInput(
            f"{bound.entry.name} expects {inputs} channels, gets {shape[0]} ({show(shape)})",
            hint=f"write {fixed}",
        )
    kernel, dilations = _pair(bound["kernel_size"]), _pair(bound["dilation"])
    padding = bound["padding"]
    if padding == "same":
        # Where the sum is odd, torch adds the greater half below and to the right.
        sums = [dilations[i] * (kernel[i] - 1) for i in range(2)]
        _check_padding_mode(bound, (sums[0] - sums[0] // 2, sums[1] - sums[1] // 2), shape)
        height, width = shape[1:]
    else:
        pads = (0, 0) if padding == "valid" else _pair(padding)
        _check_padding_mode(bound, pads, shape)
        strides = _pair(bound["stride"])
        height, width = (
            _sliding(bound, shape, shape[i + 1], kernel[i], strides[i], pads[i], dilations[i])
            for i in range(2)
        )
    weight = (outputs, inputs // groups, *kernel)
    tensors = _weight_and_bias(bound, weight, bound["bias"])
    return Size((outputs, height, width), tensors, prod(weight) * height * width)


def pool2d(bound: Bound, shape: Shape) -> Size:
    """MaxPool2d and AvgPool2d: a window slid over each channel."""
    _need_picture(bound, shape)
    kernel = _pair(bound["kernel_size"])
    strides = kernel if bound["stride"] is None else _pair(bound["stride"])
    pads = _pair(bound["padding"])
    dilations = _pair(bound["dilation"]) if "dilation" in bound.values else (1, 1)
    height, width = (
        _sliding(
            bound, shape, shape[i + 1], kernel[i], strides[i], pads[i], dilations[i],
            ceil=bound["ceil_mode"],
        )
        for i in range(2)
    )  # fmt: skip
    return Size((shape[0], height, width))


def batch_norm1d(bound: Bound, shape: Shape) -> Size:
    """BatchNorm1d: (features) or (features, length)."""
    if len(shape) not in (1, 2):
        raise InvalidInput(
            f"{bound.entry.name} takes rows of numbers, gets {show(shape)}",
            hint="write BatchNorm2d for pictures, or put Flatten() before it",
        )
    return _batch_norm(bound, shape)


def batch_norm2d(bound: Bound, shape: Shape) -> Size:
    """BatchNorm2d: (channels, height, width)."""
    _need_picture(bound, shape)
    return _batch_norm(bound, shape)


def _batch_norm(bound: Bound, shape: Shape) -> Size:
    features = bound["num_features"]
    if shape[0] != features:
        raise _misfit(bound, features, shape, f"write {bound.call_with(num_features=shape[0])}")
    tensors = _weight_and_bias(bound, (features,), True) if bound["affine"] else ()
    return Size(shape, tensors)


def flatten(bound: Bound, shape: Shape) -> Size:
    """Flatten: torch counts the batch as dimension 0."""
    dims = len(shape) + 1
    start, end = (bound[name] + dims * (bound[name] < 0) for name in ("start_dim", "end_dim"))
    if not 0 <= start < dims or not 0 <= end < dims or start > end:
        raise InvalidInput(
            f"{bound.call}: the input has dimensions 0 (the batch) to {dims - 1}",
            hint="write Flatten()",
        )
    if start == 0:
        raise InvalidInput(
            f"{bound.call} would flatten the batch too", hint="start_dim is 1 or more"
        )
    return Size((*shape[: start - 1], prod(shape[start - 1 : end]), *shape[end:]))


def residual(bound: Bound, shape: Shape) -> Size:
    """Residual: x + f(x), so f must give back the shape it gets."""
    current, multiply_adds = shape, 0
    tensors: list[Tensor] = []
    for index, layer in enumerate(bound.inner):
        assert layer.entry.size is not None
        try:
            size = layer.entry.size(layer, current)
        except InvalidInput as error:
            raise error.at(f"Residual[{index}]") from None
        current = size.output_shape
        tensors += [replace(tensor, name=f"{index}.{tensor.name}") for tensor in size.tensors]
        multiply_adds += size.multiply_adds
    if current != shape:
        raise InvalidInput(
            f"Residual adds its input to its output: {show(shape)} goes in, {show(current)} out",
            hint="end it with a layer that gives back the input's shape",
        )
    return Size(shape, tuple(tensors), multiply_adds)


def _weight_and_bias(bound: Bound, weight: Shape, bias: bool) -> tuple[Tensor, ...]:
    layer = bound.entry.name
    tensors = (Tensor("weight", weight, layer), Tensor("bias", weight[:1], layer))
    return tensors if bias else tensors[:1]


def _misfit(bound: Bound, expected: int, shape: Shape, hint: str) -> InvalidInput:
    gets = shape[-1] if len(shape) == 1 else show(shape)
    return InvalidInput(f"{bound.entry.name} expects {expected}, gets {gets}", hint=hint)


def _need_picture(bound: Bound, shape: Shape) -> None:
    if len(shape) != 3:
        raise InvalidInput(
            f"{bound.entry.name} takes pictures (channels x height x width), gets {show(shape)}",
            hint="move it before Flatten(), or use data with pictures such as digits()",
        )


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _check_padding_mode(bound: Bound, pads: tuple[int, int], shape: Shape) -> None:
    mode = bound["padding_mode"]
    limit = {"reflect": -1, "circular": 0}.get(mode)
    if limit is not None and any(
        pad > size + limit for pad, size in zip(pads, shape[1:], strict=True)
    ):
        raise InvalidInput(
            f"{bound.entry.name}: padding_mode='{mode}' can't pad {show(shape)} by {max(pads)}",
            hint="write less padding, or padding_mode='zeros'",
        )


def _sliding(
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
