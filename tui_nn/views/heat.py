"""|gradient| of each layer over time, in bounded memory."""

from collections.abc import Sequence
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import LayersFrame
from tui_nn.views.scale import LogScale, scale_of

USUAL = 3.0
"""Moments further apart than so many times the median leave a gap."""
MOST = 512
"""Moments that are kept; of more every second one is let go."""


class Heat:
    """A column for each moment that was looked at."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        """The step whose gradient each moment shows."""
        self._since: int | None = None
        self._columns: list[dict[str, float]] = []
        self._low, self._high = inf, 0.0

    def take(self, frame: LayersFrame) -> None:
        """Add a moment; one of the same step takes its place."""
        column = {
            row.name: float("nan") if row.gradient is None else row.gradient
            for row in frame.layers
            if row.gradient is not None or "gradient" in row.nonfinite
        }
        if not column:
            self._since = frame.step
            return
        step = frame.step + (frame.phase is Phase.GRADIENT)
        self.cut(step - 1)
        if self._since is None or self._since >= step:
            self._since = step - 1
        self.steps.append(step)
        self._columns.append(column)
        for value in column.values():
            if isfinite(value) and value > 0:
                self._low, self._high = min(self._low, value), max(self._high, value)
        if len(self.steps) > MOST:
            del self.steps[1:-1:2], self._columns[1:-1:2]

    def cut(self, step: int) -> None:
        """Forget all behind a step."""
        while self.steps and self.steps[-1] > step:
            self.steps.pop()
            self._columns.pop()
        if not self.steps:
            self._low, self._high = inf, 0.0
            if self._since is not None:
                self._since = max(0, min(self._since, step))

    def clear(self) -> None:
        """Forget all."""
        self.cut(-1)
        self._since = None

    @property
    def since(self) -> int:
        """The step before the first whose gradient is known."""
        return self._since or 0

    @property
    def scale(self) -> LogScale:
        """Holds all that was seen; it never becomes narrower."""
        return scale_of(self._low, self._high) if self._high else LogScale(0.1, 1)

    @property
    def first(self) -> float:
        """The largest gradient of the first moment; NaN where none is known."""
        return max(self._columns[0].values(), default=np.nan) if self._columns else np.nan

    def gaps(self, columns: int) -> list[int]:
        """Of the columns those that no moment tells of: further before the next than moments
        usually lie apart.
        """
        if not self.steps or not columns:
            return []
        apart = max(1.0, (self.steps[-1] - self.since) / columns)
        if len(self.steps) > 1:
            apart = max(apart, USUAL * float(np.median(np.diff(self.steps))))
        wanted = np.linspace(self.since, self.steps[-1], columns)
        steps = np.array(self.steps)
        behind = steps[np.searchsorted(steps, wanted).clip(0, len(steps) - 1)]
        return [int(column) for column in np.flatnonzero(behind - wanted > apart)]

    def of(self, layers: Sequence[str], columns: int) -> NDArray[np.float64]:
        """Their gradients (layers, columns) at evenly spread steps from `since` to the last; NaN
        where they are no number, −1 where there is none: a frozen layer has none.
        """
        if not self.steps:
            return np.full((len(layers), columns), np.nan)
        wanted = np.linspace(self.since, self.steps[-1], columns)
        places = np.searchsorted(self.steps, wanted).clip(0, len(self.steps) - 1).tolist()
        moments = [self._columns[place] for place in places]
        return np.array([[moment.get(layer, -1.0) for moment in moments] for layer in layers])
