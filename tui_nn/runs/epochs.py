"""Which place in the epochs a step has, where batches and samples may change on the way."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.protocol import Changed
from tui_nn.spec.recorded import made_at_once


class Cut(NamedTuple):
    """How epochs are cut into batches from a step on."""

    step: int
    batch_size: int
    """0: all samples."""
    samples: int
    """Of the training part."""
    exchanged: bool = False
    """Whether they are others than before."""

    @property
    def size(self) -> int:
        """Of a batch."""
        return min(self.batch_size, self.samples) or self.samples

    def begun(self, seen: int) -> int:
        """Samples that count as seen of an epoch of which `seen` were when this cut began.

        Of others as many whole batches, but for one at least.
        """
        if not self.exchanged:
            return seen
        return min(seen, self.samples - 1) // self.size * self.size

    def to_end(self, seen: int) -> int:
        """Steps to the end of the epoch of which so many samples were seen."""
        return -(-(self.samples - seen) // self.size)

    def walk(self, done: int, seen: int, steps: int) -> tuple[int, int]:
        """Whole epochs and samples of the one begun, `steps` later."""
        to_end = self.to_end(seen)
        if steps < to_end:
            return done, seen + steps * self.size
        more, inside = divmod(steps - to_end, self.to_end(0))
        return done + 1 + more, inside * self.size


def cuts_of(batch_size: int, samples: int, changes: Iterable[Changed]) -> list[Cut]:
    """The cuts of a branch, ascending, from what it began with and the changes on its way."""
    cuts = [Cut(0, batch_size, samples)]
    for together in made_at_once(changes):
        cut = cuts[-1]._replace(step=together[0].step, exchanged=False)
        for change in together:
            if change.key == "train.batch_size" and isinstance(change.new, int):
                cut = cut._replace(batch_size=change.new)
            if change.built is not None:
                cut = cut._replace(samples=change.built.train_count, exchanged=True)
        if cut.exchanged or cut.batch_size != cuts[-1].batch_size:
            cuts.append(cut)
    return cuts


def epochs_at(steps: NDArray[np.float64], cuts: Sequence[Cut]) -> NDArray[np.float64]:
    """The epochs done after each of `steps` (n,): 2.5 in the middle of the third.

    What is left of an epoch at a cut is cut anew.
    """
    corners: list[tuple[float, float]] = [(0.0, 0.0)]
    """Of the line: steps, epochs."""
    before, done, seen = cuts[0], 0, 0
    for cut in cuts:
        earlier = done
        done, seen = before.walk(done, seen, cut.step - before.step)
        corners = [corner for corner in corners if corner[0] <= cut.step]
        if done > earlier:
            corners.append((cut.step - seen // before.size, done))
        corners.append((cut.step, done + seen / before.samples))
        seen = cut.begun(seen)
        corners.append((cut.step, done + seen / cut.samples))
        if seen:
            corners.append((cut.step + cut.to_end(seen), done + 1))
        before = cut
    x, y = np.array(corners).T
    beyond: NDArray[np.float64] = y[-1] + (steps - x[-1]) / before.to_end(0)
    return np.where(steps >= x[-1], beyond, np.interp(steps, x, y))


def step_of_epoch(epoch: int, cuts: Sequence[Cut]) -> int:
    """The step with which so many epochs are done."""
    done = seen = 0
    for cut, following in zip_longest(cuts, cuts[1:]):
        seen = cut.begun(seen)
        left = epoch - done
        needed = cut.to_end(seen) + (left - 1) * cut.to_end(0) if left else 0
        if following is None or cut.step + needed <= following.step:
            break
        done, seen = cut.walk(done, seen, following.step - cut.step)
    return int(cut.step + needed)
