"""What of a run's past panels ask for record by record, in bounded memory."""

from collections import deque
from collections.abc import Mapping
from itertools import chain

import numpy as np

from tui_nn.spec.protocol import Evaluated, Record, Stepped
from tui_nn.views.arrays import Floats

EVALUATIONS = 150
"""So many of the latest evaluations are kept, and as many evenly spread over the time before."""
STEPS = 4_096
"""So many of the latest steps of a branch keep their loss."""


class Recent:
    """Evaluations of all branches, and the losses of each branch's latest steps."""

    def __init__(self) -> None:
        self._older: list[Evaluated] = []
        self._latest: deque[Evaluated] = deque()
        self._passed, self._each = 0, 1
        self._losses: dict[int, Losses] = {}

    def take(self, record: Record) -> None:
        """Take in the next record."""
        if isinstance(record, Evaluated):
            self._latest.append(record)
            if len(self._latest) > EVALUATIONS:
                self._pass_on(self._latest.popleft())
        elif isinstance(record, Stepped):
            self._losses.setdefault(record.branch, Losses()).take(record)

    def _pass_on(self, record: Evaluated) -> None:
        if self._passed % self._each == 0:
            self._older.append(record)
        self._passed += 1
        if len(self._older) > EVALUATIONS:
            del self._older[1::2]
            self._each *= 2

    def evaluated(self, way: Mapping[int, int]) -> Evaluated | None:
        """The latest evaluation on a way: the branches, each with its last step on it."""
        for record in chain(reversed(self._latest), reversed(self._older)):
            if record.step <= way.get(record.branch, -1):
                return record
        return None

    def losses(self, way: Mapping[int, int]) -> tuple[int, Floats]:
        """The losses (n,) of the latest told steps in a row on a way, and the first of them."""
        found: list[Floats] = []
        first: int | None = None
        for branch, until in reversed([*way.items()]):
            losses = self._losses.get(branch)
            if losses is None:
                continue  # of a branch that was left, or looked at, where it began
            piece = losses.until(until if first is None else min(until, first - 1))
            if first is not None and losses.first + len(piece) != first:
                break
            found.append(piece)
            first = losses.first
        return first or 1, np.concatenate([np.empty(0), *reversed(found)])


class Losses:
    """The losses of a branch's latest steps: between `STEPS` and twice as many, where there are."""

    def __init__(self) -> None:
        self.first = 1
        """The step of the first that is kept."""
        self._values = np.empty(2 * STEPS)
        self._count = 0

    def take(self, record: Stepped) -> None:
        """Take the steps of a record; where some are missing before it, it is a new beginning."""
        losses = record.loss.numpy()[-STEPS:]
        first = record.step - len(losses) + 1
        if not self._count or first != self.first + self._count:
            self.first, self._count = first, 0
        if self._count + len(losses) > 2 * STEPS:
            gone = self._count - STEPS
            self._values[:STEPS] = self._values[gone : self._count]
            self.first, self._count = self.first + gone, STEPS
        self._values[self._count : self._count + len(losses)] = losses
        self._count += len(losses)

    def until(self, step: int) -> Floats:
        """Those (n,) up to a step."""
        return self._values[: max(0, min(self._count, step - self.first + 1))]
