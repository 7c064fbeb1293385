"""Frames for those who watch: made between blocks of steps, paid from their purse."""

import time

from msgspec.structs import replace

from tui_nn.engine.connections import Connection, Connections, problem
from tui_nn.engine.probes.look import look
from tui_nn.engine.probes.view import View
from tui_nn.engine.probes.watching import Moment, Watches
from tui_nn.engine.session import Session
from tui_nn.spec.protocol import commands as do
from tui_nn.spec.protocol import encode
from tui_nn.spec.protocol.frames import AnyFrame, Probes

GRAIN_S = 0.004
"""So far apart, at least, is it asked what is due while training runs: a step may be shorter."""


class Watching:
    """The watches of all connections."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self._watches = Watches()
        self._by_number: dict[int, Connection] = {}
        self._asked_at = self._foreseen_at = 0.0
        self._is_awaited = False
        """Whether the step that is being made was foreseen to be shown."""

    def add(self, connection: Connection, what: do.Watch) -> None:
        """Watch from now on."""
        self._by_number[id(connection)] = connection
        self._watches.add((id(connection), what.watch), what.probe, what.rate)

    def remove(self, connection: Connection, watch: int) -> None:
        """Watch it no more."""
        self._watches.remove((id(connection), watch))

    def seen(self, connection: Connection, what: do.Seen) -> None:
        """A frame has arrived."""
        self._watches.seen((id(connection), what.watch), what.number)

    def leave(self, connection: Connection) -> None:
        """A connection has gone."""
        self._watches.leave(id(connection))
        self._by_number.pop(id(connection), None)

    def evaluated(self) -> None:
        """There are new metrics."""
        self._watches.evaluated()

    def wants_before(self, now: float, *, running: bool) -> bool:
        """Whether a probe that is due soon shows what the next step does to the parameters."""
        self._is_awaited = False
        if not running:
            return self._watches.wants_before(now, running=False)
        if self._watches and now - self._foreseen_at >= GRAIN_S:
            self._foreseen_at = now
            self._is_awaited = self._watches.wants_before(now, running=True)
        return self._is_awaited

    def renew(self) -> None:
        """Settings are others: what is shown of this moment holds no longer."""
        self._watches.renew()

    def show(
        self, session: Session, looks: int, now: float, *, running: bool, spare_s: float = 0.0
    ) -> bool:
        """Send the frames that are due, while training stands still one alone; whether more are.

        `now`: a monotonic clock, for all that is shown of this moment; of a paced step when it was
        to be made, so that a watch no slower than the pace gets every step. `spare_s`: so long
        training may wait for the frames.
        """
        is_too_soon = running and not self._is_awaited and now - self._asked_at < GRAIN_S
        if not self._watches or is_too_soon:
            return False
        self._asked_at = now
        moment = Moment(session.branch, session.step, session.phase, looks, session.lit)
        has_before = session.before is not None
        due = self._watches.due(
            now, moment, running=running, has_before=has_before, spare_s=spare_s
        )
        for watch in due if running else due[:1]:
            began = time.monotonic()
            connection = self._by_number[watch.key[0]]
            number = watch.number + 1
            try:
                frame = look(view(session, running=running), watch.probe)
                frame = replace(frame, watch=watch.key[1], number=number)
                connection.send(encode(frame))
            except Exception as error:  # noqa: BLE001 (training goes on, whatever a look ends in)
                self._watches.remove(watch.key)
                found = problem(None, error)
                words = f"watch {watch.key[1]}: {found.message}"
                connection.send(encode(replace(found, message=words)))
                continue
            self._watches.sent(watch.key, now, moment, time.monotonic() - began)
        return not running and len(due) > 1

    def inspect(self, session: Session, probe: Probes) -> AnyFrame:
        """One look, now; InvalidInput where the probe does not apply."""
        return look(view(session), probe)


def view(session: Session, *, running: bool = False) -> View:
    """The present moment, as a probe sees it."""
    training = session.training
    return View(
        trainer=training.trainer,
        split=training.prepared.split,
        parts=training.parts,
        phase=session.phase,
        branch=session.branch,
        loss=session.loss,
        before=session.before,
        start=session.start,
        lit=session.lit,
        batch=training.trainer.batches.latest(),
        past=session.past,
        running=running,
    )
