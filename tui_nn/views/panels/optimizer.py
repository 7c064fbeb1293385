"""4 Optimizer: the call, its rule, the schedule and the learning rate."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from tui_nn.plot.cells import cell_width
from tui_nn.spec.network import TAKES
from tui_nn.views.calls import fitted, name_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.layout import Heights
from tui_nn.views.numbers import short
from tui_nn.views.panels.optimizer_rate import paint_rates
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.rules import bound, calls, rule
from tui_nn.views.world import World
from tui_nn.views.wrapping import wrapped

LEAST_BARS, ENOUGH_BARS, MOST_BARS = 8, 20, 60
RATE = 7
"""Cells of a rate that changes: `0.00327`."""
SHORT_TAKES = {"Muon": "hidden matrices", "SparseAdam": "sparse weights"}
REST = "the rest"
PARTS = "   "
"""Between the parts of a rule, which may stand in rows of their own."""


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    known, width = calls(world.setting("optimizer")), canvas.width - 2
    takes = _takes(known)
    rules = [_rule(call, width) for call in known]
    schedule = str(world.setting("schedule") or "")
    left = canvas.height - len(known) - 1
    with_rules = left >= sum(map(len, rules))
    left -= sum(map(len, rules)) if with_rules else 0
    own_row = bool(schedule) and left > 0
    row = 0
    for call, take, lines in zip(known, takes, rules, strict=True):
        _paint_call(canvas, row, call, take)
        row += 1
        for line in lines if with_rules else ():
            canvas.put(row, 1, line, canvas.palette.quiet)
            row += 1
    if own_row:
        canvas.put(row, 1, fitted(schedule, width))
        row += 1
    if row < canvas.height:
        _paint_rate(canvas, world, row, schedule, own_row=own_row)
    _paint_help(canvas, row + 2, _help(known, schedule, width))


def _paint_help(canvas: Canvas, row: int, texts: Iterable[tuple[str, ...]]) -> None:
    """As many of them as have room whole."""
    for name, *sentences in texts:
        if row + 1 + len(sentences) > canvas.height:
            return
        canvas.put(row, 1, name, canvas.palette.strong)
        for y, line in enumerate(sentences, row + 1):
            canvas.put(y, 1, line)
        row += len(sentences) + 2


def _paint_call(canvas: Canvas, row: int, call: str, take: str) -> None:
    end = canvas.put(row, 1, fitted(call, canvas.width - 2))
    if take and end + len(take) + 2 <= canvas.width:
        canvas.right(row, take, canvas.palette.quiet, edge=canvas.width - 1)


def _takes(known: Sequence[str]) -> list[str]:
    """What each of several updates."""
    if len(known) < 2:
        return ["" for _ in known]
    return [SHORT_TAKES.get(name_of(call), REST) for call in known]


def _rule(call: str, width: int) -> list[str]:
    """The rule of an optimizer in as few lines as it needs; none where it doesn't fit."""
    found = bound(call)
    text = rule(found) if found else ""
    lines = [text] if cell_width(text) <= width else text.split(PARTS)
    return lines if text and max(map(cell_width, lines)) <= width else []


def _paint_rate(canvas: Canvas, world: World, row: int, schedule: str, *, own_row: bool) -> None:
    """The rate of the next step, and its way over the run."""
    palette, width, lr = canvas.palette, canvas.width, short(world.present.lr)
    column = 1
    if not own_row:
        name = "schedule none" if not schedule else name_of(schedule)
        needed = 1 + len(name) + 2 + 3 + RATE
        if needed <= width:
            column = canvas.put(row, 1, name, palette.quiet if not schedule else None) + 2
    if column + 3 + len(lr) > width:
        return
    canvas.put(row, column, "lr ", palette.quiet)
    canvas.put(row, column + 3, lr, palette.strong)
    column += 4 + (RATE if schedule else max(4, len(lr)))
    bars = min(MOST_BARS, width - 1 - column)
    every = str(world.setting("train.schedule_every") or "") if own_row else ""
    if every and bars >= ENOUGH_BARS + len(every) + 7:
        canvas.right(row, f"each {every}", palette.quiet, edge=width - 1)
        bars = min(bars, width - 1 - column - len(every) - 7)
    if bars >= LEAST_BARS:
        paint_rates(canvas, world, row, column, bars)


def _help(known: Sequence[str], schedule: str, width: int) -> Iterator[tuple[str, ...]]:
    """Of each optimizer and the schedule its name and what it does, in lines."""
    chosen = [(call, "optimizer") for call in known]
    chosen += [(schedule, "schedule")] if schedule else []
    for call, kind in chosen:
        found = bound(call, kind)
        if found is None or width < 20:
            continue
        name = found.entry.name
        takes = wrapped(f"It takes only {TAKES[name]}.", width) if name in TAKES else ()
        yield (name, *wrapped(found.entry.summary, width), *takes)


def _rows(world: World, width: int) -> Heights:
    known, schedule = calls(world.setting("optimizer")), str(world.setting("schedule") or "")
    least = len(known) + 1
    rules = sum(len(_rule(call, width - 2)) for call in known)
    whole = least + rules + bool(schedule)
    blocks = (1 + len(lines) for lines in _help(known, schedule, width - 2))
    return Heights(
        least,
        want=sorted({least + bool(schedule), least + rules, whole}),
        more=[whole + rows for rows in accumulate(blocks)],
    )


OPTIMIZER = Panel(4, "Optimizer", (View("call", _paint, rows=_rows),))
