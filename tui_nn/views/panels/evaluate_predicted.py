"""8 Evaluate: predicted against true values."""

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import cell_width
from tui_nn.plot.chart import MIN_HEIGHT, MIN_WIDTH, Band, chart
from tui_nn.plot.layout import Layout
from tui_nn.spec.protocol.frames import PredictionsFrame, Probes
from tui_nn.views.arrays import Floats
from tui_nn.views.braille import Dots, Pen
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.numbers import plain
from tui_nn.views.panels.evaluate_curves import watched
from tui_nn.views.panels.evaluate_looks import (
    PREDICTIONS,
    note,
    paint_age,
    part_of,
    predictions,
    sampled,
)
from tui_nn.views.panels.evaluate_words import as_of, number
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.reading import class_count
from tui_nn.views.world import World

LOW_ROWS = 10
FEW = 200
"""So many samples are four dots each, more are one."""
METRICS = (("r2", "R²"), ("mae", "MAE"), ("rmse", "RMSE"))


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    frame = predictions(world)
    if frame is None:
        canvas.put(0, 1, "·", canvas.palette.quiet)
        return
    answers, truths = _columns(frame.answers.numpy()), _columns(frame.truths.numpy())
    target = desk.cursor.get(8, 0) % answers.shape[1]
    if canvas.width >= MIN_WIDTH + 2 and canvas.height > MIN_HEIGHT:
        _paint_dots(canvas, truths[:, target], answers[:, target])
    _paint_words(canvas, world, frame, target, answers.shape[1])


def _columns(values: NDArray[np.generic]) -> Floats:
    """(n, targets), of (n,) too."""
    return np.asarray(values, np.float64).reshape(len(values), -1)


def _paint_dots(canvas: Canvas, truths: Floats, answers: Floats) -> None:
    """The diagonal, where answers would be true, and a dot a sample; those off at an edge."""
    palette = canvas.palette
    ends = _ends(truths)
    nothing = np.empty(0)
    drawn = chart(
        [],
        canvas.width - 2,
        canvas.height - 1,
        bands=[Band(nothing, nothing)],
        x_limits=ends,
        y_limits=ends,
        x_label="truth",
        y_label="answer",
        exact_y=True,
        compact=canvas.height - 1 < LOW_ROWS,
        ascii_only=palette.ascii_only,
    )
    canvas.chart(drawn.rows, 0, 1)
    layout = drawn.layout
    if layout.x is None or layout.y is None:
        return
    dots = Dots(layout.canvas.width, layout.canvas.height)
    steps = np.linspace(*ends, layout.canvas.width)
    dots.draw(*_placed(layout, steps, steps), Pen(palette.quiet, "."))
    held = np.isfinite(answers) & np.isfinite(truths)
    x, y = (np.rint(places) for places in _placed(layout, truths[held], answers[held]))
    pen = Pen(palette.ink(palette.accent), "o")
    for right, down in ((0, 0), (1, 0), (0, 1), (1, 1)) if len(x) <= FEW else ((0, 0),):
        dots.draw(x + right * _inwards(x), y + down * _inwards(y), pen)
    dots.onto(canvas, 0, 1 + layout.left)


def _placed(layout: Layout, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Dots from the top left."""
    assert layout.x is not None
    assert layout.y is not None
    across, down = 2 * layout.canvas.width - 1, 4 * layout.canvas.height - 1
    return layout.x.places(x) * across, (1 - layout.y.places(y)) * down


def _inwards(places: Floats) -> Floats:
    """Which way a second dot beside each lies in the same cell, across or down."""
    return np.where(places % 2 == 0, 1.0, -1.0)


def _ends(truths: Floats) -> tuple[float, float]:
    """Of both axes: those of the true values, which stay as they are."""
    held = truths[np.isfinite(truths)]
    if not len(held):
        return 0.0, 1.0
    low, high = float(held.min()), float(held.max())
    return (low, high) if low < high else (low - 1, high + 1)


def _paint_words(
    canvas: Canvas, world: World, frame: PredictionsFrame, target: int, targets: int
) -> None:
    """How far off they are, in numbers of the latest evaluation; of when these are, where the dots
    are newer; how old the dots are.
    """
    evaluated, room = world.evaluated, paint_age(canvas, world, frame)
    parts = []
    if evaluated is not None and evaluated.step != frame.step:
        parts.append(as_of(world))
    if targets > 1:
        names = world.samples.target_names if world.samples else ()
        parts.append(names[target] if target < len(names) else f"target {target}")
    for metric, label in METRICS:
        value = number(evaluated, part_of(world), metric) if evaluated else None
        parts.append(f"{label} {plain(value)}".ljust(len(label) + 7))
    parts.append(sampled(frame))
    column = 1
    for part in filter(None, parts):
        if column + cell_width(part.rstrip()) <= room:
            column = canvas.put(canvas.height - 1, column, part) + 2


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    return (*watched(world, desk, size), PREDICTIONS)


def _press(world: World, desk: Desk, key: str) -> bool:
    frame = predictions(world)
    if key not in ("up", "down") or frame is None:
        return False
    targets = int(_columns(frame.truths.numpy()).shape[1])
    desk.cursor[8] = (desk.cursor.get(8, 0) + (1 if key == "down" else -1)) % targets
    return targets > 1


PREDICTED = View(
    "predicted",
    _paint,
    suits=lambda world: world.samples is not None and class_count(world) == 0,
    probes=_probes,
    note=note,
    press=_press,
    keys=(("up down", "next target, where there are several"),),
)
