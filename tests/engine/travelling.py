"""Sessions that are taken back and forth, and all that their next steps depend on."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.support import prepared
from tui_nn.engine import session as session_module
from tui_nn.engine.keeping import fingerprint
from tui_nn.engine.session import Request, Session
from tui_nn.engine.travel import go_to
from tui_nn.engine.verifying import state_hashes
from tui_nn.spec.protocol import Record

MB = 2**20


def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moments are taken as often as the clock allows."""
    monkeypatch.setattr(session_module, "DENSE_SECONDS", 0.002)


class Travelled:
    """A session with all that it told."""

    def __init__(self, text: str, *changes: str, budget: int = 64 * MB, **more: Any) -> None:
        self.records: list[Record] = []
        self.session = Session(
            prepared(text, *changes), self.records.append, history_bytes=budget, **more
        )
        self.session.begin()

    def train(self, until: int) -> dict[str, str]:
        self.session.run(Request(until=until))
        return self.state

    def go_to(self, step: int, branch: int = 0) -> dict[str, str]:
        go_to(self.session, branch, step)
        assert (self.session.branch, self.session.step) == (branch, step)
        return self.state

    @property
    def state(self) -> dict[str, str]:
        return state_of(self.session)


def state_of(session: Session) -> dict[str, str]:
    """Hashes of all that the next steps depend on, decisions included."""
    moment = session.moment()
    decided = {k: v for k, v in asdict(moment.decided).items() if k != "best"}
    best = moment.decided.best and (moment.decided.best.step, moment.decided.best.value)
    experiment = fingerprint(session.training.plan.experiment.table)
    said = {
        "decided": str((decided, best, moment.limit, moment.reason)),
        "experiment": experiment,
    }
    return state_hashes(session.training) | said
