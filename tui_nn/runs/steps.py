"""Numbers told step by step, joined; their memory stays bounded or as small as it can be."""

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MANY = 10_000

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""x and y, both (n,)."""


@dataclass
class Losses:
    """The loss of each step, taken in pieces."""

    _first: list[int] = field(default_factory=list)
    _pieces: list[NDArray[np.generic]] = field(default_factory=list)

    def add(self, first: int, losses: NDArray[np.generic]) -> None:
        """Take the losses (n,) of the steps from `first` on."""
        self._first.append(first)
        self._pieces.append(losses)
        if len(self._pieces) > MANY:
            self._join()

    def curve(self) -> Curve:
        """Steps and losses."""
        if not self._pieces:
            return np.empty(0), np.empty(0)
        steps = [
            np.arange(first, first + len(piece), dtype=np.float64)
            for first, piece in zip(self._first, self._pieces, strict=True)
        ]
        return np.concatenate(steps), np.concatenate(self._pieces).astype(np.float64)

    def _join(self) -> None:
        """Make one piece of those that follow each other."""
        groups: list[tuple[int, list[NDArray[np.generic]]]] = []
        due = None
        for first, piece in zip(self._first, self._pieces, strict=True):
            if first != due:
                groups.append((first, []))
            groups[-1][1].append(piece)
            due = first + len(piece)
        self._first = [first for first, _ in groups]
        self._pieces = [np.concatenate(pieces) for _, pieces in groups]


@dataclass
class Clock:
    """How many seconds had gone by at a step, between known ones in proportion."""

    _steps: list[float] = field(default_factory=list)
    _seconds: list[float] = field(default_factory=list)

    def add(self, step: int, seconds: float) -> None:
        """After `step`, `seconds` had gone by."""
        if len(self._steps) > MANY:
            del self._steps[1::2], self._seconds[1::2]
        self._steps.append(step)
        self._seconds.append(seconds)

    def until(self, step: int) -> "Clock":
        """What was known up to a step."""
        count = bisect_right(self._steps, step)
        return Clock(self._steps[:count], self._seconds[:count])

    def then(self, later: "Clock") -> "Clock":
        """This one, gone on as another."""
        return Clock(self._steps + later._steps, self._seconds + later._seconds)

    def seconds(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds at each of `steps` (n,)."""
        return np.interp(steps, [0.0, *self._steps], [0.0, *self._seconds])
