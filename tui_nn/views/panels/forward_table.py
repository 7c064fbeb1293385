"""5 Forward of a row: a sample through the layers, from its inputs to what the network says."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tui_nn.plot.cells import cell_width
from tui_nn.spec.protocol.frames import Activation, ActivationsFrame, Probes
from tui_nn.spec.shapes import show
from tui_nn.views import classes, sampled
from tui_nn.views.arrays import floats
from tui_nn.views.calls import fitted, name_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.classes import Answer
from tui_nn.views.columns import Format, formats
from tui_nn.views.desk import Desk
from tui_nn.views.layer_names import window
from tui_nn.views.numbers import fixed, plain
from tui_nn.views.panels.edge import paint_edge
from tui_nn.views.panels.forward_table_inputs import (
    BETWEEN,
    Inputs,
    Shape,
    inputs_of,
    number,
    own_probe,
    paint_inputs,
    scrolled,
    shape_of,
)
from tui_nn.views.panels.panel import Size as Cells
from tui_nn.views.panels.panel import View
from tui_nn.views.pictures import Size, paint
from tui_nn.views.reading import target_name
from tui_nn.views.stages import NEVER_NEGATIVE, by_largest
from tui_nn.views.world import World

NUMBER = 5
CALL = 24
"""Cells of a layer's call at most, where there is no more room."""
NUMBERS = 7
"""Cells of a number in a row of them."""
LONG_BAR = 10
TOLD = 6
"""Digits that an engine tells of an answer."""
LEAST_VALUES = 16
"""Cells that are left to values, if there are so many."""


@dataclass(frozen=True)
class Plan:
    """Rows from the top: inputs, layers, classes, what is said; empty ones between."""

    inputs: int
    layers: int
    classes: int
    across: int
    """Classes beside each other."""
    says: int
    gaps: int


def plan(width: int, height: int, inputs: Inputs | None, layers: int, answer: Answer) -> Plan:
    """Share out the rows: what is said first, then classes, layers, inputs."""
    says = int(height > 0)
    left = height - says
    wanted = len(inputs.names) + 1 if inputs is not None else 1
    count, across, tall = len(answer.names), 0, 0
    for across in range(1, max(1, count) + 1):
        if across > 1 and answer.width(across) > width - 2:
            across -= 1
            break
        tall = -(-count // across)
        if tall + layers + wanted <= left:
            break
    tall = -(-count // across) if count and answer.width(1) <= width - 1 else 0
    tall = tall if left - tall >= 2 else 0
    left -= tall
    shown = min(layers, left if left <= 2 else left - 1)
    left -= shown
    given = min(left, wanted)
    left -= given
    sections = (given > 0) + (shown > 0) + (tall > 0)
    return Plan(given, shown, tall, across, says, gaps=min(left, max(0, sections - 1)))


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    likeness = sampled.likeness_of(world, desk)
    if likeness is None:
        canvas.put(0, 1, "·", canvas.palette.quiet)
        return
    frame = sampled.frame_of(world, desk)
    inputs = inputs_of(world, desk, frame)
    layers = list(likeness.layers)
    if inputs is not None and inputs.rows is not None:
        layers = [layer for layer in layers if name_of(layer.call) != "Embedding"]
    answer = classes.answer_of(world, frame)
    rows = plan(canvas.width, canvas.height, inputs, len(layers), answer)
    row = _paint_top(canvas, desk, inputs, frame or likeness, rows, known=frame is not None)
    gaps = rows.gaps
    if gaps and row:
        row, gaps = row + 1, gaps - 1
    shown = window(len(layers), rows.layers, _chosen(layers, desk))
    _paint_layers(canvas, [layers[index] for index in shown], row, known=frame is not None)
    for y, index in enumerate(shown, row):
        chosen = desk.focus == NUMBER and layers[index].name == desk.layer
        paint_edge(canvas, y, index, shown, len(layers), chosen=chosen)
    row += rows.layers + bool(gaps)
    if rows.classes:
        room = canvas.width - 1 - answer.width(1, 0)
        bar = LONG_BAR if rows.across == 1 and room > LONG_BAR else classes.BAR
        classes.paint(canvas, answer, row, 1, rows.classes, rows.across, bar)
        row += rows.classes
    if rows.says:
        paint_says(canvas, world, frame, answer, row)


def _chosen(layers: Sequence[Activation], desk: Desk) -> int:
    """The layer in focus; the last where none is."""
    names = [layer.name for layer in layers]
    return names.index(desk.layer) if desk.layer in names else len(names) - 1


def _paint_top(
    canvas: Canvas, desk: Desk, inputs: Inputs | None, frame: ActivationsFrame, rows: Plan, *,
    known: bool,
) -> int:  # fmt: skip
    """The inputs; returns the row below."""
    if not rows.inputs:
        return 0
    shape = shape_of(inputs, canvas.width, rows.inputs) if inputs is not None else None
    if inputs is not None and shape is not None:
        first = scrolled(inputs, shape, desk.cursor.get(NUMBER, 0))
        paint_inputs(canvas, inputs, shape, 0, first)
        _paint_count(canvas, inputs, shape)
        return rows.inputs if shape.tall == rows.inputs else shape.tall
    whole = Activation(name="", call="input", shape=frame.input_shape, value=frame.input)
    _paint_layers(canvas, [whole], 0, known=known)
    return 1


def _paint_count(canvas: Canvas, inputs: Inputs, shape: Shape) -> None:
    """How many of the inputs are shown, at the right of their head, where it has room."""
    count, shown = len(inputs.names), shape.across * shape.rows
    one = inputs.width(both=shape.both, head=shape.head) + BETWEEN
    room = canvas.width - 1 - shape.across * one
    for words in (f"{shown} of {count} inputs", f"{shown} of {count}"):
        if shape.head and shown < count and len(words) <= room:
            canvas.right(0, words, canvas.palette.quiet, edge=canvas.width - 1)
            return


def _paint_layers(canvas: Canvas, layers: Sequence[Activation], row: int, *, known: bool) -> None:
    """A row for each: its call, how many numbers it gives, and these."""
    palette = canvas.palette
    shapes = [show(layer.shape) for layer in layers]
    sides = max(map(len, shapes), default=0)
    width = _call_width(layers, canvas.width, sides)
    for y, (layer, shape) in enumerate(zip(layers, shapes, strict=True), row):
        prefix = f"{layer.name} " if layer.name else ""
        call = fitted(layer.call, width - len(prefix))
        if 1 + width >= canvas.width:
            prefix, call = "", fitted(layer.call, canvas.width - 1)
        canvas.put(y, 1, prefix + call)
        edge = 1 + width + 1 + sides
        if edge < canvas.width:
            canvas.right(y, shape, palette.quiet, edge=edge)
        if edge + 4 < canvas.width:
            _paint_values(canvas, layer, y, edge + 2, known=known)


def _call_width(layers: Sequence[Activation], width: int, sides: int) -> int:
    """Cells of the calls, so that some values have room beside them."""
    longest = max((cell_width(f"{layer.name} {layer.call}") for layer in layers), default=0)
    most = max((int(np.prod(layer.shape)) for layer in layers), default=1)
    values = max(2 * NUMBERS, min(most, LEAST_VALUES))
    return max(8, min(longest, width - 4 - sides - values, max(CALL, width // 3)))


def _paint_values(canvas: Canvas, layer: Activation, row: int, column: int, *, known: bool) -> None:
    """Numbers where all have room, else shades of as many as have."""
    room = canvas.width - 1 - column
    count = int(np.prod(layer.shape))
    if not known:
        canvas.put(row, column, "·", canvas.palette.quiet)
        return
    values = floats(layer.value).ravel()
    if count * NUMBERS - 1 <= room:
        for index, value in enumerate(values.tolist()):
            ink = canvas.palette.ink(canvas.palette.of_sign(value))
            canvas.put(row, column + index * NUMBERS, number(value), ink)
        return
    if not np.isfinite(values).all():
        word = "nan" if np.isnan(values).any() else "inf"
        canvas.put(row, column, word, canvas.palette.ink(canvas.palette.bad))
        return
    cells = 2 if 2 * count <= room else 1
    shown = by_largest(values[None], 1.0)[:, :room]
    signed = name_of(layer.call) not in NEVER_NEGATIVE
    paint(canvas, shown, row, column, Size(cells * shown.shape[1], 2), signed=signed)
    if count > room:
        canvas.put(row, column + room - 1, "…", canvas.palette.quiet)


def paint_says(
    canvas: Canvas, world: World, frame: ActivationsFrame | None, answer: Answer, row: int
) -> None:
    """What the network says beside what is true, and the loss of this sample."""
    palette = canvas.palette
    loss = "·"
    if frame is not None:
        loss = frame.nonfinite.get("loss") or plain(frame.loss, 3)
    words = f"loss {loss:<8}"
    if answer.names:
        said = cell_width(classes.says(answer)) + 2
        classes.paint_says(canvas, answer, row, 1, canvas.width - 1)
    else:
        said = _paint_values_said(canvas, world, answer, row)
    if 1 + said + 3 + len(words) < canvas.width:
        canvas.right(row, words, palette.quiet, edge=canvas.width - 1)


def _paint_values_said(canvas: Canvas, world: World, answer: Answer, row: int) -> int:
    """Predicted values in their own units; returns the cells they take."""
    says, truth = _values(answer.says), _values(answer.truth)
    form = _form(world)
    if form is None or form.whole > TOLD or len(says) != 1 or len(truth) != 1:
        words = f"says {answer.says or '·'}, is {answer.truth or '·'}"
        if cell_width(words) < canvas.width:
            canvas.put(row, 1, words, canvas.palette.strong)
        return cell_width(words)
    wide = form.width + 3
    decimals = min(form.decimals + 1, max(0, TOLD - form.whole))
    text = [fixed(value, wide, decimals) for value in (says[0], truth[0])]
    off = f"{says[0] - truth[0]:+.{decimals}f}".rjust(wide + 1)
    name = target_name(world, 0)
    for words in (
        f"{name} says {text[0]}   is {text[1]}   off {off}",
        f"says {text[0]}  is {text[1]}  off {off}",
        f"says {text[0]}  is {text[1]}",
        f"says {text[0].strip()}",
    ):
        if cell_width(words) + 2 <= canvas.width:
            canvas.put(row, 1, words, canvas.palette.strong)
            return cell_width(words)
    return canvas.width


def _form(world: World) -> Format | None:
    """Of the first value to be predicted."""
    samples = world.samples
    return next(iter(formats(samples.y)), None) if samples is not None else None


def _values(words: str) -> list[float]:
    """The numbers of an answer in words."""
    try:
        return [float(part) for part in words.split(", ") if part not in ("", "…")]
    except ValueError:
        return []


def _probes(world: World, desk: Desk, size: Cells) -> tuple[Probes, ...]:
    if world.samples is None:
        return (sampled.probe_of(world, desk),)
    return sampled.probe_of(world, desk), own_probe(world, desk)


def _press(world: World, desk: Desk, key: str) -> bool:
    if key in ("up", "down") and world.samples is not None and len(world.samples.x.shape) == 2:
        last = world.samples.x.shape[1] - 1
        at = desk.cursor.get(NUMBER, 0) + (1 if key == "down" else -1)
        desk.cursor[NUMBER] = max(0, min(last, at))
        return True
    likeness = sampled.likeness_of(world, desk)
    if key in ("n", "N") and likeness is not None and likeness.layers:
        at = _chosen(likeness.layers, desk) + (1 if key == "n" else -1)
        desk.layer = likeness.layers[max(0, min(len(likeness.layers) - 1, at))].name
        return True
    return sampled.press(world, desk, key)


def suits(world: World) -> bool:
    """Whether inputs are no pictures: these have views of their own."""
    return world.kind != "picture"


SAMPLE = View(
    "sample",
    _paint,
    suits=suits,
    probes=_probes,
    note=sampled.words,
    press=_press,
    keys=(*sampled.KEYS, ("↑ ↓", "further inputs")),
)
