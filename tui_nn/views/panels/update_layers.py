"""7 Update: update / weight per layer, and one weight with the optimizer's state."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log10

from tui_nn.plot.cells import cell_width
from tui_nn.spec.diagnosis.rows import learning
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import LayersFrame, LayerStatistics, Probes, WeightsFrame
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.layer_names import LAYERS as PROBE
from tui_nn.views.layer_names import cursor, longest, move, titles, window
from tui_nn.views.numbers import power
from tui_nn.views.panels.edge import paint_edge
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.panels.update_kernel import Kernel, kernel_of, paint_kernel
from tui_nn.views.panels.update_kernel import rows_wanted as kernel_rows
from tui_nn.views.panels.update_weight import (
    Followed,
    followed,
    paint_weight,
    probe_of,
)
from tui_nn.views.panels.update_weight import rows_wanted as weight_rows
from tui_nn.views.world import World

NUMBER = 7
LOW, HEALTHY, HIGH = 1e-5, 1e-3, 1e-1
"""The ends of the scale, and what is usual for a network that learns."""
NEAR = 10.0
"""So many times more or less than that is still near."""
NAME = 12
DECADE = (8, 4, 3, 2)
"""Cells of one power of ten: as many as there is room for."""
SHORT = 4
"""Rows of the weight, where rows are few."""
LEGEND = 2
"""Rows under a kernel that it can do without."""
LEAST_LAYERS = 3
GUIDE = "┊ healthy near 1e-3"


@dataclass(frozen=True)
class _Plan:
    """Which rows there are, from the top."""

    head: int
    layers: int
    guide: int
    gap: int
    kernel: int
    weight: int


def _plan(rows: int, layers: int, kernel: int, weight: int) -> _Plan:
    """Share out `rows`; `kernel`, `weight`: those that these want, 0 where there are none."""
    head = int(rows >= 2)
    left = rows - head
    wanted = min(layers, LEAST_LAYERS)
    if kernel and left < wanted + kernel - LEGEND:
        kernel = 0
    least = kernel - LEGEND if kernel else min(SHORT, weight)
    below = least if left >= wanted + least else 0
    shown = min(layers, left - below)
    left -= shown + below
    if not below:
        return _Plan(head, shown, int(left > 0), 0, 0, 0)
    if kernel:
        kernel, weight = _both(left + below, kernel, weight)
    else:
        weight = weight if left + below >= weight else below
    left -= kernel + weight - below
    return _Plan(head, shown, int(left > 0), int(left > 1), kernel, weight)


def _both(rows: int, kernel: int, weight: int) -> tuple[int, int]:
    """Rows of the kernel and of the weight under it, which needs a gap: there is room for all, or
    the weight is left out.
    """
    if rows >= kernel + weight + 1:
        return kernel, weight + 1
    return min(kernel, rows), 0


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    moved: LayersFrame | None = world.update(PROBE)
    rows = learning(moved or world.frame(PROBE))
    if not rows or not canvas.height:
        return
    kernel, one = kernel_of(world, desk), followed(world, desk)
    plan = _plan(
        canvas.height,
        len(rows),
        kernel_rows(kernel) if kernel else 0,
        weight_rows(one) if one else 0,
    )
    _paint_bars(canvas, desk, rows, plan, known=moved is not None)
    row = plan.head + plan.layers
    if plan.guide and len(GUIDE) + 1 < canvas.width:
        canvas.put(row, 1, GUIDE, canvas.palette.quiet)
    row += plan.guide + plan.gap
    _paint_below(canvas, world, desk, plan, (kernel, one), row)


def _paint_below(
    canvas: Canvas, world: World, desk: Desk, plan: _Plan,
    shown: tuple[Kernel | None, Followed | None], row: int,
) -> None:  # fmt: skip
    kernel, one = shown
    beside = "" if plan.guide else GUIDE.replace("near ", "")
    if kernel and plan.kernel:
        focused = desk.focus == NUMBER
        row = paint_kernel(canvas, kernel, row, plan.kernel, focused=focused, beside=beside)
        row += 1
        beside = ""
    if one and plan.weight:
        paint_weight(canvas, world, one, row, plan.weight - bool(plan.kernel), beside=beside)


def _paint_bars(
    canvas: Canvas, desk: Desk, rows: Sequence[LayerStatistics], plan: _Plan, *, known: bool
) -> None:
    palette = canvas.palette
    names = titles(rows, canvas.width)
    decade, column = _scale(canvas.width, longest(names))
    width = 4 * decade + 1
    if plan.head:
        canvas.put(0, 1, "layer" if column > 6 else "", palette.quiet)
        for value, place in ((LOW, 0), (HEALTHY, 2 * decade), (HIGH, 4 * decade)):
            if decade >= 4 or (decade and value != HEALTHY):
                canvas.put(0, column + place, power(value), palette.quiet)
    at = cursor(rows, desk)
    shown = window(len(rows), plan.layers, at)
    for row, index in enumerate(shown, plan.head):
        chosen = desk.focus == NUMBER and index == at
        paint_edge(canvas, row, index, shown, len(rows), chosen=chosen)
        if cell_width(names[index]) < canvas.width:
            canvas.put(row, 1, names[index], palette.ink(bold=chosen))
        words, ratio = _ratio(rows[index]) if known or rows[index].frozen else ("·", None)
        if decade:
            _paint_bar(canvas, ratio, row, column, decade)
        number = column + width + 1 if decade else column
        if number + 4 <= canvas.width:
            canvas.right(row, f" {words}", edge=number + 4)


def _scale(width: int, name: int) -> tuple[int, int]:
    """Cells of one power of ten, 0 without bars, and the column in which bars begin, where the
    longest name has `name` cells.
    """
    for decade in DECADE:
        room = width - 4 * decade - 6 - 2
        if room >= name:
            return decade, 2 + min(room, max(NAME, name) + 1)
    return 0, max(1, min(2 + max(NAME, name), width - 4))


def _ratio(row: LayerStatistics) -> tuple[str, float | None]:
    if row.frozen:
        return "frozen", None
    if row.ratio is None:
        return row.nonfinite.get("ratio", "·"), None
    return power(row.ratio), row.ratio


def _paint_bar(canvas: Canvas, ratio: float | None, row: int, column: int, decade: int) -> None:
    """From the low end to the value; dots behind it, and the guide."""
    palette, guide, width = canvas.palette, 2 * decade, 4 * decade + 1
    end = -1
    if ratio is not None and isfinite(ratio) and ratio > 0:
        end = round(min(max(log10(ratio / LOW) * decade, 0), width - 1))
    near = ratio is not None and HEALTHY / NEAR <= ratio <= HEALTHY * NEAR
    ink = palette.ink(palette.good if near else palette.warm)
    canvas.put(row, column, "·" * width, palette.quiet)
    canvas.put(row, column, "━" * end, ink)
    canvas.put(
        row, column + guide, "┿" if guide < end else "┊", ink if guide < end else palette.quiet
    )
    if end >= 0:
        canvas.put(row, column + end, "█", ink)


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    weights = probe_of(world, desk)
    return (PROBE, weights) if weights else (PROBE,)


def _note(world: World, desk: Desk) -> str:
    if not world.running:
        if world.present.phase is Phase.GRADIENT:
            return "next: press p"
        moved: LayersFrame | None = world.update(PROBE)
        if moved is not None and moved.step != world.present.step:
            return f"of step {moved.step:,}"
    return "update / weight"


def _press(world: World, desk: Desk, key: str) -> bool:
    if key in ("<", ">"):
        if not move(world, desk, 1 if key == ">" else -1, NUMBER):
            return False
        desk.weight = 0
        return True
    probe = probe_of(world, desk)
    frame: WeightsFrame | None = world.frame(probe) if probe else None
    if frame is None:
        return False
    count, across = frame.value.numpy().size, frame.shape[-1] if frame.shape else 1
    ways = {"left": -1, "right": 1, "up": -across, "down": across, "home": -count, "end": count}
    if key not in ways or not count:
        return False
    wanted = min(desk.weight, count - 1) + ways[key]
    if 0 <= wanted < count or key in ("home", "end"):
        desk.weight = max(0, min(count - 1, wanted))
    return True


LAYERS = View(
    "update / weight",
    _paint,
    probes=_probes,
    note=_note,
    press=_press,
    keys=(
        ("← →", "weight beside it"),
        ("↑ ↓", "weight above, below"),
        ("< >", "layer"),
        ("home end", "first, last weight"),
    ),
)
