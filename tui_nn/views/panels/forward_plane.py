"""5 Forward over a plane or a line: the network's answer everywhere, with the samples on it."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Map, MapFrame, Probes, Samples, SamplesFrame
from tui_nn.views.arrays import Floats, floats, kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.panels.forward_line import line_probe, line_words, paint_line
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.plane import Window, window
from tui_nn.views.plane_picture import (
    Looks,
    class_colours,
    class_looks,
    class_shades,
    paint_pixels,
    paint_points,
    value_looks,
)
from tui_nn.views.reading import class_count, likelihoods, target_name
from tui_nn.views.values import paint_scale, value_scale
from tui_nn.views.world import World

VAL = Samples(part="val")


def suits(world: World) -> bool:
    """Whether the inputs come from a plane or a line."""
    return world.samples is not None and world.samples.points is not None


@lru_cache(maxsize=32)
def window_of(points: Array, columns: int, rows: int) -> Window:
    """The part of the plane that so many cells show."""
    return window(kept(points), columns, rows)


def rows_of_map(world: World, rows: int) -> int:
    """Without the row of the scale that values need."""
    return max(1, rows - 1) if not class_count(world) and rows > 2 else max(1, rows)


def map_probe(world: World, desk: Desk, size: Size) -> Map | None:
    """What the picture of so many columns and rows is asked for with; None: there is none."""
    samples = world.samples
    if samples is None or samples.points is None:
        return None
    discrete = desk.discrete and class_count(world) > 0
    if samples.points.shape[1] == 1:
        return line_probe(world, size, discrete=discrete)
    shown = window_of(samples.points, max(1, size[0]), rows_of_map(world, size[1]))
    return probe_of(shown, discrete=discrete)


def probe_of(shown: Window, *, discrete: bool = False) -> Map:
    """What a part of the plane is asked for with."""
    return Map(
        width=shown.columns, height=shown.pixels, discrete=discrete, x_range=shown.x,
        y_range=shown.y,
    )  # fmt: skip


def chosen(world: World, desk: Desk) -> SamplesFrame | None:
    """The samples whose points are shown."""
    return world.frame(VAL) if desk.part == "val" else world.samples


def paint_answers(canvas: Canvas, world: World, desk: Desk) -> None:
    """The answers over all of a canvas, whichever they are."""
    probe = map_probe(world, desk, (canvas.width, canvas.height))
    samples = world.samples
    if probe is None or samples is None or samples.points is None:
        return
    frame: MapFrame | None = world.frame(probe)
    if samples.points.shape[1] == 1:
        paint_line(canvas, world, frame, chosen(world, desk), discrete=probe.discrete)
        return
    rows = rows_of_map(world, canvas.height)
    shown = window_of(samples.points, canvas.width, rows)
    if class_count(world):
        paint_class_map(canvas, world, chosen(world, desk), shown, frame, discrete=probe.discrete)
    else:
        _paint_values(canvas, world, desk, shown, frame)


def paint_class_map(
    canvas: Canvas, world: World, points: SamplesFrame | None, shown: Window,
    frame: MapFrame | None, *, discrete: bool,
) -> None:  # fmt: skip
    """How likely classes are over a part of the plane, and points on it."""
    count = class_count(world)
    looks = None
    if points is not None:
        looks = class_looks(canvas.palette, points.y.numpy().astype(np.intp), count)
    colours = shades = None
    if frame is not None:
        likely = likelihoods(world, floats(frame.values), discrete=discrete)[:, ::-1]
        colours, shades = class_colours(canvas.palette, likely), class_shades(likely)
    _paint(canvas, shown, colours, shades, points, looks)


def _paint_values(
    canvas: Canvas, world: World, desk: Desk, shown: Window, frame: MapFrame | None
) -> None:
    samples, points = world.samples, chosen(world, desk)
    assert samples is not None
    targets = kept(samples.y).reshape(samples.y.shape[0], -1)
    unit = desk.unit % max(1, targets.shape[1])
    scale = value_scale(targets[:, unit])
    looks = None
    if points is not None:
        own = kept(points.y).reshape(points.y.shape[0], -1)[:, unit]
        looks = value_looks(canvas.palette, scale.places(own))
    colours = shades = None
    if frame is not None and frame.values.shape[0]:
        values = floats(frame.values)[min(unit, frame.values.shape[0] - 1), ::-1]
        places = scale.places(values)
        colours, shades = canvas.palette.diverging(places), (places + 1) / 2
    _paint(canvas, shown, colours, shades, points, looks)
    if rows_of_map(world, canvas.height) < canvas.height:
        paint_scale(canvas, canvas.height - 1, target_name(world, unit), scale)


def _paint(
    canvas: Canvas, shown: Window, colours: NDArray[np.uint8] | None, shades: Floats | None,
    points: SamplesFrame | None, looks: Looks | None,
) -> None:  # fmt: skip
    """The map, where it has come, under the points."""
    with_pixels = colours is not None and canvas.palette.has_pixels
    if colours is not None and shades is not None and not with_pixels:
        paint_pixels(canvas, colours, shades, 0, 0)
    if points is not None and points.points is not None and looks is not None:
        paint_points(canvas, shown, kept(points.points), looks, colours if with_pixels else None)
    if colours is not None and shades is not None and with_pixels:
        paint_pixels(canvas, colours, shades, 0, 0)
    if shades is not None:
        paint_lost(canvas, shades)


def paint_lost(canvas: Canvas, values: Floats) -> None:
    """Say at how much of the plane the answer is no number."""
    lost = float(np.isnan(values).mean()) if values.size else 0.0
    if lost:
        words = "all is nan" if lost == 1 else f"{max(1, round(100 * lost))} % is nan"
        canvas.put(0, 0, f" {words} ", canvas.palette.ink(canvas.palette.bad))


def probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    """The map, and the points of the part that was chosen."""
    probe = map_probe(world, desk, size)
    if probe is None:
        return ()
    return (probe, VAL) if desk.part == "val" else (probe,)


def _note(world: World, desk: Desk) -> str:
    samples = world.samples
    if samples is None or samples.points is None:
        return ""
    part = ", val points" if desk.part == "val" else ""
    if samples.points.shape[1] == 1:
        return f"{line_words(world)}{part}"
    if class_count(world):
        return f"{'classes' if desk.discrete else 'decision map'}{part}"
    return f"{target_name(world, desk.unit)} over the plane{part}"


def press(world: World, desk: Desk, key: str) -> bool:
    """d: classes alone; a: the points of the other part."""
    if key == "d" and class_count(world):
        desk.discrete = not desk.discrete
    elif key == "a" and world.started is not None and world.started.val_count:
        desk.part = "train" if desk.part == "val" else "val"
    else:
        return False
    return True


MAP = View(
    "map", paint_answers, suits=suits, probes=probes, note=_note, press=press,
    keys=(("d", "classes alone"), ("a", "points of training or validation")),
)  # fmt: skip
