"""7 Update: what every optimizer would do next with one weight, beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10, prod
from textwrap import wrap

import numpy as np

from tui_nn.plot.cells import cell_width
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import NextSteps, NextStepsFrame, Probes, WeightsFrame
from tui_nn.spec.protocol.inside import NextStep, Place
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import Ink
from tui_nn.views.layer_names import LAYERS, move, window
from tui_nn.views.numbers import power, short
from tui_nn.views.panels.edge import paint_edge
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.panels.update_weight import eight, probe_of, scientific
from tui_nn.views.rules import bound
from tui_nn.views.world import World

NUMBER = 7
NAME = "every optimizer"
SCALES = (1.0, 10.0, 1000.0)
"""What the gradient is multiplied by, one after the other."""
MOST = 1_000_000
"""Numbers of a tensor on which no more optimizers are tried than the experiment's own."""
NAMES = 12
"""Columns of the names, with what stands before them."""
DECADES = 30.0
"""Steps that differ by more than this factor stand on a logarithmic scale."""
FARTHEST = 12
"""Powers of ten that such a scale has at most."""
WIDEST = 81
"""Cells of the bars at most."""
TALL = 18
"""From so many rows on there are words under the table."""


@dataclass(frozen=True)
class _Column:
    """A column right of the bars."""

    head: str
    width: int
    least_bar: int
    """Cells of a bar that are worth more than this column."""


CHANGE = _Column("Δw", 10, 0)
FACTOR = _Column("×", 8, 5)
KNOWS = _Column("knows", 6, 11)
LENGTH = _Column("|Δw| layer", 11, 11)
RATE = _Column("lr", 8, 11)
BY_WORTH = (CHANGE, FACTOR, KNOWS, LENGTH, RATE)
IN_ORDER = (CHANGE, FACTOR, LENGTH, KNOWS, RATE)


def steps_probe(world: World, desk: Desk) -> NextSteps | None:
    """Of the weight in focus; None where nothing can be asked about it."""
    frame = _weights(world, desk)
    if frame is None or _hindrance(frame) or not (size := frame.value.numpy().size):
        return None
    index = np.unravel_index(min(desk.weight, size - 1), frame.shape)
    place = Place(of="parameter", name=frame.tensor, index=tuple(map(int, index)))
    how = {"fed": 0} if desk.is_cold else {}
    return NextSteps(place=place, scale=desk.scale, **how)


def shown_steps(world: World, desk: Desk) -> NextStepsFrame | None:
    """What is known of it; while that is being asked for, of the one before."""
    probe = steps_probe(world, desk)
    found: NextStepsFrame | None = world.frame(probe) if probe else None
    if found is None and probe is not None:
        known = [frame for frame in world.frames.values() if isinstance(frame, NextStepsFrame)]
        found = known[-1] if known else None
    return found


def optimizer_at(world: World, desk: Desk) -> str:
    """The optimizer that the cursor is on; empty where none is shown."""
    frame = shown_steps(world, desk)
    return frame.steps[_cursor(frame, desk)].optimizer if frame else ""


def _weights(world: World, desk: Desk) -> WeightsFrame | None:
    probe = probe_of(world, desk)
    frame: WeightsFrame | None = world.frame(probe) if probe else None
    return frame


def _hindrance(frame: WeightsFrame) -> str:
    if frame.lr is None:
        return f"{frame.tensor} is frozen: no optimizer moves it"
    if prod(frame.shape) > MOST:
        return f"{frame.tensor} has {prod(frame.shape):,} numbers: too many to try them all on"
    return ""


def _cursor(frame: NextStepsFrame, desk: Desk) -> int:
    """The experiment's own until it was moved."""
    if desk.optimizer is None:
        own = [at for at, step in enumerate(frame.steps) if step.own]
        return own[0] if own else 0
    return max(0, min(len(frame.steps) - 1, desk.optimizer))


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    frame = shown_steps(world, desk)
    if frame is None:
        weights = _weights(world, desk)
        words = _hindrance(weights) if weights else ""
        canvas.put(0, 1, words or "each optimizer is being tried …", canvas.palette.quiet)
        return
    has_head, has_words = canvas.height >= 6, canvas.height >= TALL and canvas.width > 2 * NAMES
    if has_head:
        _paint_head(canvas, frame)
    top, bottom = 2 * has_head, canvas.height - has_words
    columns = _columns(canvas.width, frame)
    bar = canvas.width - NAMES - 1 - sum(column.width for column in columns)
    scale = _scale(frame.steps, (min(bar, WIDEST) - 1) // 2)
    if has_head:
        _paint_heads(canvas, columns, scale)
    at = _cursor(frame, desk)
    shown = window(len(frame.steps), bottom - top, at)
    for row, index in enumerate(shown, top):
        chosen = desk.focus == NUMBER and index == at
        paint_edge(canvas, row, index, shown, len(frame.steps), chosen=chosen)
        _paint_step(canvas, row, frame.steps[index], columns, scale, chosen=chosen)
    if has_words:
        _paint_words(canvas, frame, top + len(shown), frame.steps[at].optimizer)


def _paint_head(canvas: Canvas, frame: NextStepsFrame) -> None:
    """The weight, its gradient, and where that comes from."""
    palette = canvas.palette
    place = ",".join(map(str, frame.place.index))
    g = frame.gradient if "gradient" not in frame.nonfinite else None
    times = "" if frame.scale == 1 else f" × {frame.scale:,.0f}"
    whence = "as torch holds it" if frame.phase is Phase.GRADIENT else "made ahead"
    column = canvas.put(0, 1, f"{frame.place.name}[{place}]", palette.strong)
    column = canvas.put(0, column + 2, f"w {eight(frame.value).strip()}")
    column = canvas.put(0, column + 2, "g ", palette.strong)
    told = frame.nonfinite.get("gradient") or scientific(g, 0, 2)
    column = canvas.put(0, column, told, palette.ink(palette.of_sign(g or 0.0)))
    column = canvas.put(0, column, times, palette.ink(palette.warm, bold=True))
    words = f"of step {frame.step + 1:,}, {whence}"
    if column + 2 + cell_width(words) < canvas.width:
        canvas.put(0, column + 2, words, palette.quiet)


def _columns(width: int, frame: NextStepsFrame) -> tuple[_Column, ...]:
    """Those that have room, the most telling first."""
    chosen, left = [], width - NAMES - 1
    for column in BY_WORTH:
        is_wanted = column is not FACTOR or frame.scale != 1
        if is_wanted and left - column.width >= column.least_bar:
            chosen.append(column)
            left -= column.width
    return tuple(column for column in IN_ORDER if column in chosen)


@dataclass(frozen=True)
class _Scale:
    """Where bars end: from the middle, `half` cells to each side."""

    half: int
    end: float
    start: float
    """What the middle stands for: 0 on a linear scale."""

    def cells(self, value: float) -> int:
        """How far a bar of this size reaches; none is no step at all."""
        if not value or self.half < 1:
            return 0
        size = abs(value)
        if not self.start:
            share = size / self.end
        else:
            share = log10(size / self.start) / log10(self.end / self.start)
        return max(1, min(self.half, round(share * self.half)))


def _scale(steps: Sequence[NextStep], half: int) -> _Scale:
    sizes = [abs(step.change) for step in steps if step.change]
    least, most = min(sizes, default=1.0), max(sizes, default=1.0)
    above = ceil(log10(most))
    if most <= DECADES * least:
        ends = (factor * 10.0**power for power in (above - 1, above) for factor in (1, 2, 5, 10))
        return _Scale(half, next((end for end in ends if end >= most), most), 0.0)
    below = max(floor(log10(least)), above - FARTHEST)
    return _Scale(half, 10.0**above, 10.0 ** min(below, above - 1))


def _paint_heads(canvas: Canvas, columns: Sequence[_Column], scale: _Scale) -> None:
    quiet, middle = canvas.palette.quiet, NAMES + scale.half
    end = power(scale.end)
    if scale.half >= 4:
        canvas.put(1, NAMES, f"-{end}", quiet)
        canvas.right(1, end, quiet, edge=middle + scale.half + 1)
    if scale.half >= 7:
        word = (f"{power(scale.start)} log" if scale.half >= 10 else "log") if scale.start else "0"
        canvas.put(1, middle - len(word) // 2, word, quiet)
    edge = canvas.width - 1
    for column in reversed(columns):
        canvas.right(1, column.head, quiet, edge=edge)
        edge -= column.width


def _paint_step(
    canvas: Canvas, row: int, step: NextStep, columns: Sequence[_Column], scale: _Scale,
    *, chosen: bool,
) -> None:  # fmt: skip
    palette = canvas.palette
    ink = palette.ink(palette.accent if step.own else None, bold=chosen or step.own)
    canvas.put(row, 1, step.optimizer, palette.quiet if step.reason else ink)
    if step.reason:
        canvas.put(row, NAMES, step.reason, palette.quiet)
        return
    if scale.half > 0:
        _paint_bar(canvas, row, step.change or 0.0, scale)
    edge = canvas.width - 1
    for column in reversed(columns):
        text, ink = _cell(canvas, column, step)
        canvas.right(row, text, ink, edge=edge)
        edge -= column.width


def _paint_bar(canvas: Canvas, row: int, change: float, scale: _Scale) -> None:
    palette, middle = canvas.palette, NAMES + scale.half
    canvas.put(row, NAMES, "·" * (2 * scale.half + 1), palette.ink(palette.rule))
    canvas.put(row, middle, "│", palette.quiet)
    cells = scale.cells(change)
    ink = palette.ink(palette.of_sign(change))
    if cells and change > 0:
        canvas.put(row, middle + 1, "━" * (cells - 1) + "█", ink)
    elif cells:
        canvas.put(row, middle - cells, "█" + "━" * (cells - 1), ink)


def _cell(canvas: Canvas, column: _Column, step: NextStep) -> tuple[str, Ink]:
    palette = canvas.palette
    if column is CHANGE:
        if words := step.nonfinite.get("change"):
            return words, palette.plain
        text = "0" if step.change == 0 else scientific(step.change, 0, 2)
        return text, palette.ink(palette.of_sign(step.change or 0.0))
    if column is FACTOR:
        return _factor(step), palette.strong
    if column is KNOWS:
        own = "own" if step.fed is None else ""
        return own or (f"{step.fed} g" if step.fed else "cold"), palette.quiet
    if column is RATE:
        return short(step.lr) + ("*" if step.lr_of == "experiment" else " "), palette.quiet
    words = step.nonfinite.get("length", "")
    mark = "!" if step.left_out else " "
    return (words or scientific(step.length, 0, 2).lstrip("+")) + mark, palette.plain


def _factor(step: NextStep) -> str:
    """By what the layer's step has grown with the gradient."""
    if not step.length_unscaled or step.length is None:
        return "·"
    factor = step.length / step.length_unscaled
    if not isfinite(factor):
        return "·"
    decimals = 0 if factor >= 99.95 else 1 if factor >= 9.995 else 2
    return f"×{factor:,.{decimals}f}"


def _paint_words(canvas: Canvas, frame: NextStepsFrame, row: int, name: str) -> None:
    """What the columns are, in rows from `row` on; what the optimizer does, where there is room."""
    left_out = {name for step in frame.steps for name in step.left_out}
    parts = [
        "Δw = new w − w",
        "* the experiment's lr, else torch's",
        "g: last gradients it knows",
        f"! without {', '.join(sorted(left_out))}" if left_out else "",
        f"|Δw| over {', '.join(frame.parameters)}",
    ]
    lines, rows = [""], canvas.height - row
    for part in filter(None, parts):
        longer = f"{lines[-1]}   {part}" if lines[-1] else part
        if cell_width(longer) + 1 < canvas.width:
            lines[-1] = longer
        elif len(lines) < rows:
            lines.append(part)
    about = wrap(f"{name}: {_summary(name)}", canvas.width - 2)
    if rows >= len(lines) + len(about) + 3:
        lines = ["", *about, "", *lines]
    for at, line in enumerate(lines[:rows], row):
        canvas.put(at, 1, line, canvas.palette.quiet)


def _summary(name: str) -> str:
    found = bound(f"{name}()")
    return found.entry.summary if found else ""


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    found = (LAYERS, probe_of(world, desk), steps_probe(world, desk))
    return tuple(probe for probe in found if probe is not None)


def _note(world: World, desk: Desk) -> str:
    following = _following(desk.scale)
    gradient = f"gradient × {following:,.0f}" if following != 1 else "gradient as it is"
    return f"x {gradient}   z {'warm' if desk.is_cold else 'cold'}   o back"


def _following(scale: float) -> float:
    at = SCALES.index(scale) if scale in SCALES else -1
    return SCALES[(at + 1) % len(SCALES)]


def _press(world: World, desk: Desk, key: str) -> bool:
    if key in ("<", ">"):
        if not move(world, desk, 1 if key == ">" else -1, NUMBER):
            return False
        desk.weight = 0
        return True
    frame, weights = shown_steps(world, desk), _weights(world, desk)
    if key == "x":
        desk.scale = _following(desk.scale)
    elif key == "z":
        desk.is_cold = not desk.is_cold
    elif key in ("up", "down") and frame is not None:
        way = -1 if key == "up" else 1
        desk.optimizer = max(0, min(len(frame.steps) - 1, _cursor(frame, desk) + way))
    elif key in ("left", "right", "home", "end") and weights is not None:
        count = weights.value.numpy().size
        ways = {"left": -1, "right": 1, "home": -count, "end": count}
        desk.weight = max(0, min(count - 1, min(desk.weight, count - 1) + ways[key]))
    else:
        return False
    return True


NEXT = View(
    NAME,
    _paint,
    probes=_probes,
    note=_note,
    press=_press,
    keys=(
        ("↑ ↓", "optimizer, which ? explains"),
        ("x", "this gradient × 10, × 1,000, as it is"),
        ("z", "each at its first step, or knowing the last gradients"),
        ("← →", "weight beside it"),
        ("< >", "layer"),
        ("home end", "first, last weight"),
    ),
)
