"""6 Gradient: a row per layer, |gradient| over time, and in words whether every layer learns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import cell_width
from tui_nn.spec.diagnosis.rows import bend_behind, learning, short_name
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import Layers, LayersFrame, LayerStatistics, Probes
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.layer_names import LAYERS as PROBE
from tui_nn.views.layer_names import cursor, longest, move, titles, window
from tui_nn.views.numbers import fixed, percent
from tui_nn.views.panels.edge import paint_edge
from tui_nn.views.panels.gradient_heat import (
    paint_bars,
    paint_gaps,
    paint_legend,
    paint_shades,
    paint_time,
)
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.verdict import Verdict, verdict
from tui_nn.views.world import World

NUMBER = 6
MOST_WORDS = 5
"""Rows that the verdict may take."""
LEAST_WORDS = 20
"""Columns below which there is none."""
MOST_BARS = 3
"""Rows of bars for a layer."""
NAME = 12
"""Cells of a layer's name, at least."""
BESIDE = 40
"""Cells for shades beside the numbers, at most a third of the panel."""
LEAST_SHADES = 4


@dataclass(frozen=True)
class _Plan:
    """Which rows there are, from the top."""

    head: int
    layers: int
    gap: int
    caption: int
    bars: int
    """Under each layer's shades; -1: the shades stand in the table."""
    time: int
    legend: int
    focus: int
    words: int


def _plan(rows: int, layers: int, words: Callable[[int], int], *, focus: bool) -> _Plan:
    """Share out `rows`; `words`: how many of so many the verdict takes."""
    left = rows - 1
    head, time = int(left >= 4), int(left >= 6)
    left -= head + time
    stacked = 2 * layers <= left and layers > 0
    shown = layers if stacked else max(0, min(layers, left))
    left -= 2 * layers if stacked else shown
    more = max(0, words(min(1 + left, MOST_WORDS)) - 1)
    left -= more
    seen = int(focus and left > 0)
    left -= seen
    caption = int(stacked and left > 0)
    left -= caption
    bars = min(MOST_BARS, left // layers) if stacked and layers else -1
    bars, spare = (1, left - layers) if bars >= 1 else (bars, left)
    legend = int(spare > 0)
    gap = min(2, max(0, spare - legend))
    spare -= legend + gap
    if bars == 1:
        bars += min(MOST_BARS - 1, max(0, spare) // layers)
    return _Plan(head, shown, gap, caption, bars, time, legend, seen, 1 + more)


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    frame: LayersFrame | None = world.frame(PROBE)
    rows = learning(frame)
    if frame is None or not rows or not canvas.height:
        return
    found = verdict(world)
    focus = _focus(world, desk, frame) if desk.focus == NUMBER else ""
    plan = _plan(
        canvas.height,
        len(rows),
        lambda most: len(_words(found, canvas.width, most)),
        focus=bool(focus),
    )
    shown = window(len(rows), plan.layers, cursor(rows, desk))
    row = _paint_table(canvas, world, desk, rows, shown, plan)
    if plan.bars >= 0:
        row += plan.gap > 1
        if plan.caption:
            canvas.put(row, 1, _cut("|gradient| of each layer over time", canvas.width))
        row = _paint_heat(canvas, world, rows, row + plan.caption, plan)
    if plan.legend:
        paint_legend(canvas, world.heat, row, 3 if plan.bars >= 0 else 1)
        row += 1
    row += plan.gap > 0
    if plan.focus:
        canvas.put(row, 1, _cut(focus, canvas.width), canvas.palette.ink(canvas.palette.accent))
        row += 1
    _paint_words(canvas, found, _words(found, canvas.width, plan.words), row)


def _cut(text: str, width: int) -> str:
    """A text, or nothing where it has no room."""
    return text if cell_width(text) < width else ""


def _paint_table(
    canvas: Canvas, world: World, desk: Desk, rows: Sequence[LayerStatistics], shown: range,
    plan: _Plan,
) -> int:  # fmt: skip
    """The numbers of each layer, with its shades where those have no rows of their own; returns
    the row below.
    """
    palette = canvas.palette
    names = titles(rows, canvas.width)
    ends = _columns(canvas.width, world, longest(names), beside=plan.bars < 0)
    if plan.head:
        first = min((end - len(head) for head, end in ends.items()), default=canvas.width)
        canvas.put(0, 1, "layer" if first > len(" layer") else "", palette.quiet)
        for head, end in ends.items():
            canvas.right(0, head, palette.quiet, edge=end)
    column = max(ends.values(), default=longest(names) + 1) + 1
    width = canvas.width - 1 - column
    if plan.bars < 0 and plan.head and width >= 9:
        canvas.put(0, column, "over time", palette.quiet)
    at = cursor(rows, desk)
    for row, index in enumerate(shown, plan.head):
        one = rows[index]
        chosen = desk.focus == NUMBER and index == at
        paint_edge(canvas, row, index, shown, len(rows), chosen=chosen)
        canvas.put(row, 1, _cut(names[index], canvas.width), palette.ink(bold=chosen))
        for head, end in ends.items():
            canvas.right(row, _number(one, world.frame(PROBE), head), edge=end)
    if plan.bars < 0 and width >= LEAST_SHADES and world.heat.steps:
        places = _places(world, [rows[index] for index in shown], width)
        paint_shades(canvas, places, plan.head, column)
        paint_gaps(canvas, world.heat.gaps(width), plan.head, column, len(shown))
    if plan.bars < 0 and plan.time and width >= LEAST_SHADES:
        paint_time(canvas, world.heat, plan.head + len(shown), column, width)
    return plan.head + len(shown) + (plan.time if plan.bars < 0 else 0)


def _columns(width: int, world: World, name: int, *, beside: bool) -> dict[str, int]:
    """The columns behind which each number ends, where the longest name has `name` cells."""
    frame: LayersFrame = world.frame(PROBE)
    heads = {"|gradient|": 12, "zero": 6, "|w|": 6}
    if any(row.dead is not None and row.weight is None for row in frame.layers):
        heads["dead"] = 6
    if any(row.saturated is not None for row in frame.layers):
        heads["saturated"] = 11
    room = width - 1 - (min(width // 3, BESIDE) if beside else 0)
    while heads and name + sum(heads.values()) - 1 > room:
        heads.popitem()
    if heads and name + sum(heads.values()) > room:
        heads["|gradient|"] -= 1
    end = 1 + min(room - sum(heads.values()), name if beside else max(NAME, name))
    ends = {}
    for head, cells in heads.items():
        ends[head] = end = end + cells
    return ends


def _number(row: LayerStatistics, frame: LayersFrame, head: str) -> str:
    bend = bend_behind(frame, row.name)
    match head:
        case "|gradient|":
            return "frozen" if row.frozen else row.nonfinite.get("gradient") or size(row.gradient)
        case "zero":
            return percent(row.zero_gradient, 0)
        case "|w|":
            return row.nonfinite.get("weight") or fixed(row.weight, 5, 1)
        case "dead":
            return percent(bend.dead if bend else None, 0)
    return percent(bend.saturated if bend else None, 0)


def size(value: float | None) -> str:
    """Four decimals, or two digits and their power of ten."""
    if value is None:
        return "·"
    return f"{value:.4f}" if value == 0 or 0.001 <= value < 10_000 else f"{value:.1e}"


def _places(world: World, rows: Sequence[LayerStatistics], width: int) -> NDArray[np.float64]:
    """Of each layer (rows, width); −1 where it has no gradient."""
    gradients = world.heat.of([row.name for row in rows], width)
    return np.where(gradients < 0, -1.0, world.heat.scale.places(np.abs(gradients)))


def _paint_heat(
    canvas: Canvas, world: World, rows: Sequence[LayerStatistics], row: int, plan: _Plan
) -> int:
    """Shades of each layer over time, bars under them; returns the row below."""
    column = 2 + max(cell_width(one.name) for one in rows)
    width = max(0, canvas.width - 1 - column)
    places, gaps = _places(world, rows, width), world.heat.gaps(width)
    for index, one in enumerate(rows):
        canvas.put(row, 1, _cut(one.name, canvas.width), canvas.palette.quiet)
        if world.heat.steps and width:
            paint_shades(canvas, places[index : index + 1], row, column)
            if plan.bars:
                paint_bars(canvas, places[index], row + 1, column, plan.bars)
            paint_gaps(canvas, gaps, row, column, 1 + plan.bars)
        row += 1 + plan.bars
    if plan.time:
        paint_time(canvas, world.heat, row, column, width)
    return row + plan.time


def _words(found: Verdict | None, width: int, rows: int) -> list[str]:
    """The verdict in at most so many lines, of `width` − 3 cells: as many of its sentences as fit,
    or its short form; nothing where that doesn't fit either.
    """
    if found is None or width < LEAST_WORDS:
        return []
    texts = [found.short]
    texts += [" ".join(found.sentences[: count + 1]) for count in range(len(found.sentences))]
    fitting = [lines for text in texts if len(lines := wrap(text, width - 3)) <= rows]
    return fitting[-1] if fitting else []


def _paint_words(canvas: Canvas, found: Verdict | None, lines: Sequence[str], row: int) -> None:
    """The verdict behind its sign."""
    if found is None or not lines:
        return
    palette = canvas.palette
    colour = {"✓": palette.good, "!": palette.warm, "✗": palette.bad}[found.sign]
    canvas.put(row, 1, found.sign, palette.ink(colour, bold=True))
    for y, line in enumerate(lines):
        canvas.put(row + y, 3, line)


def _asleep_units(frame: LayersFrame | None, name: str) -> tuple[int, ...]:
    rows = frame.layers if frame is not None else ()
    return next((row.dead_units for row in rows if row.name == name), ())


def _in_focus(world: World, desk: Desk) -> Layers | None:
    """What tells which units sleep behind the layer in focus; None where none does."""
    frame: LayersFrame | None = world.frame(PROBE)
    rows = learning(frame)
    if frame is None or not rows or desk.focus != NUMBER:
        return None
    bend = bend_behind(frame, rows[cursor(rows, desk)].name)
    return Layers(focus=bend.name) if bend is not None and bend.dead else None


def _focus(world: World, desk: Desk, frame: LayersFrame) -> str:
    """What sleeps behind the layer in focus: `1 ReLU: dead units 0, 3, 5`."""
    rows = learning(frame)
    bend = bend_behind(frame, rows[cursor(rows, desk)].name)
    if bend is None:
        return ""
    probe = _in_focus(world, desk)
    units = _asleep_units(world.frame(probe), bend.name) if probe else ()
    if units:
        return f"{short_name(bend)}: dead units {', '.join(map(str, units))}"
    if bend.saturated is not None:
        return f"{short_name(bend)}: {percent(bend.saturated, 0)} saturated"
    return f"{short_name(bend)}: {percent(bend.zero, 0)} of outputs are 0"


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    more = _in_focus(world, desk)
    return (PROBE, more) if more else (PROBE,)


def _note(world: World, desk: Desk) -> str:
    frame: LayersFrame | None = world.frame(PROBE)
    if frame is None:
        return ""
    if not world.running and frame.phase is Phase.FORWARD and frame.step:
        return f"of step {frame.step:,}"
    found = verdict(world)
    return found.note if found else ""


def _press(world: World, desk: Desk, key: str) -> bool:
    way = {"up": -1, "down": 1, "home": -(10**6), "end": 10**6}.get(key)
    return way is not None and move(world, desk, way, NUMBER)


LAYERS = View(
    "layers",
    _paint,
    probes=_probes,
    note=_note,
    press=_press,
    keys=(("↑ ↓", "layer"), ("home end", "first, last layer")),
)
