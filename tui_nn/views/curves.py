"""Curves of a run made ready to be drawn: which there are, over what, between which limits.

Nothing has to be remembered for limits that never shrink: all of them follow from the ends of what
came so far, which only ever grow.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tui_nn.plot.lines import Limits
from tui_nn.runs.history import By
from tui_nn.spec.catalog.metrics import METRICS, Metric
from tui_nn.views.arrays import Floats
from tui_nn.views.desk import Desk
from tui_nn.views.series import Blocks
from tui_nn.views.world import World

MOST_ZOOM = 6
CLOSER = 1_025
"""Steps among which one is looked for, then again between two of them."""
BELOW = 5.0
"""A logarithmic axis reaches down to this part of the lowest evaluation: a batch may do far better
by luck.
"""
DECADE = 10.0
PARTS = ("train", "val")


@dataclass(frozen=True)
class Trace:
    """A line of a plot."""

    series: str
    name: str
    line: int
    """Which of the palette's lines, and of the patterns that tell them apart without colour."""
    is_noisy: bool = False
    """A value a step: shown as a band, and smoothed."""


@dataclass(frozen=True)
class Plot:
    """What stands in one chart."""

    name: str
    """What its values are."""
    traces: tuple[Trace, ...]
    metric: Metric | None = None


LOSS = Plot(
    "loss",
    (
        Trace("loss", "batch", 2, is_noisy=True),
        Trace("train.loss", "train", 0),
        Trace("val.loss", "val", 1),
    ),
    METRICS[0],
)
RATE = Plot("lr", (Trace("lr", "lr", 0),))
GRADIENT = Plot("|gradient|", (Trace("gradient", "|gradient|", 3, is_noisy=True),))


def metric_of(world: World) -> Metric | None:
    """The one that stands beside the loss; None before it is known."""
    started = world.started
    if started is None:
        return None
    is_class = "accuracy" in started.baseline.numbers.get("train", {})
    named = (started.metric, "accuracy" if is_class else "r2")
    return next((m for name in named for m in METRICS[1:] if m.name == name), None)


def metric_plot(world: World) -> Plot:
    """The metric of the training and of the validation part."""
    metric = metric_of(world)
    if metric is None:
        return Plot("metric", ())
    traces = [Trace(f"{part}.{metric.name}", part, i) for i, part in enumerate(PARTS)]
    return Plot(metric.label, tuple(traces), metric)


def goal_of(world: World, plot: Plot) -> float | None:
    """What is wanted of a plot's metric; None where nothing is."""
    goal = world.setting("goal")
    wanted = goal.get(plot.metric.name) if isinstance(goal, dict) and plot.metric else None
    return float(wanted) if isinstance(wanted, int | float) else None


def ruler(world: World, by: By) -> Callable[[Floats], Floats]:
    """Where steps (n,) lie along the x axis."""
    if by == "step":
        return lambda steps: steps
    if by == "epoch":
        branch = world.present.branch
        return lambda steps: world.history.epochs(steps, branch)
    clock = world.series.of("seconds", world.way)
    known, seconds = np.append(0.0, clock.steps), np.append(0.0, clock.last)
    return lambda steps: np.interp(steps, known, seconds)


def window(now: float, zoom: int) -> Limits:
    """The ends of the x axis: all from 0 to `now`, or the last part of it, a little ahead."""
    end = grown(now)
    if not zoom:
        return 0.0, end
    width = end / 2**zoom
    high = math.ceil(now / (width / 8) - 1e-9) * (width / 8)
    return max(0.0, high - width), max(high, width)


def grown(value: float) -> float:
    """The first multiple of 1, 2 or 5 · 10ᵏ that isn't below it, of which it takes 5 to 10."""
    if not value > 0:
        return 1.0
    for step in _steps(value / 10):
        if step * 10 >= value * (1 - 1e-9):
            return math.ceil(value / step - 1e-9) * step
    raise AssertionError


def rounded_up(value: float) -> float:
    """1, 2, 4, 5, 8 · 10ᵏ, the first that isn't below it: ends that every axis has a tick at."""
    power = 10.0 ** math.floor(math.log10(value))
    return next((d * power for d in (1, 2, 4, 5, 8) if d * power >= value * (1 - 1e-9)), 10 * power)


def _steps(least: float) -> list[float]:
    power = 10.0 ** math.floor(math.log10(least))
    return [power * digit for digit in (1, 2, 5, 10, 20)]


@dataclass(frozen=True)
class Drawn:
    """A trace within a window."""

    trace: Trace
    blocks: Blocks
    """Of the whole way."""
    x: Floats
    """(n,): where the blocks end."""
    seen: Blocks
    """Of the window alone."""
    seen_x: Floats


@dataclass(frozen=True)
class Scene:
    """All that a chart is made of."""

    plot: Plot
    by: By
    at: Callable[[Floats], Floats]
    ends: Limits
    """Of the x axis."""
    drawn: tuple[Drawn, ...]
    log: bool
    y_ends: Limits | None
    goal: float | None

    def x(self, step: float) -> float:
        """Where one step lies."""
        return float(self.at(np.array([step], np.float64))[0])


def scene(world: World, desk: Desk, plot: Plot) -> Scene:
    """A plot along the way to where training stands."""
    by, way = desk.x_axis, world.way
    at = ruler(world, by)
    now = float(at(np.array([world.present.step], np.float64))[0])
    ends = window(now, desk.zoom)
    drawn = []
    for trace in plot.traces:
        blocks = world.series.of(trace.series, way)
        x = at(blocks.steps)
        first, last = np.searchsorted(x, ends[0]), np.searchsorted(x, ends[1], side="right")
        seen = Blocks(blocks.table[:, first:last])
        drawn.append(Drawn(trace, blocks, x, seen, x[first:last]))
    goal = goal_of(world, plot)
    log = is_log(desk, plot, drawn)
    return Scene(
        plot, by, at, ends, tuple(drawn), log,
        _y_ends(plot, drawn, goal, log=log, zoomed=bool(desk.zoom)), goal,
    )  # fmt: skip


def step_at(world: World, desk: Desk) -> int | None:
    """The last step at the crosshair or before it; None without crosshair."""
    if desk.crosshair is None:
        return None
    steps = world.series.of("loss", world.way).steps
    found = int(np.searchsorted(steps, desk.crosshair * (1 + 1e-9), side="right"))
    return int(steps[found - 1]) if found else 0


def moved(world: World, desk: Desk, plot: Plot, columns: int, way: int) -> float:
    """The step of a crosshair `way` columns further, in a chart of so many; at most that of now."""
    shown, now = scene(world, desk, plot), float(world.present.step)
    (low, high), last = shown.ends, columns - 1
    here = min(desk.crosshair or 0.0, now)
    column = round((shown.x(here) - low) / (high - low) * last) + way
    return step_of(shown, low + max(0, column) / last * (high - low), now)


def step_of(shown: Scene, x: float, now: float) -> float:
    """The step that lies there on the x axis, or how far between two; at most that of now."""
    low, high = 0.0, now
    for _ in range(3):
        steps = np.linspace(low, high, CLOSER)
        place = int(np.searchsorted(shown.at(steps), x))
        low, high = float(steps[max(0, place - 1)]), float(steps[min(place, CLOSER - 1)])
    ends = np.array([low, high])
    return float(np.interp(x, shown.at(ends), ends))


def is_log(desk: Desk, plot: Plot, drawn: list[Drawn]) -> bool:
    """As was chosen, else where values span more than a decade."""
    if plot.metric is not None and plot.metric.low != 0:
        return False
    if desk.y_log is not None:
        return desk.y_log
    if plot.metric is not None and plot.metric.high is not None:
        return False
    ranges = [found.blocks.range for found in _firm(drawn)]
    known = [found for found in ranges if found is not None]
    if not known:
        return False
    low, high = min(r[0] for r in known), max(r[1] for r in known)
    return low > 0 and high > DECADE * low


def _firm(drawn: list[Drawn]) -> list[Drawn]:
    """Those without noise; all where there are none."""
    return [d for d in drawn if not d.trace.is_noisy and len(d.blocks)] or drawn


def _y_ends(
    plot: Plot, drawn: list[Drawn], goal: float | None, *, log: bool, zoomed: bool
) -> Limits | None:
    ranges = [found for d in drawn if (found := d.seen.range) is not None]
    if not ranges:
        return None
    firm = [found for d in _firm(drawn) if (found := d.seen.range) is not None] or ranges
    low, high = min(r[0] for r in ranges), max(r[1] for r in ranges)
    if goal is not None and not zoomed:
        low, high = min(low, goal), max(high, goal)
    if log:
        return _log_ends(drawn, min(r[0] for r in firm), low, high)
    if zoomed:
        step = rounded_up(max((high - low) / 4, 1e-12 * max(abs(low), abs(high)), 1e-200))
        return math.floor(low / step) * step, math.ceil(high / step) * step
    if plot.metric is not None and plot.metric.high == 1:
        if low >= 0:
            return (1 - rounded_up(1 - low) if low < 1 else 0.0), 1.0
        return -rounded_up(-low), 1.0
    bottom = -rounded_up(-low) if low < 0 else 0.0
    return bottom, (rounded_up(high) if high > 0 else 0.0 if bottom else 1.0)


def _log_ends(drawn: list[Drawn], firm: float, low: float, high: float) -> Limits | None:
    if high <= 0:
        return None
    if firm > 0:
        low = max(low, firm / BELOW)
    else:
        held = [d.seen.low[d.seen.low > 0] for d in drawn]
        low = min(float(values.min()) for values in held if len(values))
    return low, max(low, high)


STRENGTHS = (0.0, 0.02, 0.08)
"""How much of what is drawn the mean reaches to each side: off, light, strong."""


def smoothed(found: Drawn, ends: Limits, dots: int, strength: int) -> tuple[Floats, Floats]:
    """The mean over a stretch around each column of dots: x and y (n,).

    The stretch is as long on either side, and so shorter near the ends.
    """
    share = (found.seen_x - ends[0]) / (ends[1] - ends[0] or 1.0)
    column = np.clip(share * dots, 0, dots - 1).astype(int)
    total = np.bincount(column, found.seen.total, dots)
    count = np.bincount(column, found.seen.count, dots)
    held = count > 0
    x = np.bincount(column, found.seen_x, dots)[held] / np.bincount(column, None, dots)[held]
    total, count = total[held], count[held]
    places = np.arange(len(x))
    reach = round(len(x) * STRENGTHS[strength])
    reach_of_each = np.minimum(reach, np.minimum(places, places[::-1]))
    near = (np.abs(places[:, None] - places) <= reach_of_each[:, None]).astype(np.float64)
    return x, (near @ total) / (near @ count)
