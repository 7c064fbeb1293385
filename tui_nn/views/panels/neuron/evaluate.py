"""8 Evaluate of a neuron with a few samples: its truth table, and changes per epoch."""

from dataclasses import dataclass

import numpy as np

from tui_nn.spec.protocol.frames import Predictions, PredictionsFrame, Probes
from tui_nn.views.arrays import floats
from tui_nn.views.canvas import Canvas
from tui_nn.views.curves import LOSS
from tui_nn.views.desk import Desk
from tui_nn.views.neuron import Neuron, Step
from tui_nn.views.neuron_pass import (
    class_target,
    given_of,
    is_right,
    rule,
    same,
    shown_sample,
)
from tui_nn.views.numbers import plain
from tui_nn.views.panels.evaluate_chart import FEW_COLUMNS, FEW_ROWS, paint_plot
from tui_nn.views.panels.neuron.changes import paint_changes, paint_few_changes
from tui_nn.views.panels.neuron.shared import (
    TORCH,
    UNSIGNED,
    Form,
    input_form,
    is_batch,
    is_neuron,
    is_updated,
    sign_ink,
    target_form,
    verdict_ink,
    watched,
    whole,
)
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.reading import input_names
from tui_nn.views.world import World

FEW = 8
"""With more samples there is no table of all."""
SUMS = Predictions(part="train", layer="0", most=FEW, worst=0)
"""z of every sample, by torch."""


@dataclass(frozen=True)
class _Sample:
    """A row of the table, through the weights of now; None where that is not known."""

    index: int
    x: tuple[float, ...]
    """In its own units."""
    t: float | None
    z: float | None
    y: float | None
    is_same: bool | None
    """Whether torch's z is the same; None where torch's is not known."""


def _suits(world: World) -> bool:
    return is_neuron(world) and world.started is not None and world.started.train_count <= FEW


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    return (*watched(world, desk, size), SUMS)


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    neuron = world.steps.neuron
    if neuron is None or world.samples is None:
        return
    samples = _samples(world, neuron)
    _paint_table(canvas, world, neuron, samples, desk)
    top, is_step = len(samples) + 2, rule(world).is_step
    room = canvas.height - top
    if not is_step:
        if room >= FEW_ROWS and canvas.width >= FEW_COLUMNS:
            part = Canvas(canvas.width, room, canvas.palette)
            paint_plot(part, LOSS, world, desk)
            canvas.draw(part, top, 0)
        elif room >= 1:
            _paint_loss(canvas, world, top)
    elif room >= 6:
        paint_changes(canvas, world, top)
    elif room >= 2:
        paint_few_changes(canvas, world, top)


def _samples(world: World, neuron: Neuron) -> list[_Sample]:
    """Every sample of the training part through the weights of now."""
    found, step, how = world.samples, world.steps.now, rule(world)
    assert found is not None
    w, torchs = world.steps.weights, _sums(world, step)
    indices, inputs = found.samples.numpy().tolist(), found.x.numpy()
    rows = []
    for place, index in enumerate(indices[:FEW]):
        given = given_of(world, index)
        z = torchs.get(index)
        is_same = None
        if w is not None and given is not None:
            x = np.append(given.x, 1.0) if neuron.has_bias else given.x
            if len(x) == len(w):
                products = x * w
                mine = float(np.float32(products.sum()))
                scale = float(np.abs(products).max(initial=0.0))
                is_same = None if z is None else same(mine, z, scale)
                z = mine if z is None else z
        y = None if z is None else how.output(z)
        own = tuple(float(value) for value in np.ravel(inputs[place]))
        t = given.t if given else class_target(world, index)
        rows.append(_Sample(index, own, t, z, y, is_same))
    return rows


def _sums(world: World, step: Step | None) -> dict[int, float]:
    """z of each sample, where torch was asked at the weights of now."""
    frame = world.frame(SUMS)
    if not isinstance(frame, PredictionsFrame) or step is None:
        return {}
    made = step.number if is_updated(step) else max(0, step.number - 1)
    if frame.step != made or frame.branch != world.present.branch:
        return {}
    outputs = floats(frame.outputs).reshape(-1)
    return dict(zip(frame.samples.numpy().tolist(), outputs.tolist(), strict=True))


def _paint_table(
    canvas: Canvas, world: World, neuron: Neuron, samples: list[_Sample], desk: Desk
) -> None:
    palette, is_wide = canvas.palette, canvas.width >= 46
    is_whole = whole(world)
    x = input_form(world, 6, 2)
    cells = max(3, x.width + 1)
    z = Form(6 if is_wide else 5) if is_whole else Form(9 if is_wide else 8, 3)
    is_step = rule(world).is_step
    y = (
        Form(4, None, has_sign=False)
        if is_step
        else Form(7, 3, has_sign=rule(world).name not in UNSIGNED)
    )
    t = target_form(world, 6, 2)
    ends = [4 + cells * (index + 1) for index in range(neuron.inputs)]
    ends.append(ends[-1] + 3 + t.width)
    ends += [ends[-1] + z.width, ends[-1] + z.width + y.width]
    sign = ends[-1] + (3 if is_wide else 2)
    heads = [*(name[: cells - 1] for name in input_names(world, neuron.inputs)), "t", "z", "y"]
    for head, end in zip(heads, ends, strict=True):
        if end <= canvas.width:
            canvas.right(0, head, palette.quiet, edge=end)
    step = world.steps.now
    now = None if is_batch(world) else shown_sample(step, desk)
    for row, sample in enumerate(samples, 1):
        if sample.index == now:
            canvas.put(row, 2, "▸", palette.ink(palette.accent, bold=True))
        texts = [*map(x, sample.x), t(sample.t), z(sample.z), y(sample.y)]
        inks = [palette.plain] * (len(texts) - 2) + [sign_ink(canvas, sample.z), palette.strong]
        for text, end, ink in zip(texts, ends, inks, strict=False):
            if end <= canvas.width:
                canvas.right(row, text.strip(), ink, edge=end)
        right = is_right(world, sample.y, sample.t)
        if right is not None and sign < canvas.width:
            canvas.put(row, sign, "✓" if right else "✗", verdict_ink(canvas, right))
    _paint_beside(canvas, samples, sign + 3, is_checked=not world.running)


def _paint_beside(canvas: Canvas, samples: list[_Sample], column: int, *, is_checked: bool) -> None:
    """Of which weights the table is, and whether torch gave the same: while training runs it is
    asked at evaluations alone.
    """
    words = ["at the weights", "of now"]
    if column + max(map(len, words)) > canvas.width:
        return
    for row, text in enumerate(words):
        canvas.put(row, column, text, canvas.palette.quiet)
    if is_checked and all(sample.is_same for sample in samples) and len(samples) > 2:
        canvas.put(3, column, TORCH, canvas.palette.ink(canvas.palette.good))


def _paint_loss(canvas: Canvas, world: World, row: int) -> None:
    """The latest evaluation in one line."""
    found = world.evaluated
    if found is None:
        return
    words = f"loss {plain(found.train.get('loss'))}  as of epoch {found.epoch:,}"
    if len(words) + 2 <= canvas.width:
        canvas.put(row, 2, words)


def _note(world: World, desk: Desk) -> str:
    neuron = world.steps.neuron
    if neuron is None or world.samples is None:
        return ""
    marks = [is_right(world, sample.y, sample.t) for sample in _samples(world, neuron)]
    if None in marks or not marks:
        return ""
    return f"{sum(map(bool, marks))} of {len(marks)} right"


EVALUATE = View("truth table", _paint, _suits, _probes, _note)
