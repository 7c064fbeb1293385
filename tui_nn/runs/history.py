"""Records gathered into curves and marks, branch by branch."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tui_nn.runs.epochs import Cut, cuts_of, epochs_at
from tui_nn.runs.lineage import Lineage
from tui_nn.runs.steps import MANY, Clock, Curve, Losses
from tui_nn.spec.protocol import (
    Changed,
    Ended,
    Evaluated,
    Noticed,
    Numbers,
    Record,
    Saved,
    Started,
    Stepped,
)

By = Literal["step", "epoch", "seconds"]
"""What lies along the x axis."""
NOTICES = 100

__all__ = ["MANY", "By", "Curve", "History", "as_marks"]


@dataclass
class History:
    """Takes records in order; gives curves of what they told.

    A branch's curve is its parent's up to the step where it left, then its own. Where `keeps` is
    False only the changes and the latest of each other kind stay. Of very many evaluations every
    second one is let go, again and again: the curve stays, its memory is bounded.
    """

    keeps: bool = True
    started: Started | None = None
    ended: Ended | None = None
    """None again once training goes on."""
    evaluated: list[Evaluated] = field(default_factory=list)
    """Of all branches, in the order they came."""
    saved: dict[str, Saved] = field(default_factory=dict)
    """The latest, by checkpoint."""
    noticed: deque[Noticed] = field(default_factory=lambda: deque(maxlen=NOTICES))
    step: int = 0
    """The step of the last record."""
    branch: int = 0
    """The branch that training was on last."""
    elapsed_s: float = 0.0
    lineage: Lineage = field(default_factory=Lineage)
    _losses: dict[int, Losses] = field(default_factory=lambda: defaultdict(Losses))
    """By branch, its own."""
    _clocks: dict[int, Clock] = field(default_factory=lambda: defaultdict(Clock))

    def take(self, record: Record) -> None:
        """Take in the next record."""
        self.step, self.branch = record.step, record.branch
        self.elapsed_s = record.elapsed_s
        self.lineage.take(record)
        match record:
            case Started():
                self.started = record
            case Stepped():
                self.ended = None
                if self.keeps:
                    self._losses[record.branch].add(record.first, record.loss.numpy())
                    self._clocks[record.branch].add(record.step, record.elapsed_s)
            case Evaluated():
                if not self.keeps:
                    self.evaluated.clear()
                elif len(self.evaluated) > MANY:
                    del self.evaluated[1::2]
                self.evaluated.append(record)
            case Noticed():
                self.noticed.append(record)
            case Saved():
                self.saved[record.checkpoint] = record
            case Ended():
                self.ended = record

    def evaluations(
        self, part: str, metric: str, branch: int | None = None, by: By = "epoch"
    ) -> Curve:
        """A metric of `train` or `val` over epochs, steps or seconds; NaN where not finite.

        `branch`: None is the one that training was on last.
        """
        points = []
        way = self._way(branch)
        for e in self.evaluated:
            if e.step > way.get(e.branch, -1):
                continue
            numbers = e.train if part == "train" else e.val
            if numbers:
                x = {"epoch": e.epoch, "step": e.step, "seconds": e.elapsed_s}[by]
                points.append((x, _number(numbers, metric)))
        table = np.array(points, np.float64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def losses(self, branch: int | None = None, by: By = "step") -> Curve:
        """The loss of each batch before its update; the first is step 1's."""
        curves, clock, last = [], Clock(), 0
        for number, until in self._way(branch).items():
            x, y = self._losses[number].curve()
            kept = x <= until
            curves.append((x[kept], y[kept]))
            clock = clock.until(last).then(self._clocks[number])
            last = int(min(until, 2**62))
        steps, y = (np.concatenate(part) for part in zip(*curves, strict=True))
        if by == "seconds":
            return clock.seconds(steps), y
        return (self.epochs(steps, branch) if by == "epoch" else steps), y

    def marks(self, branch: int | None = None) -> list[Changed]:
        """The changes on the way to a branch's end, in order."""
        return self.lineage.all_changes(self.branch if branch is None else branch)

    def epochs(self, steps: NDArray[np.float64], branch: int | None = None) -> NDArray[np.float64]:
        """The epochs done after each of `steps` (n,) of a branch."""
        cuts = self.cuts(branch)
        return epochs_at(steps, cuts) if cuts else steps

    def cuts(self, branch: int | None = None) -> list[Cut]:
        """How the epochs of a branch are cut into batches; empty where nothing has started."""
        started = self.started
        if started is None:
            return []
        return cuts_of(started.batch_size, started.train_count, self.marks(branch))

    def _way(self, branch: int | None) -> dict[int, float]:
        """The branches that lead to one, the first one first, with the last step on each."""
        number = self.branch if branch is None else branch
        if number not in self.lineage.branches:
            return {number: float("inf")}
        way: dict[int, float] = {**self.lineage.path(number), number: float("inf")}
        return dict(reversed(way.items()))


def as_marks(changes: Sequence[Changed]) -> list[Changed]:
    """Of changes in their order those that are marks on curves: of some that continue each other
    the last.
    """
    marks: list[Changed | None] = []
    latest: dict[str, int] = {}
    for change in changes:
        if change.continues and change.key in latest:
            marks[latest[change.key]] = None
        latest[change.key] = len(marks)
        marks.append(change)
    return [mark for mark in marks if mark is not None]


def _number(numbers: Numbers, metric: str) -> float:
    value = numbers.get(metric)
    return float("nan") if value is None else value
