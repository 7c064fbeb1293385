"""5 Forward over a line: the network's answer as a curve through the samples."""

from functools import lru_cache

import numpy as np

from tui_nn.plot.cells import RGB
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Map, MapFrame, SamplesFrame
from tui_nn.views.arrays import Floats, floats, kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Palette
from tui_nn.views.line_picture import Plot, paint_axes, paint_curves, paint_samples, plot_of
from tui_nn.views.panels.panel import Size
from tui_nn.views.plane import extent, widened
from tui_nn.views.plane_picture import class_glyph, class_ink
from tui_nn.views.reading import class_count, class_name, likelihoods, target_name
from tui_nn.views.world import World

SHARES = (0.0, 1.0)


@lru_cache(maxsize=32)
def _plot(points: Array, y: Array | None, columns: int, rows: int) -> Plot:
    """`y`: what is to be predicted; None where that is a share."""
    across = widened(kept(points)[:, 0])
    return plot_of(across, SHARES if y is None else extent(kept(y)), columns, rows)


def _plot_of(world: World, size: Size) -> Plot:
    samples = world.samples
    assert samples is not None
    assert samples.points is not None
    y = None if class_count(world) else samples.y
    return _plot(samples.points, y, max(1, size[0]), max(1, size[1]))


def line_probe(world: World, size: Size, *, discrete: bool) -> Map:
    """What the curve in so many columns and rows is asked for with."""
    return probe_of(_plot_of(world, size), discrete=discrete)


def probe_of(plot: Plot, *, discrete: bool = False) -> Map:
    """What a part of the line is asked for with."""
    return Map(width=plot.dots, height=1, discrete=discrete, x_range=plot.ends)


def _names(world: World) -> tuple[str, str]:
    """Of what goes up and of what goes across."""
    count, names = class_count(world), world.samples.input_names if world.samples else ()
    up = "p" if count > 2 else f"p({class_name(world, 1)})" if count else target_name(world, 0)
    return up, names[0] if len(names) == 1 else "x"


def line_words(world: World) -> str:
    """`y over x`."""
    return " over ".join(_names(world))


def paint_line(
    canvas: Canvas, world: World, frame: MapFrame | None, points: SamplesFrame | None, *,
    discrete: bool, plot: Plot | None = None,
) -> None:  # fmt: skip
    """Curves of all answers, the samples under them, the axes around them: those of `plot`, else
    as far as the samples lie.
    """
    plot, count = plot or _plot_of(world, (canvas.width, canvas.height)), class_count(world)
    samples, palette = world.samples, canvas.palette
    assert samples is not None
    paint_axes(canvas, plot, _names(world))
    on: frozenset[tuple[int, int]] = frozenset()
    if frame is not None:
        values = floats(frame.values)
        on = paint_curves(canvas, plot, _curves(world, values, palette, discrete=discrete))
    if points is not None and points.points is not None:
        _paint_points(canvas, plot, points, count, on)
    if frame is not None and not np.isfinite(values).all():
        words = " the answer is no number everywhere "
        canvas.put(0, plot.left, words, palette.ink(palette.bad))


def _curves(
    world: World, values: Floats, palette: Palette, *, discrete: bool
) -> list[tuple[Floats, RGB]]:
    """The answers (maps, dots) with their colours: of two classes that of class 1."""
    count = class_count(world)
    if not count:
        return [(line, palette.lines[i % len(palette.lines)]) for i, line in enumerate(values)]
    likely = likelihoods(world, values, discrete=discrete)
    if count == 2:
        return [(likely[1], palette.accent)]
    return [(line, class_ink(palette, index, count)) for index, line in enumerate(likely)]


def _paint_points(
    canvas: Canvas, plot: Plot, points: SamplesFrame, count: int, on: frozenset[tuple[int, int]]
) -> None:
    assert points.points is not None
    x, palette = kept(points.points)[:, 0], canvas.palette
    if count:
        kinds = points.y.numpy().astype(np.intp)
        y = (kinds > 0).astype(float) if count == 2 else np.ones(len(kinds))
        looks = [(class_glyph(i, count), class_ink(palette, i, count)) for i in range(count)]
        paint_samples(canvas, plot, x, y, looks, kinds)
        return
    targets = kept(points.y).reshape(len(x), -1)
    for index in range(targets.shape[1]):
        looks = [("○", palette.lines[(index + 1) % len(palette.lines)])]
        paint_samples(canvas, plot, x, targets[:, index], looks, np.zeros(len(x), np.intp), on)
