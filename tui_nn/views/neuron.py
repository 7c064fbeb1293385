"""A single neuron: what it is made of, and its steps as they happen, put together from frames."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.call import parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Array, Phase, Started
from tui_nn.spec.protocol.frames import (
    Activations,
    ActivationsFrame,
    AnyFrame,
    Curves,
    CurvesFrame,
    Probes,
    Weights,
    WeightsFrame,
)
from tui_nn.spec.protocol.messages import Present
from tui_nn.views.updates import INSIDE

MOST = 2_000
"""Steps that are kept; of more the oldest are let go."""
MOST_INPUTS = 4_096
"""Samples whose inputs are kept."""

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Neuron:
    """One Linear layer with one output, and the activation behind it."""

    inputs: int
    has_bias: bool
    activation: str = ""
    """Its layer's name; empty where there is none."""

    @property
    def tensors(self) -> tuple[str, ...]:
        """Its parameters, as torch names them."""
        return ("0.weight", "0.bias") if self.has_bias else ("0.weight",)

    @property
    def last(self) -> str:
        """The layer that gives the output, as torch names it."""
        return "1" if self.activation else "0"

    @property
    def probes(self) -> tuple[Probes, ...]:
        """What every view of it watches."""
        return (Curves(), *(Weights(tensor=tensor) for tensor in self.tensors))

    @property
    def parameters(self) -> tuple[str, ...]:
        """`w1`, `w2`, `b`; `w` where there is one input."""
        names = [f"w{index + 1}" for index in range(self.inputs)] if self.inputs > 1 else ["w"]
        return (*names, "b") if self.has_bias else tuple(names)


def neuron_of(started: Started | None) -> Neuron | None:
    """The neuron that is trained; None where it is something else."""
    if started is None or not 1 <= len(started.layers) <= 2:
        return None
    first, *rest = started.layers
    if not first.call.startswith("Linear(") or any(layer.parameters for layer in rest):
        return None
    try:
        linear = bind_call("layer", parse(first.call))
    except InvalidInput:
        return None
    if linear["out_features"] != 1:
        return None
    activation = parse(rest[0].call).name if rest else ""
    return Neuron(linear["in_features"], linear["bias"], activation)


@dataclass
class Step:
    """What torch held in one step, as far as the step has come and as it was looked at."""

    number: int
    branch: int
    phase: Phase = Phase.EVALUATE
    """How far it has come."""
    batch: tuple[int, ...] | None = None
    """The first samples of its batch."""
    loss: float | None = None
    lr: float | None = None
    before: dict[str, Vector] = field(default_factory=dict)
    """Parameters that its forward pass read, by tensor, flat."""
    gradient: dict[str, Vector] = field(default_factory=dict)
    after: dict[str, Vector] = field(default_factory=dict)
    sums: dict[int, tuple[float, float]] = field(default_factory=dict)
    """z and y that torch gave for a sample."""

    def is_known(self, tensors: Iterable[str]) -> bool:
        """Whether the parameters before it and after it are."""
        return all(tensor in self.before and tensor in self.after for tensor in tensors)

    def back_to(self, phase: Phase) -> None:
        """Forget what lies behind a phase."""
        self.phase = phase
        if phase in INSIDE:
            self.after = {}
        if phase is Phase.FORWARD:
            self.gradient = {}


@dataclass(frozen=True)
class Given:
    """A sample as the network and the loss read it."""

    x: Vector
    t: float


class Steps:
    """A neuron's steps in order, each as complete as the frames that came of it."""

    def __init__(self, neuron: Neuron | None = None) -> None:
        self.neuron = neuron
        self.rows: dict[int, Step] = {}
        """By number; 0 holds the initial weights."""
        self.given: dict[int, Given] = {}
        """Samples of the training part that were looked at."""
        self.largest = 0.0
        """|g| of the largest finite gradient of one parameter so far."""
        self.is_whole = True
        """Whether all parameters and gradients so far were whole numbers."""
        self._heard: tuple[tuple[int, int, Phase], set[str]] = ((0, -1, Phase.NETWORK), set())
        self._settled = 0
        self._stood: tuple[int, int] = (0, 0)

    @property
    def now(self) -> Step | None:
        """The latest step of which all that was looked at has come."""
        return self.rows.get(self._settled)

    def take(self, frame: AnyFrame, probe: Probes) -> None:
        """Take in a frame; only those of one moment make a step."""
        neuron = self.neuron
        if neuron is None:
            return
        match frame, probe:
            case WeightsFrame(), _ if frame.tensor in neuron.tensors:
                self._take_weights(frame)
                self._hear(frame, frame.tensor)
            case CurvesFrame(), _:
                self._take_curves(frame)
                self._hear(frame, "")
            case ActivationsFrame(), Activations(part="train"):
                self._take_sample(frame, neuron)

    def stand(self, present: Present, path: Mapping[int, int]) -> None:
        """Training stands there: forget what lies behind it or off the way to it.

        `path`: the branches that lead there, each with its last step on the way.
        """
        shown = present.step + (present.phase in INSIDE)
        moved = (present.branch, shown)
        if moved[0] != self._stood[0] or moved[1] < self._stood[1]:
            ends = {**path, present.branch: shown}
            self.rows = {
                number: row
                for number, row in self.rows.items()
                if number <= min(shown, ends.get(row.branch, -1))
            }
            self._settled = min(self._settled, max(self.rows, default=0))
            if not shown:
                self.largest, self.is_whole = 0.0, True
        self._stood = moved
        row = self.rows.get(shown)
        if row is not None and present.phase in INSIDE:
            row.back_to(present.phase)

    def forget_samples(self) -> None:
        """Settings are others: targets may be coded anew."""
        self.given.clear()

    def _row(self, frame: AnyFrame) -> Step:
        number = frame.step + (frame.phase in INSIDE)
        row = self.rows.get(number)
        if row is None:
            row = self.rows[number] = Step(number, frame.branch, frame.phase)
            if len(self.rows) > MOST:
                for old in sorted(self.rows)[: MOST // 4]:
                    del self.rows[old]
        elif row.phase is not frame.phase:
            if frame.phase is Phase.FORWARD:
                row.sums = {}
            row.back_to(frame.phase)
        return row

    def _take_weights(self, frame: WeightsFrame) -> None:
        row, tensor = self._row(frame), frame.tensor
        value = _flat(frame.value)
        gradient = None if frame.gradient is None else _flat(frame.gradient)
        if frame.phase in INSIDE:
            row.before[tensor] = value
            gradient = gradient if frame.phase is Phase.GRADIENT else None
        else:
            self._take_after(row, tensor, value, frame.before)
        if gradient is not None and row.number:
            row.gradient[tensor] = gradient
            finite = np.abs(gradient[np.isfinite(gradient)])
            self.largest = max(self.largest, float(finite.max(initial=0.0)))
            self.is_whole &= bool(np.all(gradient == np.rint(gradient)))
        self.is_whole &= bool(np.all(value == np.rint(value)))

    def _take_after(self, row: Step, tensor: str, value: Vector, before: Array | None) -> None:
        row.after[tensor] = value
        last = self.rows.get(row.number - 1)
        if before is not None:
            row.before[tensor] = _flat(before)
            if last is None and row.number > 1:
                last = self.rows[row.number - 1] = Step(row.number - 1, row.branch)
            if last is not None:
                last.after.setdefault(tensor, row.before[tensor])
                first = self.rows.get(last.number - 1)
                if tensor not in last.before and first is not None and tensor in first.after:
                    last.before[tensor] = first.after[tensor]
        elif tensor not in row.before and last is not None and tensor in last.after:
            row.before[tensor] = last.after[tensor]

    def _take_curves(self, frame: CurvesFrame) -> None:
        row = self._row(frame)
        word = frame.nonfinite.get("loss")
        loss = float(word) if word else frame.loss
        if not row.number or (loss is None and frame.batch is None):
            return
        row.loss, row.lr = loss, frame.lr
        if frame.batch is not None:
            row.batch = tuple(frame.batch.numpy().tolist())

    def _take_sample(self, frame: ActivationsFrame, neuron: Neuron) -> None:
        if len(self.given) < MOST_INPUTS or frame.sample in self.given:
            target = _flat(frame.target)
            if len(target):
                self.given[frame.sample] = Given(_flat(frame.input), float(target[0]))
        if frame.phase not in INSIDE:
            return
        outputs = {layer.name: _flat(layer.value) for layer in frame.layers}
        if len(outputs.get("0", ())) and len(outputs.get(neuron.last, ())):
            z, y = outputs["0"][0], outputs[neuron.last][0]
            self._row(frame).sums[frame.sample] = float(z), float(y)

    def _hear(self, frame: AnyFrame, what: str) -> None:
        """A step is shown once all of one moment has come, or all of it is known at once."""
        assert self.neuron is not None
        moment = frame.branch, frame.step, frame.phase
        if self._heard[0] != moment:
            self._heard = moment, set()
        heard = self._heard[1]
        heard.add(what)
        row = self._row(frame)
        wanted = self.neuron.tensors
        known = (row.before, row.gradient, row.after)
        if heard >= {"", *wanted} or (
            row.batch is not None and all(tensor in held for held in known for tensor in wanted)
        ):
            self._settled = row.number


def _flat(array: Array) -> Vector:
    return np.asarray(array.numpy(), np.float64).ravel()
