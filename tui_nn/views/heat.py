"""|gradient| of each layer over time, in bounded memory."""

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.protocol.frames import LayersFrame

MOST = 512
"""Moments that are kept; of more every second one is let go."""


class Heat:
    """A column for each moment that was looked at."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self._columns: list[dict[str, float]] = []

    def take(self, frame: LayersFrame) -> None:
        """Add a moment; one of the same step takes its place."""
        column = {
            row.name: float("nan") if row.gradient is None else row.gradient
            for row in frame.layers
            if row.gradient is not None or "gradient" in row.nonfinite
        }
        if not column:
            return
        self.cut(frame.step - 1)
        self.steps.append(frame.step)
        self._columns.append(column)
        if len(self.steps) > MOST:
            del self.steps[1:-1:2], self._columns[1:-1:2]

    def cut(self, step: int) -> None:
        """Forget all behind a step."""
        while self.steps and self.steps[-1] > step:
            self.steps.pop()
            self._columns.pop()

    def clear(self) -> None:
        self.cut(-1)

    def of(self, layer: str, columns: int) -> NDArray[np.float64]:
        """Its gradients (columns,) at evenly spread steps from 0 to the last; NaN for none."""
        if not self.steps:
            return np.full(columns, np.nan)
        wanted = np.linspace(0, self.steps[-1], columns)
        places = np.searchsorted(self.steps, wanted).clip(0, len(self.steps) - 1)
        return np.array([self._columns[place].get(layer, np.nan) for place in places])
