"""What the four views of a neuron share: probes, how numbers are written, the mark of torch."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

import numpy as np

from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import Probes
from tui_nn.views.calls import name_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import Ink
from tui_nn.views.neuron import STEP, Step, Vector
from tui_nn.views.neuron_pass import shown_sample
from tui_nn.views.neuron_rule import coded
from tui_nn.views.numbers import plain
from tui_nn.views.panels.panel import Size
from tui_nn.views.updates import INSIDE
from tui_nn.views.world import World

TORCH = "= torch ✓"
UNSIGNED = ("Heaviside", "Sigmoid", "ReLU")
"""Activations whose output is never below 0."""


def is_neuron(world: World) -> bool:
    """Whether these views have something to show."""
    return world.kind == "neuron" and world.steps.neuron is not None


def watched(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    """The latest step."""
    return (STEP,) if world.steps.neuron else ()


def choose_sample(world: World, desk: Desk, key: str) -> bool:
    """Up and down go through the samples of a batch."""
    step = world.steps.now
    sample = shown_sample(step, desk)
    if key not in ("up", "down") or step is None or sample is None:
        return False
    batch = tuple(step.samples)
    place = batch.index(sample) + (1 if key == "down" else -1)
    if len(batch) > 1:
        desk.sample = batch[place % len(batch)]
    return len(batch) > 1


SAMPLE_KEYS = (("↑ ↓", "the next sample of the batch"),)


def has_gradient(step: Step | None) -> bool:
    """Whether the step has come as far as its gradient."""
    return step is not None and step.number > 0 and step.phase is not Phase.FORWARD


def is_updated(step: Step | None) -> bool:
    """Whether the step's update is made."""
    return step is not None and step.number > 0 and step.phase not in INSIDE


def is_batch(world: World) -> bool:
    """Whether a step looks at more than one sample at once."""
    return world.batch_size > 1


@dataclass(frozen=True)
class Form:
    """How numbers of a column are written: right in a fixed width, decimal points in a line."""

    width: int
    decimals: int | None = None
    """None: whole numbers, 0 without a sign."""
    has_sign: bool = True

    def __call__(self, value: float | None) -> str:
        text = "·" if value is None else self._write(value)
        return text.rjust(self.width)

    def _write(self, value: float) -> str:
        sign = "+" if self.has_sign and value > 0 else ""
        if not isfinite(value):
            return sign + plain(value)
        if self.decimals is None and value == int(value):
            text = f"{sign if value else ''}{int(value)}"
            if len(text) <= self.width:
                return text
        decimals = 2 if self.decimals is None else self.decimals
        for fewer in range(decimals, -1, -1):
            text = f"{sign}{value:.{fewer}f}"
            if value and abs(value) < 0.5 * 10.0**-fewer:
                break
            if len(text) <= self.width:
                return text if float(text) else text.lstrip("-+")
        text = f"{sign}{value:.0e}".replace("e-0", "e-").replace("e+0", "e+")
        return text if len(text) <= self.width else ("≈0" if abs(value) < 1 else "…")


def whole(world: World) -> bool:
    """Whether all numbers are whole: a step function over whole inputs and whole rates."""
    steps, samples = world.steps, world.samples
    if steps.neuron is None or steps.neuron.activation != "Heaviside" or not steps.is_whole:
        return False
    lr = world.present.lr
    return samples is not None and are_whole(samples.x.numpy()) and lr is not None and lr % 1 == 0


def are_whole(values: Iterable[float]) -> bool:
    """Whether numbers have no decimals."""
    array = np.asarray(values, np.float64)
    return bool(np.all(array == np.rint(array)))


def input_form(world: World, width: int, decimals: int) -> Form:
    """The form of inputs: a sign only where one can be below 0."""
    values = world.samples.x.numpy() if world.samples else np.zeros(1)
    has_sign = bool(np.min(values, initial=0.0) < 0)
    if are_whole(values):
        return Form(len(f"{np.abs(values).max(initial=0):.0f}") + has_sign, None, has_sign)
    return Form(width, decimals, has_sign)


def target_form(world: World, width: int, decimals: int) -> Form:
    """The form of targets: whole where they are classes."""
    is_class = world.samples is not None and bool(world.samples.class_names)
    if not is_class:
        return Form(width, decimals)
    name = name_of(world.setting("loss", ""))
    activation = world.steps.neuron.activation if world.steps.neuron else ""
    is_signed = coded(0, name, activation) < 0
    return Form(1 + is_signed, None, is_signed)


def mark(canvas: Canvas, row: int, column: int, *, is_same: bool | None, torchs: str = "") -> None:
    """Whether torch holds the same; what it holds where that is another; None: not known."""
    palette = canvas.palette
    if is_same:
        canvas.put(row, column, TORCH, palette.ink(palette.good))
    elif is_same is False and column + 6 + len(torchs) <= canvas.width:
        canvas.put(row, column, f"torch {torchs}", palette.ink(palette.warm))


def verdict_ink(canvas: Canvas, right: bool | None) -> Ink:
    """The ink of ✓ or ✗."""
    palette = canvas.palette
    if right is None:
        return palette.plain
    return palette.ink(palette.good if right else palette.bad, bold=True)


def at(values: Vector | None, index: int) -> float | None:
    """One of them; None where they are not known."""
    return None if values is None else float(values[index])


def sign_ink(canvas: Canvas, value: float | None) -> Ink:
    """The ink of a number by its sign."""
    palette = canvas.palette
    return palette.quiet if value is None else palette.ink(palette.of_sign(value))
