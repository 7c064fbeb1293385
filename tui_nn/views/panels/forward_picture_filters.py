"""5 Forward of a picture: the weights of each filter or neuron as pictures, each with the places
of samples that it responds to most.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod

import numpy as np

from tui_nn.plot.cells import cell_width, shortened
from tui_nn.spec.protocol.frames import Probes, ResponsesFrame, Weights, WeightsFrame
from tui_nn.views import sampled
from tui_nn.views.arrays import Floats, floats
from tui_nn.views.calls import name_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.panels.forward_picture import first_weights, picture_shape, suits
from tui_nn.views.panels.forward_picture_crops import (
    TOP,
    crop_of,
    crop_shape,
    layer_names,
    layer_of,
    responses_probe,
    samples_probe,
)
from tui_nn.views.panels.panel import Size as Cells
from tui_nn.views.panels.panel import View
from tui_nn.views.pictures import Size, paint, paint_coloured, sizes
from tui_nn.views.reading import class_name
from tui_nn.views.stages import by_largest
from tui_nn.views.world import World

NUMBER = 5
CROP_COLUMNS = 10
MOST_ROWS = 4
"""Of several channels below each other."""
CROP_WORTH = 0.15
"""One more response is worth so large a share of all filters on the screen."""
NAME = 10
BETWEEN = 2
"""Columns between filters."""


@dataclass(frozen=True)
class Filters:
    """The weights of a layer's filters, or of its neurons."""

    layer: str
    kind: str
    names: tuple[str, ...]
    pictures: Floats
    """(filters, channels, tall, wide) −1 … 1."""
    broken: bool

    @property
    def channels(self) -> int:
        return int(self.pictures.shape[1])

    @property
    def noun(self) -> str:
        return "kernels" if self.kind.startswith("Conv") else "weights"


@dataclass(frozen=True)
class Block:
    """How one filter stands on the screen."""

    name: int
    picture: Size
    """Of each of its channels."""
    across: int
    lines: int
    """Channels beside each other, and below."""
    crop: Size
    crops: int

    @property
    def left(self) -> int:
        """Columns before the crops."""
        return self.name + 1 + self.across * (self.picture.columns + 1)

    @property
    def columns(self) -> int:
        return self.left + self.crops * (self.crop.columns + 1) - 1

    @property
    def rows(self) -> int:
        return max(self.picture.rows * self.lines, self.crop.rows if self.crops else 0)

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """How many have room beside each other, and below."""
        return (width - 1 + BETWEEN) // (self.columns + BETWEEN), height // self.rows

    def room(self, width: int, height: int) -> int:
        across, down = self.fit(width, height)
        return across * down


def filters_of(world: World, desk: Desk) -> Filters | None:
    """Of the layer in focus; None before they are known."""
    layer = layer_of(world, desk)
    frame: WeightsFrame | None = world.frame(Weights(tensor=f"{layer}.weight"))
    if frame is None or world.started is None:
        return None
    values = floats(frame.value)
    kind = name_of(world.started.layers[int(layer)].call)
    if kind == "ConvTranspose2d":
        values = values.swapaxes(0, 1)
    if values.ndim == 2 and values.shape[1] == prod(picture_shape(world)):
        values = values.reshape(len(values), *picture_shape(world))
    if values.ndim != 4:
        return None
    is_answer = int(layer) == len(world.started.layers) - 1 and len(values) > 1
    names = (class_name(world, i) if is_answer else str(i) for i in range(len(values)))
    return Filters(
        layer, kind, tuple(names), by_largest(values, 1.0), not np.isfinite(values).all()
    )


@lru_cache(maxsize=32)
def block_of(
    shape: tuple[int, int, int, int], name: int, crop: tuple[int, int], width: int, height: int, *,
    half: bool,
) -> Block | None:  # fmt: skip
    """The one that shows the most filters and crops; None where there is no room for one.

    `shape`: filters, channels, rows and columns; `name`: cells of the longest name; `half`:
    whether two pixels share a cell.
    """
    count, channels, tall, wide = shape
    single = [Size(wide, tall if half else 2 * tall)]
    if channels == 1:
        single = [size for size in sizes(tall, wide) if size.columns <= width]
    best, score = None, 0.0
    for size in single:
        lines = max(1, MOST_ROWS // size.rows) if channels > 1 else 1
        shown = _crop_size(crop, size)
        for crops in range(TOP + 1):
            across = -(-channels // lines)
            block = Block(name, size, across, lines, shown, crops)
            most = (width - 1 - (block.columns - across * (size.columns + 1))) // (size.columns + 1)
            block = replace(block, across=max(1, min(across, most)))
            room = block.room(width, height)
            worth = min(room, count) / count + CROP_WORTH * crops if room else 0.0
            if worth and worth >= score:
                best, score = block, worth
    return best


def _crop_size(crop: tuple[int, int], beside: Size) -> Size:
    """As tall as what it stands beside, or the least."""
    tall, wide = crop
    fitting = [size for size in sizes(tall, wide) if size.columns <= CROP_COLUMNS]
    same = [size for size in sizes(tall, wide) if size.rows <= beside.rows]
    return (same or fitting or [Size(1, 1)])[-1]


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    filters = filters_of(world, desk)
    if filters is None:
        canvas.put(0, 1, "·", canvas.palette.quiet)
        return
    responses: ResponsesFrame | None = world.frame(responses_probe(world, desk))
    crop = crop_shape(world, responses)
    height = canvas.height - 1
    _, _, *sides = filters.pictures.shape
    shape = (len(filters.names), filters.channels, sides[0], sides[1])
    name = min(NAME, max(map(cell_width, filters.names)))
    block = block_of(shape, name, crop, canvas.width, height, half=canvas.palette.has_pixels)
    if block is None:
        _paint_head(canvas, filters, range(0), None)
        return
    across, down = block.fit(canvas.width, height)
    shown = _window(len(filters.names), across, across * down, desk.unit)
    _paint_head(canvas, filters, shown, block)
    lines = -(-len(shown) // across)
    step = block.rows + (lines * (block.rows + 1) - 1 <= height)
    for place, index in enumerate(shown):
        y, x = divmod(place, across)
        row, column = 1 + y * step, 1 + x * (block.columns + BETWEEN)
        chosen = desk.focus == NUMBER and index == min(desk.unit, len(filters.names) - 1)
        _paint_filter(canvas, filters, index, block, row, column, chosen=chosen)
        if responses is not None:
            _paint_crops(canvas, world, desk, responses, index, block, row, column + block.left)


def _window(count: int, across: int, room: int, chosen: int) -> range:
    """The filters that are shown, in whole lines, so that the chosen one is among them."""
    lines, fitting = -(-count // across), max(1, room // across)
    first = max(0, min(min(chosen, count - 1) // across - fitting // 2, lines - fitting))
    return range(first * across, min(count, (first + fitting) * across))


def _paint_head(canvas: Canvas, filters: Filters, shown: range, block: Block | None) -> None:
    palette = canvas.palette
    title = f"{filters.layer} {filters.kind}"
    count = len(filters.names)
    some = f"{len(shown)} of {count}" if len(shown) < count else f"{count}"
    words = f"{some} {filters.noun}" if count > 1 else filters.noun.removesuffix("s")
    if filters.broken:
        words = f"nan or inf in {filters.noun}"
    more = ", what moves each most" if block is not None and block.crops else ""
    texts = (f"{title}  {words}{more}", f"{title}  {some}{more}", f"{title}  {words}", title)
    for text in texts if not filters.broken else texts[2:]:
        if cell_width(text) < canvas.width:
            end = canvas.put(0, 1, title, palette.strong)
            ink = palette.ink(palette.bad) if filters.broken else palette.quiet
            canvas.put(0, end, text.removeprefix(title), ink)
            return


def _paint_filter(
    canvas: Canvas, filters: Filters, index: int, block: Block, row: int, column: int, *,
    chosen: bool,
) -> None:  # fmt: skip
    palette = canvas.palette
    name = shortened(filters.names[index], block.name, ascii_only=palette.ascii_only)
    ink = palette.ink(palette.accent, bold=True) if chosen else palette.quiet
    canvas.right(row, name, ink, edge=column + block.name)
    column += block.name + 1
    for place, picture in enumerate(filters.pictures[index][: block.across * block.lines]):
        y, x = divmod(place, block.across)
        at = row + y * block.picture.rows, column + x * (block.picture.columns + 1)
        paint(canvas, picture, *at, block.picture, signed=True)


def _paint_crops(
    canvas: Canvas, world: World, desk: Desk, responses: ResponsesFrame, index: int, block: Block,
    row: int, column: int,
) -> None:  # fmt: skip
    if index >= responses.samples.shape[0]:
        return
    for rank in range(min(block.crops, responses.samples.shape[1])):
        crop = crop_of(world, desk, responses, index, rank)
        if crop is not None:
            at = row, column + rank * (block.crop.columns + 1)
            if len(crop) == 3:
                paint_coloured(canvas, np.nan_to_num(crop), *at, block.crop)
            else:
                paint(canvas, crop.mean(0), *at, block.crop)


def _probes(world: World, desk: Desk, size: Cells) -> tuple[Probes, ...]:
    layer = layer_of(world, desk)
    if not layer:
        return ()
    probe = responses_probe(world, desk)
    samples = samples_probe(world, desk, world.frame(probe))
    some: Sequence[Probes] = (Weights(tensor=f"{layer}.weight"), probe)
    return (*some, samples) if samples is not None else tuple(some)


def _note(world: World, desk: Desk) -> str:
    frame: ResponsesFrame | None = world.frame(responses_probe(world, desk))
    if frame is not None and frame.sampled:
        return f"of {frame.sampled}"
    has_val = world.started is not None and world.started.val_count > 0
    return f"{sampled.part_of(world, desk)} pictures" if has_val else ""


def _press(world: World, desk: Desk, key: str) -> bool:
    filters, names = filters_of(world, desk), layer_names(world)
    if filters is None:
        return False
    if key == "d":
        return sampled.press(world, desk, key)
    last = len(filters.names) - 1
    units = {"up": desk.unit - 1, "down": desk.unit + 1, "home": 0, "end": last}
    if key in units:
        desk.unit = max(0, min(last, units[key]))
        return True
    if key in ("left", "right", "N", "n"):
        at = names.index(filters.layer) + (1 if key in ("right", "n") else -1)
        desk.layer = names[max(0, min(len(names) - 1, at))]
        desk.unit = 0
        return True
    return False


def _has_kernels(world: World) -> bool:
    return suits(world) and first_weights(world) is None and bool(layer_names(world))


def _is_flat(world: World) -> bool:
    return suits(world) and first_weights(world) is not None


FILTERS = View(
    "filters",
    _paint,
    suits=_has_kernels,
    probes=_probes,
    note=_note,
    press=_press,
    keys=(("↑ ↓", "filter"), ("← →", "layer"), ("d", "training or validation pictures")),
)
WEIGHTS = replace(
    FILTERS, name="weights", suits=_is_flat, keys=(("↑ ↓", "neuron"), *FILTERS.keys[2:])
)
