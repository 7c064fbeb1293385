"""An opened number: which it is, how it is looked at, and where one goes from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Literal

import numpy as np
from msgspec import structs

from tui_nn.spec.protocol.frames import (
    Number,
    NumberFrame,
    Part,
    Probes,
    WeightUpdate,
    WeightUpdateFrame,
)
from tui_nn.spec.protocol.inside import Factor, Line, Order, Place
from tui_nn.views.architecture import LayerRow

Way = Literal["forward", "gradient", "update"]
"""How a number is looked at: what it came of, what the loss says to it, what a step did to it."""
Index = tuple[int, ...]
Frames = NumberFrame | WeightUpdateFrame
WINDOW = 64
"""Terms of a line that are asked for at once."""


@dataclass(frozen=True)
class Cell:
    """A number of the arithmetic, on which the cursor can stand."""

    line: int
    term: int = 0
    """Among those that are told."""
    factor: int = 0


@dataclass
class Level:
    """One number, and how far one has looked into it."""

    place: Place
    """Where it stands; never its gradient, which is a way to look at it."""
    way: Way = "forward"
    part: Part | None = None
    """In which its sample is counted; None: the batch of the latest pass."""
    start: int = 0
    """The first term that is asked for."""
    order: Order = "given"
    at: Cell | None = None
    """Where the cursor is; None: where it is most wanted."""
    frame: Frames | None = field(default=None, compare=False)

    @property
    def ways(self) -> tuple[Way, ...]:
        """Those that there are for it."""
        if self.place.of == "parameter":
            return ("forward", "gradient", "update")
        if self.part is not None or self.place.of in ("loss", "target"):
            return ("forward",)
        return ("forward", "gradient")

    def begin(self, way: Way | None = None) -> None:
        """Look at it anew: nothing of it is known yet."""
        self.way = way or self.way
        self.start, self.at, self.frame = 0, None, None


def probe_of(level: Level, rows: Sequence[LayerRow]) -> Probes:
    """What tells its arithmetic."""
    place = level.place
    if level.way == "update":
        return WeightUpdate(tensor=place.name, index=place.index)
    if level.way == "gradient":
        place = structs.replace(place, gradient=True)
    elif place.of == "parameter":
        place = used_in(place, rows)
    return Number(
        place=place, part=level.part, most=WINDOW, start=level.start, order=level.order
    )  # fmt: skip


def level_of(place: Place, part: Part | None = None) -> Level:
    """A number as it stands in the arithmetic of another; of a weight there, its gradient."""
    is_gradient = place.gradient or (place.of == "parameter" and part is None)
    bare = structs.replace(place, gradient=False)
    return Level(bare, "gradient" if is_gradient else "forward", part)


def used_in(place: Place, rows: Sequence[LayerRow]) -> Place:
    """An output of the layer in which this weight is used: in the middle, where it has places."""
    layer, _, own = place.name.rpartition(".")
    row = next((row for row in rows if row.name == layer), None)
    index, shape = place.index, row.output_shape if row else ()
    middle = tuple(side // 2 for side in shape)
    kind = row.kind if row else ""
    if kind in ("Linear", "Bilinear"):
        found = (*middle[:-1], index[0])
    elif kind in ("LayerNorm", "RMSNorm", "Embedding"):
        own_sides = index[-1:] if kind == "Embedding" else index
        found = (*middle[: len(shape) - len(own_sides)], *own_sides)
    else:  # channels first
        is_turned = kind.startswith("ConvTranspose") and own == "weight"
        found = (index[is_turned], *middle[1:])
    return Place(of="output", name=layer, index=fitted(found, shape), sample=place.sample or 0)


def fitted(index: Index, shape: Index) -> Index:
    """The nearest index in a tensor of this shape."""
    full = (*index, *(0,) * len(shape))[: len(shape)]
    return tuple(max(0, min(at, side - 1)) for at, side in zip(full, shape, strict=True))


# Where the cursor goes


def cells(frame: Frames) -> list[Cell]:
    """Every number on which the cursor can stand, as they are read."""
    if isinstance(frame, WeightUpdateFrame):
        return [Cell(line) for line in range(len(frame.terms))]
    return [
        Cell(at, term, number)
        for at, line in enumerate(frame.lines)
        for term in range(len(line.numbers.numpy()) if line.count else 1)
        for number, factor in enumerate(line.factors)
        if place_of(factor, term) is not None
    ]


def place_of(factor: Factor, term: int) -> Place | None:
    """Where a number of the arithmetic stands; None where nowhere that can be opened."""
    return factor.place_of(term) if factor.place is not None else None


def place_at(frame: Frames, cell: Cell | None) -> Place | None:
    """Where the number under the cursor stands; of an update its gradient alone has a place."""
    if cell is None:
        return None
    if isinstance(frame, WeightUpdateFrame):
        if frame.terms[cell.line].name != "gradient":
            return None
        return Place(of="parameter", name=frame.tensor, index=frame.index, gradient=True)
    return place_of(frame.lines[cell.line].factors[cell.factor], cell.term)


def first_cell(level: Level, frame: Frames) -> Cell | None:
    """Where the cursor begins: on the weight that is looked at, else where most comes from."""
    found = cells(frame)
    if level.place.of == "parameter" and level.way == "forward":
        weight = structs.replace(level.place, sample=None)
        own = (cell for cell in found if place_at(frame, cell) == weight)
        if (cell := next(own, None)) is not None:
            return cell
    return leading(frame) or next(iter(found), None)


def leading(frame: Frames) -> Cell | None:
    """The number that most of the result comes from, as far as it can be opened."""
    if isinstance(frame, WeightUpdateFrame):
        names = [term.name for term in frame.terms]
        return Cell(names.index("gradient")) if "gradient" in names else None
    return _leading(frame.lines, len(frame.lines) - 1)


def _leading(lines: Sequence[Line], at: int) -> Cell | None:
    if at < 0:
        return None
    line = lines[at]
    for term in _by_size(line):
        for number, factor in enumerate(line.factors):
            place = place_of(factor, term)
            if place is not None and (place.gradient or place.of not in ("parameter", "target")):
                return Cell(at, term, number)
    earlier = (factor.line for factor in line.factors if factor.line is not None)
    return next(filter(None, (_leading(lines, one) for one in earlier)), None)


def _by_size(line: Line) -> list[int]:
    """Its terms, the largest first; of a formula its one row."""
    if not line.count:
        return [0]
    sizes = np.abs(np.nan_to_num(line.terms.numpy(), nan=np.inf))
    return [int(term) for term in np.argsort(-sizes, kind="stable")]


def moved(level: Level, frame: Frames, way: int, *, whole: bool = False) -> bool:
    """Put the cursor on another number, or another whole term; whether other terms are to be asked
    for.
    """
    found = cells(frame)
    here = level.at or first_cell(level, frame)
    if not found or here is None:
        return False
    if whole:
        same = [c for c in found if (c.line, c.factor) == (here.line, here.factor)]
        found = same or found
    at = (found.index(here) if here in found else 0) + way
    if 0 <= at < len(found):
        level.at = found[at]
        return False
    return _windowed(level, frame, here, way)


def _windowed(level: Level, frame: Frames, here: Cell, way: int) -> bool:
    """Go on to the terms behind those that are told, or before them; whether there are some."""
    if isinstance(frame, WeightUpdateFrame):
        return False
    most = max((line.count for line in frame.lines), default=0)
    start = level.start + WINDOW * way
    if not 0 <= start < most:
        return False
    level.start = start
    level.at = replace(here, term=0 if way > 0 else WINDOW - 1)
    return True


def within(level: Level, frame: Frames) -> Cell | None:
    """The cursor, on a number that is told."""
    here = level.at
    found = cells(frame)
    if here in found:
        return here
    same = [c for c in found if here and (c.line, c.factor) == (here.line, here.factor)]
    return same[-1] if same else first_cell(level, frame)


# Where one goes from a number


def beside(level: Level, rows: Sequence[LayerRow], way: int) -> bool:
    """Go to the number before it, or behind it, in its tensor; behind the weights of a layer come
    its biases. Whether there is one.
    """
    place = level.place
    tensors = _tensors(place, rows)
    names = [name for name, _ in tensors]
    if place.name not in names:
        return False
    at = names.index(place.name)
    shape = tensors[at][1]
    number = int(np.ravel_multi_index(place.index, shape)) + way if shape else way
    if not 0 <= number < prod(shape):
        at += way
        if not 0 <= at < len(tensors):
            return False
        shape = tensors[at][1]
        number = 0 if way > 0 else prod(shape) - 1
    index = tuple(int(i) for i in np.unravel_index(number, shape))
    level.place = structs.replace(place, name=tensors[at][0], index=index)
    level.begin()
    return True


def _tensors(place: Place, rows: Sequence[LayerRow]) -> Sequence[tuple[str, Index]]:
    """The tensor in which it stands, by name and shape; of a parameter all of its layer."""
    if place.of == "parameter":
        layer = place.name.rpartition(".")[0]
        return next((row.tensors for row in rows if row.name == layer), ())
    if place.of == "output":
        return [(row.name, row.output_shape) for row in rows if row.name == place.name]
    if place.of == "input" and not place.name and rows and rows[0].input_shape:
        return [("", rows[0].input_shape)]
    return ()


def in_layer(level: Level, rows: Sequence[LayerRow], way: int) -> bool:
    """Go to the same place in the next layer that has one, or the one before; whether there is."""
    place = level.place
    if place.of == "parameter":
        layer, _, own = place.name.rpartition(".")
        shapes = {
            row.name: (name, shape)
            for row in rows
            for name, shape in row.tensors
            if name == f"{row.name}.{own}"
        }
    elif place.of == "output":
        layer = place.name
        shapes = {row.name: (row.name, row.output_shape) for row in rows}
    else:
        return False
    names = list(shapes)
    if layer not in names or not 0 <= (at := names.index(layer) + way) < len(names):
        return False
    name, shape = shapes[names[at]]
    level.place = structs.replace(place, name=name, index=fitted(place.index, shape))
    level.begin()
    return True


def other_sample(level: Level, count: int, way: int) -> bool:
    """Go to another of `count` samples; where all of them count together, they come before the
    first. Whether there is one.
    """
    place = level.place
    has_whole = place.of == "loss" or (place.of == "parameter" and level.way == "gradient")
    if level.way == "update" or (place.of == "loss" and level.part is not None):
        return False
    least = -1 if has_whole else 0
    now = place.sample if place.sample is not None else least
    wanted = max(least, min(count - 1, now + way))
    if wanted == now:
        return False
    level.place = structs.replace(place, sample=None if wanted < 0 else wanted)
    level.begin()
    return True
