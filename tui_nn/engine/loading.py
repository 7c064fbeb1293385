"""From a `load` command to a session, and the folder that is made once it trains."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_nn.data.open import Opened, open_experiment, open_text
from tui_nn.engine.session import Session
from tui_nn.engine.starting import Listener, keep, resume, start
from tui_nn.runs.folder import Folder
from tui_nn.spec.protocol import Record
from tui_nn.spec.protocol import commands as do

HISTORY_MB = 256
"""Memory for going back, where the experiment doesn't say."""


@dataclass(frozen=True)
class Loaded:
    """A session, ready to train."""

    session: Session
    opened: Opened
    runs: Path | None
    """Where its folder is to be made before its first step; None where it has one, or gets none."""

    def keep(self, listener: Listener, told: Sequence[Record]) -> None:
        """Make the run's folder, with what was told so far."""
        if self.runs is not None:
            keep(self.session, self.opened, self.runs, listener)
            for record in told:
                if self.session.keeper is not None:
                    self.session.keeper.take(record)


def load(what: do.Load, folder: Folder | None, listener: Listener) -> Loaded:
    """Open what a command names; `folder`: the run that it is, if it is one. Raises InvalidInput.

    A run that goes on has begun: its records are told.
    """
    if folder is not None:
        opened = open_experiment(str(folder.experiment), tell=listener.words)
        session = resume(
            folder, opened, listener, changes=what.changes, history_bytes=_history(opened)
        )
        return Loaded(session, opened, None)
    if what.text is None:
        opened = open_experiment(what.experiment, what.changes, what.target, listener.words)
    else:
        opened = open_text(what.text, what.experiment, what.changes, listener.words)
    session = start(opened, listener, runs=None, history_bytes=_history(opened))
    session.begin()
    return Loaded(session, opened, None if what.runs is None else Path(what.runs))


def _history(opened: Opened) -> int:
    """Bytes."""
    mb = opened.prepared.plan.experiment.train.history_mb
    return (HISTORY_MB if mb is None else mb) * 10**6
