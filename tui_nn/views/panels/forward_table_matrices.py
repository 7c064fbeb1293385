"""5 Forward of a small network: each layer as a matrix times its inputs plus a vector, number by
number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Activation, ActivationsFrame, Probes, Weights, WeightsFrame
from tui_nn.views import classes, sampled
from tui_nn.views.arrays import floats
from tui_nn.views.calls import name_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.panels.forward_table import paint_says
from tui_nn.views.panels.forward_table_inputs import number, own_probe
from tui_nn.views.panels.panel import Size as Cells
from tui_nn.views.panels.panel import View
from tui_nn.views.stages import BEND
from tui_nn.views.world import World

MOST_PARAMETERS = 48
MOST_INPUTS = 6
OPERATOR = 3
"""Cells of ` · `, ` + ` and ` = `."""
Numbers = list[float] | None


@dataclass(frozen=True)
class Column:
    """Numbers below each other, with the sign before them."""

    sign: str
    head: str
    values: Numbers
    """None before they are known."""
    count: int


@dataclass(frozen=True)
class Product:
    """One layer: W · x + b = z, and what bends it."""

    name: str
    call: str
    weight: list[list[float]] | None
    sides: tuple[int, int]
    """Rows and columns of W."""
    columns: tuple[Column, ...]
    """x, b where there is one, z, and what it is bent to."""
    has_bias: bool


@dataclass(frozen=True)
class Placed:
    """A layer with the columns that are shown, and the cells of a number: 0 where none is."""

    product: Product
    columns: tuple[Column, ...]
    cells: int

    @property
    def rows(self) -> int:
        """With the title."""
        if not self.cells:
            return 1
        counts = [column.count for column in self.columns]
        return 1 + max(self.product.sides[0], *counts, 0)


def suits(world: World) -> bool:
    """Whether the network is a few small matrices."""
    if world.started is None or world.samples is None or world.kind in ("neuron", "picture"):
        return False
    layers = world.started.layers
    shape = world.samples.x.shape[1:]
    sides = [*shape, *(side for layer in layers for side in layer.output_shape)]
    return (
        len(shape) == 1
        and all(name_of(layer.call) in {"Linear", "LazyLinear"} | BEND for layer in layers)
        and sum(layer.parameters for layer in layers) <= MOST_PARAMETERS
        and max(sides, default=0) <= MOST_INPUTS
    )


def _linears(world: World) -> list[tuple[str, bool]]:
    """The names of the layers that are matrices, and whether each has a vector."""
    layers = world.started.layers if world.started else ()
    return [
        (str(index), "bias=False" not in layer.call)
        for index, layer in enumerate(layers)
        if name_of(layer.call).endswith("Linear")
    ]


def products(world: World, frame: ActivationsFrame | None, like: ActivationsFrame
             ) -> list[Product]:  # fmt: skip
    """The layers in order; their numbers where `frame` has them, else only `like` it."""
    found: list[Product] = []
    before: Numbers = _numbers(frame.input) if frame is not None else None
    size = int(np.prod(like.input_shape))
    biased = dict(_linears(world))
    layers = list(like.layers)
    for index, layer in enumerate(layers):
        values = _values(frame, index)
        if layer.name in biased:
            bend = layers[index + 1] if index + 1 < len(layers) else None
            bent = bend if bend is not None and name_of(bend.call) in BEND else None
            found.append(
                _product(world, layer, size, before, values, bent, _values(frame, index + 1),
                         has_bias=biased[layer.name])
            )  # fmt: skip
        before, size = values, int(np.prod(layer.shape))
    return found


def _product(
    world: World, layer: Activation, inputs: int, x: Numbers, z: Numbers, bend: Activation | None,
    bent: Numbers, *, has_bias: bool,
) -> Product:  # fmt: skip
    weight: WeightsFrame | None = world.frame(Weights(tensor=f"{layer.name}.weight"))
    bias: WeightsFrame | None = world.frame(Weights(tensor=f"{layer.name}.bias"))
    outputs = layer.shape[-1]
    columns = [Column("·", "x", x, inputs)]
    if has_bias:
        columns.append(Column("+", "b", _numbers(bias.value) if bias else None, outputs))
    columns.append(Column("=", "z" if bend is not None else "y", z, outputs))
    if bend is not None:
        columns.append(Column("▸", name_of(bend.call).lower(), bent, outputs))
    matrix = floats(weight.value).tolist() if weight is not None else None
    return Product(layer.name, layer.call, matrix, (outputs, inputs), tuple(columns), has_bias)


def _values(frame: ActivationsFrame | None, index: int) -> Numbers:
    if frame is None or index >= len(frame.layers):
        return None
    return _numbers(frame.layers[index].value)


def _numbers(array: Array) -> list[float]:
    return [float(value) for value in floats(array).ravel()]


def _cells(product: Product, columns: Sequence[Column], cells: int) -> int:
    """What it takes with numbers of so many cells."""
    return product.sides[1] * (cells + 1) - 1 + len(columns) * (OPERATOR + cells)


def _placed(product: Product, width: int, *, with_x: bool) -> Placed:
    """The columns that have room; vectors are left out before what comes of them."""
    x, *middle = product.columns
    ends = middle[product.has_bias :]
    choices = ([x, *middle], [x, *ends]) if with_x else ()
    for columns in (*choices, middle, ends, ends[-1:], []):
        for cells in (6, 5):
            if _cells(product, columns, cells) <= width - 2:
                return Placed(product, tuple(columns), cells)
    return Placed(product, (), 0)


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    like = sampled.likeness_of(world, desk)
    if like is None:
        canvas.put(0, 1, "·", canvas.palette.quiet)
        return
    frame = sampled.frame_of(world, desk)
    found = products(world, frame, like)
    placed = [_placed(product, canvas.width, with_x=True) for product in found]
    if sum(one.rows for one in placed) > canvas.height - 1:
        placed[1:] = [_placed(product, canvas.width, with_x=False) for product in found[1:]]
    answer = classes.answer_of(world, frame)
    left = canvas.height - 1 - sum(one.rows for one in placed)
    shown = len(answer.names) if len(answer.names) <= left else 0
    gaps = max(0, left - shown)
    row = 0
    for one in placed:
        if row + one.rows > canvas.height:
            break
        _paint_product(canvas, one, row)
        row += one.rows + (gaps > 0)
        gaps -= 1
    if shown and answer.width(1) < canvas.width:
        classes.paint(canvas, answer, row, 1, shown, 1)
        row += shown
    if row < canvas.height:
        paint_says(canvas, world, frame, answer, row)


def _paint_product(canvas: Canvas, placed: Placed, row: int) -> None:
    palette = canvas.palette
    product, columns, cells = placed.product, placed.columns, placed.cells
    if not cells:
        title = f"{product.name} {name_of(product.call)}"
        canvas.put(row, 1, title if len(title) < canvas.width else product.name, palette.strong)
        return
    matrix = product.sides[1] * (cells + 1) - 1
    title = next((text for text in (f"{product.name} {product.call}", f"{product.name} W", "W")
                  if len(text) <= matrix), "")  # fmt: skip
    canvas.put(row, 1, title, palette.strong)
    for y in range(product.sides[0]):
        for x in range(product.sides[1]):
            value = product.weight[y][x] if product.weight is not None else None
            _paint_number(canvas, value, row + 1 + y, 1 + x * (cells + 1), cells)
    at = 1 + matrix
    for column in columns:
        head = column.head if len(column.head) <= cells + 1 else ""
        canvas.right(row, head, palette.quiet, edge=at + OPERATOR + cells)
        if columns == product.columns:
            canvas.put(row + 1, at + 1, column.sign, palette.quiet)
        for y in range(column.count):
            value = column.values[y] if column.values is not None else None
            _paint_number(canvas, value, row + 1 + y, at + OPERATOR, cells)
        at += OPERATOR + cells


def _paint_number(canvas: Canvas, value: float | None, row: int, column: int, cells: int) -> None:
    palette = canvas.palette
    ink = palette.quiet if value is None else palette.ink(palette.of_sign(value))
    canvas.put(row, column, number(value, cells), ink)


def _probes(world: World, desk: Desk, size: Cells) -> tuple[Probes, ...]:
    tensors = [
        Weights(tensor=f"{name}.{part}")
        for name, has_bias in _linears(world)
        for part in (("weight", "bias") if has_bias else ("weight",))
    ]
    return sampled.probe_of(world, desk), own_probe(world, desk), *tensors


MATRICES = View(
    "matrices",
    _paint,
    suits=suits,
    probes=_probes,
    note=sampled.words,
    press=sampled.press,
    keys=sampled.KEYS,
)
