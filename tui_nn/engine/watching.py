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

    def wants_before(self, *, running: bool) -> bool:
        """Whether a probe that is due soon shows what the next step does to the parameters."""
        now = time.monotonic()
        if not self._watches or (running and now - self._foreseen_at < GRAIN_S):
            return False
        self._foreseen_at = now
        return self._watches.wants_before(now, running=running)

    def renew(self) -> None:
        """Settings are others: what is shown of this moment holds no longer."""
        self._watches.renew()

    def show(self, session: Session, looks: int, *, running: bool) -> bool:
        """Send the frames that are due, while training stands still one alone; whether more are."""
        now, has_before = time.monotonic(), session.before is not None
        is_too_soon = running and not has_before and now - self._asked_at < GRAIN_S
        if not self._watches or is_too_soon:
            return False
        self._asked_at = now
        moment = Moment(session.branch, session.step, session.phase, looks)
        due = self._watches.due(now, moment, running=running, has_before=has_before)
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
            cost = time.monotonic() - began
            self._watches.sent(watch.key, time.monotonic(), moment, cost)
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
        batch=training.trainer.batches.latest(),
        running=running,
    )
