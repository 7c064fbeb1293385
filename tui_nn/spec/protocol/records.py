"""What a run has been: records, in order and never dropped.

Every one carries the branch and the step it belongs to, and when it came. JSON has no NaN: a
number that isn't finite is null, and `nonfinite` says what it was.
"""

from typing import Any, Literal

import msgspec

from tui_nn.spec.protocol.arrays import Array, Numbers
from tui_nn.spec.protocol.flow import VERSION, Phase, Reason


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """What every record carries."""

    branch: int = 0
    step: int
    elapsed_s: float = 0.0
    """Seconds of training before it, pauses left out; goes on where a run is resumed."""


class Layer(msgspec.Struct, frozen=True):
    """A layer of the network that is trained."""

    call: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


class Baseline(msgspec.Struct, frozen=True):
    """What the simplest answer gets: always the commonest class, or the mean."""

    answer: str
    """Those words: `always setosa`."""
    numbers: dict[str, Numbers]
    """Metrics by part: train, val, test."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What data and network come to; each as in `Started`."""

    layers: tuple[Layer, ...]
    input_shape: tuple[int, ...]
    tokens: int | None
    classes: int | None
    target_shape: tuple[int, ...]
    train_count: int
    val_count: int
    test_count: int
    baseline: Baseline
    metric: str


class Started(Event, frozen=True, kw_only=True):
    """A run begins: what is trained, and on what."""

    version: int = VERSION
    name: str
    title: str
    experiment: dict[str, Any]
    """The resolved experiment, as its file would hold it."""
    layers: tuple[Layer, ...]
    input_shape: tuple[int, ...] | None = None
    """Of one sample; None in a record from before it was told."""
    tokens: int | None = None
    """How many different tokens the inputs are made of; None where they are numbers."""
    classes: int | None = None
    """How many there are; None where the targets are values."""
    target_shape: tuple[int, ...] = ()
    """Of one sample's values; of classes ()."""
    train_count: int
    val_count: int
    test_count: int = 0
    baseline: Baseline
    batch_size: int
    steps_per_epoch: int
    epochs: int
    metric: str
    device: str
    threads: int
    torch: str


class Stepped(Event, frozen=True, kw_only=True):
    """Steps done, in a batch: `first` … `step`, with the loss before each update and its lr."""

    first: int
    loss: Array
    lr: Array


class Evaluated(Event, frozen=True, kw_only=True):
    """Phase 8: the whole training part and the validation part through the present weights."""

    epoch: int
    lr: float
    train: Numbers
    val: Numbers | None
    nonfinite: dict[str, str] = {}


class Changed(Event, frozen=True, kw_only=True):
    """A setting is another from here on; written before it takes effect.

    One line of changes.jsonl. Where several are changed at once each has its own record.
    """

    key: str
    """As an experiment's file names it: `optimizer`, `train.batch_size`."""
    old: Any
    """As the file would hold it: a text, a number, a list; None where the key was left out."""
    new: Any
    phase: Phase
    """How far the step after `step` had come."""
    index: int = 0
    """How many of those made at once with it come before; 0 begins what is made at once."""
    parent: int | None = None
    """The branch that this one leaves at `step`; None where the branch goes on."""
    continues: bool = False
    """Whether it goes on with the last change of its key: both are one mark on curves."""
    built: Built | None = None
    """What all that are made at once come to, in the first of them; None where a run goes on with
    the network and data that it has.
    """


class Noticed(Event, frozen=True, kw_only=True):
    """Something a person should know."""

    message: str


class Saved(Event, frozen=True, kw_only=True):
    """The run folder holds the state of this step."""

    checkpoint: Literal["last", "best"]
    size: int
    """Bytes."""


class GoalResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was wanted and what came of it."""

    metric: str
    wanted: float
    value: float | None
    met: bool


class Culprit(msgspec.Struct, frozen=True, kw_only=True):
    """The first number that went wrong, found by replaying from the last good state."""

    step: int
    phase: Phase
    tensor: str
    layer: str
    operation: str
    value: str
    before: dict[str, str] = {}
    """The values just before, by what they are: `0.weight[3, 1]`, `its gradient`, `lr`."""


class Ended(Event, frozen=True, kw_only=True):
    """A run is over; the numbers are those of the weights it leaves."""

    reason: Reason
    epoch: int
    train: Numbers | None
    val: Numbers | None
    test: Numbers | None = None
    """Seen only here."""
    goal: GoalResult | None
    seconds: float
    message: str
    train_count: int
    val_count: int
    test_count: int = 0
    right: dict[str, int] = {}
    """Samples whose class is right, by part."""
    culprit: Culprit | None = None
    nonfinite: dict[str, str] = {}


Record = Started | Stepped | Evaluated | Changed | Noticed | Saved | Ended
