"""Where everything stands in 5 Forward of a picture: plain arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from tui_nn.views.classes import Answer
from tui_nn.views.pictures import Size, for_all, grid, room, sizes
from tui_nn.views.stages import Stage

LEAST_MAPS = 2
"""Rows that maps have at least."""
SQUARES = (4, 2)
"""Pixels of a neuron's square, where it has room for more than one."""
NEURONS_WORTH = 0.25
"""What a hidden layer's neurons count for, beside all maps of another."""
TOUCHING_WORTH = 0.95
"""What a map that touches another counts for, beside one that doesn't."""
INPUT_SHARE = 0.4
"""Of the columns, that the input has at most."""
WIDE = 44


class Box(NamedTuple):
    """A rectangle of cells."""

    row: int
    column: int
    columns: int
    rows: int


@dataclass(frozen=True)
class Placed:
    """A stage with its label's rows, and its pictures' box and size."""

    stage: Stage
    label: int
    box: Box
    size: Size | None
    """Of each picture, or each neuron; None where none has room."""

    @property
    def shown(self) -> int:
        """How many of its pictures have room."""
        if self.size is None:
            return 0
        if self.stage.flat:
            return self.stage.shape[0]
        return min(self.stage.shape[0], room(self.size, self.box.columns, self.box.rows))

    @property
    def apart(self) -> bool:
        """Whether none of its maps touches another."""
        if self.size is None or self.stage.flat:
            return True
        shown, across, pitch = grid(self.stage.shape[0], self.size, self.box.columns, self.box.rows)
        return shown <= across or pitch > self.size.pixels


@dataclass(frozen=True)
class Classes:
    """Where classes stand."""

    box: Box
    """Without their label and what the network says."""
    columns: int
    """Of classes."""
    says: tuple[int, int]
    """The cell where it is said."""
    says_below: bool
    """In two rows, where one class's cells are free."""
    has_label: bool


@dataclass(frozen=True)
class Plan:
    """Where all stands; None where there is no room."""

    input: Size | None
    stages: tuple[Placed, ...]
    classes: Classes | None

    def score(self, wide: int) -> float:
        """How much of every stage is seen, and of the input's pixels across."""
        seen = 0.0
        for placed in self.stages:
            worth = NEURONS_WORTH if placed.stage.flat else 1.0
            worth *= 1.0 if placed.apart else TOUCHING_WORTH
            seen += worth * placed.shown / max(1, placed.stage.shape[0])
        return seen + (min(1.0, self.input.columns / wide) if self.input else 0.0)


def plan(
    width: int, height: int, picture: tuple[int, int], stages: Sequence[Stage], answer: Answer
) -> Plan:
    """The arrangement that shows the most maps; of equal ones that with the largest input."""
    blocks = [
        found
        for found in (_beside(width, height, answer), _below(width, height, answer))
        if found is not None
    ]
    plans = []
    for size in reversed(sizes(*picture)):
        if size.columns > max(8, INPUT_SHARE * width):
            continue
        for block, spare in product(blocks, (0, 1)):
            top = 1 + size.rows + spare
            if top <= block.height:
                plans.append(_plan(width, block, size, stages, top))
    return max(plans, key=lambda found: found.score(picture[1]), default=Plan(None, (), None))


class _Block(NamedTuple):
    """The classes, at the lower right or below all; `height`: the rows above or beside them."""

    classes: Classes | None
    height: int
    beside: int
    """The columns at their left; 0: they have the whole width."""
    rows: int


def _beside(width: int, height: int, answer: Answer) -> _Block | None:
    """With a label above and words below; later maps stand at the left."""
    count = len(answer.names)
    across = 2 if count > 4 and 2 * answer.width(2) <= width + 4 else 1
    rows, wide = -(-count // across), answer.width(across)
    top = height - rows - 2
    if not count or top < 1 + LEAST_MAPS or 2 * wide > width + 4:
        return None
    column = width - 1 - wide
    box = Box(top + 1, column, wide, rows)
    found = Classes(box, across, (height - 1, column), says_below=False, has_label=True)
    return _Block(found, top, column - 2, rows + 2)


def _below(width: int, height: int, answer: Answer) -> _Block:
    """In as many columns as have room, without a label; nothing where they have none."""
    count, one = len(answer.names), answer.width(1)
    across = max(1, (width - 2 + 2) // (one + 2))
    free = -(-(count + 2) // across)
    fits = count > free * (across - 1) and across > 1 and one >= 8
    rows = free if fits else -(-count // across) + 1
    if not count or height - rows < 1 + LEAST_MAPS or one > width - 1:
        says = height >= 2 and bool(answer.names or answer.says)
        box = Box(height - 1, 1, 0, 0)
        words = Classes(box, 1, (height - 1, 1), says_below=False, has_label=False)
        return _Block(words if says else None, height - says, 0, int(says))
    top = height - rows
    box = Box(top, 1, width - 2, rows if fits else rows - 1)
    last = 1 + (across - 1) * (one + 2)
    says_at = (height - 2, last) if fits else (height - 1, 1)
    return _Block(Classes(box, across, says_at, fits, has_label=False), top, 0, rows)


def _plan(width: int, block: _Block, size: Size, stages: Sequence[Stage], top: int) -> Plan:
    """With an input of that size at the upper left, later stages from row `top` on."""
    column = 1 + size.columns + (3 if width >= WIDE else 2)
    rows = top if block.beside else block.height
    placed: list[Placed] = []
    if stages:
        first = Box(0, column, width - 1 - column, rows)
        placed += place(stages[:1], first)
    if block.beside:
        low = Box(top, 1, block.beside - 1, block.height + block.rows - top)
        placed += place(stages[1:], low)
    return Plan(size, tuple(placed), block.classes)


def place(stages: Sequence[Stage], box: Box) -> list[Placed]:
    """As many stages as have room, one below the other; the first takes what is left."""
    least = []
    left = box.rows
    for stage in stages:
        size = _least_size(stage, box.columns)
        if size is None:
            break
        label = 1 if label_fits(stage, box.columns) else 2
        need = label + (size.rows if not stage.flat else _strip_rows(stage, box.columns))
        if need > left and label == 2:
            label, need = 1, need - 1
        if need > left:
            break
        least.append((stage, label, need))
        left -= need
    placed = []
    row = box.row
    for index, (stage, label, need) in enumerate(least):
        rows, is_last = need - label, index == len(least) - 1
        wanted = _wanted_rows(stage, box.columns, rows + left, is_last=is_last)
        left -= wanted - rows
        placed.append(_placed(stage, label, box._replace(row=row, rows=label + wanted)))
        row += label + wanted
    return placed


def _placed(stage: Stage, label: int, box: Box) -> Placed:
    """In a box with room for the label, which takes one row where that shows more."""
    columns, rows = box.columns, box.rows - label
    if stage.flat:
        size: Size | None = _neuron(stage.shape[0], columns, rows)
    else:
        count, tall, wide = stage.shape
        size = for_all(tall, wide, count, columns, rows)
    found = Placed(stage, label, Box(box.row + label, box.column, columns, rows), size)
    if label == 1:
        return found
    other = _placed(stage, 1, box)
    return other if other.shown > found.shown else found


def _neuron(count: int, columns: int, rows: int) -> Size:
    """The largest square for each of so many neurons."""
    for side in SQUARES:
        if columns >= side and -(-count // (columns // side)) * side <= 2 * rows:
            return Size(side, side)
    return Size(1, 1)


def label_fits(stage: Stage, columns: int) -> bool:
    """Whether its title and how many are shown have room in a row."""
    return len(stage.title) + 2 + len(stage.counts(max(0, stage.shape[0] - 1))) <= columns


def _least_size(stage: Stage, columns: int) -> Size | None:
    if stage.flat:
        return Size(1, 1) if columns >= 4 else None
    fitting = [size for size in sizes(stage.shape[1], stage.shape[2]) if size.columns <= columns]
    return fitting[0] if fitting else None


def _strip_rows(stage: Stage, columns: int) -> int:
    """Rows of two neurons a cell."""
    return -(-stage.shape[0] // max(1, columns * 2))


def _wanted_rows(stage: Stage, columns: int, most: int, *, is_last: bool) -> int:
    """Rows in which all maps have room at their least size, or all there are."""
    if is_last:
        return most
    size = _least_size(stage, columns)
    if size is None or stage.flat:
        return min(most, _strip_rows(stage, columns))
    across = max(1, (columns + 1) // (size.columns + 1))
    return min(most, -(-stage.shape[0] // across) * size.rows)
