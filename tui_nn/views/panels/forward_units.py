"""5 Forward over a plane or a line, piece by piece: a map for each hidden unit, or each class."""

from math import prod

import numpy as np

from tui_nn.plot.cells import shortened
from tui_nn.spec.protocol.frames import Map, MapFrame, Probes
from tui_nn.views.architecture import LayerRow, hidden_layer, layer_rows
from tui_nn.views.arrays import Floats, floats
from tui_nn.views.braille import Dots, Pen
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.line_picture import joined
from tui_nn.views.numbers import counted
from tui_nn.views.panels.forward_plane import suits, window_of
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.plane import MOST_CELLS, widened
from tui_nn.views.plane_picture import class_glyph, class_ink, mixed_to, paint_pixels
from tui_nn.views.reading import class_count, class_name, shares
from tui_nn.views.tiles import Tiles, tiles
from tui_nn.views.values import Scale, round_scale
from tui_nn.views.world import World

PANEL = 5
BOUNDED = {
    "Tanh": Scale(-1, 1), "Softsign": Scale(-1, 1), "Sigmoid": Scale(0, 1),
    "Hardsigmoid": Scale(0, 1), "Hardtanh": Scale(-1, 1), "Heaviside": Scale(0, 1),
    "Softmax": Scale(0, 1),
}  # fmt: skip
"""What these layers give lies between these ends."""


def _layer(world: World, desk: Desk) -> LayerRow | None:
    """The layer in focus, where it is no input and no answer; else the last hidden one."""
    rows = layer_rows(world)
    wanted = [desk.layer] if desk.layer else []
    for name in (*wanted, hidden_layer(rows)):
        for row in rows[:-1]:
            if row.name == name:
                return row
    return None


def _probe(world: World, size: Size, count: int, layer: str) -> Map | None:
    samples = world.samples
    if samples is None or samples.points is None:
        return None
    grid = tiles(count, *size)
    if samples.points.shape[1] == 1:
        ends = widened(floats(samples.points)[:, 0])
        return Map(width=min(MOST_CELLS, 2 * grid.columns), height=1, layer=layer, x_range=ends)
    shown = window_of(samples.points, grid.columns, grid.rows)
    return Map(
        width=shown.columns, height=shown.pixels, layer=layer, x_range=shown.x, y_range=shown.y
    )


def _hidden_probe(world: World, desk: Desk, size: Size) -> Map | None:
    row = _layer(world, desk)
    return _probe(world, size, prod(row.output_shape), row.name) if row else None


def _hidden_probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    probe = _hidden_probe(world, desk, size)
    return (probe,) if probe else ()


def _paint_hidden(canvas: Canvas, world: World, desk: Desk) -> None:
    row = _layer(world, desk)
    probe = _hidden_probe(world, desk, (canvas.width, canvas.height))
    frame: MapFrame | None = world.frame(probe) if probe else None
    if row is None or frame is None:
        return
    values = floats(frame.values)
    count = prod(row.output_shape)
    scale = BOUNDED.get(row.kind) or round_scale(values)
    grid = tiles(count, canvas.width, canvas.height)
    first = grid.first(desk.unit % count, len(values))
    palette = canvas.palette
    for index, (y, x) in enumerate(grid.places(), first):
        if index >= len(values):
            return
        chosen = desk.focus == PANEL and index == desk.unit % count
        ink = palette.ink(palette.accent, bold=True) if chosen else palette.quiet
        canvas.put(y, x, f"{'▸' if chosen else ''}{frame.units[index]}"[: grid.columns], ink)
        places = scale.places(values[index])
        if places.ndim == 1:
            _paint_curve(canvas, grid, places, y + 1, x)
        else:
            places = places[::-1]
            paint_pixels(canvas, palette.diverging(places), (places + 1) / 2, y + 1, x)


def _paint_curve(canvas: Canvas, grid: Tiles, places: Floats, row: int, column: int) -> None:
    """Values −1 … 1 over the line, one a column of dots."""
    palette = canvas.palette
    dots = Dots(grid.columns, grid.rows)
    at = np.arange(len(places), dtype=np.float64)
    tall = 4 * grid.rows - 1
    dots.draw(at[::4], np.full(len(at[::4]), tall / 2), Pen(palette.ink(palette.rule), "."))
    down = np.where(np.isfinite(places), (1 - np.clip(places, -9, 9)) / 2 * tall, np.nan)
    dots.draw(*joined(at, down), Pen(palette.ink(palette.accent)))
    dots.onto(canvas, row, column)


def _hidden_note(world: World, desk: Desk) -> str:
    row = _layer(world, desk)
    if row is None:
        return ""
    return f"{row.name} {row.kind}, {counted(prod(row.output_shape), 'unit')}"


def _press_hidden(world: World, desk: Desk, key: str) -> bool:
    rows = [row.name for row in layer_rows(world)[:-1]]
    row = _layer(world, desk)
    if row is None or key not in ("up", "down", "left", "right"):
        return False
    if key in ("left", "right"):
        count = prod(row.output_shape)
        desk.unit = (desk.unit % count + (1 if key == "right" else -1)) % count
    else:
        at = rows.index(row.name) + (1 if key == "down" else -1)
        desk.layer = rows[max(0, min(len(rows) - 1, at))]
    return True


def _suits_hidden(world: World) -> bool:
    return suits(world) and bool(hidden_layer(layer_rows(world)))


def _classes_probe(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    probe = _probe(world, size, class_count(world), "")
    return (probe,) if probe else ()


def _paint_classes(canvas: Canvas, world: World, desk: Desk) -> None:
    count, palette = class_count(world), canvas.palette
    grid = tiles(count, canvas.width, canvas.height)
    probe = _probe(world, (canvas.width, canvas.height), count, "")
    frame: MapFrame | None = world.frame(probe) if probe else None
    if frame is None or count < 2:
        return
    likely = shares(world, floats(frame.values))
    first = grid.first(desk.unit % count, count)
    for index, (y, x) in enumerate(grid.places(), first):
        if index >= len(likely):
            return
        colour = class_ink(palette, index, count)
        glyph, name = class_glyph(index, count), class_name(world, index)
        words = name if palette.colour or name == glyph else f"{glyph} {name}"
        words = shortened(words, grid.columns, ascii_only=palette.ascii_only)
        canvas.put(y, x, words, palette.ink(colour if palette.colour else None, bold=True))
        if likely.ndim == 2:
            _paint_curve(canvas, grid, likely[index] * 2 - 1, y + 1, x)
        else:
            shown = likely[index, ::-1]
            paint_pixels(canvas, mixed_to(palette, colour, shown), shown, y + 1, x)


def _classes_note(world: World, desk: Desk) -> str:
    return f"how likely each of {class_count(world)} classes is"


HIDDEN = View(
    "hidden", _paint_hidden, suits=_suits_hidden, probes=_hidden_probes, note=_hidden_note,
    press=_press_hidden, keys=(("up down", "layer"), ("left right", "unit")),
)  # fmt: skip
CLASSES = View(
    "classes", _paint_classes, suits=lambda world: suits(world) and class_count(world) > 2,
    probes=_classes_probe, note=_classes_note,
)  # fmt: skip
