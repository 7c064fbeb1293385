"""The last gradients of a run, made again when somebody asks: none are kept while training."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor, nn

from tui_nn.data.prepare import Prepared
from tui_nn.engine.state import restore
from tui_nn.engine.training import Moment
from tui_nn.engine.trying import Tensors, Tried
from tui_nn.spec.protocol import Phase

if TYPE_CHECKING:
    from tui_nn.engine.session import Session

FARTHEST = 400
"""Steps that are made again at most: gradients from farther back are not known."""
LONGEST_S = 0.5
"""As long as that may take: behind it none is known."""
INSIDE = (Phase.FORWARD, Phase.GRADIENT)


@dataclass
class _Known:
    """Optimizers that know the last gradients of some parameters, up to a step of a branch."""

    branch: int
    step: int
    network: nn.Module
    names: tuple[str, ...]
    most: int
    tries: Sequence[Tried]


class Past:
    """What led to where a session stands. Call it aside: it draws from the global generators."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._known: _Known | None = None

    def let_know(
        self, names: tuple[str, ...], most: int, begin: Callable[[], Sequence[Tried]]
    ) -> Sequence[Tried]:
        """Optimizers that know the last gradients of these parameters, `most` of them at most,
        and those of every step since they were first asked for; `begin` makes ones that know none.
        """
        session = self._session
        network, known = session.training.trainer.network, self._known
        is_same = known and (
            (known.branch, known.network, known.names, known.most)
            == (session.branch, network, names, most)
        )
        if known is None or not is_same or not self._goes_on(known):
            known = _Known(session.branch, session.step, network, names, most, begin())
            if not self._make_again(known):
                known.tries = begin()
            self._known = known
        return known.tries

    def _goes_on(self, known: _Known) -> bool:
        """Whether they know what led here, at the latest with the gradients of the last step."""
        session = self._session
        if known.step == session.step:
            return True
        parameters = dict(known.network.named_parameters())
        gradients = {name: parameters[name].grad for name in known.names}
        held = {name: gradient for name, gradient in gradients.items() if gradient is not None}
        follows = known.step == session.step - 1 and session.phase not in INSIDE
        if (
            not follows
            or session.before is None
            or len(held) < len(gradients)
            or session.training.trainer.asks_again
        ):
            return False
        for tried in known.tries:
            tried.feed(session.before, held)
        known.step = session.step
        return True

    def _make_again(self, known: _Known) -> bool:
        """Train again from a moment before, apart, and feed what the last steps come to; whether
        there was time for it.
        """
        session, until = self._session, time.monotonic() + LONGEST_S
        moment = self._moment(known.most) if session.step else None
        if moment is None:
            return True
        twin = session.training.trainer.twin(moment.prepared.plan)
        restore(twin, moment.snapshot)
        parameters = dict(twin.network.named_parameters())
        looks = 0

        def gate(phase: Phase, loss: Tensor) -> None:
            nonlocal looks
            looks += phase is Phase.GRADIENT
            is_wanted = twin.step >= session.step - known.most
            if phase is Phase.GRADIENT and looks == 1 and is_wanted:
                weights = {name: parameters[name].detach() for name in known.names}
                _feed(known.tries, weights, parameters)

        while twin.step < session.step and time.monotonic() < until:
            looks = 0
            twin.train_step(gate)
        return twin.step == session.step

    def _moment(self, most: int) -> Moment | None:
        """The nearest one `most` steps back or more, where settings were those of now; else the
        latest; None where it is too far back.
        """
        session, step = self._session, self._session.step
        lineage, prepared = session.lineage, session.training.prepared
        in_force = lineage.all_changes(session.branch)[: session.changes]
        steps = [change.step for change in in_force if change.step < step]
        since, before = max(steps, default=0), len(steps)
        way = lineage.way(session.branch) | {session.branch: (step, before)}
        for target in (max(since, step - most) + 1, step):
            moment = session.timeline.before(way, target)
            if (
                moment is not None
                and moment.changes == before
                and _same_samples(moment.prepared, prepared)
                and step - moment.step <= FARTHEST
            ):
                return moment
        return None


def _same_samples(one: Prepared, other: Prepared) -> bool:
    """Whether a twin can train them by the plan of either."""
    train, now = one.plan.experiment.train, other.plan.experiment.train
    return (
        one.split is other.split
        and one.plan.fit == other.plan.fit
        and (train.device, train.dtype) == (now.device, now.dtype)
    )


def _feed(tries: Sequence[Tried], weights: Tensors, parameters: Tensors) -> None:
    gradients = {name: parameters[name].grad for name in weights}
    held = {name: gradient for name, gradient in gradients.items() if gradient is not None}
    if len(held) == len(gradients):
        for tried in tries:
            tried.feed(weights, held)
