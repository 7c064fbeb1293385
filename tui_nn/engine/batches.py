"""The training samples in the order that DataLoader(shuffle=…, generator=g) gives them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from tui_nn.engine.gather import gather, gathered_bytes

GATHER_BYTES = 64 * 2**20
"""An epoch of up to this size is put in order at once; its batches are views."""

VIEWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Place:
    """Where in the data training stands."""

    generator: Tensor
    order: Tensor | None
    """The epoch's samples in order; None before the first, or unshuffled."""
    epoch: int
    done: int
    """Batches done of this epoch."""


class Batches:
    """Endless batches (x, y): every sample once an epoch, the last short batch included.

    `x` (n, *input shape), `y` (n, …) on one device; `seed` starts the order.
    """

    def __init__(self, x: Tensor, y: Tensor, batch_size: int, shuffle: bool, seed: int) -> None:
        self.x, self.y = x, y
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.per_epoch = -(-len(x) // batch_size)
        self._generator = torch.Generator().manual_seed(seed)
        needed = gathered_bytes(x, batch_size) + gathered_bytes(y, batch_size)
        self._whole = needed <= GATHER_BYTES and self.per_epoch <= VIEWS_AT_ONCE
        self._order: Tensor | None = None
        self._epoch = -1
        self._done = self.per_epoch
        self._coming: Iterator[tuple[Tensor, Tensor]] = iter(())

    def next(self) -> tuple[Tensor, Tensor]:
        """The next batch."""
        if self._done == self.per_epoch:
            self._order = self._draw_order()
            self._coming = self._ordered()
            self._epoch += 1
            self._done = 0
        self._done += 1
        return next(self._coming)

    def place(self) -> Place:
        """What `go_to` needs to continue here."""
        return Place(self._generator.get_state(), self._order, self._epoch, self._done)

    def go_to(self, place: Place) -> None:
        """Continue where `place` was taken, with the same batches."""
        self._generator.set_state(place.generator)
        self._order, self._epoch, self._done = place.order, place.epoch, place.done
        if place.epoch >= 0:
            self._coming = islice(self._ordered(), place.done, None)

    def _draw_order(self) -> Tensor | None:
        if not self.shuffle:
            return None
        # A DataLoader draws one number for its workers, then the order, and once it is exhausted
        # one more order that nobody sees.
        if self._epoch >= 0:
            torch.randperm(len(self.x), generator=self._generator)
        torch.empty((), dtype=torch.int64).random_(generator=self._generator)
        return torch.randperm(len(self.x), generator=self._generator)

    def _ordered(self) -> Iterator[tuple[Tensor, Tensor]]:
        if self._order is None:
            return self._cut(self.x, self.y)
        order = self._order.to(self.x.device)
        if not self._whole:
            return (
                (self.x.index_select(0, part), self.y.index_select(0, part))
                for part in order.split(self.batch_size)
            )
        parts = (gather(samples, order, self.batch_size) for samples in (self.x, self.y))
        return zip(*parts, strict=True)

    def _cut(self, x: Tensor, y: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """An epoch's batches as views; so many that they would fill memory come one by one."""
        if self.per_epoch == 1:
            return iter(((x, y),))
        if self.per_epoch <= VIEWS_AT_ONCE:
            return zip(x.split(self.batch_size), y.split(self.batch_size), strict=True)
        starts = range(0, len(x), self.batch_size)
        return ((x[i : i + self.batch_size], y[i : i + self.batch_size]) for i in starts)
