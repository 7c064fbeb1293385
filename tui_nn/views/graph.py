"""The graph of a network's units: columns of units, and the strongest weights between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import cell_width
from tui_nn.views.arrays import Floats
from tui_nn.views.braille import ACROSS, DOWN, Dots, Pen, curve, dashed
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import mixed

Matrix = Floats
"""Weights (outputs, inputs)."""
ALL, STRONGEST = 24, 20
"""All links of so few are shown, of more the strongest."""
LEAST_LINK = 4
"""Columns that links keep where names take room."""
MARGIN = 2
"""Columns left of the inputs and right of the outputs."""
DASH = (2.5, 3.5)
"""Dots of a dash and of the gap behind it."""
LEVELS = (0.33, 0.66)
"""A link of less of the strongest weight is faint, of more it is thick."""


@dataclass(frozen=True)
class Counted:
    """What was drawn."""

    shown: int
    links: int
    not_finite: int

    @property
    def words(self) -> str:
        """`44 of 88 links`."""
        if self.not_finite:
            return f"{self.not_finite:,} weights are nan or inf"
        return f"{self.shown:,} of {self.links:,} links"


def strongest(weights: Matrix) -> NDArray[np.intp]:
    """Flat places of the links that are shown, the weakest first; never what is no number."""
    sizes = np.abs(np.where(np.isfinite(weights), weights, 0)).ravel()
    order = np.argsort(sizes, kind="stable")
    if len(order) > ALL:
        order = order[-STRONGEST:]
    return order[sizes[order] > 0]


def unit_rows(count: int, rows: int) -> list[int]:
    """The row of each of `count` units, evenly spread over `rows`, which are as many or more."""
    return [int((index + 0.5) * rows / count) for index in range(count)]


def unit_columns(count: int, columns: int, before: int = 0, behind: int = 0) -> list[int]:
    """The column of each of `count` columns of units, with room for names on both sides."""
    first, last = MARGIN + before, columns - 1 - MARGIN - behind
    return [first + round(index * (last - first) / max(1, count - 1)) for index in range(count)]


def has_room(units: Sequence[int], columns: int, rows: int) -> bool:
    """Whether every unit has a cell of its own, and links some cells to run through."""
    return max(units, default=rows + 1) <= rows and columns >= 2 * MARGIN + 5 * len(units) - 4


def paint_graph(
    canvas: Canvas, weights: Sequence[Matrix | None], units: Sequence[int], top: int, rows: int,
    names: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> Counted:  # fmt: skip
    """Paint columns of `units` and the weights between them into `rows` rows; None: not known.

    `names`: of the inputs and of the outputs, where they have room.
    """
    sides = [max(map(cell_width, side), default=-1) + 1 for side in names]
    if not has_room(units, canvas.width - sum(sides) - LEAST_LINK * len(units), rows):
        names, sides = ((), ()), [0, 0]
    columns = unit_columns(len(units), canvas.width, *sides)
    dots = Dots(canvas.width, rows)
    shown = 0
    for index, matrix in enumerate(weights):
        if matrix is not None:
            shown += _draw_links(dots, matrix, columns[index : index + 2], canvas)
    dots.onto(canvas, top, 0)
    for index, count in enumerate(units):
        is_end = index in (0, len(units) - 1)
        ink = canvas.palette.ink(canvas.palette.accent if is_end else None, bold=True)
        for row in unit_rows(count, rows):
            canvas.put(top + row, columns[index], "◉" if is_end else "●", ink)
    quiet = canvas.palette.quiet
    for row, name in zip(unit_rows(units[0], rows), names[0], strict=False):
        canvas.right(top + row, name, quiet, edge=columns[0] - 1)
    for row, name in zip(unit_rows(units[-1], rows), names[1], strict=False):
        canvas.put(top + row, columns[-1] + 2, name, quiet)
    links = sum(before * after for before, after in pairwise(units))
    lost = sum(int((~np.isfinite(m)).sum()) for m in weights if m is not None)
    return Counted(shown, links, lost)


def _draw_links(dots: Dots, weights: Matrix, columns: Sequence[int], canvas: Canvas) -> int:
    """Draw the strongest links from one column of units to the next; how many."""
    outputs, inputs = weights.shape
    chosen = strongest(weights)
    if not len(chosen):
        return 0
    most = float(np.abs(weights.ravel()[chosen]).max())
    x0, x1 = (columns[0] + 1) * ACROSS, columns[1] * ACROSS - 1
    starts, ends = (
        [row * DOWN + 1.5 for row in unit_rows(count, dots.rows)] for count in (inputs, outputs)
    )
    for place in chosen.tolist():
        after, before = divmod(place, inputs)
        weight = float(weights[after, before])
        places = curve((x0, starts[before], x1, ends[after]))
        _draw_link(dots, places, weight, abs(weight) / most, canvas)
    return len(chosen)


def _draw_link(
    dots: Dots, places: NDArray[np.float64], weight: float, share: float, canvas: Canvas
) -> None:
    """Solid where positive, dashed where negative; the larger the weight the thicker."""
    palette = canvas.palette
    level = sum(share > end for end in LEVELS)
    colour = mixed(palette.ground, palette.of_sign(weight), (0.5, 0.75, 1.0)[level])
    pen = Pen(palette.ink(colour), "+" if weight > 0 else "-")
    if weight < 0:
        places = dashed(places, *DASH)
    dots.draw(places[0], places[1], pen)
    if level == len(LEVELS):
        dots.draw(places[0], places[1] + 1, pen)
