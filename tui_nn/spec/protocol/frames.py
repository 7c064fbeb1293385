"""What can be watched, and the frames that show it: never recorded, only sent while watched.

A probe says what to look at; its frame carries what torch holds at that moment. `sampled` says
of what share a dear one was made; it is empty where nothing was left out.
"""

from typing import Literal

import msgspec

from tui_nn.spec.protocol.arrays import Array, Numbers
from tui_nn.spec.protocol.flow import Phase

Part = Literal["train", "val"]


class Probe(msgspec.Struct, frozen=True, kw_only=True, tag_field="probe", tag=str.lower):
    """Something to look at."""


class Curves(Probe, frozen=True, kw_only=True):
    """The latest step's loss, lr and length of the gradient."""


class Metrics(Probe, frozen=True, kw_only=True):
    """Every metric of the training and validation part now; a look, never a decision."""


class Layers(Probe, frozen=True, kw_only=True):
    """For each layer: lengths of gradient, weights and update, and its units asleep."""


class Map(Probe, frozen=True, kw_only=True):
    """The network's answer over the plane (or the line) that its inputs come from."""

    width: int = 40
    height: int = 40
    layer: str = ""
    """A layer's name in torch (`2`, `3.0`): one map for each of its units; empty: the output."""
    discrete: bool = False
    """The class instead of the output."""


class Responses(Probe, frozen=True, kw_only=True):
    """What each unit or filter of a layer responds to most, among the samples of a part."""

    layer: str
    top: int = 4
    part: Part = "train"


class Weights(Probe, frozen=True, kw_only=True):
    """A tensor of parameters with its gradient and the optimizer's state for it."""

    tensor: str
    """Its name in torch: `0.weight`."""
    most: int = 65_536
    """So many numbers at most; the first rows where there are more."""


class Activations(Probe, frozen=True, kw_only=True):
    """One sample through the layers: the input and what each layer gives."""

    sample: int = 0
    part: Part = "train"
    most: int = 65_536
    """So many numbers at most of each layer."""


class Predictions(Probe, frozen=True, kw_only=True):
    """Answers beside the truth, worst first."""

    part: Part = "val"
    """`train` where there is no validation part."""
    most: int = 500
    worst: int = 24


class Confusion(Probe, frozen=True, kw_only=True):
    """How often each class was taken for which."""

    part: Part = "val"


Probes = (
    Curves | Metrics | Layers | Map | Responses | Weights | Activations | Predictions | Confusion
)


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """What every frame carries."""

    watch: int = 0
    """The watch it answers; 0 for an inspection."""
    number: int = 0
    """Counts the frames of a watch; to be acknowledged by `seen`."""
    branch: int = 0
    step: int = 0
    phase: Phase = Phase.EVALUATE
    sampled: str = ""
    """`the first 2,000 of 60,000 samples`; empty where all was looked at."""
    cost_s: float = 0.0
    """What it took to look."""


class CurvesFrame(Frame, frozen=True, kw_only=True):
    """The latest step."""

    loss: float | None
    lr: float
    gradient: float | None
    """|gradient|, over all parameters; None before the first."""
    nonfinite: dict[str, str] = {}


class MetricsFrame(Frame, frozen=True, kw_only=True):
    """Metrics of the present weights."""

    train: Numbers
    val: Numbers | None
    right: dict[str, int] = {}
    """Samples whose class is right, by part."""
    nonfinite: dict[str, str] = {}


class LayerStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """One layer with parameters or an activation; None where there is nothing to measure."""

    name: str
    """As torch names it: `2`, `3.0`."""
    call: str
    gradient: float | None = None
    """|∂L/∂w| over the layer's parameters."""
    weight: float | None = None
    update: float | None = None
    """|update| of the latest step."""
    ratio: float | None = None
    """|update| / |weight|."""
    zero_gradient: float | None = None
    """Share of the gradient that is exactly 0."""
    dead: float | None = None
    """Share of units that give 0 for every sample looked at."""
    zero: float | None = None
    """Share of outputs that are exactly 0."""
    saturated: float | None = None
    """Share of outputs within 1 % of a bounded activation's ends."""
    gradient_histogram: Array | None = None
    """int64 (bins,)."""
    weight_histogram: Array | None = None
    output_histogram: Array | None = None
    ranges: dict[str, tuple[float, float]] = {}
    """Ends of each histogram: `gradient`, `weight`, `output`."""
    nonfinite: dict[str, str] = {}


class LayersFrame(Frame, frozen=True, kw_only=True):
    """A row per layer."""

    layers: tuple[LayerStatistics, ...]


class MapFrame(Frame, frozen=True, kw_only=True):
    """Maps over the plane: rows from the lowest second coordinate upwards."""

    values: Array
    """float32 (maps, height, width); (maps, width) over a line."""
    units: tuple[str, ...]
    """One name a map: a class, a target, or the unit of the layer."""
    x_range: tuple[float, float]
    y_range: tuple[float, float] | None
    """None over a line."""


class ResponsesFrame(Frame, frozen=True, kw_only=True):
    """The samples that move each unit most."""

    samples: Array
    """int64 (units, top): indices into the part."""
    values: Array
    """float32 (units, top): the unit's largest output for that sample."""
    places: Array | None
    """int64 (units, top, 2 or 1): where in the layer's picture; None for flat layers."""
    field: tuple[tuple[int, int, int], ...] = ()
    """Of each dimension of the input picture: size, stride and offset of what one place sees."""


class WeightsFrame(Frame, frozen=True, kw_only=True):
    """A tensor of parameters."""

    tensor: str
    shape: tuple[int, ...]
    """Of the whole tensor."""
    value: Array
    gradient: Array | None
    state: dict[str, Array]
    """The optimizer's, by torch's names (`exp_avg`)."""


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """One layer's output for one sample."""

    name: str
    call: str
    shape: tuple[int, ...]
    value: Array


class ActivationsFrame(Frame, frozen=True, kw_only=True):
    """A sample through the layers."""

    sample: int
    input: Array
    input_shape: tuple[int, ...]
    layers: tuple[Activation, ...]
    target: Array
    """As the loss reads it."""
    answer: str
    """A class's name, or the values."""
    truth: str
    loss: float | None
    """Of this sample alone."""
    nonfinite: dict[str, str] = {}


class PredictionsFrame(Frame, frozen=True, kw_only=True):
    """Answers beside the truth: classes as indices, values as (n, size) in their own units."""

    answers: Array
    truths: Array
    samples: Array
    """int64 (n,): which samples of the part they are."""
    worst: Array
    """int64 (worst,): the samples with the largest loss of their own, the largest first."""
    worst_losses: Array
    worst_answers: Array
    worst_truths: Array


class ConfusionFrame(Frame, frozen=True, kw_only=True):
    """Rows are the truth, columns the answer."""

    counts: Array
    """int64 (classes, classes)."""
    classes: tuple[str, ...]


AnyFrame = (
    CurvesFrame
    | MetricsFrame
    | LayersFrame
    | MapFrame
    | ResponsesFrame
    | WeightsFrame
    | ActivationsFrame
    | PredictionsFrame
    | ConfusionFrame
)
