"""The frames that show what is watched: never recorded, only sent while watched.

A frame carries what torch holds at its moment. `sampled` says of what share a dear one was made; it
is empty where nothing was left out.
"""

import msgspec

from tui_nn.spec.protocol.arrays import Array, Numbers
from tui_nn.spec.protocol.flow import Phase
from tui_nn.spec.protocol.inside import Line, NextStep, Place, RuleTerm
from tui_nn.spec.protocol.layer_statistics import LayerStatistics
from tui_nn.spec.protocol.probes import (
    Activations,
    Confusion,
    Curves,
    Device,
    Given,
    LayerPass,
    Layers,
    Map,
    Metrics,
    NextSteps,
    Number,
    Part,
    Predictions,
    Probe,
    Probes,
    Responses,
    Samples,
    TrainingStep,
    Weights,
    WeightUpdate,
)

__all__ = [
    "Activations", "Confusion", "Curves", "Device", "Given", "LayerPass", "LayerStatistics",
    "Layers", "Map", "Metrics", "NextSteps", "Number", "Part", "Predictions", "Probe", "Probes",
    "Responses", "Samples", "TrainingStep", "WeightUpdate", "Weights",
]  # fmt: skip
"""Probes and their parts belong to their frames, and are imported beside them."""


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """What every frame carries."""

    watch: int = 0
    """The watch it answers; 0 for an inspection."""
    number: int = 0
    """Counts the frames of a watch from 1; to be acknowledged by `seen`."""
    branch: int = 0
    step: int = 0
    phase: Phase = Phase.EVALUATE
    """How far the step after `step` has come; update and evaluate belong to `step` itself."""
    sampled: str = ""
    """`2,000 of 60,000 samples`; empty where all was looked at."""
    cost_s: float = 0.0
    """What it took to look."""


class CurvesFrame(Frame, frozen=True, kw_only=True):
    """The latest step."""

    loss: float | None
    """None before the first step, too."""
    lr: float
    gradient: float | None
    """|gradient|, over all parameters, as torch holds it: at phase forward it is still that of the
    pass before; None before the first."""
    batch: Array | None = None
    """int64 (n,): the first samples of the training part that the step looked at; None where that
    is not known."""
    nonfinite: dict[str, str] = {}


class TrainingStepFrame(Frame, frozen=True, kw_only=True):
    """One step as far as it has come: what torch does not hold yet, or no more, is left out."""

    loss: float | None
    """None before the first step, too."""
    lr: float
    count: int = 0
    """Samples in its batch; 0 where its forward pass is not known."""
    batch: Array | None = None
    """int64 (n,): the first of them, by their numbers in the training part."""
    inputs: Array | None = None
    """(n, …): as the network got them."""
    targets: Array | None = None
    """(n, …): as the loss read them."""
    outputs: dict[str, Array] = {}
    """(n, …) of each layer, by name: through the parameters before the update."""
    before: dict[str, Array] = {}
    """Parameters by name, as the forward pass read them."""
    gradient: dict[str, Array] = {}
    """By the same names."""
    after: dict[str, Array] = {}
    """Those of now, where no step is being made."""
    nonfinite: dict[str, str] = {}


class DeviceFrame(Frame, frozen=True, kw_only=True):
    """The device; None where it has no such thing, or nobody can be asked."""

    device: str
    """`cpu`, `cuda`, `cuda:1`."""
    name: str
    """Of a GPU: `NVIDIA H100`."""
    threads: int
    """Of the CPU, that torch uses."""
    memory_bytes: int | None = None
    memory_used_bytes: int | None = None
    """By all processes."""
    memory_own_bytes: int | None = None
    """By this one."""
    use: int | None = None
    """Percent of the last moment in which it computed."""
    temperature_c: int | None = None


class MetricsFrame(Frame, frozen=True, kw_only=True):
    """Metrics of the present weights."""

    train: Numbers
    val: Numbers | None
    right: dict[str, int] = {}
    """Samples whose class is right, by part."""
    nonfinite: dict[str, str] = {}
    """By `train.loss`, `val.loss`."""


class LayersFrame(Frame, frozen=True, kw_only=True):
    """A row per layer, in the order they compute."""

    layers: tuple[LayerStatistics, ...]


class SamplesFrame(Frame, frozen=True, kw_only=True):
    """Samples as they are in the data."""

    part: Part
    count: int
    """How many the part has."""
    samples: Array
    """int64 (n,): which these are."""
    x: Array
    """float32 (n, *input shape), missing ones filled; int64 where they are tokens."""
    points: Array | None
    """float32 (n, 2): where they lie in the plane, or (n, 1) on the line; None where nowhere."""
    y: Array
    """int64 (n,) classes, or float32 (n, *target shape), in their own units."""
    input_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_names: tuple[str, ...]
    sample_name: str
    """What one is called: row, point, picture."""
    class_counts: Array | None
    """int64 (classes,): how many of each the part has; None for values."""
    in_data: Array | None = None
    """int64 (n,): which they are of the whole data; None from an engine of an older version."""


class MapFrame(Frame, frozen=True, kw_only=True):
    """Maps over the plane: rows from the lowest second coordinate upwards.

    A value is the network's at the middle of its cell: outputs as the loss reads them, but numbers
    to be predicted in their own units; with `discrete` the index of the class.
    """

    values: Array
    """float32 (maps, height, width); (maps, width) over a line."""
    units: tuple[str, ...]
    """One name a map: a class, a target, or the unit of the layer."""
    axes: tuple[str, ...]
    """The names of the coordinates."""
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
    """Of each dimension of the input picture: size, stride and offset. Place p sees the pixels
    from offset + p · stride on, size of them, those beyond the edge left out. Empty where a place
    sees all, or no such window."""


class WeightsFrame(Frame, frozen=True, kw_only=True):
    """A tensor of parameters; all arrays have the same first rows of it."""

    tensor: str
    shape: tuple[int, ...]
    """Of the whole tensor."""
    value: Array
    gradient: Array | None
    before: Array | None
    """The value before the latest update; None where it is not known, or the tensor is frozen."""
    state: dict[str, Array]
    """The optimizer's, by torch's names (`exp_avg`); single numbers have no side."""
    optimizer: str
    """Its name in torch: `Adam`; empty where the tensor is frozen."""
    lr: float | None
    """Of the next step, of this tensor's group; None where it is frozen."""


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """One layer's output for one sample."""

    name: str
    call: str
    shape: tuple[int, ...]
    """Of the whole output."""
    value: Array
    """Its first rows, where it is too large."""


class ActivationsFrame(Frame, frozen=True, kw_only=True):
    """A sample through the layers."""

    sample: int
    input: Array
    """As the network gets it: filled and standardised."""
    input_shape: tuple[int, ...]
    layers: tuple[Activation, ...]
    """In the order they compute; a Residual comes behind its own layers."""
    target: Array
    """As the loss reads it."""
    answer: str
    """A class's name, or the values in their own units."""
    truth: str
    probabilities: Array | None
    """float32 (classes,), where the loss reads outputs as such; None elsewhere."""
    loss: float | None
    """Of this sample alone; 0 where its class does not count in the loss."""
    nonfinite: dict[str, str] = {}


class GivenFrame(Frame, frozen=True, kw_only=True):
    """What the network says of an input of one's own."""

    output: Array
    """float32 (outputs,): of the last layer."""
    answer: str
    """A class's name, or the values in their own units."""
    probabilities: Array | None
    """float32 (classes,), where the loss reads outputs as such; None elsewhere."""


class PredictionsFrame(Frame, frozen=True, kw_only=True):
    """Answers beside the truth: classes as int64 (n,), values as float32 (n, size) in their own
    units.
    """

    part: Part
    samples: Array
    """int64 (n,): which samples of the part they are."""
    answers: Array
    truths: Array
    losses: Array
    """float32 (n,): of each sample alone."""
    outputs: Array
    """float32 (n, size): of the layer asked for."""
    worst: Array
    """int64 (worst,): the samples with the largest loss of their own, the largest first."""
    worst_losses: Array
    worst_answers: Array
    worst_truths: Array


class ConfusionFrame(Frame, frozen=True, kw_only=True):
    """Rows are the truth, columns the answer."""

    part: Part
    counts: Array
    """int64 (classes, classes)."""
    classes: tuple[str, ...]


class LayerPassFrame(Frame, frozen=True, kw_only=True):
    """One layer in the latest pass; what torch does not hold yet is left out."""

    layer: str
    """Its name."""
    call: str
    source: str
    """The layer whose output it reads; empty where that is what the network gets."""
    sample: int | None
    """None: the means over the batch."""
    count: int
    """Samples in the batch."""
    look: int
    """Which pass through forward and gradient this is, counted from 1 (LBFGS makes several)."""
    input: Array | None
    """None for the mean of tokens."""
    output: Array
    input_shape: tuple[int, ...]
    """Of one sample; of all arrays the first rows are told."""
    output_shape: tuple[int, ...]
    arrives: Array | None = None
    """∂L/∂output, L the loss of the batch; None at phase forward."""
    passes: Array | None = None
    """∂L/∂input, by this layer alone; None where none is passed on."""
    parameters: dict[str, Array] = {}
    """By torch's names: `0.weight`; as they were in that pass."""
    leaves: dict[str, Array] = {}
    """∂L/∂ of them, of the whole batch, as torch holds it."""


class NumberFrame(Frame, frozen=True, kw_only=True):
    """One number and its arithmetic, as lines of which later ones use the totals of earlier ones.

    The last line comes to the number itself; none where it was given: input, target, parameter.
    """

    place: Place
    value: float | None
    """What torch holds; of a sample's share of a gradient what the lines come to."""
    dtype: str
    """`float32`: the precision of torch's numbers."""
    lines: tuple[Line, ...]
    count: int
    """Samples in the batch; 1 for a sample of a part."""
    nonfinite: dict[str, str] = {}


class NextStepsFrame(Frame, frozen=True, kw_only=True):
    """The step to come. Its gradient is what torch holds at phase gradient, else made ahead."""

    place: Place
    parameters: tuple[str, ...]
    """Those of its layer that train: `0.weight`, `0.bias`."""
    value: float | None
    gradient: float | None
    """Of this weight, as the optimizer gets it; not multiplied by `scale`."""
    gradient_length: float | None
    scale: float
    steps: tuple[NextStep, ...]
    """In the order of the catalog."""
    nonfinite: dict[str, str] = {}


class WeightUpdateFrame(Frame, frozen=True, kw_only=True):
    """One weight through the latest step."""

    tensor: str
    index: tuple[int, ...]
    optimizer: str
    terms: tuple[RuleTerm, ...]
    """In the order in which they are worked out; the weight after the update is among them."""
    before: float | None
    after: float | None
    """What torch holds; of both None where it is not finite."""
    ulp: float | None
    """How far the terms are from that, in units of its last place."""
    agrees: bool
    """Whether that is rounding."""
    nonfinite: dict[str, str] = {}


AnyFrame = (
    CurvesFrame
    | TrainingStepFrame
    | DeviceFrame
    | MetricsFrame
    | LayersFrame
    | SamplesFrame
    | MapFrame
    | ResponsesFrame
    | WeightsFrame
    | ActivationsFrame
    | GivenFrame
    | PredictionsFrame
    | ConfusionFrame
    | LayerPassFrame
    | NumberFrame
    | NextStepsFrame
    | WeightUpdateFrame
)
