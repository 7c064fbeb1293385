"""Where each panel stands, for every size of the terminal: plain arithmetic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_nn.views.desk import LOOK_FOR, Desk

NARROW = 100
"""Below so many columns the choices 1 … 4 open over the loop."""
WIDE = 160
SMALL_WIDTH, SMALL_HEIGHT = 64, 18
"""Below these there is room for one panel."""
LEAST_WIDTH, LEAST_HEIGHT = 24, 6
LEFT, LEFT_WIDE = 34, 40
HEAD, FOOT = 2, 3
"""Rows above and below the panels."""
CHOICES = (1, 2, 3, 4, LOOK_FOR)


@dataclass(frozen=True)
class Slot:
    """A panel's cells: first its title's row; a column of its own at the left where it has one."""

    panel: int
    x: int
    y: int
    width: int
    height: int
    edge: str = ""
    """The glyphs of the column at its left, from the top; none where it has none. They are within
    `width`.
    """
    arrow: str = ""
    """In place of its title's first cell: the way the flow comes."""

    @property
    def inner(self) -> tuple[int, int]:
        """Columns and rows that the panel's view has."""
        return self.width - bool(self.edge), self.height - 1


@dataclass(frozen=True)
class Home:
    """All of the screen."""

    width: int
    height: int
    slots: tuple[Slot, ...]
    joints: tuple[int, ...] = ()
    """Columns in which an edge meets the rule below."""

    @property
    def is_too_small(self) -> bool:
        return self.width < LEAST_WIDTH or self.height < LEAST_HEIGHT


@dataclass(frozen=True)
class Heights:
    """Rows that a panel at the left has use for, without its title's: ascending, whatever is
    between them would stay empty.
    """

    least: int
    need: Sequence[int] = ()
    """Served before anything that others only want."""
    want: Sequence[int] = ()
    more: Sequence[int] = ()
    """Where all have what they want."""

    @property
    def tiers(self) -> tuple[Sequence[int], ...]:
        """In the order in which they are served, the smallest wish of each first."""
        return self.need, self.want, self.more


Needs = Mapping[int, Heights]
"""Of the panels at the left."""


def arrange(width: int, height: int, desk: Desk, needs: Needs) -> Home:
    """The home screen, or the one panel that has it all."""
    rows = height - HEAD - FOOT
    if desk.full or width < SMALL_WIDTH or height < SMALL_HEIGHT:
        return Home(width, height, (Slot(desk.focus, 0, HEAD, width, max(0, rows)),))
    if width < NARROW:
        return _narrow(width, height, rows, desk)
    left = LEFT_WIDE if width >= WIDE else LEFT
    column = _column(rows, needs)
    titles = {slot[1] for slot in column}
    slots = [Slot(panel, 0, HEAD + y, left, tall) for panel, y, tall in column]
    share = 0.55 if width >= WIDE else 0.56
    middle = round((width - left - 2) * share)
    return Home(
        width,
        height,
        (*slots, *_loop(left, width, rows, middle, titles)),
        (left, left + 1 + middle),
    )


def _narrow(width: int, height: int, rows: int, desk: Desk) -> Home:
    middle = round((width - 1) * 0.506)
    slots = list(_loop(-1, width, rows, middle, set()))
    if desk.open is not None:
        slots.append(Slot(desk.open, 0, HEAD, middle, rows))
    return Home(width, height, tuple(slots), (middle,))


def _loop(left: int, width: int, rows: int, middle: int, titles: set[int]) -> tuple[Slot, ...]:
    """5 to 8, clockwise, right of column `left`, which is the edge of the choices (−1: none)."""
    top = round(rows * (0.55 if left >= 0 else 0.527))
    inner = middle + 1 if left >= 0 else middle
    other = max(left, 0) + inner
    right = width - other
    edges = ["", "", "", ""]
    if left >= 0:
        joints = "".join(
            "┬" if y == 0 else ("┼" if y == top and y in titles else "├" if y == top else
            "┤" if y in titles else "│") for y in range(rows)
        )  # fmt: skip
        edges[0], edges[3] = joints[:top], joints[top:]
    edges[1] = "▸" + "│" * (top - 1)
    edges[2] = "◂" + "│" * (rows - top - 1)
    x = max(left, 0)
    return (
        Slot(5, x, HEAD, inner, top, edges[0]),
        Slot(6, other, HEAD, right, top, edges[1]),
        Slot(7, other, HEAD + top, right, rows - top, edges[2], "▾"),
        Slot(8, x, HEAD + top, inner, rows - top, edges[3], "▴"),
    )


def _column(rows: int, needs: Needs) -> list[tuple[int, int, int]]:
    """(panel, first row, rows with title) of the choices that have room, from the top."""
    shown = [panel for panel in CHOICES if panel in needs]
    while sum(1 + needs[p].least for p in shown) > rows and len(shown) > 1:
        shown.remove(LOOK_FOR if LOOK_FOR in shown else shown[-1])
    inner = {panel: needs[panel].least for panel in shown}
    left = rows - len(shown) - sum(inner.values())
    for tiers in zip(*(needs[panel].tiers for panel in shown), strict=True):
        heights = dict(zip(shown, tiers, strict=True))
        for panel in sorted(shown, key=lambda p: max(heights[p], default=0) - inner[p]):
            fitting = [height for height in heights[panel] if height <= inner[panel] + left]
            more = max(0, max(fitting, default=0) - inner[panel])
            inner[panel] += more
            left -= more
    if shown:
        inner[shown[-1]] += left
    column, y = [], 0
    for panel in shown:
        column.append((panel, y, 1 + inner[panel]))
        y += 1 + inner[panel]
    return column
