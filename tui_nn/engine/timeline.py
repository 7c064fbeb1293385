"""The past of a run, kept in moments from which any step can be reached again."""

import time
from bisect import insort
from collections.abc import Callable, Mapping
from itertools import pairwise

from tui_nn.engine.training import Moment

SHARE = 0.02
"""Taking moments may cost this share of the time."""
MOST = 2_000
"""So many moments at most: thinning looks at all of them."""
OVERHEAD = 16_000
"""About the bytes a moment takes besides its tensors."""


class Timeline:
    """Keeps moments within a budget: dense near the present, sparse far back.

    A budget of 0 keeps the newest alone. The first of each branch stays, whatever it takes.
    """

    def __init__(
        self, budget: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`budget` in bytes; moments are `seconds` apart at least, more where they are dear."""
        self.budget, self.seconds, self.clock = budget, seconds, clock
        self._moments: list[Moment] = []
        """By branch, step and changes."""
        self._size = 0
        self._next = clock() + seconds

    @property
    def is_due(self) -> bool:
        """Whether it is time for another moment."""
        return self.clock() >= self._next

    def take(self, moment_of: Callable[[], Moment]) -> Moment | None:
        """Keep the present moment; None for one with numbers that are not finite."""
        began = self.clock()
        moment = moment_of()
        is_finite = moment.snapshot.is_finite
        if is_finite:
            self.keep(moment)
        now = self.clock()
        self._next = now + max(self.seconds, (now - began) / SHARE)
        return moment if is_finite else None

    def clear(self) -> None:
        """Let go of everything."""
        self._moments, self._size = [], 0

    def keep(self, moment: Moment) -> None:
        """Keep a moment as the newest; one of the same place is replaced."""
        if not self.budget:
            self._moments = [moment]
            return
        self._drop(lambda kept: _place(kept) == _place(moment))
        insort(self._moments, moment, key=_place)
        self._size += moment.nbytes + OVERHEAD
        while self._size > self.budget or len(self._moments) > MOST:
            if not self._thin(moment):
                return

    def before(self, way: Mapping[int, tuple[int, int]], step: int) -> Moment | None:
        """The latest moment from which `step` is reached by training; at step 0 that step itself.

        `way`: the branches that lead there, each with its last step on the way and how many changes
        are in force there.
        """
        fitting = [
            moment
            for moment in self._moments
            if moment.branch in way
            and (moment.step < step or moment.step == step == 0)
            and moment.step <= way[moment.branch][0]
            and moment.changes <= way[moment.branch][1]
        ]
        return max(fitting, key=lambda moment: (moment.step, moment.changes), default=None)

    def _drop(self, condition: Callable[[Moment], bool]) -> None:
        dropped = [moment for moment in self._moments if condition(moment)]
        self._moments = [moment for moment in self._moments if not condition(moment)]
        self._size -= sum(moment.nbytes + OVERHEAD for moment in dropped)

    def _thin(self, present: Moment) -> bool:
        """Let go of the moment that is missed least; whether there was one."""
        inner = [
            index
            for index, (before, moment) in enumerate(pairwise(self._moments), 1)
            if before.branch == moment.branch and moment is not present
        ]
        if not inner:
            return False
        least = self._moments[min(inner, key=lambda index: self._loss(index, present))]
        self._drop(lambda kept: kept is least)
        return True

    def _loss(self, index: int, present: Moment) -> float:
        """What is lost with a moment: the way between its neighbours, by its distance from now."""
        before, moment, *rest = self._moments[index - 1 : index + 2]
        way = moment.step - before.step
        has_next = rest and rest[0].branch == moment.branch
        way += rest[0].step - moment.step if has_next else way
        return max(1, way) / (1 + abs(present.step - moment.step))


def _place(moment: Moment) -> tuple[int, int, int]:
    return moment.branch, moment.step, moment.changes
