"""2 Data: the call, the split and a picture of the samples, by kind of experiment."""

import numpy as np

from tui_nn.spec.protocol.frames import Probes
from tui_nn.views.arrays import kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.layout import Heights
from tui_nn.views.numbers import counted
from tui_nn.views.panels import data_gate, data_pictures
from tui_nn.views.panels.data_table import lines, paint_columns, paint_tokens
from tui_nn.views.panels.data_words import (
    VAL_COUNTS,
    brief_call,
    paint_call,
    paint_classes,
    paint_split,
)
from tui_nn.views.panels.forward_line import paint_line
from tui_nn.views.panels.forward_plane import map_probe, paint_answers, window_of
from tui_nn.views.panels.panel import Panel, Size, View
from tui_nn.views.plane_picture import class_looks, paint_points, value_looks
from tui_nn.views.reading import class_count
from tui_nn.views.values import value_scale
from tui_nn.views.world import World

PANEL = 2
HEAD = 2
"""Rows of words above a picture."""
LEAST_ROWS = 5
"""Of a picture of points."""
WANTED_ROWS = {"neuron": 8, "plane": 12, "line": 10, "tokens": 3}
"""Of the picture, by kind of experiment."""
NOTE = 24
"""Columns of a call in the title."""
GATE_ROWS = range(3, 12)
"""Of a gate's picture, which has no words above it."""


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    if data_gate.suits(world):
        data_gate.paint(canvas, world)
        return
    paint_call(canvas, 0, world)
    paint_split(canvas, 1, world)
    if world.samples is None or canvas.height <= HEAD:
        return
    match world.kind:
        case "picture":
            if not data_pictures.paint(canvas, world, desk, HEAD):
                paint_classes(canvas, HEAD, world)
        case "tokens":
            paint_tokens(canvas, world, HEAD)
        case "table":
            has_classes = class_count(world) > 2
            if has_classes:
                paint_classes(canvas, HEAD, world)
            paint_columns(canvas, world, desk, HEAD + has_classes)
        case _:
            _paint_points(canvas, world, desk)


def _paint_points(canvas: Canvas, world: World, desk: Desk) -> None:
    """Of a neuron over what it says; of more, whose map stands in 5 Forward, alone."""
    inner = Canvas(canvas.width, canvas.height - HEAD, canvas.palette)
    samples = world.samples
    if samples is None or samples.points is None:
        paint_columns(canvas, world, desk, HEAD)
        return
    if inner.height < LEAST_ROWS:
        return
    if world.kind == "neuron":
        paint_answers(inner, world, desk)
    elif samples.points.shape[1] == 1:
        paint_line(inner, world, None, samples, discrete=False)
    else:
        _paint_scatter(inner, world)
    canvas.draw(inner, HEAD, 0)


def _paint_scatter(canvas: Canvas, world: World) -> None:
    samples, palette, count = world.samples, canvas.palette, class_count(world)
    assert samples is not None
    assert samples.points is not None
    shown = window_of(samples.points, canvas.width, canvas.height)
    if count:
        looks = class_looks(palette, samples.y.numpy().astype(np.intp), count)
    else:
        values = kept(samples.y).reshape(samples.y.shape[0], -1)[:, 0]
        looks = value_looks(palette, value_scale(values).places(values))
    points = kept(samples.points)
    if not palette.has_pixels:
        paint_points(canvas, shown, points, looks, None)
        return
    pixels = np.full((shown.pixels, shown.columns, 3), palette.ground, np.uint8)
    which, across, down = shown.inside(points)
    pixels[down, across] = looks.colours[which]
    canvas.picture(pixels, 0, 0)


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    if data_gate.suits(world):
        return data_gate.probes(world, size)
    has_val = class_count(world) > 0 and world.started is not None and world.started.val_count > 0
    counts: tuple[Probes, ...] = (VAL_COUNTS,) if has_val else ()
    if world.kind == "picture":
        return (*data_pictures.probes(world), *counts)
    if world.kind == "neuron" and size[1] - HEAD >= LEAST_ROWS:
        probe = map_probe(world, desk, (size[0], size[1] - HEAD))
        return (probe, *counts) if probe else counts
    return counts


def _note(world: World, desk: Desk) -> str:
    started = world.started
    if started is None:
        return ""
    if data_gate.suits(world):
        return brief_call(world, NOTE)
    count = started.train_count + started.val_count + started.test_count
    return counted(count, world.samples.sample_name if world.samples else "sample")


def _rows(world: World, width: int) -> Heights:
    if data_gate.suits(world):
        more = range(GATE_ROWS.stop, width // 2 + 1)
        return Heights(GATE_ROWS.start, want=GATE_ROWS, more=more)
    counts = [HEAD + 1] if class_count(world) > 2 else []
    match world.kind:
        case "picture":
            found = [HEAD + rows for rows in data_pictures.heights(world, width)]
            return Heights(HEAD, need=found[:1], want=[*counts, *found[1:2]], more=found)
        case "table":
            head = HEAD + len(counts) + 1
            return Heights(HEAD, want=[*counts, *range(head + 1, head + len(lines(world)) + 1)])
    least = 1 if world.kind == "tokens" else LEAST_ROWS
    wanted = HEAD + WANTED_ROWS[world.kind]
    more = range(wanted + 1, HEAD + width // 2 + 1)
    return Heights(HEAD, want=range(HEAD + least, wanted + 1), more=more)


def _press(world: World, desk: Desk, key: str) -> bool:
    """The next columns of a table, or the next pictures."""
    ways = {"up": -1, "left": -1, "down": 1, "right": 1}
    if key not in ways or world.kind not in ("table", "picture"):
        return False
    most = len(lines(world)) - 1 if world.kind == "table" else 1_000_000
    at = desk.cursor.get(PANEL, 0) + ways[key]
    desk.cursor[PANEL] = max(0, min(most, at))
    return True


DATA = Panel(
    PANEL,
    "Data",
    (
        View(
            "samples", _paint, probes=_probes, note=_note, rows=_rows, press=_press,
            keys=(("up down", "the next columns or pictures"),
                  ("a", "draw points, or a picture to be classified")),
        ),
    ),
)  # fmt: skip
