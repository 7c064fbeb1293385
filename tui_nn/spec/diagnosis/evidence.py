"""What rules look at: numbers of one moment, and what led to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

from tui_nn.spec.protocol import Culprit
from tui_nn.spec.protocol.frames import LayersFrame

if TYPE_CHECKING:
    from tui_nn.spec.resolve import Plan


@dataclass(frozen=True)
class Curve:
    """A number over the steps: the mean of what is finite in each stretch, and its last step."""

    steps: tuple[int, ...] = ()
    means: tuple[float, ...] = ()

    @property
    def last(self) -> int:
        """The last step; 0 where there is none."""
        return self.steps[-1] if self.steps else 0

    def mean(self, after: float, until: float) -> float:
        """Over the stretches that end in those steps, each as long as it is; NaN where none
        does.
        """
        found = [(value, long) for step, value, long in self._stretches if after < step <= until]
        count = sum(long for _, long in found)
        return sum(value * long for value, long in found) / count if count else nan

    def peak(self, length: int) -> float:
        """The highest mean of `length` steps that follow each other; NaN where there are none."""
        totals: dict[int, tuple[float, int]] = {}
        for step, value, long in self._stretches:
            total, count = totals.get((step - 1) // length, (0.0, 0))
            totals[(step - 1) // length] = total + value * long, count + long
        return max((total / count for total, count in totals.values()), default=nan)

    @property
    def _stretches(self) -> Iterator[tuple[int, float, int]]:
        """The last step of each, its mean, and its steps."""
        befores = (0, *self.steps)
        for before, step, value in zip(befores, self.steps, self.means, strict=False):
            yield step, value, step - before


@dataclass(frozen=True)
class Evaluation:
    """One of those that decide."""

    step: int
    epoch: int
    train: float
    """The loss of the training part."""
    val: float | None


@dataclass(frozen=True)
class Evidence:
    """What is known of a run; what isn't, is left out."""

    plan: "Plan | None" = None
    """The experiment as it is now, held against its data."""
    layers: LayersFrame | None = None
    first_gradient: float = nan
    """The largest |gradient| of a layer at the first moment that was looked at."""
    losses: Curve = Curve()
    """Of the batches, step by step."""
    evaluations: tuple[Evaluation, ...] = ()
    class_names: tuple[str, ...] = ()
    class_counts: tuple[int, ...] = ()
    """Samples of the training part by class; none for values."""
    confusion: tuple[tuple[int, ...], ...] = ()
    """Rows are the truth, columns the answer."""
    spreads: tuple[tuple[str, float], ...] = ()
    """The name of each input and its standard deviation, as the network gets it."""
    culprit: Culprit | None = None
    """Where the run has diverged."""
