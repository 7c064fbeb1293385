"""5 Forward of a row: its inputs by name, in their own units and as the network gets them."""

from dataclasses import dataclass

import numpy as np

from tui_nn.plot.cells import cell_width, shortened
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Activations, ActivationsFrame, Samples, SamplesFrame
from tui_nn.views import sampled
from tui_nn.views.arrays import Floats, floats
from tui_nn.views.calls import name_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.columns import Format, formats, padded
from tui_nn.views.desk import Desk
from tui_nn.views.numbers import plain
from tui_nn.views.panels.edge import paint_edge
from tui_nn.views.pictures import Size, paint
from tui_nn.views.reading import input_names
from tui_nn.views.stages import by_largest
from tui_nn.views.world import World

NAME = 20
NETWORK = 6
"""Cells of an input as the network gets it."""
HEAD, VALUE, TOKEN, SCALED = "input", "value", "token", "scaled"
BETWEEN = 3
"""Columns between inputs that stand beside each other."""


@dataclass(frozen=True)
class Inputs:
    """Of one sample."""

    names: tuple[str, ...]
    formats: tuple[Format, ...]
    own: tuple[float, ...] | None
    """None before they are known."""
    network: tuple[float, ...] | None
    scaled: bool
    """Whether the network gets other numbers than stand in the data."""
    rows: Floats | None = None
    """Of tokens: the row that each one's embedding is, (tokens, size)."""

    @property
    def decimals(self) -> int:
        return max((f.decimals for f in self.formats), default=0)

    def name_width(self, *, head: bool) -> int:
        longest = min(NAME, max(map(cell_width, self.names), default=0))
        return max(longest, len(HEAD) if head else 0)

    def own_width(self, *, head: bool) -> int:
        """With points below each other."""
        decimals = self.decimals
        longest = max((f.whole for f in self.formats), default=1) + (decimals + 1) * (decimals > 0)
        return max(longest, len(VALUE) if head else 0)

    def width(self, *, both: bool, head: bool) -> int:
        own = self.name_width(head=head) + 1 + self.own_width(head=head)
        return own + (1 + NETWORK if both else 0)


@dataclass(frozen=True)
class Shape:
    """How inputs stand in so many rows."""

    across: int
    both: bool
    """Whether they are also shown as the network gets them."""
    head: bool
    rows: int
    """Of each column, without the head."""

    @property
    def tall(self) -> int:
        return self.rows + self.head


def own_probe(world: World, desk: Desk) -> Samples:
    """The sample in its own units."""
    part = sampled.part_of(world, desk)
    return Samples(part=part, samples=(sampled.sample_of(world, desk),))


def inputs_of(world: World, desk: Desk, frame: ActivationsFrame | None) -> Inputs | None:
    """The inputs of the sample that is looked at; None where there are no columns of them."""
    samples = world.samples
    if samples is None or len(samples.x.shape) != 2 or world.kind == "picture":
        return None
    count = samples.x.shape[1]
    own: SamplesFrame | None = world.frame(own_probe(world, desk))
    tokens = samples.x.dtype == "int64"
    values = _numbers(own.x)[:count] if own is not None and own.x.shape[0] else None
    network = _numbers(frame.input) if frame is not None else None
    return Inputs(
        tuple(input_names(world, count)),
        formats(samples.x),
        values,
        network,
        scaled=not tokens and _is_scaled(world),
        rows=_embedded(frame, count) if tokens and frame is not None else None,
    )


def _is_scaled(world: World) -> bool:
    """Whether a sample that is known both ways differs; as the data is written where none is."""
    for probe, frame in world.frames.items():
        if isinstance(probe, Activations) and isinstance(frame, ActivationsFrame):
            own = world.frame(Samples(part=probe.part, samples=(probe.sample,)))
            if own is not None and own.x.shape[1:] == frame.input.shape:
                given = frame.input.numpy()
                return not np.allclose(own.x.numpy()[:1], given, atol=1e-4, equal_nan=True)
    return "standardize=False" not in str(world.setting("data", ""))


def _numbers(array: Array) -> tuple[float, ...]:
    return tuple(map(float, floats(array).ravel()))


def _embedded(frame: ActivationsFrame, count: int) -> Floats | None:
    """What an Embedding makes of each token, over the largest |value|."""
    for layer in frame.layers:
        if name_of(layer.call) == "Embedding" and layer.shape[:1] == (count,):
            values = floats(layer.value).reshape(count, -1)
            return by_largest(values, 1.0)
    return None


def shape_of(inputs: Inputs, width: int, rows: int) -> Shape | None:
    """The one that shows the most in so many rows; None where there is no room."""
    count, best, score = len(inputs.names), None, (0, 0, 0, 0)
    for across in range(1, 2 if inputs.rows is not None else 5):
        for both in (True, False) if inputs.scaled else (False,):
            for head in (True, False):
                one = inputs.width(both=both, head=head)
                tall = min(rows - head, -(-count // across))
                if across * (one + BETWEEN) - BETWEEN > width - 2 or tall < 1:
                    continue
                shown = min(count, across * tall)
                named = 2 if head and across * rows < count and tall > 1 else 0
                worth = (shown + named, int(both), int(head), -across)
                if worth > score:
                    best, score = Shape(across, both, head, tall), worth
    return best


def paint_inputs(canvas: Canvas, inputs: Inputs, shape: Shape, row: int, first: int) -> None:
    """From input number `first` on, from the top down."""
    palette, one = canvas.palette, inputs.width(both=shape.both, head=shape.head)
    shown = range(first, min(len(inputs.names), first + shape.across * shape.rows))
    for across in range(shape.across):
        column = 1 + across * (one + BETWEEN)
        if shape.head:
            _paint_head(canvas, inputs, shape, row, column)
        for down in range(shape.rows):
            index = first + across * shape.rows + down
            if index < len(inputs.names):
                at = row + shape.head + down
                _paint_input(canvas, inputs, index, shape, at, column)
                if index in (shown[0], shown[-1]):
                    count = len(inputs.names)
                    paint_edge(canvas, at, index, shown, count, chosen=False)
                if inputs.rows is not None and shape.across == 1:
                    _paint_row(canvas, inputs.rows[index], at, column + one + 2)
    if inputs.rows is not None and shape.head and shape.across == 1:
        canvas.put(row, 1 + one + 2, "embedding", palette.quiet)


def _paint_head(canvas: Canvas, inputs: Inputs, shape: Shape, row: int, column: int) -> None:
    quiet = canvas.palette.quiet
    canvas.put(row, column, HEAD, quiet)
    edge = column + inputs.name_width(head=True) + 1 + inputs.own_width(head=True)
    canvas.right(row, VALUE if inputs.rows is None else TOKEN, quiet, edge=edge)
    if shape.both:
        canvas.right(row, SCALED, quiet, edge=edge + 1 + NETWORK)


def _paint_input(
    canvas: Canvas, inputs: Inputs, index: int, shape: Shape, row: int, column: int
) -> None:
    palette, width = canvas.palette, inputs.name_width(head=shape.head)
    canvas.put(row, column, shortened(inputs.names[index], width, ascii_only=palette.ascii_only))
    edge = column + width + 1 + inputs.own_width(head=shape.head)
    form = inputs.formats[index]
    text = "·" if inputs.own is None else form.written(inputs.own[index])
    canvas.right(row, padded(text, form, inputs.decimals), palette.strong, edge=edge)
    if shape.both:
        value = inputs.network[index] if inputs.network is not None else None
        ink = palette.ink(palette.of_sign(value or 0.0))
        canvas.right(row, number(value), ink, edge=edge + 1 + NETWORK)


def _paint_row(canvas: Canvas, values: Floats, row: int, column: int) -> None:
    """An embedding, two cells a number where they have room."""
    cells = next((n for n in (2, 1) if n * len(values) < canvas.width - column), 0)
    if cells:
        paint(canvas, values[None], row, column, Size(cells * len(values), 2), signed=True)


def number(value: float | None, cells: int = NETWORK) -> str:
    """In so many cells, its sign always there: `+0.55`, `+123.7`."""
    if value is None:
        return "·".rjust(cells)
    if not np.isfinite(value):
        return plain(value).rjust(cells)
    texts = (f"{value:+.{decimals}f}" for decimals in (2, 1, 0))
    fitting = next((text for text in texts if len(text) <= cells), f"{value:+.0e}")
    return fitting.rjust(cells)


def scrolled(inputs: Inputs, shape: Shape, wanted: int) -> int:
    """The first input that is shown, so that none is left blank."""
    return max(0, min(wanted, len(inputs.names) - shape.across * shape.rows))
