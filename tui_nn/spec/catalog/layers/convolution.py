"""Small learned kernels slid over rows and pictures."""

from math import gcd, prod

from tui_nn.spec.call import Call
from tui_nn.spec.catalog.entry import Bound, Choice, Either, Entry, Parameter, Rule, Shape, Size
from tui_nn.spec.catalog.layers.common import (
    BIAS,
    COUNT,
    PAD,
    PADS,
    PLACED,
    SIDE,
    SIDES,
    lazy,
    need_picture,
    need_row,
    sides,
    sliding,
    weight_and_bias,
)
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.fixes import unfit
from tui_nn.spec.shapes import show


def _conv1d(bound: Bound, shape: Shape) -> Size:
    need_row(bound, shape)
    return _convolution(bound, shape)


def _conv2d(bound: Bound, shape: Shape) -> Size:
    need_picture(bound, shape)
    return _convolution(bound, shape)


def _convolution(bound: Bound, shape: Shape) -> Size:
    """One kernel per pair of channels, at every place; `shape` is (channels, *places)."""
    _need_channels(bound, shape)
    inputs, outputs, groups = bound["in_channels"], bound["out_channels"], bound["groups"]
    dimensions = len(shape) - 1
    kernel, dilations = (sides(bound[name], dimensions) for name in ("kernel_size", "dilation"))
    padding = bound["padding"]
    places = shape[1:]
    if padding == "same":
        # Where the sum is odd, torch adds the greater half behind.
        sums = [d * (k - 1) for d, k in zip(dilations, kernel, strict=True)]
        _check_padding_mode(bound, tuple(total - total // 2 for total in sums), shape)
    else:
        pads = sides(0 if padding == "valid" else padding, dimensions)
        _check_padding_mode(bound, pads, shape)
        strides = sides(bound["stride"], dimensions)
        windows = zip(shape[1:], kernel, strides, pads, dilations, strict=True)
        places = tuple(sliding(bound, shape, *window) for window in windows)
    weight = (outputs, inputs // groups, *kernel)
    tensors = weight_and_bias(bound, weight, outputs, bound["bias"])
    return Size((outputs, *places), tensors, prod(weight) * prod(places))


def _channels_of(bound: Bound, shape: Shape) -> int:
    need_picture(bound, shape)
    return shape[0]


def _transposed(bound: Bound, shape: Shape) -> Size:
    """Every number of the input adds one kernel per output channel, `stride` apart."""
    need_picture(bound, shape)
    _need_channels(bound, shape)
    inputs, outputs, groups = bound["in_channels"], bound["out_channels"], bound["groups"]
    kernel, strides, pads, extras, dilations = (
        sides(bound[name], 2)
        for name in ("kernel_size", "stride", "padding", "output_padding", "dilation")
    )
    places = tuple(
        (shape[i + 1] - 1) * strides[i] - 2 * pads[i] + dilations[i] * (kernel[i] - 1) + extras[i]
        + 1
        for i in range(2)
    )  # fmt: skip
    if min(places) < 1:
        raise InvalidInput(
            f"ConvTranspose2d: padding takes away all that {show(shape)} would become",
            hint="write less padding",
        )
    weight = (inputs, outputs // groups, *kernel)
    tensors = weight_and_bias(bound, weight, outputs, bound["bias"])
    return Size((outputs, *places), tensors, prod(weight) * prod(shape[1:]))


def _need_channels(bound: Bound, shape: Shape) -> None:
    inputs = bound["in_channels"]
    if shape[0] != inputs:
        raise unfit(
            bound.call,
            f"{bound.entry.name} expects {inputs} channels, gets {shape[0]} ({show(shape)})",
            _in_groups(bound, in_channels=shape[0]),
        )


def _in_groups(bound: Bound, **changed: int) -> Call:
    """The call with these values, and as many groups as then divide all channels."""
    channels = bound.values | changed
    groups = gcd(bound["groups"], channels["out_channels"], channels["in_channels"])
    return bound.call_with(**changed, **({"groups": groups} if groups != bound["groups"] else {}))


def _check_padding_mode(bound: Bound, pads: Shape, shape: Shape) -> None:
    mode = bound["padding_mode"]
    limit = {"reflect": -1, "circular": 0}.get(mode)
    if limit is not None and any(
        pad > size + limit for pad, size in zip(pads, shape[1:], strict=True)
    ):
        raise InvalidInput(
            f"{bound.entry.name}: padding_mode='{mode}' can't pad {show(shape)} by {max(pads)}",
            hint="write less padding, or padding_mode='zeros'",
        )


def _check_groups(bound: Bound) -> None:
    groups = bound["groups"]
    for name in ("in_channels", "out_channels"):
        if bound[name] % groups:
            raise InvalidInput(
                f"{bound.entry.name}: {name}={bound[name]} can't be divided among {groups} groups",
                hint=f"write {_in_groups(bound)}",
            )


def _check_convolution(bound: Bound) -> None:
    _check_groups(bound)
    if bound["padding"] == "same" and bound["stride"] not in (1, (1, 1)):
        raise InvalidInput(
            f"{bound.entry.name}: padding='same' needs stride=1", hint="write padding as a number"
        )


def _check_transposed(bound: Bound) -> None:
    _check_groups(bound)
    extras, strides, dilations = (
        sides(bound[name], 2) for name in ("output_padding", "stride", "dilation")
    )
    for extra, stride, dilation in zip(extras, strides, dilations, strict=True):
        if extra >= max(stride, dilation):
            raise InvalidInput(
                f"ConvTranspose2d: output_padding={extra} needs a larger stride or dilation",
                hint=f"write output_padding={max(stride, dilation) - 1} or less",
            )


def _channels_in(what: str) -> Parameter:
    return Parameter("in_channels", COUNT, f"channels of the {what}")


_CHANNELS_OUT = Parameter("out_channels", COUNT, "kernels, and so maps that come out")
_GROUPS = Parameter("groups", COUNT, "channels split into groups that don't mix", 1)


def _dilation(side: Rule) -> Parameter:
    return Parameter("dilation", side, "distance between a kernel's numbers", 1)


def _options(side: Rule, pads: tuple[Rule, ...], added: str, where: str) -> tuple[Parameter, ...]:
    """What Conv1d and Conv2d share behind kernel_size."""
    return (
        Parameter("stride", side, "how far the window moves each time", 1),
        Parameter(
            "padding", Either((*pads, Choice(("same", "valid")))), f"{added} added {where}", 0
        ),
        _dilation(side),
        _GROUPS,
        BIAS,
        Parameter(
            "padding_mode",
            Choice(("zeros", "reflect", "replicate", "circular")),
            f"what the added {added} hold",
            "zeros",
        ),
    )


_CONV2D = Entry(
    "layer",
    "Conv2d",
    "torch.nn.Conv2d",
    "Slides small learned kernels over a picture; each gives one map of where it fits.",
    (
        _channels_in("picture"),
        _CHANNELS_OUT,
        Parameter("kernel_size", SIDES, "height and width of a kernel"),
        *_options(SIDES, PADS.rules, "rows and columns", "round the picture"),
    ),
    left_out=PLACED,
    size=_conv2d,
    relations=_check_convolution,
)


CONVOLUTIONS = (
    _CONV2D,
    lazy(
        _CONV2D, "LazyConv2d", "A Conv2d that reads in_channels from what comes in.", _channels_of
    ),
    Entry(
        "layer",
        "Conv1d",
        "torch.nn.Conv1d",
        "Slides small learned kernels along a row; each gives one line of where it fits.",
        (
            _channels_in("row"),
            _CHANNELS_OUT,
            Parameter("kernel_size", SIDE, "length of a kernel"),
            *_options(SIDE, (PAD,), "numbers", "at both ends"),
        ),
        left_out=PLACED,
        size=_conv1d,
        relations=_check_convolution,
    ),
    Entry(
        "layer",
        "ConvTranspose2d",
        "torch.nn.ConvTranspose2d",
        "Stamps small learned kernels side by side: makes pictures larger, as Conv2d smaller.",
        (
            _channels_in("picture"),
            Parameter("out_channels", COUNT, "channels that come out"),
            Parameter("kernel_size", SIDES, "height and width of a kernel"),
            Parameter("stride", SIDES, "how far apart the stamps are", 1),
            Parameter("padding", PADS, "rows and columns cut off round the result", 0),
            Parameter("output_padding", PADS, "rows and columns added below and to the right", 0),
            _GROUPS,
            BIAS,
            _dilation(SIDES),
        ),
        left_out=PLACED | {"padding_mode": "is 'zeros': torch has no other here"},
        size=_transposed,
        relations=_check_transposed,
    ),
)
