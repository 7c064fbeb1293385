"""4 Optimizer: the learning rate over the whole run, as it was and as it is planned."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tui_nn.views.arrays import Floats
from tui_nn.views.canvas import Canvas
from tui_nn.views.rules import bound, calls
from tui_nn.views.schedules import is_in_proportion, planned
from tui_nn.views.world import World

if TYPE_CHECKING:
    from tui_nn.spec.catalog.entry import Bound
    from tui_nn.spec.experiment import Experiment

BARS = "▁▂▃▄▅▆▇█"
PACES = frozenset({"train.schedule_every", "train.eval_every"})
"""Settings by which a schedule moves."""
CLOSE = 1e-9
"""Of an epoch: what is so near its end has come to it."""
SAME = 1e-6
"""Of a rate: what was told has 24 bits, what is planned 53."""


@dataclass(frozen=True)
class Course:
    """What the rates of a run follow from, until it ends."""

    schedule: "Bound | None"
    lr: float
    """Of the first optimizer's call."""
    every: str
    """When the schedule moves: step, epoch or evaluation."""
    eval_every: int
    epochs: int
    begin: int | None
    """The step at which the schedule began; None where it has been disturbed since."""


def course(world: World) -> Course | None:
    """As the run goes on if nothing is changed; None where its calls can't be read."""
    schedule, optimizers = world.setting("schedule"), calls(world.setting("optimizer"))
    call = bound(str(schedule), "schedule") if schedule else None
    first = bound(optimizers[0]) if optimizers else None
    if first is None or (schedule and call is None):
        return None
    return Course(
        call, float(first["lr"]), str(world.setting("train.schedule_every") or "epoch"),
        world.setting("train.eval_every") or 1, world.epochs, _begin(world, call),
    )  # fmt: skip


def course_with(world: World, experiment: "Experiment", keys: Iterable[str]) -> Course:
    """As it would go on with another, resolved experiment, of which `keys` are asked for now."""
    train, call = experiment.train, experiment.schedule
    asked = [key.partition("[")[0] for key in keys]
    return Course(
        call, float(experiment.optimizers[0]["lr"]), train.schedule_every or "epoch",
        train.eval_every or 1, train.epochs, _begin(world, call, asked),
    )  # fmt: skip


def rates(world: World, columns: int) -> tuple[Floats, int]:
    """The rate in the middle of each part of the run (columns,), NaN where it isn't known; and how
    many parts have been trained.
    """
    known = course(world)
    steps = (np.arange(columns) + 0.5) * length(world, world.epochs) / columns
    found = np.full(columns, np.nan) if known is None else rates_ahead(world, known, steps)
    told = world.series.of("lr", world.way)
    past = int(np.searchsorted(steps, told.steps[-1], side="right")) if len(told) else 0
    if past:
        found[:past] = told.last[np.searchsorted(told.steps, steps[:past])]
    return found, past


def length(world: World, epochs: int) -> int:
    """Steps of the whole run."""
    step = world.present.step
    done = float(world.history.epochs(np.array([step], np.float64), world.present.branch)[0])
    return max(1, step + round(max(0.0, epochs - done) * world.steps_per_epoch))


def rates_ahead(world: World, known: Course, steps: Floats) -> Floats:
    """The rates after so many steps (n,) of the run, from now on; NaN where they aren't known."""
    if known.schedule is None:
        return np.full(len(steps), known.lr, np.float64)
    unknown = np.full(len(steps), np.nan)
    if known.begin is None:
        return unknown
    moves = _moves(world, known, np.floor([known.begin, *steps]))
    found = planned(known.schedule, known.lr, moves[1:] - moves[0])
    return unknown if found is None else found


def _begin(world: World, schedule: "Bound | None", asked: Collection[str] = ()) -> int | None:
    if "schedule" in asked:
        return world.present.step
    done = world.changes
    begin = max((change.step for change in done if change.key == "schedule"), default=0)
    later = {change.key for change in done if change.step > begin}
    later |= {*asked} if world.present.step > begin else set()
    in_proportion = schedule is not None and is_in_proportion(schedule)
    disturbing = PACES if in_proportion else PACES | {"optimizer"}
    return None if later & disturbing else begin


def _moves(world: World, known: Course, steps: Floats) -> Floats:
    """How often a schedule has moved after so many steps (n,) of the run."""
    if known.every == "step":
        return steps
    epochs = np.floor(world.history.epochs(steps, world.present.branch) + CLOSE)
    return np.floor(epochs / known.eval_every) if known.every == "evaluation" else epochs


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
