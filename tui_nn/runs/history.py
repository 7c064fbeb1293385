"""Records gathered into curves and marks, branch by branch."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from tui_nn.runs.epochs import epochs_at
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
T = TypeVar("T", Evaluated, Changed)

__all__ = ["MANY", "Branch", "By", "Curve", "History"]


@dataclass
class Branch:
    """A way that training took from a step of its parent on; the first has no parent."""

    parent: int | None = None
    begins: int = 0
    """The step at which it leaves its parent."""
    losses: Losses = field(default_factory=Losses)
    clock: Clock = field(default_factory=Clock)


@dataclass
class History:
    """Takes records in order; gives curves of what they told.

    A branch's curve is its parent's up to the step where it left, then its own. Where `keeps` is
    False only the latest of each kind stays. Of very many evaluations every second one is let
    go, again and again: the curve stays, its memory is bounded.
    """

    keeps: bool = True
    started: Started | None = None
    ended: Ended | None = None
    """None again once training goes on."""
    evaluated: list[Evaluated] = field(default_factory=list)
    """Of all branches, in the order they came."""
    changed: list[Changed] = field(default_factory=list)
    saved: dict[str, Saved] = field(default_factory=dict)
    """The latest, by checkpoint."""
    noticed: deque[Noticed] = field(default_factory=lambda: deque(maxlen=NOTICES))
    step: int = 0
    """The step of the last record."""
    branch: int = 0
    """The branch that training was on last."""
    elapsed_s: float = 0.0
    branches: dict[int, Branch] = field(default_factory=lambda: {0: Branch()})

    def take(self, record: Record) -> None:
        """Take in the next record."""
        self.step, self.branch = record.step, record.branch
        self.elapsed_s = record.elapsed_s
        match record:
            case Started():
                self.started = record
            case Stepped():
                self.ended = None
                if self.keeps:
                    self._branch(record.branch).losses.add(record.first, record.loss.numpy())
                    self._branch(record.branch).clock.add(record.step, record.elapsed_s)
            case Evaluated():
                if not self.keeps:
                    self.evaluated.clear()
                elif len(self.evaluated) > MANY:
                    del self.evaluated[1::2]
                self.evaluated.append(record)
            case Changed():
                self._branch(record.branch, record.parent, record.step)
                if not self.keeps:
                    self.changed.clear()
                self.changed.append(record)
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
        for e in self._of_branch(self.evaluated, branch):
            numbers = e.train if part == "train" else e.val
            if numbers:
                x = {"epoch": e.epoch, "step": e.step, "seconds": e.elapsed_s}[by]
                points.append((x, _number(numbers, metric)))
        table = np.array(points, np.float64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def losses(self, branch: int | None = None, by: By = "step") -> Curve:
        """The loss of each batch before its update; the first is step 1's."""
        curves, clock, last = [], Clock(), 0
        for found, until in self._lineage(branch):
            x, y = found.losses.curve()
            kept = x <= until
            curves.append((x[kept], y[kept]))
            clock = clock.until(last).then(found.clock)
            last = int(min(until, 2**62))
        steps, y = (np.concatenate(part) for part in zip(*curves, strict=True))
        if by == "seconds":
            return clock.seconds(steps), y
        return (self.epochs(steps, branch) if by == "epoch" else steps), y

    def marks(self, branch: int | None = None) -> list[Changed]:
        """The changes on the way to a branch's end, in order."""
        return self._of_branch(self.changed, branch)

    def epochs(self, steps: NDArray[np.float64], branch: int | None = None) -> NDArray[np.float64]:
        """The epochs done after each of `steps` (n,) of a branch."""
        started = self.started
        if started is None:
            return steps
        sizes = [(0, started.batch_size)]
        sizes += [
            (change.step, change.new)
            for change in self.marks(branch)
            if change.key == "train.batch_size" and isinstance(change.new, int)
        ]
        return epochs_at(steps, started.train_count, sizes)

    def _branch(self, number: int, parent: int | None = None, step: int = 0) -> Branch:
        """The branch of a number, begun where it is new."""
        if number not in self.branches:
            if parent is not None and parent != number:
                self._branch(parent)
            else:
                parent, step = None, 0
            self.branches[number] = Branch(parent, step)
        return self.branches[number]

    def _lineage(self, branch: int | None) -> list[tuple[Branch, float]]:
        """The branches that lead to one, the first one first, with the last step on each."""
        numbers, until = self._way(self.branch if branch is None else branch)
        return [
            (self.branches.get(number, Branch()), last)
            for number, last in zip(numbers, until, strict=True)
        ]

    def _way(self, branch: int) -> tuple[list[int], list[float]]:
        numbers, until = [branch], [float("inf")]
        while (found := self.branches.get(numbers[0])) and found.parent is not None:
            numbers.insert(0, found.parent)
            until.insert(0, min(float(found.begins), until[0]))
        return numbers, until

    def _of_branch(self, records: list[T], branch: int | None) -> list[T]:
        numbers, until = self._way(self.branch if branch is None else branch)
        last = dict(zip(numbers, until, strict=True))
        return [r for r in records if r.branch in last and r.step <= last[r.branch]]


def _number(numbers: Numbers, metric: str) -> float:
    value = numbers.get(metric)
    return float("nan") if value is None else value
