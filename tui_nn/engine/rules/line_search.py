"""How far along a direction: a step that meets the strong Wolfe conditions.

Nocedal & Wright 2006, algorithms 3.5 and 3.6, with the guards of minFunc as torch has them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

DECREASE = 1e-4
"""Share of the decrease that the slope promises which a step has to bring."""
FLATNESS = 0.9
"""Share of the slope at the start which may be left at its end."""
SMALLEST = 1e-9
"""A bracket in which no number moves by more is not looked into, whatever `tolerance_change` is."""
EDGE = 0.1
"""Share of a bracket that counts as its edge."""


@dataclass(frozen=True)
class Point:
    """A place along the direction. Lengths and slopes are floats or tensors of one number."""

    length: Any
    loss: float
    gradient: Tensor
    """Of all parameters in a row."""
    slope: Any
    """Of the loss along the direction."""


Ask = Callable[[Any], Point]


@dataclass
class Search:
    """One search from `start`, which `ask`s for the loss at most `most` + 1 times."""

    ask: Ask
    start: Point
    most: int
    reach: Any
    """The largest number of the direction."""
    asked: int = 0
    """How often beyond the first time."""

    def run(self, length: Any) -> Point:
        """The step to take, beginning with one of `length`."""
        here = self.ask(length)
        before = self.start
        while self.asked < self.most:
            rises = self.asked > 1 and here.loss >= before.loss
            if self._is_too_high(here) or rises:
                return self._zoom([before, here])
            if self._is_flat(here):
                return here
            if here.slope >= 0:
                return self._zoom([before, here])
            shortest = here.length + 0.01 * (here.length - before.length)
            length = cubic_minimum(before, here, shortest, here.length * 10)
            before, here = here, self._ask_again(length)
        pair = [self.start, here]
        return pair[_lower(pair)]

    def _zoom(self, pair: list[Point]) -> Point:
        """The best point of a bracket that holds a step to take."""
        low, stalled = _lower(pair), False
        while self.asked < self.most:
            if abs(pair[1].length - pair[0].length) * self.reach < SMALLEST:
                break
            left, right = sorted((point.length for point in pair), key=float)
            length = cubic_minimum(pair[0], pair[1], left, right)
            length, stalled = _off_the_edge(length, left, right, stalled)
            here = self._ask_again(length)
            high = 1 - low
            if self._is_too_high(here) or here.loss >= pair[low].loss:
                pair[high] = here
                low = _lower(pair)
                continue
            is_done = self._is_flat(here)
            if not is_done and here.slope * (pair[high].length - pair[low].length) >= 0:
                pair[high] = pair[low]
            pair[low] = here
            if is_done:
                break
        return pair[low]

    def _ask_again(self, length: Any) -> Point:
        self.asked += 1
        return self.ask(length)

    def _is_too_high(self, point: Point) -> bool:
        limit = self.start.loss + DECREASE * point.length * self.start.slope
        return bool(point.loss > limit)

    def _is_flat(self, point: Point) -> bool:
        return bool(abs(point.slope) <= -FLATNESS * self.start.slope)


def _lower(pair: list[Point]) -> int:
    return 0 if pair[0].loss <= pair[1].loss else 1


def _off_the_edge(length: Any, left: Any, right: Any, stalled: bool) -> tuple[Any, bool]:
    """A second length near the edge of its bracket moves inwards; and whether this is a first."""
    edge = EDGE * (right - left)
    if not min(right - length, length - left) < edge:
        return length, False
    if stalled or length >= right or length <= left:
        return (right - edge if abs(length - right) < abs(length - left) else left + edge), False
    return length, True


def cubic_minimum(one: Point, other: Point, shortest: Any, longest: Any) -> Any:
    """Where the cubic through two points with their slopes is lowest (3.59), within bounds."""
    if not one.length <= other.length:
        one, other = other, one
    first = one.slope + other.slope
    first = first - 3 * (one.loss - other.loss) / (one.length - other.length)
    square = first**2 - one.slope * other.slope
    if not square >= 0:
        return (shortest + longest) / 2.0
    root = square.sqrt()
    ratio = (other.slope + root - first) / (other.slope - one.slope + 2 * root)
    return min(max(other.length - (other.length - one.length) * ratio, shortest), longest)
