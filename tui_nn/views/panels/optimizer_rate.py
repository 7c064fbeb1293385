"""4 Optimizer: the learning rate over the whole run, as it was and as it is planned."""

import numpy as np
from numpy.typing import NDArray

from tui_nn.views.canvas import Canvas
from tui_nn.views.rules import bound, calls
from tui_nn.views.schedules import planned
from tui_nn.views.world import World

BARS = "▁▂▃▄▅▆▇█"
SAME = 1e-6
"""Of a rate: what was told has 24 bits, what is planned 53."""


def rates(world: World, columns: int) -> tuple[NDArray[np.float64], int]:
    """The rate in the middle of each part of the run (columns,), NaN where it isn't known; and how
    many parts have been trained.
    """
    total = max(world.epochs * world.steps_per_epoch, world.present.step, 1)
    steps = (np.arange(columns) + 0.5) * total / columns
    found = _plan(world, steps)
    told = world.series.of("lr", world.way)
    past = int(np.searchsorted(steps, told.steps[-1], side="right")) if len(told) else 0
    if past:
        found[:past] = told.last[np.searchsorted(told.steps, steps[:past])]
    return found, past


def _plan(world: World, steps: NDArray[np.float64]) -> NDArray[np.float64]:
    schedule = world.setting("schedule")
    if not schedule:
        return np.full(len(steps), world.present.lr, np.float64)
    call, optimizers = bound(str(schedule), "schedule"), calls(world.setting("optimizer"))
    first = bound(optimizers[0]) if optimizers else None
    if call is None or first is None:
        return np.full(len(steps), np.nan)
    epochs = np.floor(steps / world.steps_per_epoch)
    every = world.setting("train.schedule_every", "epoch")
    moves = np.floor(steps) if every == "step" else epochs
    if every == "evaluation":
        moves = np.floor(epochs / max(1, world.setting("train.eval_every") or 1))
    found = planned(call, float(first["lr"]), moves)
    return np.full(len(steps), np.nan) if found is None else found


def paint_rates(canvas: Canvas, world: World, row: int, column: int, width: int) -> None:
    """A line of bars: those to come are faint, dots where nobody can know."""
    if width < 1:
        return
    found, past = rates(world, width)
    known = found[np.isfinite(found)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    span = high - low if high - low > SAME * high else 1.0
    levels = np.rint(np.nan_to_num((found - low) / span) * 7).astype(int).clip(0, 7)
    line = "".join(
        BARS[level] if np.isfinite(rate) else "·"
        for level, rate in zip(levels.tolist(), found.tolist(), strict=True)
    )
    palette = canvas.palette
    canvas.put(row, column, line[:past], palette.ink(palette.lines[0]))
    canvas.put(row, column + past, line[past:], palette.quiet)
