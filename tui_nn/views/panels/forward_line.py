"""5 Forward over a line: the network's answer as a curve through the samples."""

from functools import lru_cache

import numpy as np

from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Map, MapFrame, SamplesFrame
from tui_nn.views.arrays import floats, kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.line_picture import Plot, paint_axes, paint_curves, paint_samples, plot_of
from tui_nn.views.panels.panel import Size
from tui_nn.views.plane import widened
from tui_nn.views.plane_picture import class_glyph, class_ink
from tui_nn.views.reading import class_count, likelihoods, target_name
from tui_nn.views.world import World

SHARES = (0.0, 1.0)


@lru_cache(maxsize=32)
def _plot(points: Array, y: Array | None, columns: int, rows: int) -> Plot:
    """`y`: what is to be predicted; None where that is a share."""
    across = widened(kept(points)[:, 0])
    return plot_of(across, SHARES if y is None else widened(kept(y)), columns, rows)


def _plot_of(world: World, size: Size) -> Plot:
    samples = world.samples
    assert samples is not None
    assert samples.points is not None
    y = None if class_count(world) else samples.y
    return _plot(samples.points, y, max(1, size[0]), max(1, size[1]))


def line_probe(world: World, size: Size, *, discrete: bool) -> Map:
    """What the curve in so many columns and rows is asked for with."""
    plot = _plot_of(world, size)
    return Map(width=plot.dots, height=1, discrete=discrete, x_range=plot.ends)


def paint_line(
    canvas: Canvas, world: World, desk: Desk, frame: MapFrame | None, points: SamplesFrame | None,
    *, discrete: bool,
) -> None:  # fmt: skip
    """Curves of all answers, the samples under them, the axes around them."""
    plot, count = _plot_of(world, (canvas.width, canvas.height)), class_count(world)
    samples, palette = world.samples, canvas.palette
    assert samples is not None
    axis = samples.input_names[0] if len(samples.input_names) == 1 else "x"
    paint_axes(canvas, plot, (f"p({count - 1})" if count == 2 else "p" if count else
                              target_name(world, 0), axis))  # fmt: skip
    if points is not None and points.points is not None:
        _paint_points(canvas, plot, points, count)
    if frame is None:
        return
    values = floats(frame.values)
    if count:
        likely = likelihoods(world, values, discrete=discrete)
        chosen = likely[1:] if count == 2 else likely
        inks = [class_ink(palette, index + (count == 2), count) for index in range(len(chosen))]
        curves = list(zip(chosen, inks, strict=True))
    else:
        curves = [(line, palette.lines[i % len(palette.lines)]) for i, line in enumerate(values)]
    paint_curves(canvas, plot, curves)
    if not np.isfinite(values).all():
        words = " the answer is no number everywhere "
        canvas.put(0, plot.left, words, palette.ink(palette.bad))


def _paint_points(canvas: Canvas, plot: Plot, points: SamplesFrame, count: int) -> None:
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
        look = ("●○"[index % 2], palette.faint)
        paint_samples(canvas, plot, x, targets[:, index], [look], np.zeros(len(x), np.intp))
