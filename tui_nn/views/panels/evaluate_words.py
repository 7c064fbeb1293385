"""8 Evaluate in words: the numbers of the latest evaluation, or those at the crosshair."""

import numpy as np

from tui_nn.spec.catalog.metrics import Metric
from tui_nn.spec.protocol import Evaluated
from tui_nn.views.canvas import Canvas
from tui_nn.views.curves import GRADIENT, LOSS, RATE, Plot, metric_of, step_at
from tui_nn.views.desk import Desk
from tui_nn.views.ink import Ink, Palette
from tui_nn.views.numbers import percent, plain, short
from tui_nn.views.world import World

SAMPLES, SAMPLES_ASCII = ("──", "╌╌", "··", "─·"), "*+ox"
"""How the lines look where no colour tells them apart."""
GAP = 3
Part = tuple[str, Ink]
"""Words and their ink."""


def note(world: World, desk: Desk) -> str:
    """`val accuracy 93.0%`, or where the crosshair stands."""
    step = step_at(world, desk)
    if step is not None:
        epoch = float(world.history.epochs(np.array([step], float), world.present.branch)[0])
        return f"step {step:,}, epoch {epoch:.2f}"
    return latest(world)


def latest(world: World) -> str:
    """`val accuracy 93.0%`: the metric of the latest evaluation; nothing before there is one."""
    evaluated, metric = world.evaluated, metric_of(world)
    if evaluated is None or metric is None:
        return ""
    part = "val" if evaluated.val else "train"
    return f"{part} {metric.label} {shown(metric, number(evaluated, part, metric.name))}"


def number(evaluated: Evaluated, part: str, metric: str) -> float | None:
    """One number of an evaluation; NaN and infinities as such."""
    numbers = evaluated.train if part == "train" else evaluated.val or {}
    word = evaluated.nonfinite.get(f"{part}.{metric}")
    return float(word) if word else numbers.get(metric)


def shown(metric: Metric | None, value: float | None) -> str:
    """`93.0%` for shares, else four decimals."""
    if metric is not None and metric.for_classes and value is not None and np.isfinite(value):
        return percent(value)
    return plain(value, 5)


def as_of(world: World) -> str:
    """`as of epoch 6`, where the latest evaluation is older than the weights."""
    evaluated = world.evaluated
    if evaluated is None or evaluated.step == world.present.step:
        return ""
    return f"as of epoch {evaluated.epoch:,}"


def paint_words(canvas: Canvas, plot: Plot, world: World, desk: Desk) -> None:
    """The last row: what the lines are and where they stand."""
    step = step_at(world, desk)
    if step is None:
        _paint_parts(canvas, _latest(canvas, plot, world))
    else:
        _paint_parts(canvas, _at_crosshair(canvas, plot, world, step))


def _latest(canvas: Canvas, plot: Plot, world: World) -> list[Part]:
    palette, evaluated = canvas.palette, world.evaluated
    if plot is RATE:
        schedule = world.setting("schedule") or "none"
        return [
            (f"lr {short(world.present.lr).ljust(8)}", _ink(palette, 0)),
            (f"schedule {schedule}", palette.plain),
        ]
    if plot is GRADIENT:
        blocks = world.series.of("gradient", world.way)
        value = float(blocks.last[-1]) if len(blocks) else None
        return [(f"|gradient| {plain(value).ljust(8)}", _ink(palette, 3))]
    parts = ["train", "val"] if world.started is None or world.started.val_count else ["train"]
    metric = plot.metric
    found = []
    for line, part in enumerate(parts):
        value = number(evaluated, part, metric.name) if evaluated and metric else None
        ink = palette.ink(palette.bad, bold=True) if _is_broken(value) else _ink(palette, line)
        found.append(
            (f"{_sample(palette, line)}{part} {shown(metric, value).ljust(_field(metric))}", ink)
        )
    stale = "" if world.running and canvas.width < 60 else as_of(world)
    if stale:
        found.append((stale, palette.ink(palette.warm)))
    beside = metric_of(world)
    if plot is LOSS and beside is not None:
        value = number(evaluated, "train", beside.name) if evaluated else None
        words = shown(beside, value)
        if beside.low != 0:
            words = words.ljust(_field(beside))
        found.append((f"train {beside.label} {words}", palette.plain))
    elif metric is not None and plot is not LOSS:
        found.append((metric.label, palette.quiet))
    return found


def _field(metric: Metric | None) -> int:
    """Cells of its values: those that may be negative keep one for the sign."""
    return 6 if metric is None or metric.low == 0 else 7


def _at_crosshair(canvas: Canvas, plot: Plot, world: World, step: int) -> list[Part]:
    """What each line held at a step, or at the last one before it, as exactly as there is room."""
    palette = canvas.palette
    parts: list[Part] = []
    for digits in (9, 7, 5, 4, 3):
        parts = []
        for trace in plot.traces:
            blocks = world.series.of(trace.series, world.way).until(step)
            value = float(blocks.last[-1]) if len(blocks) else None
            words = f"{trace.name} {exact(value, digits).ljust(digits + 2)}"
            parts.append((words, _ink(palette, 0 if trace.name == "batch" else trace.line)))
        parts = [*parts[:-1], *((words.rstrip(), ink) for words, ink in parts[-1:])]
        if _length(parts, 1) < canvas.width:
            break
    return parts


def exact(value: float | None, digits: int) -> str:
    """All digits that were recorded, or so many of them."""
    if value is None or not np.isfinite(value):
        return plain(value)
    single = np.float32(value)
    text = str(single if float(single) == value else value)
    return text if len(text) <= digits + 2 else f"{value:.{digits}g}"


def _paint_parts(canvas: Canvas, parts: list[Part]) -> None:
    """In one row, as far apart as there is room, those left away that have none; a field keeps its
    width.
    """
    room = canvas.width - 1
    while parts and _length(parts, 1) > room:
        parts = parts[:-1]
    gap = next((gap for gap in range(GAP, 1, -1) if _length(parts, gap) <= room), 1)
    column = 1
    for text, ink in parts:
        column = canvas.put(canvas.height - 1, column, text, ink) + gap


def _length(parts: list[Part], gap: int) -> int:
    return sum(len(text) for text, _ in parts) + gap * (len(parts) - 1)


def _is_broken(value: float | None) -> bool:
    return value is not None and not np.isfinite(value)


def _ink(palette: Palette, line: int) -> Ink:
    return palette.ink(palette.lines[line])


def _sample(palette: Palette, line: int) -> str:
    if palette.has_pixels:
        return ""
    return f"{(SAMPLES_ASCII if palette.ascii_only else SAMPLES)[line]} "
