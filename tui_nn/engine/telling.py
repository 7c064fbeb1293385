"""What an engine tells, and to whom: records and where training stands to all, answers to one."""

import time

from tui_nn.engine.connections import Arrival, Connections, problem
from tui_nn.engine.loading import Loaded
from tui_nn.engine.session import Session
from tui_nn.engine.starting import Listener
from tui_nn.engine.stepper import Stepper
from tui_nn.engine.watching import Watching
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Evaluated, Record, State, encode
from tui_nn.spec.protocol.disk import Finds
from tui_nn.spec.protocol.frames import AnyFrame
from tui_nn.spec.protocol.messages import Answer, Present

PRESENT_SECONDS = 0.1
"""How often it is told where training stands while it runs."""


class Telling:
    """Where training stands, and everybody who hears of it."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.watching = Watching(connections)
        self.stepper = Stepper()
        self.loaded: Loaded | None = None
        self.state: State = "ready"
        self.words = ""
        """How it came to this state, for a person."""
        self.listener = Listener(self.record, self.say, past=self.record)
        self.held: list[Record] | None = None
        """Records of a run that is being loaded."""
        self.unkept: list[Record] = []
        """Records of a run that has no folder yet."""
        self._told_at = 0.0

    @property
    def session(self) -> Session:
        """InvalidInput where nothing is loaded."""
        if self.loaded is None:
            raise InvalidInput("nothing is loaded", hint="send load first")
        return self.loaded.session

    def present(self) -> Present:
        """Where training stands."""
        if self.loaded is None:
            return Present(state=self.state, words=self.words)
        session = self.loaded.session
        trainer, keeper = session.training.trainer, session.keeper
        return Present(
            state=self.state,
            branch=session.branch,
            step=session.step,
            epoch=session.epoch,
            phase=session.phase,
            look=self.stepper.looks,
            layer=session.lit,
            head=session.head,
            changes=session.changes,
            lr=trainer.lr,
            run=str(keeper.folder.path.resolve()) if keeper else "",
            words=self.words,
        )

    def tell_present(self) -> None:
        """Tell everybody where training stands."""
        self._told_at = time.monotonic()
        self.connections.broadcast(encode(self.present()))

    def tell_present_now_and_then(self) -> None:
        """The same, while training runs."""
        if time.monotonic() - self._told_at > PRESENT_SECONDS:
            self.tell_present()

    def say(self, words: str) -> None:
        """Tell words that belong to no record."""
        self.words = words
        self.tell_present()

    def record(self, record: Record) -> None:
        """Tell a record; those of a run that is being loaded wait."""
        if isinstance(record, Evaluated):
            self.watching.evaluated()
        if self.held is not None:
            self.held.append(record)
            return
        if self.loaded and self.loaded.runs and self.loaded.session.keeper is None:
            self.unkept.append(record)
        self.connections.broadcast(encode(record), urgent=False)

    def answer(
        self, asked: Arrival, frame: AnyFrame | None = None, found: Finds | None = None
    ) -> None:
        """Tell whoever asked that it was carried out."""
        number = getattr(asked.what, "id", 0)
        answer = Answer(id=number, present=self.present(), frame=frame, found=found)
        asked.connection.send(encode(answer))

    def refuse(self, asked: Arrival, error: Exception) -> None:
        """Tell whoever asked why it was not."""
        asked.connection.send(encode(problem(getattr(asked.what, "id", None), error)))

    def show(self, now: float, *, running: bool, spare_s: float = 0.0) -> bool:
        """Send the frames that are due `now`: see `Watching.show`."""
        if self.loaded is None:
            return False
        return self.watching.show(
            self.loaded.session, self.stepper.looks, now, running=running, spare_s=spare_s
        )
