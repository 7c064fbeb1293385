"""The past of a run, kept in moments from which any step can be reached again."""

import time
from collections.abc import Callable, Mapping

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

    def keep(self, moment: Moment) -> None:
        """Keep a moment as the newest; one of the same place is replaced."""
        if not self.budget:
            self._moments = [moment]
            return
        self._drop(lambda kept: _place(kept) == _place(moment))
        self._moments.append(moment)
        self._size += moment.nbytes + OVERHEAD
        while self._size > self.budget or len(self._moments) > MOST:
            if not self._thin(moment):
                return

    def before(self, path: Mapping[int, int], step: int, changes: int) -> Moment | None:
        """The latest moment from which `step` is reached by training; at step 0 that step itself.

        `path`: the branches that lead there, each with its last step on the way; `changes`: how
        many changes are in force there.
        """
        fitting = [
            moment
            for moment in self._moments
            if moment.branch in path
            and moment.step <= path[moment.branch]
            and moment.changes <= changes
            and (moment.step < step or moment.step == step == 0)
        ]
        return max(fitting, key=lambda moment: (moment.step, moment.changes), default=None)

    def _drop(self, condition: Callable[[Moment], bool]) -> None:
        dropped = [moment for moment in self._moments if condition(moment)]
        self._moments = [moment for moment in self._moments if not condition(moment)]
        self._size -= sum(moment.nbytes + OVERHEAD for moment in dropped)

    def _thin(self, present: Moment) -> bool:
        """Let go of the moment that is missed least; whether there was one."""
        pinned: dict[int, Moment] = {}
        for moment in self._moments:
            pinned.setdefault(moment.branch, moment)
        inner = [
            (self._loss(i, present), moment)
            for i, moment in enumerate(self._moments[:-1])
            if pinned[moment.branch] is not moment
        ]
        if not inner:
            return False
        least = min(inner, key=lambda pair: pair[0])[1]
        self._drop(lambda kept: kept is least)
        return True

    def _loss(self, index: int, present: Moment) -> float:
        """What is lost with a moment: the way between its neighbours, by its distance from now."""
        before, moment, after = self._moments[index - 1 : index + 2]
        way = after.step - before.step if after.branch == before.branch else present.step
        return max(1, way) / (1 + abs(present.step - moment.step))


def _place(moment: Moment) -> tuple[int, int, int]:
    return moment.branch, moment.step, moment.changes
