"""Windows that keep one number each."""

from dataclasses import replace

from tui_nn.spec.catalog.entry import (
    Bound,
    Entry,
    Flag,
    Pair,
    Parameter,
    Rule,
    Several,
    Shape,
    Size,
    optional,
)
from tui_nn.spec.catalog.layers.common import (
    COUNT,
    PAD,
    PADS,
    SIDE,
    SIDES,
    need_picture,
    need_row,
    sides,
    sliding,
)
from tui_nn.spec.errors import InvalidInput


def _pool1d(bound: Bound, shape: Shape) -> Size:
    need_row(bound, shape)
    return _pool(bound, shape)


def _pool2d(bound: Bound, shape: Shape) -> Size:
    need_picture(bound, shape)
    return _pool(bound, shape)


def _pool(bound: Bound, shape: Shape) -> Size:
    """A window slid over each channel; `shape` is (channels, *places)."""
    dimensions = len(shape) - 1
    kernel = sides(bound["kernel_size"], dimensions)
    strides = kernel if bound["stride"] is None else sides(bound["stride"], dimensions)
    pads = sides(bound["padding"], dimensions)
    dilations = sides(bound.values.get("dilation", 1), dimensions)
    windows = list(zip(shape[1:], kernel, strides, pads, dilations, strict=True))
    places = [sliding(bound, shape, *window, ceil=bound["ceil_mode"]) for window in windows]
    for window, count in zip(windows, places, strict=True):
        _refuse_empty_windows(bound, *window, count)
    return Size((shape[0], *places))


def _refuse_empty_windows(
    bound: Bound, length: int, kernel: int, stride: int, pad: int, dilation: int, count: int
) -> None:
    """InvalidInput where a window would see nothing but padding: torch then writes out of bounds.

    `max_pool1d(zeros(1, 1, 2), 2, 1, padding=1, dilation=3)` returns index 2 of a row of 2, and its
    backward pass adds to that place (torch 2.13).
    """
    for start in range(-pad, min(0, count * stride - pad), stride):
        first = start % dilation
        if first >= length or first - start >= kernel * dilation:
            raise InvalidInput(
                f"{bound.entry.name}: a window of {kernel} with dilation {dilation} "
                "sees only padding",
                hint="write a smaller dilation or padding",
            )


def _adaptive(bound: Bound, shape: Shape) -> Size:
    """As many windows as are asked for, side by side or overlapping."""
    need_picture(bound, shape)
    height, width = sides(bound["output_size"], 2)
    return Size((shape[0], height or shape[1], width or shape[2]))


def _check_padding(bound: Bound) -> None:
    kernel, padding = sides(bound["kernel_size"], 2), sides(bound["padding"], 2)
    if any(2 * pad > side for side, pad in zip(kernel, padding, strict=True)):
        raise InvalidInput(
            f"{bound.entry.name}: padding is more than half of kernel_size",
            hint="write a smaller padding",
        )


_CEIL = Parameter("ceil_mode", Flag(), "let the last window reach beyond the edge", False)


def _window(side: Rule, pad: Rule, measure: str, added: str) -> tuple[Parameter, ...]:
    return (
        Parameter("kernel_size", side, f"{measure} of the window"),
        Parameter("stride", optional(side), "how far it moves; None: its own size", None),
        Parameter("padding", pad, added, 0),
    )


_SQUARE = _window(SIDES, PADS, "height and width", "rows and columns added round the picture")
_DILATION = "distance between the numbers of a window"


def _max_pool(dimensions: str, summary: str, *parameters: Parameter, size: object) -> Entry:
    return Entry(
        "layer",
        f"MaxPool{dimensions}",
        f"torch.nn.MaxPool{dimensions}",
        summary,
        (*parameters, replace(_CEIL, keyword_only=True)),
        left_out={"return_indices": "gives a second output that no layer takes"},
        size=size,  # type: ignore[arg-type]
        relations=_check_padding,
    )


POOLS = (
    _max_pool(
        "2d",
        "Keeps the largest number of each window: smaller maps, same channels.",
        *_SQUARE,
        Parameter("dilation", SIDES, _DILATION, 1),
        size=_pool2d,
    ),
    _max_pool(
        "1d",
        "Keeps the largest number of each window: shorter rows, same channels.",
        *_window(SIDE, PAD, "length", "numbers added at both ends"),
        Parameter("dilation", SIDE, _DILATION, 1),
        size=_pool1d,
    ),
    Entry(
        "layer",
        "AvgPool2d",
        "torch.nn.AvgPool2d",
        "Averages each window: smaller, smoother maps, same channels.",
        (
            *_SQUARE,
            _CEIL,
            Parameter("count_include_pad", Flag(), "count added zeros in the average", True),
            Parameter(
                "divisor_override", optional(COUNT), "divide by this, not the window's size", None
            ),
        ),
        size=_pool2d,
        relations=_check_padding,
    ),
    Entry(
        "layer",
        "AdaptiveAvgPool2d",
        "torch.nn.AdaptiveAvgPool2d",
        "Averages windows of the size that gives maps of output_size, whatever comes in.",
        (
            Parameter(
                "output_size",
                Pair((SIDE, Several((optional(SIDE), optional(SIDE))))),
                "height and width that come out; None in a pair keeps that side",
            ),
        ),
        size=_adaptive,
    ),
)
