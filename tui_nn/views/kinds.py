"""Kinds of experiments: each has pictures of its own."""

from typing import Literal, get_args

from tui_nn.spec.protocol import Started
from tui_nn.spec.protocol.frames import SamplesFrame
from tui_nn.views.neuron import neuron_of
from tui_nn.views.neuron_rule import ACTIVATIONS

Kind = Literal["neuron", "plane", "line", "picture", "tokens", "table"]
"""`neuron`: one Linear layer with one output, of few inputs. `plane`, `line`: inputs that come from
two or one coordinate.
"""
KINDS: tuple[Kind, ...] = get_args(Kind)
FEW_INPUTS = 4
DOTS_AS_PICTURE = 16
"""Flat inputs of so many numbers, a square, without names are a picture."""


def kind_of(started: Started | None, samples: SamplesFrame | None) -> Kind:
    """What an experiment is shown as; `table` where nothing is known."""
    if started is None or samples is None:
        return "table"
    shape = samples.x.shape[1:]
    if samples.x.dtype == "int64":
        return "tokens"
    if len(shape) >= 2:
        return "picture"
    if _is_neuron(started) and shape[0] <= FEW_INPUTS:
        return "neuron"
    if samples.points is not None:
        return "plane" if samples.points.shape[1] == 2 else "line"
    if picture_side(samples):
        return "picture"
    return "table"


def picture_side(samples: SamplesFrame) -> int:
    """The side of the square picture that flat inputs are; 0 where they are none."""
    shape = samples.x.shape[1:]
    side = round(shape[0] ** 0.5) if len(shape) == 1 else 0
    is_square = side * side == shape[0] and shape[0] >= DOTS_AS_PICTURE if side else False
    return side if is_square and samples.sample_name == "picture" else 0


def _is_neuron(started: Started) -> bool:
    neuron = neuron_of(started)
    return neuron is not None and neuron.activation in ACTIVATIONS
