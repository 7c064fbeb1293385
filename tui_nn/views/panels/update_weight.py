"""7 Update: one weight, its gradient, what the optimizer keeps for it, and how it moved."""

from dataclasses import dataclass

import numpy as np

from tui_nn.plot.cells import cell_width
from tui_nn.spec.diagnosis.rows import learning
from tui_nn.spec.protocol import Array, Phase
from tui_nn.spec.protocol.frames import LayersFrame, Weights, WeightsFrame
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import Ink
from tui_nn.views.layer_names import LAYERS, cursor
from tui_nn.views.recompute import Taken, taken_by
from tui_nn.views.rules import STATE, bound, calls, state_words, step_words
from tui_nn.views.updates import knows_update
from tui_nn.views.world import World

MOST = 4_096
"""Numbers of a tensor that are looked at: its first rows."""
VALUES = 26
"""The column in which numbers begin, where there is a row for each."""
NAMES = 18
"""Cells of torch's names, between the words and the numbers."""
NUMBER = 9
"""Cells of a number: `-2.80e-02`."""


def probe_of(world: World, desk: Desk) -> Weights | None:
    """The weight tensor of the layer in focus; None before the layers are known."""
    frame: LayersFrame | None = world.frame(LAYERS)
    rows = learning(frame)
    return Weights(tensor=f"{rows[cursor(rows, desk)].name}.weight", most=MOST) if rows else None


@dataclass(frozen=True)
class Followed:
    """One weight at one moment; None where torch doesn't hold it."""

    name: str
    """`0.weight[0,0]`."""
    g: float | None
    state: dict[str, float]
    before: float | None
    value: float
    is_coming: bool
    """Whether its gradient is of a step whose update has not been made."""
    optimizer: str
    lr: float


def followed(world: World, desk: Desk) -> Followed | None:
    """The weight that is followed: of the step that is being made once its gradient is there,
    else of the latest update that was seen; None where nothing is known, or its layer is frozen.
    """
    probe = probe_of(world, desk)
    now: WeightsFrame | None = world.frame(probe) if probe else None
    if probe is None or now is None:
        return None
    is_coming = now.phase is Phase.GRADIENT and not world.running
    frame: WeightsFrame = now if is_coming else world.update(probe) or now
    if frame.lr is None:
        return None
    before = frame.before if knows_update(frame) else None
    values = frame.value.numpy()
    if not values.size:
        return None
    index = min(desk.weight, values.size - 1)
    state = {name: _number(kept, frame.value, index) for name, kept in frame.state.items()}
    place = ",".join(map(str, np.unravel_index(index, frame.shape)))
    return Followed(
        name=f"{frame.tensor}[{place}]",
        g=None if frame.gradient is None else _number(frame.gradient, frame.value, index),
        state={name: value for name, value in state.items() if value is not None},
        before=_number(before, frame.value, index) if before else None,
        value=float(values.reshape(-1)[index]),
        is_coming=is_coming,
        optimizer=frame.optimizer,
        lr=_rate(world, frame, frame.lr),
    )


def _number(kept: Array, value: Array, index: int) -> float | None:
    """The number that belongs to a weight: its own, its row's or the tensor's."""
    found = kept.numpy()
    if found.shape == value.shape:
        return float(found.reshape(-1)[index])
    if not found.size:
        return None
    try:
        return float(np.broadcast_to(found, value.shape).reshape(-1)[index])
    except ValueError:
        return None


def _rate(world: World, frame: WeightsFrame, coming: float) -> float:
    """The lr of the frame's step: as it was told, that of the `coming` one where it was not."""
    if len(calls(world.setting("optimizer"))) == 1:
        told = world.series.of("lr", world.way).until(frame.step)
        if len(told) and told.steps[-1] == frame.step:
            return float(told.last[-1])
    return coming


def step(world: World, one: Followed) -> float | None:
    """What the update takes from the weight: by its rule, else what is missing from it since."""
    if one.is_coming or one.before is None:
        return None
    taken = _taken(world, one)
    if taken is not None and taken.leads_to(one.before, one.value):
        return taken.step
    return one.before - one.value


def is_torchs(world: World, one: Followed) -> bool:
    """Whether the rule, worked out here, gives the weight that torch holds."""
    taken = _taken(world, one)
    return taken is not None and one.before is not None and taken.leads_to(one.before, one.value)


def _taken(world: World, one: Followed) -> Taken | None:
    known = [found for call in calls(world.setting("optimizer")) if (found := bound(call))]
    mine = [found for found in known if found.entry.name == one.optimizer]
    if len(mine) != 1 or one.before is None or one.is_coming:
        return None
    return taken_by(mine[0], one.lr, one.before, one.g, one.state)


def rows_wanted(one: Followed) -> int:
    """With a row for each number."""
    return 4 + len(_kept(one))


def paint_weight(
    canvas: Canvas, world: World, one: Followed, row: int, rows: int, *, beside: str = ""
) -> None:
    """In `rows` rows: one a number where there is room, else as many numbers a row as fit.

    `beside` stands at the right of its name; the rule where there is none.
    """
    palette, beside = canvas.palette, beside or "w ← w − step"
    canvas.put(row, 1, one.name if len(one.name) < canvas.width else "", palette.strong)
    wide = canvas.width >= VALUES + NAMES + NUMBER + 2
    edge = VALUES + NAMES + NUMBER if wide else canvas.width - 2
    if 1 + len(one.name) + 2 + len(beside) <= edge:
        canvas.right(row, beside, palette.quiet, edge=edge)
    full = rows >= rows_wanted(one) and canvas.width >= VALUES + NUMBER
    lines = _lines(world, one)
    if full:
        for y, line in enumerate(lines, row + 1):
            _paint_line(canvas, y, *line)
        row += len(lines) + 1
    else:
        row = _paint_short(canvas, lines, row + 1, row + rows - 1)
    _paint_move(canvas, world, one, row)


Line = tuple[str, str, str, float | None]
"""A sign, its words, its name in torch, and the number."""


def _lines(world: World, one: Followed) -> list[Line]:
    known = next(filter(None, map(bound, calls(world.setting("optimizer")))), None)
    for call in calls(world.setting("optimizer")):
        found = bound(call)
        known = found if found is not None and found.entry.name == one.optimizer else known
    kept: list[Line] = [
        (*words, name, value)
        for name, value in _kept(one)
        if (words := state_words(name, one.optimizer))
    ]
    return [
        ("g", "gradient now", "grad", one.g),
        *kept,
        ("step", step_words(known) if known else "", "", step(world, one)),
    ]


def _kept(one: Followed) -> list[tuple[str, float]]:
    """What the optimizer keeps, in the order in which it is shown; counts come elsewhere."""
    return [
        (name, one.state[name])
        for name in STATE
        if name in one.state and state_words(name, one.optimizer) and name not in ("step", "ax")
    ]


def _paint_line(
    canvas: Canvas, row: int, sign: str, words: str, name: str, value: float | None
) -> None:
    palette = canvas.palette
    canvas.put(row, 1, sign, palette.strong)
    at = _values(canvas)
    column = 5 if len(sign) < 4 else 6
    if column + cell_width(words) < at:
        column = canvas.put(row, column, words)
    if at > VALUES and name:
        canvas.put(row, VALUES + 1, name, palette.quiet)
    if column < at:
        canvas.put(row, at, scientific(value, NUMBER, 2), _ink(canvas, value))


def _values(canvas: Canvas) -> int:
    """The column in which numbers begin: behind torch's names where there is room for those."""
    if canvas.width >= VALUES + NAMES + NUMBER + 2:
        return VALUES + NAMES
    return min(VALUES, canvas.width - NUMBER - 1)


def _paint_short(canvas: Canvas, lines: list[Line], row: int, end: int) -> int:
    """Several numbers a row, the step in one of its own; returns the row of the weight."""
    column = 1
    for sign, _, _, value in lines[:-1]:
        text = f"{sign} {scientific(value, 8, 1)}"
        if column + cell_width(text) > canvas.width:
            if row + 2 >= end:
                break
            row, column = row + 1, 1
        canvas.put(row, column, f"{sign} ", canvas.palette.quiet)
        column = canvas.put(row, column + 2, text[2:], _ink(canvas, value)) + 2
    if row + 1 < end:
        _paint_line(canvas, row + 1, *lines[-1])
        row += 1
    return row + 1


def _paint_move(canvas: Canvas, world: World, one: Followed, row: int) -> None:
    """The weight before and after; what it is alone, where no update is known."""
    palette = canvas.palette
    is_known = one.before is not None
    before = one.before if is_known and not one.is_coming else one.value
    after = one.value if is_known and not one.is_coming else None
    if canvas.width < 14:
        return
    canvas.put(row, 1, "w", palette.strong)
    column = canvas.put(row, 5 if canvas.width >= 27 else 3, eight(before))
    if canvas.width >= 24 and (is_known or one.is_coming):
        canvas.put(row, column, " ▸ ", palette.quiet)
        column = canvas.put(row, column + 3, eight(after))
    if column + 11 < canvas.width and is_torchs(world, one):
        canvas.put(row, column + 2, "= torch ✓", palette.ink(palette.good))


def _ink(canvas: Canvas, value: float | None) -> Ink:
    return canvas.palette.ink(canvas.palette.of_sign(value or 0.0))


def scientific(value: float | None, width: int, decimals: int) -> str:
    """`-2.80e-02`, right in `width` cells; words where it is no number, a dot where it is none."""
    if value is None:
        return "·".rjust(width)
    return (f"{value:+.{decimals}e}" if np.isfinite(value) else f"{value:+}").rjust(width)


def eight(value: float | None) -> str:
    """A weight in eight cells: `+1.79993`."""
    if value is None:
        return "·".rjust(8)
    if not np.isfinite(value):
        return f"{value:+}".rjust(8)
    for decimals in range(5, -1, -1):
        if len(text := f"{value:+.{decimals}f}") <= 8:
            return text.rjust(8)
    return f"{value:+.1e}".rjust(8)
