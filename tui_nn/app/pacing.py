"""How often each panel is painted while training runs: the dearer, the more seldom."""

from collections.abc import Iterable
from dataclasses import dataclass, field

SHARE = 0.02
"""Of wall time that the painting of one panel may take while training runs."""


@dataclass
class Pacing:
    """Pure bookkeeping: times are given, in seconds of one clock."""

    _next: dict[int, float] = field(default_factory=dict)

    def is_due(self, panel: int, now: float) -> bool:
        return now >= self._next.get(panel, 0.0)

    def painted(self, panel: int, began: float, ended: float) -> None:
        """A panel was painted; what took long comes again later."""
        self._next[panel] = began + (ended - began) / SHARE

    def forget(self, panels: Iterable[int]) -> None:
        """These are due."""
        for panel in panels:
            self._next.pop(panel, None)
