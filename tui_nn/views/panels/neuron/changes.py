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
    """Counts of epochs in a row, the last the one that training is in."""

    counts: tuple[int, ...]
    first: int
    """The epoch of the first count; epochs are counted from 1."""
    is_over: bool
    """Whether the last epoch is."""

    @property
    def last(self) -> int:
        """The epoch of the last count; 0 where there is none."""
        return self.first + len(self.counts) - 1

    def of(self, epoch: int) -> int | None:
        return self.counts[epoch - self.first] if self.first <= epoch <= self.last else None


def _changes(world: World) -> _Changes:
    """A step with a loss above 0 was wrong: only such a step changes a weight."""
    first, losses = world.recent.losses(world.way)
    latest = world.steps.rows.get(world.present.step)
    if latest is not None and latest.loss is not None and latest.number == first + len(losses):
        losses = np.append(losses, latest.loss)
    if not len(losses) or first + len(losses) != world.present.step + 1:
        return _Changes((), 1, True)  # of the steps before this one nothing is known
    steps = np.arange(first - 1, first + len(losses), dtype=float)
    before, *epochs = world.history.epochs(steps, world.present.branch)
    numbers = np.maximum(1, np.ceil(np.array(epochs) - 1e-9)).astype(int)
    whole = numbers > np.ceil(before - 1e-9)  # of the first epoch some steps may be gone
    if not whole.any():
        return _Changes((), 1, True)
    numbers, losses = numbers[whole], losses[whole]
    counts = np.bincount(numbers[losses != 0] - numbers[0], minlength=numbers[-1] - numbers[0] + 1)
    is_over = bool(abs(epochs[-1] - round(epochs[-1])) < 1e-9)
    return _Changes(tuple(counts.tolist()), int(numbers[0]), is_over)


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
    first = max(1, found.last - room + 1)
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
        count = found.of(epoch)
        if count is None:
            continue
        _paint_bar(canvas, base, column, count / limit * rows)
        if epoch == found.last and not found.is_over and column + 10 < canvas.width:
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
        count = found.of(epoch)
        if count is None:
            continue
        canvas.right(top, f"{count}", palette.strong, edge=end)
        if epoch == found.last and not found.is_over:
            canvas.put(top, end, "▸", palette.quiet)
