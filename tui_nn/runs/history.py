"""Records gathered into curves."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.protocol import Ended, Evaluated, Numbers, Record, Started, Stepped

MANY = 10_000

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""x and y, both (n,)."""


@dataclass
class History:
    """Takes records in order; gives curves of what they told.

    Where `keeps` is False only the latest of each kind stays. Of very many evaluations every
    second one is let go, again and again: the curve stays, its memory is bounded.
    """

    keeps: bool = True
    started: Started | None = None
    ended: Ended | None = None
    evaluated: list[Evaluated] = field(default_factory=list)
    step: int = 0
    """The step of the last record."""
    _losses: list[NDArray[np.generic]] = field(default_factory=list)

    def take(self, record: Record) -> None:
        """Take in the next record."""
        self.step = record.step
        match record:
            case Started():
                self.started = record
            case Stepped():
                if self.keeps:
                    self._losses.append(record.loss.numpy())
                if len(self._losses) > MANY:
                    self._losses = [np.concatenate(self._losses)]
            case Evaluated():
                if not self.keeps:
                    self.evaluated.clear()
                elif len(self.evaluated) > MANY:
                    del self.evaluated[1::2]
                self.evaluated.append(record)
            case Ended():
                self.ended = record

    def evaluations(self, part: str, metric: str) -> Curve:
        """A metric of `train` or `val` over epochs; NaN where it was not finite."""
        told = [(e.epoch, e.train if part == "train" else e.val) for e in self.evaluated]
        points = [(epoch, _number(numbers, metric)) for epoch, numbers in told if numbers]
        table = np.array(points, np.float64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def losses(self) -> Curve:
        """The loss of each batch before its update, over steps from 1."""
        if not self._losses:
            return np.empty(0), np.empty(0)
        y = np.concatenate(self._losses).astype(np.float64)
        return np.arange(1, len(y) + 1, dtype=np.float64), y


def _number(numbers: Numbers, metric: str) -> float:
    value = numbers.get(metric)
    return float("nan") if value is None else value
