"""Steps that changed a weight, epoch by epoch, of a neuron that is right or wrong and no more."""

from dataclasses import dataclass

import numpy as np

from tui_nn.views.calls import name_of
from tui_nn.views.canvas import EIGHTHS, Canvas
from tui_nn.views.curves import rounded_up
from tui_nn.views.neuron_pass import batch_size
from tui_nn.views.neuron_words import is_plain
from tui_nn.views.world import World

CELLS, CELLS_FEW = 7, 5
"""Of an epoch."""
LEFT, LEFT_FEW = 5, 9
"""Columns before the first epoch."""


@dataclass(frozen=True)
class _Changes:
    """Counts by epoch, from the first."""

    counts: tuple[int, ...]
    is_over: bool
    """Whether the last epoch is."""


def _changes(world: World) -> _Changes:
    """A step with a loss above 0 was wrong: only such a step changes a weight."""
    steps, losses = world.history.losses(world.present.branch)
    done = steps <= world.present.step
    steps, losses = steps[done], losses[done]
    latest = world.steps.rows.get(world.present.step)
    if latest is not None and latest.loss is not None and latest.number == len(steps) + 1:
        steps, losses = np.append(steps, latest.number), np.append(losses, latest.loss)
    if len(steps) != world.present.step:
        return _Changes((), True)  # of some steps nothing is known
    if not len(steps):
        return _Changes((), True)
    epochs = world.history.epochs(steps, world.present.branch)
    numbers = np.maximum(1, np.ceil(epochs - 1e-9)).astype(int)
    counts = np.bincount(numbers[losses != 0], minlength=numbers[-1] + 1)[1:]
    return _Changes(tuple(counts.tolist()), bool(abs(epochs[-1] - round(epochs[-1])) < 1e-9))


def _words(world: World) -> str:
    """What is counted: only a plain rule leaves all weights alone where a row is right."""
    neuron, step = world.steps.neuron, world.steps.now
    is_one = step is None or batch_size(world, step) <= 1
    if not is_one:
        return "wrong batches, per epoch"
    name = world.samples.sample_name if world.samples else "sample"
    if neuron is not None and neuron.has_bias and is_plain(world.setting("optimizer")):
        return f"{name}s that changed a weight, per epoch"
    return f"wrong {name}s, per epoch"


def _window(found: _Changes, room: int) -> range:
    """The epochs that have room, counted from 1, so that the latest one is among them."""
    now = max(1, len(found.counts))
    first = max(1, now - room + 1)
    return range(first, first + room)


def paint_changes(canvas: Canvas, world: World, top: int) -> None:
    """Bars over the epochs, from row `top` down."""
    palette, found = canvas.palette, _changes(world)
    room = (canvas.width - LEFT - 6) // CELLS
    has_words = canvas.height - top >= 7
    rows = min(8, canvas.height - top - (5 if has_words else 3))
    if room < 1 or rows < 1:
        return
    canvas.put(top, 2, _words(world)[: canvas.width - 2], palette.quiet)
    most = world.steps_per_epoch
    limit = min(most, max(2, int(rounded_up(max(found.counts, default=1) or 1))))
    base = top + 1 + rows
    _paint_axis(canvas, top + 1, rows, limit, room)
    for place, epoch in enumerate(_window(found, room)):
        column = LEFT + 2 + place * CELLS
        canvas.put(base + 1, column + (3 - len(f"{epoch}")) // 2, f"{epoch}", palette.quiet)
        if epoch > len(found.counts):
            continue
        count = found.counts[epoch - 1]
        _paint_bar(canvas, base, column, count / limit * rows)
        if epoch == len(found.counts) and not found.is_over and column + 10 < canvas.width:
            canvas.put(base - 1, column + 4, "so far", palette.quiet)
    canvas.right(base + 1, "epoch", palette.quiet, edge=LEFT + room * CELLS + 5)
    words = f"an epoch with 0 changes: {_name(world)} is learned"
    if has_words and len(words) + 2 <= canvas.width:
        canvas.put(canvas.height - 1, 2, words, palette.quiet)


def _paint_axis(canvas: Canvas, top: int, rows: int, limit: int, room: int) -> None:
    palette = canvas.palette
    rule = palette.ink(palette.rule)
    for row in range(rows):
        value = limit * (rows - row) / rows
        if value == int(value):
            canvas.right(top + row, f"{value:.0f}", palette.quiet, edge=3)
        canvas.put(top + row, 4, "│", rule)
    canvas.right(top + rows, "0", palette.quiet, edge=3)
    canvas.put(top + rows, 4, "└" + "─" * (room * CELLS - 1), rule)


def _paint_bar(canvas: Canvas, base: int, column: int, height: float) -> None:
    """A bar `height` rows high, in eighths."""
    ink = canvas.palette.ink(canvas.palette.accent)
    eighths = round(8 * height)
    for row in range(-(-eighths // 8)):
        glyph = EIGHTHS[min(8, eighths - 8 * row)]
        canvas.put(base - 1 - row, column, glyph * 3, ink)


def _name(world: World) -> str:
    """`AND` of and_gate(); else what is learned by its name."""
    data = name_of(world.setting("data", ""))
    return data.removesuffix("_gate").upper() if data.endswith("_gate") else data


def paint_few_changes(canvas: Canvas, world: World, top: int) -> None:
    """Two rows of numbers; `▸` stands behind an epoch that is not over."""
    palette, found = canvas.palette, _changes(world)
    room = (canvas.width - LEFT_FEW) // CELLS_FEW
    if room < 1:
        return
    canvas.put(top, 2, "changes", palette.quiet)
    canvas.put(top + 1, 2, "epoch", palette.quiet)
    for place, epoch in enumerate(_window(found, room)):
        end = LEFT_FEW + 4 + place * CELLS_FEW
        canvas.right(top + 1, f"{epoch}", palette.quiet, edge=end)
        if epoch > len(found.counts):
            continue
        canvas.right(top, f"{found.counts[epoch - 1]}", palette.strong, edge=end)
        if epoch == len(found.counts) and not found.is_over:
            canvas.put(top, end, "▸", palette.quiet)
