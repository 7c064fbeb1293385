"""What a person gives to a chart, checked: curves and marks, and what of them can be drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.axis import LARGEST, SMALLEST
from tui_nn.plot.cells import RGB
from tui_nn.plot.decimate import FloatArray
from tui_nn.spec.errors import InvalidInput

Limits = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Line:
    """One curve: y (n,) over x (n,), drawn from the smallest x to the largest.

    A y that is not finite breaks the line; NaN stands for "no value here", infinities are
    counted in the legend. Points whose x is not finite are not drawn.
    """

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    colour: RGB | None = None
    look: int | None = None
    """Which of the four patterns it has, from 0; None: that of its place among the lines."""

    def __post_init__(self) -> None:
        for axis in ("x", "y"):
            object.__setattr__(self, axis, self._numbers(axis))
        if len(self.x) != len(self.y):
            raise InvalidInput(
                f"has {len(self.x)} x and {len(self.y)} y values",
                where=self.name,
                hint="give one y for each x",
            )

    def _numbers(self, axis: str) -> FloatArray:
        try:
            values = np.asarray(getattr(self, axis), dtype=np.float64)
        except (TypeError, ValueError):
            raise InvalidInput(f"{axis} holds more than numbers", where=self.name) from None
        if values.ndim != 1:
            raise InvalidInput(
                f"{axis} has shape {values.shape}", where=self.name, hint="give a flat list"
            )
        return values


@dataclass(frozen=True)
class Mark:
    """A thin line across the chart with a word beside it: upright at x, or level at y.

    On a logarithmic axis a y ≤ 0 has no place and is not shown.
    """

    text: str
    x: float | None = None
    y: float | None = None
    colour: RGB | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.x, self.y) if value is not None]
        if len(given) != 1 or not abs(given[0]) <= LARGEST:
            raise InvalidInput("a mark needs a finite x or a finite y", where=self.text)


@dataclass(frozen=True)
class Drawable:
    """What of a line can be drawn: x (n,) finite and ascending, y (n,) finite or NaN.

    `not_positive` and `infinite` count the y that could not.
    """

    x: FloatArray
    y: FloatArray
    not_positive: int
    infinite: int


@dataclass(frozen=True)
class Range:
    """What an axis has to show: the ends of the data, and of which kind it is."""

    low: float
    high: float
    whole: bool = False
    """All values are whole numbers."""
    log: bool = False


def drawable(line: Line, *, log: bool) -> Drawable:
    """The points of a line that have a place on a linear or logarithmic y axis."""
    placed = np.abs(line.x) <= LARGEST
    x, y = _rounded(line.x[placed]), _rounded(line.y[placed])
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    infinite = np.abs(y) > LARGEST
    lost = infinite | ((y <= 0) if log else False)
    not_positive = int(lost.sum() - infinite.sum())
    return Drawable(x, np.where(lost, np.nan, y), not_positive, int(infinite.sum()))


def range_of(
    values: Sequence[FloatArray],
    limits: Limits | None,
    marks: Iterable[float | None],
    *,
    log: bool = False,
) -> Range | None:
    """Spans all finite values, marks and limits; None if there are none."""
    extra = [mark for mark in marks if mark is not None]
    if limits is not None:
        if not (-LARGEST <= limits[0] <= limits[1] <= LARGEST):
            raise InvalidInput(f"no axis spans {limits[0]} to {limits[1]}")
        extra.extend(limits)
    found = np.concatenate([*values, _rounded(np.array(extra, dtype=np.float64))])
    found = found[np.isfinite(found) & ((found > 0) if log else True)]
    if not len(found):
        return None
    whole = bool(np.all(found == np.round(found)))
    return Range(float(found.min()), float(found.max()), whole, log)


def _rounded(values: FloatArray) -> FloatArray:
    """The values, those nearer to zero than an axis can tell (but not zero) moved out to it."""
    tiny = (np.abs(values) < SMALLEST) & (values != 0)
    return np.where(tiny, np.copysign(SMALLEST, values), values)
