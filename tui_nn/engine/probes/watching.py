"""Who watches what, and the purse that pays for it.

Pure bookkeeping: times are given, nothing is looked at here. While training runs, watching may
cost `SHARE` of wall time. Every watch has a purse of its own, filled evenly from that share; what
a full purse leaves goes to the others. So a cheap probe comes as often as its rate allows, and a
dear one seldom, but it comes. The first frame of a watch is free, as all are while training stands
still, and those for which there is time while it waits for its pace.
"""

from dataclasses import dataclass, replace
from math import inf

from tui_nn.spec.protocol import Phase, frames
from tui_nn.spec.protocol.frames import Probes

SHARE = 0.03
"""Of wall time, for all watches together, while training runs."""
PURSE_S = 0.1
"""A purse holds this much, or the price of one frame where that is more; it is full when training
begins to run, so that a short run is seen as well.
"""
FAST, SLOW = 20.0, 5.0
"""Frames a second at most, of curves and statistics, and of everything larger."""
SLOWER = (
    frames.Device,
    frames.Samples,
    frames.Map,
    frames.Responses,
    frames.Weights,
    frames.Activations,
    frames.LayerPass,
    frames.Number,
    frames.NextSteps,
    frames.WeightUpdate,
)
CLOCK_S = 1e-6
"""What times lose when they are added up."""
SPIKE = 4
"""A look that took longer than so many times its price was held up by something else."""
ONCE_AN_EVALUATION = (frames.Predictions, frames.Confusion)
NEEDS_BEFORE = (
    frames.TrainingStep,
    frames.Layers,
    frames.Weights,
    frames.LayerPass,
    frames.Number,
    frames.WeightUpdate,
)
"""Probes that show what an update did, or what led to it."""

Key = tuple[int, int]
"""A connection, and the number that it gave its watch."""


@dataclass(frozen=True)
class Moment:
    """Where training stands; while it stops, each is looked at once."""

    branch: int
    step: int
    phase: Phase
    look: int = 0
    """Which pass through forward and gradient this is, inside a step."""
    layer: str = ""
    """The layer at which it stands there."""


@dataclass
class Watched:
    """One watch."""

    key: Key
    probe: Probes
    interval_s: float
    """Between two frames, at least."""
    purse_s: float = 0.0
    number: int = 0
    """Of the last frame sent; they count from 1."""
    acknowledged: int = 0
    sent_at: float = -inf
    moment: Moment | None = None
    """That the last frame showed; None where it must be shown anew, at once."""
    evaluations: int = -1
    """How many there were when the last frame was sent."""
    costs: tuple[float, ...] = ()
    """Of the last two frames, in seconds."""
    is_free: bool = False
    """Whether the frame that is due is not paid from its purse."""

    @property
    def price(self) -> float:
        """What the next frame is expected to cost: the cheaper of the last two."""
        return min(self.costs, default=0.0)

    @property
    def full(self) -> float:
        """What its purse holds at most: a little more than the price, so that it is reached."""
        return max(PURSE_S, 1.01 * self.price)


class Watches:
    """The watches of all connections; `now` is always the same monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._watches: dict[Key, Watched] = {}
        self._evaluations = 0
        self._paid_until = inf
        self._running = False

    def __len__(self) -> int:
        return len(self._watches)

    def add(self, key: Key, probe: Probes, rate: float) -> None:
        """Watch `probe`, at most `rate` frames a second; a watch with this key is replaced."""
        most = min(rate, SLOW if isinstance(probe, SLOWER) else FAST)
        old = self._watches.get(key)
        self._watches[key] = Watched(
            key,
            probe,
            1 / most if most > 0 else inf,
            number=old.number if old else 0,
            acknowledged=old.number if old else 0,
        )

    def remove(self, key: Key) -> None:
        """Watch it no more; a key that is unknown is none."""
        self._watches.pop(key, None)

    def leave(self, connection: int) -> None:
        """Remove all watches of a connection."""
        for key in [key for key in self._watches if key[0] == connection]:
            del self._watches[key]

    def seen(self, key: Key, number: int) -> None:
        """A frame has arrived; the next one may follow."""
        watch = self._watches.get(key)
        if watch is not None and number <= watch.number:
            watch.acknowledged = max(watch.acknowledged, number)

    def evaluated(self) -> None:
        """There are new metrics: what is watched once an evaluation is due again."""
        self._evaluations += 1

    def renew(self) -> None:
        """Something else changed (another experiment, seed or loss): every watch is due again,
        though step and phase may be the same.
        """
        for watch in self._watches.values():
            watch.moment = None

    def due(
        self,
        now: float,
        moment: Moment,
        *,
        running: bool,
        has_before: bool = True,
        spare_s: float = 0.0,
    ) -> list[Watched]:
        """What is to be looked at now, the cheapest first; each look is told by `sent`.

        Stopped, every watch is due once a moment, whatever it costs. Running, what shows an update
        waits for a step of which the parameters before it are known (`has_before`), and all that is
        ready waits with it: it is shown of the same step. What fits into `spare_s`, in which
        training would wait, is free.
        """
        self._earn(now, running=running)
        ready = []
        phase = replace(moment, layer="")
        for watch in sorted(self._watches.values(), key=lambda watch: watch.price):
            watch.is_free = not running or watch.price <= spare_s
            is_new = watch.moment != (moment if _follows_layers(watch) else phase)
            if is_new and self._is_ready(watch, now, running=running, is_free=watch.is_free):
                ready.append(watch)
                spare_s -= watch.price if watch.is_free else 0.0
        if running and not has_before and any(map(_needs_before, ready)):
            return []
        return ready

    def wants_before(self, now: float, *, running: bool) -> bool:
        """Whether a probe that will be due behind the next step needs the parameters before it;
        where training stands then, any watch will be.
        """
        return any(
            _needs_before(watch) and (not running or self._is_ready(watch, now, running=True))
            for watch in self._watches.values()
        )

    def sent(self, key: Key, now: float, moment: Moment, cost_s: float) -> int:
        """What was due `now` was made a frame; the number it goes by, 0 for a watch that is gone.

        `cost_s`: of looking, encoding and writing, as far as training waited for it.
        """
        watch = self._watches.get(key)
        if watch is None:
            return 0
        watch.number += 1
        watch.sent_at = now
        watch.moment = moment if _follows_layers(watch) else replace(moment, layer="")
        watch.evaluations = self._evaluations
        if self._running and watch.costs and not watch.is_free:
            watch.purse_s -= min(cost_s, SPIKE * watch.price)
        watch.costs = (*watch.costs[-1:], cost_s)
        return watch.number

    def _is_ready(
        self, watch: Watched, now: float, *, running: bool, is_free: bool = False
    ) -> bool:
        """Whether a moment that it has not shown yet may be shown now."""
        if watch.acknowledged < watch.number:
            return False
        if not running or watch.moment is None:
            return True
        is_known = watch.evaluations == self._evaluations
        if isinstance(watch.probe, ONCE_AN_EVALUATION) and is_known and not is_free:
            return False
        if now - watch.sent_at < watch.interval_s - CLOCK_S:
            return False
        return is_free or watch.purse_s >= watch.price

    def _earn(self, now: float, *, running: bool) -> None:
        """Share out what the time since the last call has earned."""
        if running and not self._running:
            for watch in self._watches.values():
                watch.purse_s = watch.full
        self._running = running
        since, self._paid_until = self._paid_until, now
        left = SHARE * max(0.0, now - since)
        for _ in self._watches:
            with_room = [w for w in self._watches.values() if w.purse_s < w.full]
            if not with_room:
                return
            even = left / len(with_room)
            for watch in with_room:
                given = min(even, watch.full - watch.purse_s)
                watch.purse_s += given
                left -= given


def _follows_layers(watch: Watched) -> bool:
    """Whether it shows the layer at which training stands, whichever that is."""
    return isinstance(watch.probe, frames.LayerPass) and not watch.probe.layer


def _needs_before(watch: Watched) -> bool:
    return isinstance(watch.probe, NEEDS_BEFORE)
