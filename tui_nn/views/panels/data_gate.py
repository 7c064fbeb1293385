"""2 Data of a neuron with few rows: each row where it lies, over what the neuron says there."""

import numpy as np

from tui_nn.spec.protocol.frames import (
    Map,
    MapFrame,
    Predictions,
    PredictionsFrame,
    Probes,
    SamplesFrame,
)
from tui_nn.views.arrays import Floats, floats, kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.panels.panel import Size
from tui_nn.views.plane import MOST_CELLS, Window, widened, window
from tui_nn.views.plane_picture import class_glyph, class_ink, darker, paint_pixels
from tui_nn.views.reading import class_count, shares
from tui_nn.views.world import World

ANSWERS = Predictions(part="train", worst=0)
FEW_ROWS = 8
FAINT, STRONG = 0.3, 0.75
"""The shade of a class that is certain, where it has no doubt, and where it fades."""
LEGEND = 1
MARGIN = 0.35
"""Around the rows, whose names need room."""


def suits(world: World) -> bool:
    """A neuron that tells two classes apart, in so few rows that each can be named."""
    samples = world.samples
    return (
        world.kind == "neuron"
        and samples is not None
        and samples.points is not None
        and class_count(world) == 2
        and samples.count <= FEW_ROWS
    )


def probes(world: World, size: Size) -> tuple[Probes, ...]:
    """The map, and what each row is taken for."""
    shown = _window(world, size)
    return (_probe(world, shown), ANSWERS) if shown else ()


def _window(world: World, size: Size) -> Window | None:
    samples = world.samples
    if samples is None or samples.points is None:
        return None
    columns, rows = max(1, size[0]), max(1, size[1] - LEGEND)
    points = kept(samples.points)
    if points.shape[1] == 2:
        return window(points, columns, rows, MARGIN)
    across = widened(points[:, 0], MARGIN)
    return Window(min(columns, MOST_CELLS), min(2 * rows, MOST_CELLS), across, (-1.0, 1.0))


def _probe(world: World, shown: Window) -> Map:
    assert world.samples is not None
    if world.samples.x.shape[1] == 1:
        return Map(width=shown.columns, height=1, x_range=shown.x)
    return Map(width=shown.columns, height=shown.pixels, x_range=shown.x, y_range=shown.y)


def paint(canvas: Canvas, world: World) -> None:
    """The map over all rows but the last, the samples on it, and a legend."""
    samples, shown = world.samples, _window(world, (canvas.width, canvas.height))
    if samples is None or shown is None:
        return
    frame: MapFrame | None = world.frame(_probe(world, shown))
    likely = _likely(world, frame, shown)
    is_smooth = bool(likely is not None and np.any((likely > 0) & (likely < 1)))
    has_map = likely is not None and canvas.height > LEGEND
    if likely is not None and has_map:
        colours = canvas.palette.diverging(likely * 2 - 1)
        paint_pixels(canvas, colours, likely * (STRONG if is_smooth else FAINT), 0, 0)
    _paint_samples(canvas, world, samples, shown, on_map=has_map)
    if canvas.height > LEGEND:
        _paint_legend(canvas, is_smooth=is_smooth)


def _likely(world: World, frame: MapFrame | None, shown: Window) -> Floats | None:
    """How likely class 1 is, (pixels, columns), the top first."""
    if frame is None:
        return None
    one = shares(world, floats(frame.values))[1]
    return one[::-1] if one.ndim == 2 else np.tile(one, (shown.pixels, 1))


def _wrong(world: World, samples: SamplesFrame) -> dict[int, bool]:
    """By sample, whether it is taken for another class; nothing of those not known."""
    frame: PredictionsFrame | None = world.frame(ANSWERS)
    if frame is None:
        return {}
    rows = (array.numpy().tolist() for array in (frame.samples, frame.answers, frame.truths))
    return {sample: said != true for sample, said, true in zip(*rows, strict=True)}


def _paint_samples(
    canvas: Canvas, world: World, samples: SamplesFrame, shown: Window, *, on_map: bool
) -> None:
    assert samples.points is not None
    palette, points = canvas.palette, kept(samples.points)
    places = points if points.shape[1] == 2 else np.stack([points[:, 0], 0 * points[:, 0]], 1)
    across, down = shown.places(places)
    wrong = _wrong(world, samples)
    numbers = zip(samples.samples.numpy().tolist(), samples.y.numpy().tolist(), strict=True)
    for index, (sample, truth) in enumerate(numbers):
        digits = [f"{value:g}" for value in points[index].tolist()]
        label = f" {''.join(digits)}" if all(len(digit) == 1 for digit in digits) else ""
        words = f"{class_glyph(truth, 2)}{label}{' ✗' if wrong.get(sample) else ''}"
        colour = class_ink(palette, truth, 2) if palette.colour else palette.text
        if on_map and palette.has_pixels:
            colour = darker(colour)
        column = max(0, min(int(across[index]), canvas.width - len(words)))
        for offset, glyph in enumerate(words):
            canvas.mark(int(down[index]) // 2, column + offset, glyph, colour)


def _paint_legend(canvas: Canvas, *, is_smooth: bool) -> None:
    palette, row = canvas.palette, canvas.height - 1
    inks = [palette.ink(class_ink(palette, index, 2), bold=True) for index in (0, 1)]
    inks = inks if palette.colour else [palette.strong] * 2
    says = " y = 1"
    column = canvas.spans(row, 1, ("○", inks[0]), " target 0   ", ("●", inks[1]), " target 1   ")
    if column + 1 + len(says) > canvas.width:
        return
    if palette.has_pixels:
        canvas.spans(row, column, (" ", palette.ink(bg=palette.plus)), says)
    else:
        canvas.spans(row, column, ("▓" if is_smooth else "░", palette.quiet), says)
