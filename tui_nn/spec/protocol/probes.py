"""What can be watched: a probe says what to look at, its frame (`frames.py`) what torch holds.

A layer is named as torch names it (`2`; `3.0` inside a Residual), a tensor likewise (`0.weight`).
A layer's units are its outputs, or its channels where those have places. Samples are counted from
0 in their part.
"""

from typing import Annotated, Literal

import msgspec

from tui_nn.spec.protocol.inside import Order, Place

Part = Literal["train", "val"]
"""The test part is seen once, at the end of a run."""

Index = Annotated[int, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Cells = Annotated[int, msgspec.Meta(ge=1, le=400)]
Scale = Annotated[float, msgspec.Meta(gt=0, le=1_000_000)]


class Probe(msgspec.Struct, frozen=True, kw_only=True, tag_field="probe", tag=str.lower):
    """Something to look at."""


class Curves(Probe, frozen=True, kw_only=True):
    """The latest step's loss, lr and length of the gradient."""


class TrainingStep(Probe, frozen=True, kw_only=True):
    """The latest step whole, of a network of few parameters: its batch through the layers, its
    gradient, the parameters before it and after.
    """


class Device(Probe, frozen=True, kw_only=True):
    """What the machine does that trains."""


class Metrics(Probe, frozen=True, kw_only=True):
    """Every metric of the training and validation part now; a look, never a decision."""


class Layers(Probe, frozen=True, kw_only=True):
    """For each layer: lengths of gradient, weights and update, and its units asleep."""

    focus: str = ""
    """The layer whose histograms are wanted, and which of its units are asleep; empty: none."""
    bins: Cells = 24
    """Of a histogram."""


class Samples(Probe, frozen=True, kw_only=True):
    """Samples of a part as they are in the data: inputs in their own units, truths, names."""

    part: Part = "train"
    samples: tuple[Index, ...] = ()
    """Which; empty: all, or as many as `most` allows, evenly spread."""
    most: Count = 16_384
    """So many numbers at most."""


class Map(Probe, frozen=True, kw_only=True):
    """The network's answer over the plane (or the line) that its inputs come from."""

    width: Cells = 40
    height: Cells = 40
    layer: str = ""
    """One map for each of this layer's units; empty: the output."""
    discrete: bool = False
    """The class instead of the output."""
    x_range: tuple[float, float] | None = None
    """None: where the data lies, and a tenth of that on each side."""
    y_range: tuple[float, float] | None = None


class Responses(Probe, frozen=True, kw_only=True):
    """What each unit or filter of a layer responds to most, among the samples of a part."""

    layer: str
    top: Cells = 4
    part: Part = "train"


class Weights(Probe, frozen=True, kw_only=True):
    """A tensor of parameters with its gradient and the optimizer's state for it."""

    tensor: str
    most: Count = 65_536
    """So many numbers at most; the first rows where there are more."""


class Activations(Probe, frozen=True, kw_only=True):
    """One sample through the layers: the input and what each layer gives."""

    sample: Index = 0
    part: Part = "train"
    most: Count = 65_536
    """So many numbers at most of each layer; its first rows where there are more."""


class Given(Probe, frozen=True, kw_only=True):
    """An input of one's own, drawn or written, through the network."""

    inputs: tuple[float, ...]
    """In the data's own units, row by row."""


class Predictions(Probe, frozen=True, kw_only=True):
    """Answers beside the truth, and the samples with the largest losses."""

    part: Part = "val"
    """`train` where there is no validation part."""
    most: Count = 500
    worst: Index = 24
    layer: str = ""
    """The layer whose outputs stand beside the answers; empty: the last."""


class Confusion(Probe, frozen=True, kw_only=True):
    """How often each class was taken for which."""

    part: Part = "val"
    """`train` where there is no validation part."""


class LayerPass(Probe, frozen=True, kw_only=True):
    """One layer in the latest pass: what went in and came out, and on the way back what arrived,
    what it left at its parameters and what it passed on.
    """

    layer: str = ""
    """Empty: the one that is lit, else the last."""
    sample: Index | None = None
    """Which of the batch; None: the mean over the batch."""
    most: Count = 65_536
    """So many numbers at most of each tensor; its first rows where there are more."""


class Number(Probe, frozen=True, kw_only=True):
    """One number, and the arithmetic that made it: of the latest pass, or of a sample of a part
    through the present weights, as in an evaluation.
    """

    place: Place
    part: Part | None = None
    """In which its sample is counted; None: the batch of the latest pass."""
    most: Count = 64
    """So many terms of each line at most."""
    start: Index = 0
    """The first of them that is told."""
    order: Order = "given"


class NextSteps(Probe, frozen=True, kw_only=True):
    """What each optimizer of the catalog would do in the step to come, with its very gradient."""

    place: Place
    """A parameter; the length of the step is told of all that its layer has."""
    scale: Scale = 1.0
    """What this gradient is multiplied by; those that the optimizers know stay as they were."""
    fed: Index = 20
    """So many of the last gradients, at most, are made again for the optimizers to know; more of a
    watch that sees each step. 0: every one but the experiment's own is at its first step.
    """


class WeightUpdate(Probe, frozen=True, kw_only=True):
    """What the latest step did to one weight: the rule of its optimizer, term by term."""

    tensor: str
    index: tuple[Index, ...]


Probes = (
    Curves
    | TrainingStep
    | Device
    | Metrics
    | Layers
    | Samples
    | Map
    | Responses
    | Weights
    | Activations
    | Given
    | Predictions
    | Confusion
    | LayerPass
    | Number
    | NextSteps
    | WeightUpdate
)
