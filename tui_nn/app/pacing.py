"""How often each panel is painted while training runs: the dearer, the more seldom."""

from collections.abc import Iterable
from dataclasses import dataclass, field

SHARE = 0.02
"""Of wall time that the painting of one panel may take while training runs."""

LONGEST_S = 1.0
"""So long a panel waits at most, however dear it is."""

REST_S = 0.3
"""So long nothing is painted unasked after a terminal was found behind."""


@dataclass
class Pacing:
    """Pure bookkeeping: times are given, in seconds of one clock."""

    _costs: dict[int, float] = field(default_factory=dict)
    """Of the last painting of each panel, in seconds."""
    _next: dict[int, float] = field(default_factory=dict)
    _not_before: float = 0.0

    def is_due(self, panel: int, now: float) -> bool:
        return now >= self._next.get(panel, 0.0)

    def is_held(self, now: float) -> bool:
        """Whether a slow terminal is given time: a frame on its way makes a key's answer late."""
        return now < self._not_before

    def is_behind(self, now: float) -> None:
        """The terminal has not taken all that was painted."""
        self._not_before = now + REST_S

    def painted(self, panel: int, began: float, ended: float) -> None:
        """A panel was painted; what took long comes again later.

        The cheaper of the last two counts: the first one loads what it needs, one may be held up.
        """
        cost = ended - began
        price, self._costs[panel] = min(cost, self._costs.get(panel, 0.0)), cost
        self._next[panel] = began + min(price / SHARE, LONGEST_S)

    def forget(self, panels: Iterable[int]) -> None:
        """These are due."""
        for panel in panels:
            self._next.pop(panel, None)
