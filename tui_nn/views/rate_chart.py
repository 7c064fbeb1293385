"""The learning rate over a run before it runs: what it is going to be with what is asked for."""

import numpy as np

from tui_nn.plot.cells import shortened
from tui_nn.plot.chart import MIN_HEIGHT, MIN_WIDTH, Line, chart
from tui_nn.views.arrays import Floats
from tui_nn.views.canvas import Canvas
from tui_nn.views.curves import rounded_up
from tui_nn.views.numbers import counted, short
from tui_nn.views.panels.optimizer_rate import Course, length, rates_ahead
from tui_nn.views.world import World

LEAST = 1e-12
"""The axis reaches up to this at least."""
UNKNOWN = "its rates follow from the losses to come"
DISTURBED = "it was disturbed on its way: its rates are known when they come"
NEITHER = "no formula tells its rates ahead: they are known when they come"


def paint_rate_chart(canvas: Canvas, world: World, known: Course) -> None:
    """A line of words, and the rate in each epoch: as it was, and as it is going to be."""
    palette, steps = canvas.palette, length(world, known.epochs)
    now = min(world.present.step, steps)
    ends = rates_ahead(world, known, np.array([now, steps - 1], np.float64))
    is_known = bool(np.isfinite(ends[0]))
    words = f"lr {short(float(ends[0]))}" if is_known else _why(known)
    if is_known and known.schedule is not None:
        words += f" ▸ {short(float(ends[1]))}"
    if is_known:
        words += f"   {counted(known.epochs, 'epoch')}, {counted(steps, 'step')}"
    canvas.put(
        0, 1, shortened(words, canvas.width - 2, ascii_only=palette.ascii_only), palette.quiet
    )
    if canvas.width >= MIN_WIDTH + 2 and canvas.height > MIN_HEIGHT:
        _paint_lines(canvas, world, known, now, steps)


def _paint_lines(canvas: Canvas, world: World, known: Course, now: int, steps: int) -> None:
    """Below the words: what was up to `now`, and what follows up to `steps`."""
    palette, width = canvas.palette, canvas.width - 2
    at = now + (np.arange(2 * width) + 0.5) * (steps - now) / (2 * width)
    ahead = rates_ahead(world, known, at)
    told = world.series.of("lr", world.way)
    seen = np.concatenate([told.last, ahead])
    seen = seen[np.isfinite(seen)]
    if not len(seen):
        return
    lines = (
        Line("", _epochs(world, told.steps), told.last, palette.lines[0], 0),
        Line("", _epochs(world, at), ahead, palette.lines[1], 1),
    )
    drawn = chart(
        lines, width, canvas.height - 1, x_label="epoch", compact=True,
        x_limits=(0.0, float(known.epochs)), y_limits=(0.0, rounded_up(max(seen.max(), LEAST))),
        ascii_only=palette.ascii_only,
    )  # fmt: skip
    canvas.chart(drawn.rows, 1, 1)


def _epochs(world: World, steps: Floats) -> Floats:
    return world.history.epochs(np.asarray(steps, np.float64), world.present.branch)


def _why(known: Course) -> str:
    """Why there is nothing to draw."""
    if known.schedule is not None and known.schedule.entry.name == "ReduceLROnPlateau":
        return UNKNOWN
    return DISTURBED if known.begin is None else NEITHER
