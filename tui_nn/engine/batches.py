"""The training samples in the order that DataLoader(shuffle=…, generator=g) gives them."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

import torch
from torch import Tensor

from tui_nn.engine.gather import gather, gathered_bytes

GATHER_BYTES = 64 * 2**20
"""An epoch of up to this size is put in order at once; its batches are views."""

VIEWS_AT_ONCE = 10_000
"""Batches beyond so many come one by one: their views would fill memory."""


@dataclass(frozen=True)
class Place:
    """Where in the data training stands."""

    generator: Tensor
    order: Tensor | None
    """The epoch's samples in order; None before the first, or unshuffled."""
    epochs_begun: int
    done: int
    """Samples done of this epoch."""


class Batches:
    """Endless batches (x, y): every sample once an epoch, the last short batch included.

    `x` (n, *input shape), `y` (n, …) on one device; `seed` starts the order.
    """

    def __init__(self, x: Tensor, y: Tensor, batch_size: int, shuffle: bool, seed: int) -> None:
        self.x, self.y = x, y
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.epochs_begun = 0
        self._generator = torch.Generator().manual_seed(seed)
        self._order: Tensor | None = None
        self._count = len(x)
        self._done = self._count
        self._before = self._done
        self._coming: Iterator[tuple[Tensor, Tensor]] = iter(())

    @property
    def per_epoch(self) -> int:
        """Batches of a whole epoch."""
        return -(-self._count // self.batch_size)

    @property
    def left(self) -> int:
        """Batches left of the epoch that has begun; 0 at its end, and before the first."""
        return -(-(self._count - self._done) // self.batch_size)

    @property
    def epochs_done(self) -> int:
        """Whole epochs done."""
        return self.epochs_begun - (self._done < self._count)

    def steps_until(self, epoch: int) -> int:
        """Batches until `epoch` whole epochs are done; not above 0 where they are."""
        return self.left + (epoch - self.epochs_begun) * self.per_epoch

    def next(self) -> tuple[Tensor, Tensor]:
        """The next batch."""
        if self._done == self._count:
            self._order = self._draw_order()
            self._coming = self._ordered(0)
            self.epochs_begun += 1
            self._done = 0
        self._before = self._done
        self._done = min(self._done + self.batch_size, self._count)
        return next(self._coming)

    def latest(self) -> Tensor | None:
        """Which samples the latest batch held, int64 (samples,); None where none was drawn yet."""
        if self._before >= self._done:
            return None
        order = torch.arange(self._count) if self._order is None else self._order
        return order[self._before : self._done]

    def coming(self) -> Tensor:
        """Which samples the next batch will hold, int64 (samples,); nothing is drawn by it."""
        order, done = self._order, self._done
        if done == self._count:
            order, done = self.twin()._draw_order(), 0
        order = torch.arange(self._count) if order is None else order
        return order[done : done + self.batch_size]

    def twin(self) -> "Batches":
        """Others that stand at the same place and go on by themselves."""
        twin = copy(self)
        twin._generator = torch.Generator()
        twin.go_to(self.place())
        return twin

    def recall(self, samples: int) -> None:
        """The latest batch held so many samples: training stands behind it again."""
        self._before = self._done - samples

    def place(self) -> Place:
        """What `go_to` needs to continue here."""
        return Place(self._generator.get_state(), self._order, self.epochs_begun, self._done)

    def go_to(self, place: Place) -> None:
        """Continue where `place` was taken, with the same batches."""
        self._generator.set_state(place.generator)
        self._order, self.epochs_begun, self._done = place.order, place.epochs_begun, place.done
        self._before = self._done
        if place.epochs_begun:
            self._coming = self._ordered(place.done)

    def cut_anew(self, batch_size: int) -> None:
        """Batches of another size from here on, of what is left of this epoch too."""
        self.batch_size = batch_size
        self.go_to(self.place())

    def recode(self, y: Tensor) -> None:
        """The same targets in another coding, from here on."""
        self.y = y
        self.go_to(self.place())

    def exchange(self, x: Tensor, y: Tensor, batch_size: int) -> None:
        """Other samples from here on, in batches of this size.

        Of an epoch that has begun as many whole batches count as done, but for one at least; those
        left come in an order drawn anew.
        """
        at_end = self._done == self._count
        self.x, self.y, self._count, self.batch_size = x, y, len(x), batch_size
        if self._order is not None:
            shuffled = torch.randperm(self._count, generator=self._generator)
            self._order = None if at_end else shuffled
        batches = min(self._done, self._count - 1) // batch_size
        self._done = self._count if at_end else batches * batch_size
        self.go_to(self.place())

    def start_anew(self, seed: int) -> None:
        """Draw the orders to come as from this seed; the present epoch keeps its own."""
        self._generator.manual_seed(seed)

    def _draw_order(self) -> Tensor | None:
        if not self.shuffle:
            return None
        # A DataLoader draws one number for its workers, then the order, and once it is exhausted
        # one more order that nobody sees.
        if self.epochs_begun:
            torch.randperm(len(self.x), generator=self._generator)
        torch.empty((), dtype=torch.int64).random_(generator=self._generator)
        return torch.randperm(len(self.x), generator=self._generator)

    def _ordered(self, done: int) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of the present epoch behind its first `done` samples."""
        size, x, y = self.batch_size, self.x, self.y
        if self._order is None and not done and self._count <= size:
            return iter(((x, y),))
        order = torch.arange(self._count) if self._order is None else self._order
        if done:
            order = order[done:]
        order = order.to(x.device)
        if self._count - done <= size:
            return iter(((x.index_select(0, order), y.index_select(0, order)),))
        if self._at_once:
            return zip(gather(x, order, size), gather(y, order, size), strict=True)
        return ((x.index_select(0, part), y.index_select(0, part)) for part in order.split(size))

    @property
    def _at_once(self) -> bool:
        """Whether the batches of an epoch are views of one tensor, or come one by one."""
        needed = sum(gathered_bytes(samples, self.batch_size) for samples in (self.x, self.y))
        return needed <= GATHER_BYTES and self.per_epoch <= VIEWS_AT_ONCE
