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

ROWS = 1 + MIN_HEIGHT + 2
"""Of the words and the chart."""
LEAST = 1 + MIN_HEIGHT
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
    room = canvas.width - 2
    canvas.put(0, 1, shortened(words, room, ascii_only=palette.ascii_only), palette.quiet)
    if canvas.width < MIN_WIDTH + 2 or canvas.height < LEAST:
        return
    dots = 2 * room
    at = now + (np.arange(dots) + 0.5) * (steps - now) / dots
    ahead = rates_ahead(world, known, at) if steps > now else np.zeros(0)
    told = world.series.of("lr", world.way)
    lines = [Line("", _epochs(world, told.steps), told.last, palette.lines[0], 0)]
    lines.append(Line("", _epochs(world, at[: len(ahead)]), ahead, palette.lines[1], 1))
    finite = np.concatenate([told.last, ahead])
    top = float(np.max(finite[np.isfinite(finite)], initial=0.0))
    drawn = chart(
        lines if is_known else lines[:1], room, canvas.height - 1, x_label="epoch", compact=True,
        x_limits=(0.0, float(known.epochs)), y_limits=(0.0, rounded_up(top)) if top > 0 else None,
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
