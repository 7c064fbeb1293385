"""4 Optimizer: the learning rate over the whole run, as it was and as it is planned."""

import numpy as np
from numpy.typing import NDArray

from tui_nn.views.canvas import Canvas
from tui_nn.views.rules import bound, calls
from tui_nn.views.schedules import is_in_proportion, planned
from tui_nn.views.world import World

BARS = "▁▂▃▄▅▆▇█"
PACES = frozenset({"train.schedule_every", "train.eval_every"})
"""Settings by which a schedule moves."""
CLOSE = 1e-9
"""Of an epoch: what is so near its end has come to it."""
SAME = 1e-6
"""Of a rate: what was told has 24 bits, what is planned 53."""


def rates(world: World, columns: int) -> tuple[NDArray[np.float64], int]:
    """The rate in the middle of each part of the run (columns,), NaN where it isn't known; and how
    many parts have been trained.
    """
    steps = (np.arange(columns) + 0.5) * _length(world) / columns
    found = _plan(world, steps)
    told = world.series.of("lr", world.way)
    past = int(np.searchsorted(steps, told.steps[-1], side="right")) if len(told) else 0
    if past:
        found[:past] = told.last[np.searchsorted(told.steps, steps[:past])]
    return found, past


def _length(world: World) -> int:
    """Steps of the whole run."""
    step = world.present.step
    done = float(world.history.epochs(np.array([step], np.float64), world.present.branch)[0])
    return max(1, step + round(max(0.0, world.epochs - done) * world.steps_per_epoch))


def _plan(world: World, steps: NDArray[np.float64]) -> NDArray[np.float64]:
    schedule = world.setting("schedule")
    if not schedule:
        return np.full(len(steps), world.present.lr, np.float64)
    unknown = np.full(len(steps), np.nan)
    call, optimizers = bound(str(schedule), "schedule"), calls(world.setting("optimizer"))
    first = bound(optimizers[0]) if optimizers else None
    begin = _begin(world, in_proportion=call is not None and is_in_proportion(call))
    if call is None or first is None or begin is None:
        return unknown
    moves = _moves(world, np.floor([begin, *steps]))
    found = planned(call, float(first["lr"]), moves[1:] - moves[0])
    return unknown if found is None else found


def _begin(world: World, *, in_proportion: bool) -> int | None:
    """The step at which the schedule began; None where it has been disturbed since."""
    done = world.changes
    begin = max((change.step for change in done if change.key == "schedule"), default=0)
    later = {change.key for change in done if change.step > begin}
    disturbing = PACES if in_proportion else PACES | {"optimizer"}
    return None if later & disturbing else begin


def _moves(world: World, steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often a schedule has moved after so many steps (n,) of the run."""
    every = world.setting("train.schedule_every", "epoch")
    if every == "step":
        return steps
    epochs = np.floor(world.history.epochs(steps, world.present.branch) + CLOSE)
    if every == "evaluation":
        return np.floor(epochs / max(1, world.setting("train.eval_every") or 1))
    return epochs


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
