"""8 Evaluate: which class was taken for which."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import cell_width
from tui_nn.spec.protocol.frames import Confusion, ConfusionFrame, Probes
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import mixed
from tui_nn.views.numbers import percent
from tui_nn.views.panels.evaluate_curves import watched
from tui_nn.views.panels.evaluate_looks import note, paint_age, sampled
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.reading import class_count
from tui_nn.views.world import World

CONFUSED = Confusion(part="val")
RECALL = 8
"""Columns of the share of each class that is right."""
LONGEST_LABEL = 24
WIDEST_CELL = 13
STRONGEST = 0.75
"""Of a colour behind a count, where all of a class stand."""


@dataclass(frozen=True)
class Grid:
    """Which classes have room, and how much."""

    first: int
    shown: int
    label: int
    """Columns of what stands before a row."""
    cell: int
    recall: bool
    named: bool
    """Whether rows have the classes' names, else their numbers alone."""
    heads: bool
    """Whether columns have them."""


def _grid(frame: ConfusionFrame, size: Size, cursor: int) -> Grid:
    """As many classes as fit from the cursor on, else all; wider cells where there is room."""
    columns, rows = size
    count = len(frame.classes)
    names = max((cell_width(name) for name in frame.classes), default=1)
    digits = len(str(count - 1))
    least = max(len(str(int(frame.counts.numpy().max(initial=0)))), digits) + 1
    wanted = min(count, max(0, rows - 2))
    full = names if names <= digits else digits + 1 + names
    named = full <= LONGEST_LABEL and 1 + full + least * min(wanted, 3) <= columns
    label = full if named else digits
    room = columns - 1 - label
    recall = room - RECALL >= least * wanted
    room -= RECALL * recall
    shown = max(0, min(wanted, room // least))
    cell = min(max(least, names + 1), WIDEST_CELL, room // shown) if shown else least
    heads = names < cell
    label = names if named and heads else label
    return Grid(min(max(0, cursor), count - shown), shown, label, cell, recall, named, heads)


def _name(frame: ConfusionFrame, index: int, *, full: bool) -> str:
    return frame.classes[index] if full else str(index)


def _row_name(frame: ConfusionFrame, grid: Grid, index: int) -> str:
    """Its name, behind its number where that stands over the columns."""
    name = _name(frame, index, full=grid.named)
    if not grid.named or grid.heads:
        return name
    return f"{index} {name}"


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    frame: ConfusionFrame | None = world.frame(CONFUSED)
    if frame is None:
        canvas.put(0, 1, "·", canvas.palette.quiet)
        return
    counts = np.asarray(frame.counts.numpy(), np.int64)
    grid = _grid(frame, (canvas.width, canvas.height), desk.cursor.get(8, 0))
    _paint_head(canvas, frame, grid)
    for row in range(grid.shown):
        _paint_row(canvas, frame, counts[grid.first + row], grid, row)
    _paint_words(canvas, world, frame, counts, grid)


def _paint_head(canvas: Canvas, frame: ConfusionFrame, grid: Grid) -> None:
    quiet = canvas.palette.quiet
    for column in range(grid.shown):
        name = _name(frame, grid.first + column, full=grid.heads)
        canvas.right(0, name, quiet, edge=_edge(grid, column))
    if grid.recall and grid.shown:
        canvas.right(0, "right", quiet, edge=_edge(grid, grid.shown - 1) + RECALL)


def _paint_row(
    canvas: Canvas, frame: ConfusionFrame, counts: NDArray[np.int64], grid: Grid, row: int
) -> None:
    """A true class: how often it was taken for each."""
    palette, truth, total = canvas.palette, grid.first + row, int(counts.sum())
    canvas.put(row + 1, 1, _row_name(frame, grid, truth), palette.plain)
    for column in range(grid.shown):
        answer = grid.first + column
        count, is_right = int(counts[answer]), answer == truth
        text = str(count) if count else "·"
        ink = palette.quiet if not count else palette.strong if is_right else palette.plain
        if palette.colour and count:
            colour = palette.good if is_right else palette.bad
            ground = mixed(palette.ground, colour, STRONGEST * max(0.15, count / total))
            ink = palette.ink(bg=ground, bold=is_right)
            canvas.put(row + 1, _edge(grid, column) - grid.cell + 1, " " * (grid.cell - 1), ink)
        canvas.right(row + 1, text, ink, edge=_edge(grid, column))
    if grid.recall:
        recall = percent(int(counts[truth]) / total if total else None)
        canvas.right(row + 1, recall, palette.plain, edge=_edge(grid, grid.shown - 1) + RECALL)


def _paint_words(
    canvas: Canvas,
    world: World,
    frame: ConfusionFrame,
    counts: NDArray[np.int64],
    grid: Grid,
) -> None:
    """How many are right, and the commonest mistake; or which classes are shown; how old it is."""
    room = paint_age(canvas, world, frame)
    right, total = int(np.trace(counts)), int(counts.sum())
    parts = [f"{right:,} of {total:,} right"]
    if grid.shown < len(frame.classes):
        parts = [f"{grid.shown} of {len(frame.classes)} classes, up down for others"]
    wrong = counts - np.diag(np.diag(counts))
    if wrong.any():
        truth, answer = divmod(int(wrong.argmax()), len(frame.classes))
        parts.append(f"most: {frame.classes[truth]} taken for {frame.classes[answer]}")
    parts += [sampled(frame), "rows are the truth, columns the answer"]
    parts = [part for part in parts if part]
    words = parts[0]
    for part in parts[1:]:
        if 1 + cell_width(words) + 3 + cell_width(part) <= room:
            words += f"   {part}"
    if 1 + cell_width(words) > room:
        words = f"{right:,} of {total:,} right"
    if 1 + cell_width(words) <= room:
        canvas.put(canvas.height - 1, 1, words, canvas.palette.quiet)


def _edge(grid: Grid, column: int) -> int:
    return 1 + grid.label + (column + 1) * grid.cell


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    return (*watched(world, desk, size), CONFUSED)


def _press(world: World, desk: Desk, key: str) -> bool:
    if key not in ("up", "down", "home"):
        return False
    ways = {"up": -1, "down": 1, "home": -desk.cursor.get(8, 0)}
    last = max(0, class_count(world) - 1)
    desk.cursor[8] = min(last, max(0, desk.cursor.get(8, 0) + ways[key]))
    return True


CONFUSION = View(
    "confusion",
    _paint,
    suits=lambda world: class_count(world) > 0,
    probes=_probes,
    note=note,
    press=_press,
    keys=(("up down", "other classes, where there are too many"),),
)
