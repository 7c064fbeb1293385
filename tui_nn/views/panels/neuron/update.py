"""7 Update of a single neuron: the rule over a table of its steps."""

import numpy as np

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.neuron import Step
from tui_nn.views.neuron_pass import pass_of, shown_sample
from tui_nn.views.neuron_words import is_plain, rule_words
from tui_nn.views.panels.neuron.columns import Column, Row, columns
from tui_nn.views.panels.neuron.shared import (
    TORCH,
    has_gradient,
    is_neuron,
    is_updated,
    sign_ink,
    watched,
)
from tui_nn.views.panels.panel import View
from tui_nn.views.recompute import taken_by
from tui_nn.views.rules import bound, calls
from tui_nn.views.world import World

PANEL = 7
TALL = 11
"""From so many rows on the rule stands above the table, and words below it."""
FILLS = "p fills in this row, P takes it back"
TAKES = "P takes this row back"
EARLIER = "↑ ↓ earlier steps"


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    if world.steps.neuron is None:
        return
    is_tall = canvas.height >= TALL
    top = 2 if is_tall else 0
    bottom = canvas.height - (3 if is_tall else int(canvas.height > 3))
    steps = _steps_and_gaps(world)
    count = max(0, bottom - top - 1)
    behind = min(desk.cursor.get(PANEL, 0), max(0, len(steps) - count))
    shown = steps[max(0, len(steps) - behind - count) : len(steps) - behind]
    rows = [None if step is None else _row(world, step, desk) for step in shown]
    known = [row for row in rows if row is not None]
    found = columns(world, world.steps.neuron, canvas.width, known)
    _paint_table(canvas, found, rows, top, world.steps.now)
    words = rule_words(world.setting("optimizer"))
    if is_tall:
        canvas.put(0, 1, words, canvas.palette.quiet)
        _paint_hints(canvas, world, has_more=len(steps) > count)
    elif canvas.height > 3 and len(words) < canvas.width:
        canvas.put(canvas.height - 1, 1, words, canvas.palette.quiet)


def _steps(world: World) -> list[Step]:
    """The steps of which all is known, in order, and the one that is shown."""
    steps = world.steps
    return [
        step
        for number, step in sorted(steps.rows.items())
        if number and (step is steps.now or (step.before is not None and step.after is not None))
    ]


def _steps_and_gaps(world: World) -> list[Step | None]:
    """The same, and None where some were made between two, or before the first, of which not all
    is known.
    """
    found: list[Step | None] = []
    last = 0
    for step in _steps(world):
        found += [step] if step.number == last + 1 else [None, step]
        last = step.number
    return found


def _row(world: World, step: Step, desk: Desk) -> Row:
    before, after = step.before, step.after
    with np.errstate(all="ignore"):
        change = after - before if after is not None and before is not None else None
    return Row(step, pass_of(world, step, shown_sample(step, desk)), after, change)


def _paint_table(
    canvas: Canvas, found: list[Column], rows: list[Row | None], top: int, now: Step | None
) -> None:
    palette = canvas.palette
    if top >= canvas.height:
        return
    end = 0
    for column in found:
        end += column.lead + column.width
        if end <= canvas.width:
            canvas.right(top, column.head, palette.quiet, edge=end)
    for index, row in enumerate(rows):
        if row is None:
            if found:
                canvas.right(
                    top + 1 + index, "…", palette.quiet, edge=found[0].lead + found[0].width
                )
            continue
        is_now = row.step is now
        if is_now and found:
            before = min(1, found[0].lead + found[0].width - len(f"{row.step.number}") - 1)
            canvas.put(top + 1 + index, before, "▸", palette.ink(palette.accent, bold=True))
        end = 0
        for column in found:
            end += column.lead + column.width
            value = column.of(row)
            ink = sign_ink(canvas, value) if column.is_signed else palette.plain
            if end <= canvas.width:
                canvas.right(top + 1 + index, column.form(value).strip(), ink, edge=end)


def _paint_hints(canvas: Canvas, world: World, *, has_more: bool) -> None:
    """What `p` and `P` do to the last row; whether the rule gives what torch holds."""
    palette, step, row = canvas.palette, world.steps.now, canvas.height - 2
    if step is None or not step.number:
        return
    hint = TAKES if is_updated(step) else (FILLS if has_gradient(step) else "")
    if not world.running and len(hint) <= canvas.width - 1:
        canvas.put(row, 1, hint, palette.quiet)
    if is_updated(step) and _follows_rule(world, step):
        words = "w − lr · gradient"
        end = canvas.put(row + 1, 1, words)
        if end + len(TORCH) + 1 <= canvas.width:
            canvas.put(row + 1, end + 1, TORCH, palette.ink(palette.good))
    elif has_more and len(EARLIER) <= canvas.width - 1:
        canvas.put(row + 1, 1, EARLIER, palette.quiet)


def _follows_rule(world: World, step: Step) -> bool:
    """Whether w − lr · gradient is what torch holds: of plain SGD alone."""
    setting, lr = world.setting("optimizer"), step.lr
    before, gradient, after = step.before, step.gradient, step.after
    if before is None or gradient is None or after is None or lr is None or not is_plain(setting):
        return False
    [optimizer] = filter(None, map(bound, calls(setting)))
    return all(
        (taken := taken_by(optimizer, lr, w, g, {})) is not None and taken.leads_to(w, moved)
        for w, g, moved in zip(before.tolist(), gradient.tolist(), after.tolist(), strict=True)
    )


def _note(world: World, desk: Desk) -> str:
    step, neuron = world.steps.now, world.steps.neuron
    if step is None or neuron is None or not step.number:
        return ""
    if not is_updated(step):
        return "next: press p" if has_gradient(step) and not world.running else ""
    change = _row(world, step, desk).change
    if change is None:
        return ""
    count = int(np.count_nonzero(change))
    return f"{count} of {len(change)} changed" if count else "nothing changed"


def _press(world: World, desk: Desk, key: str) -> bool:
    """Up and down: earlier and later steps."""
    if key not in ("up", "down", "end") or world.steps.neuron is None:
        return False
    behind = desk.cursor.get(PANEL, 0) + {"up": 1, "down": -1, "end": -MANY}[key]
    desk.cursor[PANEL] = max(0, min(behind, len(_steps_and_gaps(world)) - 1))
    return True


MANY = 1_000_000
UPDATE = View(
    "steps", _paint, is_neuron, watched, _note, press=_press,
    keys=(("↑ ↓", "earlier steps, later ones"),),
)  # fmt: skip
