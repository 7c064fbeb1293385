"""Layers as rows of a table: which have parameters, what each is called, where the cursor is."""

from collections.abc import Iterable, Sequence

from tui_nn.plot.cells import cell_width
from tui_nn.spec.diagnosis.rows import learning, short_name
from tui_nn.spec.protocol.frames import Layers, LayerStatistics
from tui_nn.views.desk import Desk
from tui_nn.views.world import World

LAYERS = Layers()
"""Lengths of every layer: what the gradient and the update are seen from."""


def titles(rows: Sequence[LayerStatistics], width: int) -> list[str]:
    """What the layers are called in a panel of `width` columns, the same in every panel: their
    calls, with their numbers where two are the same; else numbers and kinds; else numbers: the
    first of these of which each, with the blank before it, takes at most two fifths.
    """
    choices = (_called(rows), [short_name(row) for row in rows], [row.name for row in rows])
    return next((found for found in choices if longest(found) < 2 * width // 5), choices[-1])


def longest(texts: Iterable[str]) -> int:
    """Cells of the longest."""
    return max(map(cell_width, texts), default=0)


def _called(rows: Sequence[LayerStatistics]) -> list[str]:
    """`Linear(2, 8)`, or `0 Linear(2, 8)` where there are two of them."""
    calls = [row.call for row in rows]
    if len(set(calls)) == len(calls):
        return calls
    return [f"{row.name} {row.call}" for row in rows]


def cursor(rows: Sequence[LayerStatistics], desk: Desk) -> int:
    """The row of the layer in focus: itself, or the last one before it; the first where none is."""
    found = [row.name for row in rows]
    if not desk.layer:
        return 0
    if desk.layer in found:
        return found.index(desk.layer)
    before = [name for name in found if order(name) <= order(desk.layer)]
    return max(0, len(before) - 1)


def order(name: str) -> tuple[int, ...]:
    """Of layers in the order they stand: `3.0` in `3`."""
    return tuple(int(part) if part.isdigit() else 0 for part in name.split(".") if part)


def move(world: World, desk: Desk, way: int, panel: int) -> bool:
    """Put the cursor on the next layer, or the one before; whether there are layers."""
    rows = learning(world.frame(LAYERS))
    if not rows:
        return False
    index = max(0, min(len(rows) - 1, cursor(rows, desk) + way))
    desk.layer, desk.cursor[panel] = rows[index].name, index
    return True


def window(count: int, shown: int, at: int) -> range:
    """The rows of a long table that are shown, so that the cursor's is among them."""
    first = max(0, min(at - shown // 2, count - shown))
    return range(first, min(count, first + shown))
