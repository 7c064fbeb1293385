"""Layers that keep numbers in scale, and those that drop some while training."""

from collections.abc import Callable
from dataclasses import replace
from math import gcd, prod

from tui_nn.spec.catalog.entry import (
    Bound,
    Either,
    Entry,
    Flag,
    Parameter,
    Real,
    Shape,
    Size,
    optional,
)
from tui_nn.spec.catalog.layers.common import (
    COUNT,
    IN_PLACE,
    PLACED,
    misfit,
    need_picture,
    same,
    weight_and_bias,
)
from tui_nn.spec.catalog.lists import Listed
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.fixes import unfit
from tui_nn.spec.shapes import show


def _batch_norm1d(bound: Bound, shape: Shape) -> Size:
    """(features) or (features, length)."""
    if len(shape) not in (1, 2):
        of_pictures = replace(bound.call_with(num_features=shape[0]), name="BatchNorm2d")
        raise InvalidInput(
            f"{bound.entry.name} takes rows of numbers, gets {show(shape)}",
            hint="write BatchNorm2d for pictures, or put Flatten() before it",
            fix=(of_pictures,) if len(shape) == 3 else None,
        )
    return _batch_norm(bound, shape)


def _batch_norm2d(bound: Bound, shape: Shape) -> Size:
    need_picture(bound, shape)
    return _batch_norm(bound, shape)


def _batch_norm(bound: Bound, shape: Shape) -> Size:
    features = bound["num_features"]
    if shape[0] != features:
        raise misfit(bound, features, shape, bound.call_with(num_features=shape[0]))
    tensors = weight_and_bias(bound, (features,), features, True) if bound["affine"] else ()
    return Size(shape, tensors)


def _layer_norm(bound: Bound, shape: Shape) -> Size:
    """The last dimensions of each sample together."""
    written = bound["normalized_shape"]
    normalized = written if isinstance(written, tuple) else (written,)
    if shape[-len(normalized) :] != normalized:
        last = shape[-len(normalized) :] if isinstance(written, tuple) else shape[-1]
        fixed = bound.call_with(normalized_shape=last)
        raise misfit(bound, show(normalized), shape, fixed)
    if not bound["elementwise_affine"]:
        return Size(shape)
    weight, *bias = weight_and_bias(bound, normalized, 1, bound["bias"])
    return Size(shape, (weight, *(replace(tensor, shape=normalized) for tensor in bias)))


def _group_norm(bound: Bound, shape: Shape) -> Size:
    """Each group of channels of each sample together, whatever the places."""
    groups, channels = bound["num_groups"], bound["num_channels"]
    if shape[0] != channels:
        fitting = gcd(groups, shape[0])
        fixed = bound.call_with(
            num_channels=shape[0], num_groups=1 if fitting == prod(shape) else fitting
        )
        raise misfit(bound, channels, shape, fixed)
    if prod(shape) == groups:
        raise unfit(
            bound.call,
            f"GroupNorm: groups of one number ({show(shape)} in {groups}) have no deviation",
            *([bound.call_with(num_groups=1)] if channels > 1 else []),
        )
    tensors = weight_and_bias(bound, (channels,), channels, True) if bound["affine"] else ()
    return Size(shape, tensors)


def _check_groups(bound: Bound) -> None:
    groups, channels = bound["num_groups"], bound["num_channels"]
    if channels % groups:
        raise InvalidInput(
            f"GroupNorm: num_channels={channels} can't be divided among {groups} groups",
            hint=f"write {bound.call_with(num_groups=gcd(groups, channels))}",
        )


def _dropout2d(bound: Bound, shape: Shape) -> Size:
    need_picture(bound, shape)
    return Size(shape)


_EPS = Parameter("eps", Real(0, above=True), "keeps the division safe", 1e-05)
_AFFINE = Parameter("affine", Flag(), "learn a scale and a shift", True)


def _batch_norm_entry(dimensions: str, inputs: str, size: Callable[[Bound, Shape], Size]) -> Entry:
    return Entry(
        "layer",
        f"BatchNorm{dimensions}",
        f"torch.nn.BatchNorm{dimensions}",
        f"Scales each {inputs} to mean 0 and deviation 1 over the batch, then by learned numbers.",
        (
            Parameter("num_features", COUNT, f"{inputs}s of the input"),
            _EPS,
            Parameter(
                "momentum",
                optional(Real(0, 1)),
                "share of the new batch in the running mean; None averages all batches",
                0.1,
            ),
            _AFFINE,
            Parameter(
                "track_running_stats", Flag(), "keep a running mean for use after training", True
            ),
        ),
        left_out=PLACED | {"bias": "needs torch 2.13; affine=False leaves out scale and shift"},
        size=size,
    )


def _dropout(name: str, what: str, size: Callable[[Bound, Shape], Size]) -> Entry:
    return Entry(
        "layer",
        name,
        f"torch.nn.{name}",
        f"While training, sets a random share of {what} to 0 and enlarges the rest.",
        (Parameter("p", Real(0, 1), "share set to 0", 0.5),),
        left_out=IN_PLACE,
        size=size,
    )


NORMS = (
    _batch_norm_entry("1d", "feature", _batch_norm1d),
    _batch_norm_entry("2d", "channel", _batch_norm2d),
    Entry(
        "layer",
        "LayerNorm",
        "torch.nn.LayerNorm",
        "Scales each sample by itself to mean 0 and deviation 1, then by learned numbers.",
        (
            Parameter(
                "normalized_shape",
                Either((COUNT, Listed(COUNT))),
                "the last dimensions, over which mean and deviation are taken",
            ),
            _EPS,
            Parameter("elementwise_affine", Flag(), "learn a scale and a shift", True),
            Parameter("bias", Flag(), "learn the shift too", True),
        ),
        left_out=PLACED,
        size=_layer_norm,
    ),
    Entry(
        "layer",
        "GroupNorm",
        "torch.nn.GroupNorm",
        "Scales groups of a sample's channels to mean 0 and deviation 1, then by learned numbers.",
        (
            Parameter("num_groups", COUNT, "into how many groups the channels fall"),
            Parameter("num_channels", COUNT, "channels of the input"),
            _EPS,
            _AFFINE,
        ),
        left_out=PLACED | {"bias": "needs torch 2.13; affine=False leaves out scale and shift"},
        size=_group_norm,
        relations=_check_groups,
    ),
    _dropout("Dropout", "the numbers", same),
    _dropout("Dropout2d", "whole channels", _dropout2d),
)
