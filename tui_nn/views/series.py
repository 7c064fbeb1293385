"""Numbers told step by step, in bounded memory: as they are while few, then block by block."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.protocol import Evaluated, Phase, Record, Started, Stepped
from tui_nn.spec.protocol.frames import CurvesFrame
from tui_nn.views.arrays import Floats

MOST, CHUNK = 2048, 512
"""Blocks that a series keeps: of more every two become one; values that are taken in at once."""

_ROWS = 8
_STEP, _LAST, _LOW, _LOW_AT, _HIGH, _HIGH_AT, _TOTAL, _COUNT = range(_ROWS)


@dataclass(frozen=True)
class Blocks:
    """Blocks of steps, the first one first; one block a step where there are few.

    The lowest and highest are of what is finite: +inf and −inf where nothing is.
    """

    table: Floats
    """(8, n)."""

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def steps(self) -> Floats:
        """(n,): the last step of each block."""
        return cast(Floats, self.table[_STEP])

    @property
    def last(self) -> Floats:
        """(n,): the value at that step."""
        return cast(Floats, self.table[_LAST])

    @property
    def low(self) -> Floats:
        return cast(Floats, self.table[_LOW])

    @property
    def low_at(self) -> Floats:
        """(n,): the step of the lowest."""
        return cast(Floats, self.table[_LOW_AT])

    @property
    def high(self) -> Floats:
        return cast(Floats, self.table[_HIGH])

    @property
    def high_at(self) -> Floats:
        return cast(Floats, self.table[_HIGH_AT])

    @property
    def total(self) -> Floats:
        """(n,): the sum of what is finite."""
        return cast(Floats, self.table[_TOTAL])

    @property
    def count(self) -> Floats:
        """(n,): how many are."""
        return cast(Floats, self.table[_COUNT])

    @property
    def range(self) -> tuple[float, float] | None:
        """The lowest and the highest of all; None where nothing is finite."""
        if not len(self) or not self.count.any():
            return None
        return float(self.low.min()), float(self.high.max())

    def until(self, step: float) -> "Blocks":
        """The blocks that end at a step or before it."""
        return Blocks(self.table[:, : np.searchsorted(self.steps, step, side="right")])

    def points(self) -> tuple[Floats, Floats]:
        """Steps and values (n,) of a line through the lowest and highest of each block; NaN
        where nothing is finite.
        """
        first = np.where(self.low_at <= self.high_at, _LOW, _HIGH)
        other = np.where(self.low_at <= self.high_at, _HIGH, _LOW)
        places = np.arange(len(self))
        values = np.column_stack([self.table[first, places], self.table[other, places]]).ravel()
        steps = np.column_stack([self.table[first + 1, places], self.table[other + 1, places]])
        kept = np.column_stack([np.ones(len(self), bool), self.low_at != self.high_at]).ravel()
        return steps.ravel()[kept], np.where(np.isfinite(values), values, np.nan)[kept]


class Series:
    """Values at ascending steps of one branch."""

    def __init__(self) -> None:
        self._table = np.empty((_ROWS, 64))
        self._blocks = 0
        self._size = 1
        """Steps of a block."""
        self._open = 0
        """Steps of the last block, where it isn't full."""
        self.broken: tuple[int, float] | None = None
        """The first step without a finite value, and what it was."""

    @property
    def blocks(self) -> Blocks:
        return Blocks(self._table[:, : self._blocks])

    @property
    def step(self) -> int:
        """The last one; −1 where there is none."""
        return int(self._table[_STEP, self._blocks - 1]) if self._blocks else -1

    def add(self, steps: NDArray[np.generic], values: NDArray[np.generic]) -> None:
        """Take values (n,) at ascending steps (n,); what came before is known already."""
        if len(steps) == 1:
            self.add_one(int(steps[0]), float(values[0]))
            return
        at, numbers = np.asarray(steps, np.float64), np.asarray(values, np.float64)
        first = int(np.searchsorted(at, self.step, side="right"))
        for begin in range(first, len(at), CHUNK):
            self._add(at[begin : begin + CHUNK], numbers[begin : begin + CHUNK])

    def add_one(self, step: int, value: float) -> None:
        """Take one value; the same as `add`, faster."""
        if step <= self.step:
            return
        finite = math.isfinite(value)
        if not finite and self.broken is None:
            self.broken = step, value
        before, self._open = self._open, (self._open + 1) % self._size
        if not before:
            low, high, total = (value, value, value) if finite else (math.inf, -math.inf, 0.0)
            self._append(np.array([[step, value, low, step, high, step, total, finite]]).T)
        else:
            column = self._table[:, self._blocks - 1]
            column[_STEP], column[_LAST] = step, value
            if finite:
                column[_TOTAL] += value
                column[_COUNT] += 1
                if value < column[_LOW]:
                    column[_LOW], column[_LOW_AT] = value, step
                if value > column[_HIGH]:
                    column[_HIGH], column[_HIGH_AT] = value, step

    def _add(self, steps: Floats, values: Floats) -> None:
        finite = np.isfinite(values)
        if self.broken is None and not finite.all():
            where = int(np.argmin(finite))
            self.broken = int(steps[where]), float(values[where])
        low, high = np.where(finite, values, np.inf), np.where(finite, values, -np.inf)
        total = np.where(finite, values, 0.0)
        rows = np.array([steps, values, low, steps, high, steps, total, finite], np.float64)
        places = self._open + np.arange(len(steps))
        if self._open:
            self._blocks -= 1
            rows = np.concatenate([self._table[:, self._blocks, None], rows], axis=1)
            places = np.concatenate([[0], places])
        starts = np.flatnonzero(np.diff(places // self._size, prepend=-1))
        self._open = int(places[-1] + 1) % self._size
        self._append(rows if len(starts) == rows.shape[1] else _joined(rows, starts))

    def _append(self, rows: Floats) -> None:
        needed = self._blocks + rows.shape[1]
        if needed > self._table.shape[1]:
            room = min(MOST + CHUNK, max(needed, 2 * self._table.shape[1]))
            table = np.empty((_ROWS, room))
            table[:, : self._blocks] = self._table[:, : self._blocks]
            self._table = table
        self._table[:, self._blocks : needed] = rows
        self._blocks = needed
        while self._blocks > MOST:
            self._halve()

    def _halve(self) -> None:
        if self._blocks % 2:
            self._open = self._open or self._size
        elif self._open:
            self._open += self._size
        joined = _joined(self._table[:, : self._blocks], np.arange(0, self._blocks, 2))
        self._size *= 2
        self._blocks = joined.shape[1]
        self._table[:, : self._blocks] = joined


def _joined(rows: Floats, starts: NDArray[np.int64]) -> Floats:
    """Blocks (8, n), those from one of `starts` to the next made one."""
    ends = np.append(starts[1:], rows.shape[1]) - 1
    low, high = _first_lowest(rows[_LOW], starts), _first_lowest(-rows[_HIGH], starts)
    return np.array(
        [
            rows[_STEP, ends],
            rows[_LAST, ends],
            rows[_LOW, low],
            rows[_LOW_AT, low],
            rows[_HIGH, high],
            rows[_HIGH_AT, high],
            np.add.reduceat(rows[_TOTAL], starts),
            np.add.reduceat(rows[_COUNT], starts),
        ]
    )


def _first_lowest(values: Floats, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the first lowest value of each block is."""
    sizes = np.diff(starts, append=len(values))
    at_lowest = np.flatnonzero(values == np.repeat(np.minimum.reduceat(values, starts), sizes))
    return at_lowest[np.searchsorted(at_lowest, starts)]


class AllSeries:
    """The series of a run, by name and branch: `loss` and `lr` of each step, `gradient` of those
    that were looked at, `seconds` gone, and metrics as `train.loss`, `val.accuracy`.
    """

    def __init__(self) -> None:
        self._series: dict[tuple[str, int], Series] = {}

    def take(self, record: Record) -> None:
        """Take in what a record tells."""
        match record:
            case Started():
                self._series.clear()
            case Stepped():
                losses = record.loss.numpy()
                steps = np.arange(record.first, record.first + len(losses))
                self._of("loss", record.branch).add(steps, losses)
                self._of("lr", record.branch).add(steps, record.lr.numpy())
                self._one("seconds", record.branch, record.step, record.elapsed_s)
            case Evaluated():
                for part, numbers in (("train", record.train), ("val", record.val or {})):
                    for metric, value in numbers.items():
                        name = f"{part}.{metric}"
                        word = record.nonfinite.get(name, "nan")
                        number = float(word) if value is None else value
                        self._one(name, record.branch, record.step, number)

    def look(self, frame: CurvesFrame) -> None:
        """Take in the gradient's length of a step that was looked at."""
        if frame.phase in (Phase.NETWORK, Phase.DATA, Phase.LOSS, Phase.OPTIMIZER, Phase.FORWARD):
            return  # it is that of the pass before, known already
        word = frame.nonfinite.get("gradient")
        value = float(word) if word else frame.gradient
        if value is not None:
            step = frame.step + (frame.phase is Phase.GRADIENT)
            self._one("gradient", frame.branch, step, value)

    def of(self, name: str, way: Mapping[int, int]) -> Blocks:
        """A series along a way: the branches, first one first, each with its last step on it."""
        found = []
        for branch, until in way.items():
            series = self._series.get((name, branch))
            if series is not None:
                blocks = series.blocks
                found.append(blocks.table if series.step <= until else blocks.until(until).table)
        if len(found) == 1:
            return Blocks(found[0])
        return Blocks(np.concatenate(found, axis=1) if found else np.empty((_ROWS, 0)))

    def broken(self, name: str, way: Mapping[int, int]) -> tuple[int, float] | None:
        """The first step on a way whose value isn't finite, and the value."""
        for branch, until in way.items():
            series = self._series.get((name, branch))
            if series is not None and series.broken and series.broken[0] <= until:
                return series.broken
        return None

    def _one(self, name: str, branch: int, step: int, value: float) -> None:
        self._of(name, branch).add_one(step, value)

    def _of(self, name: str, branch: int) -> Series:
        found = self._series.get((name, branch))
        if found is None:
            found = self._series[name, branch] = Series()
        return found
