"""Which place in the epochs a step has, where the batch size may change on the way."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def epochs_at(
    steps: NDArray[np.float64], samples: int, sizes: Iterable[tuple[int, int]]
) -> NDArray[np.float64]:
    """The epochs done after each of `steps` (n,): 2.5 in the middle of the third.

    `sizes` holds (step, batch size from the next step on), the first at step 0, ascending; a
    size of 0 is all `samples`. What is left of an epoch when the size changes is cut anew.
    """
    corners: list[tuple[float, float]] = [(0.0, 0.0)]
    """Of the line: steps, epochs."""
    at, done, seen, size = 0, 0, 0, samples
    """Steps gone, whole epochs in them, samples of the one begun, the batch size."""
    for step, new in sizes:
        before = done
        done, seen = _walk(samples, size, done, seen, step - at)
        corners = [corner for corner in corners if corner[0] <= step]
        if done > before:
            corners.append((step - seen // size, done))
        at, size = step, min(new, samples) or samples
        corners.append((at, done + seen / samples))
        if seen:
            corners.append((at + -(-(samples - seen) // size), done + 1))
    x, y = np.array(corners).T
    beyond: NDArray[np.float64] = y[-1] + (steps - x[-1]) / -(-samples // size)
    return np.where(steps >= x[-1], beyond, np.interp(steps, x, y))


def _walk(samples: int, size: int, done: int, seen: int, steps: int) -> tuple[int, int]:
    """Whole epochs and samples of the one begun, `steps` later."""
    to_end = -(-(samples - seen) // size)
    if steps < to_end:
        return done, seen + steps * size
    more, inside = divmod(steps - to_end, -(-samples // size))
    return done + 1 + more, inside * size
