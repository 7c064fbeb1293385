"""The places of sample pictures that a filter or a neuron responds to most."""

from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Responses, ResponsesFrame, Samples, SamplesFrame
from tui_nn.views import sampled
from tui_nn.views.arrays import Floats, floats
from tui_nn.views.calls import name_of
from tui_nn.views.desk import Desk
from tui_nn.views.panels.forward_picture import first_weights, picture_shape
from tui_nn.views.world import World

TOP = 4
"""Responses of each filter that are looked at."""
MOST_NUMBERS = 2**18
"""Samples of so many numbers at most are fetched whole; else those that are shown."""


def layer_names(world: World) -> list[str]:
    """Convolutions, or the layer that reads pixels as a list."""
    layers = world.started.layers if world.started else ()
    names = [str(i) for i, layer in enumerate(layers) if "Conv2d" in name_of(layer.call)]
    flat = first_weights(world)
    return [flat.tensor.removesuffix(".weight")] if flat is not None else names


def layer_of(world: World, desk: Desk) -> str:
    """The one that is shown: that in focus, or the last before it; empty where there is none."""
    names = layer_names(world)
    focus = desk.layer.partition(".")[0]
    before = [name for name in names if focus.isdigit() and int(name) <= int(focus)]
    return before[-1] if before else names[0] if names else ""


def crop_of(
    world: World, desk: Desk, responses: ResponsesFrame, index: int, rank: int
) -> Floats | None:
    """What the filter saw where it responded most: (channels, tall, wide) 0 … 1, NaN beyond the
    picture's edge; None where that sample is not known.
    """
    sample = int(responses.samples.numpy()[index, rank])
    picture = _picture_of(world, desk, responses, sample)
    if picture is None or responses.places is None or len(responses.field) != 2:
        return picture
    place = responses.places.numpy()[index, rank]
    starts = [
        int(at) * stride + offset
        for at, (_, stride, offset) in zip(place, responses.field, strict=True)
    ]
    ends = [start + size for start, (size, _, _) in zip(starts, responses.field, strict=True)]
    found = np.full((len(picture), *(e - s for s, e in zip(starts, ends, strict=True))), np.nan)
    low = [max(0, start) for start in starts]
    high = [min(side, end) for side, end in zip(picture.shape[1:], ends, strict=True)]
    if high[0] > low[0] and high[1] > low[1]:
        part = picture[:, low[0] : high[0], low[1] : high[1]]
        y, x = low[0] - starts[0], low[1] - starts[1]
        found[:, y : y + part.shape[1], x : x + part.shape[2]] = part
    return found


def _picture_of(world: World, desk: Desk, responses: ResponsesFrame, sample: int) -> Floats | None:
    some = Samples(part=sampled.part_of(world, desk))
    frame: SamplesFrame | None = world.frame(samples_probe(world, desk, responses) or some)
    if frame is None:
        return None
    known, x = _unpacked(frame.samples, frame.x)
    at = int(np.searchsorted(known, sample)) if len(known) else 0
    if at >= len(known) or known[at] != sample:
        return None
    picture: Floats = x[at].reshape(picture_shape(world))
    return picture


@lru_cache(maxsize=4)
def _unpacked(samples: Array, x: Array) -> tuple[NDArray[np.generic], Floats]:
    """Their numbers, ascending; and the pictures 0 … 1, by the brightest of all."""
    order = np.argsort(samples.numpy())
    pictures = floats(x)[order]
    low, high = min(0.0, float(pictures.min(initial=0))), float(pictures.max(initial=0))
    return samples.numpy()[order], (pictures - low) / ((high - low) or 1.0)


def crop_shape(world: World, responses: ResponsesFrame | None) -> tuple[int, int]:
    """Pixels of what a filter sees: its field, or the whole picture."""
    if responses is not None and len(responses.field) == 2:
        return responses.field[0][0], responses.field[1][0]
    return picture_shape(world)[1:]


def responses_probe(world: World, desk: Desk) -> Responses:
    """What the layer in focus responds to, in the part that is looked at."""
    return Responses(layer=layer_of(world, desk), top=TOP, part=sampled.part_of(world, desk))


def samples_probe(world: World, desk: Desk, responses: ResponsesFrame | None) -> Samples | None:
    """All of the part where it is small; else those responded to, once training stands still."""
    part = sampled.part_of(world, desk)
    if sampled.count_of(world, part) * prod(picture_shape(world)) <= MOST_NUMBERS:
        return Samples(part=part, most=MOST_NUMBERS)
    if responses is None or world.running:
        return None
    wanted = sorted({int(sample) for sample in responses.samples.numpy()[:, :TOP].ravel()})
    return Samples(part=part, samples=tuple(wanted), most=MOST_NUMBERS)
