"""A single neuron: what it is made of, and its steps as they happen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tui_nn.spec.protocol import Array, Phase, Started
from tui_nn.spec.protocol.frames import AnyFrame, TrainingStep, TrainingStepFrame
from tui_nn.spec.protocol.messages import Present
from tui_nn.views.arrays import Floats, floats
from tui_nn.views.calls import name_of
from tui_nn.views.rules import bound
from tui_nn.views.updates import INSIDE

STEP = TrainingStep()
MOST = 500
"""Steps that are kept; of more the oldest are let go."""
MOST_INPUTS = 4_096
"""Samples whose inputs are kept."""

Vector = Floats


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
    linear = bound(first.call, "layer")
    if linear is None or linear["out_features"] != 1:
        return None
    activation = name_of(rest[0].call) if rest else ""
    return Neuron(linear["in_features"], linear["bias"], activation)


@dataclass(frozen=True)
class Given:
    """A sample as the network and the loss read it."""

    x: Vector
    t: float


@dataclass(frozen=True)
class Sample(Given):
    """A sample of a batch."""

    z: float
    """As torch gave it, like y."""
    y: float


@dataclass
class Step:
    """What torch held in one step, as far as the step has come."""

    number: int
    branch: int
    phase: Phase = Phase.EVALUATE
    """How far it has come."""
    count: int = 0
    """Samples in its batch; 0 where its forward pass is not known."""
    samples: Mapping[int, Sample] = field(default_factory=dict)
    """The first of them, by their numbers."""
    loss: float | None = None
    lr: float | None = None
    before: Vector | None = None
    """Parameters that its forward pass read: the weights, and the bias behind them."""
    gradient: Vector | None = None
    after: Vector | None = None

    def back_to(self, phase: Phase) -> None:
        """Forget what lies behind a phase."""
        self.phase = phase
        if phase in INSIDE:
            self.after = None
        if phase is Phase.FORWARD:
            self.gradient = None


class Steps:
    """A neuron's steps in order, of each what its latest frame told."""

    def __init__(self, neuron: Neuron | None = None) -> None:
        self.neuron = neuron
        self.rows: dict[int, Step] = {}
        """By number; 0 holds the initial weights."""
        self.given: dict[int, Given] = {}
        """Samples of the training part that were in a batch."""
        self.weights: Vector | None = None
        """Parameters of now."""
        self.largest = 0.0
        """|g| of the largest finite gradient of one parameter so far."""
        self.is_whole = True
        """Whether all parameters and gradients so far were whole numbers."""
        self._latest = 0
        self._stood: tuple[int, int] = (0, 0)

    @property
    def now(self) -> Step | None:
        """The step that was told last."""
        return self.rows.get(self._latest)

    def take(self, frame: AnyFrame) -> None:
        """Take in a frame that tells a step."""
        if self.neuron is None or not isinstance(frame, TrainingStepFrame):
            return
        step = _step(frame, self.neuron)
        self.weights = step.before if step.phase in INSIDE else step.after
        self._latest = step.number
        if step.number and not step.count and step.number in self.rows:
            return  # torch holds no pass: what was told of the step before stays
        self.rows[step.number] = step
        for number, sample in step.samples.items():
            if len(self.given) < MOST_INPUTS:
                self.given[number] = sample
        self._measure(step)
        if len(self.rows) > MOST:
            for old in sorted(self.rows)[: MOST // 4]:
                del self.rows[old]

    def _measure(self, step: Step) -> None:
        """Take in how large its numbers are."""
        if step.gradient is not None:
            finite = np.abs(step.gradient[np.isfinite(step.gradient)])
            self.largest = max(self.largest, float(finite.max(initial=0.0)))
        for held in (step.before, step.gradient, step.after):
            self.is_whole &= held is None or bool(np.all(held == np.rint(held)))

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
            self._latest = min(self._latest, max(self.rows, default=0))
            if not shown:
                self.largest, self.is_whole = 0.0, True
        self._stood = moved
        row = self.rows.get(shown)
        if row is not None and present.phase in INSIDE:
            row.back_to(present.phase)

    def forget_samples(self) -> None:
        """Settings are others: targets may be coded anew."""
        self.given.clear()


def _step(frame: TrainingStepFrame, neuron: Neuron) -> Step:
    word = frame.nonfinite.get("loss")
    return Step(
        number=frame.step + (frame.phase in INSIDE),
        branch=frame.branch,
        phase=frame.phase,
        count=frame.count,
        samples=_samples(frame, neuron),
        loss=float(word) if word else frame.loss,
        lr=frame.lr,
        before=_in_a_row(frame.before, neuron),
        gradient=_in_a_row(frame.gradient, neuron),
        after=_in_a_row(frame.after, neuron),
    )


def _samples(frame: TrainingStepFrame, neuron: Neuron) -> dict[int, Sample]:
    if frame.batch is None or frame.inputs is None or frame.targets is None:
        return {}
    x = floats(frame.inputs)
    t, z, y = (
        floats(array).reshape(len(x)).tolist()
        for array in (frame.targets, frame.outputs["0"], frame.outputs[neuron.last])
    )
    return {
        number: Sample(x[place], t[place], z[place], y[place])
        for place, number in enumerate(frame.batch.numpy().tolist())
    }


def _in_a_row(held: Mapping[str, Array], neuron: Neuron) -> Vector | None:
    """Parameters, weights first; None where one tensor is not known."""
    if any(tensor not in held for tensor in neuron.tensors):
        return None
    return np.concatenate([floats(held[tensor]).ravel() for tensor in neuron.tensors])
