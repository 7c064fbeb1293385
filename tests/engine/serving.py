"""An engine in a thread of this process, at the other end of two pipes."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tests.support import advance_to, prepared
from tui_nn.engine.connections import Arrival, Connections
from tui_nn.engine.driver import Driver
from tui_nn.engine.session import Session
from tui_nn.spec.protocol import Phase, Record, encode
from tui_nn.spec.protocol.commands import Commands, Inspect, Load, Step
from tui_nn.spec.protocol.frames import AnyFrame, Frame, Weights, WeightsFrame
from tui_nn.spec.protocol.lines import Told, decode_told
from tui_nn.spec.protocol.messages import Answer, Present, Problem

SOON = 30.0

XOR = """
data = "xor_gate()"
network = ["Linear(2, 4)", "Tanh()", "Linear(4, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "Adam(lr=0.05)"
[train]
batch_size = 1
epochs = 500
eval_every = 4
threads = 1
"""


class Served:
    """What a client sees of the engine; everything told is kept in `told`."""

    def __init__(self, to_engine: int, from_engine: int) -> None:
        self._to_engine = to_engine
        self._from_engine = os.fdopen(from_engine, "rb")
        self._arrived: SimpleQueue[Told | None] = SimpleQueue()
        self._number = 0
        self.told: list[Told] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with self._from_engine:
            for line in self._from_engine:
                self._arrived.put(decode_told(line))
        self._arrived.put(None)

    def join(self) -> None:
        self._reader.join(SOON)

    def write(self, line: bytes) -> None:
        """Send bytes as they are."""
        os.write(self._to_engine, line)

    def send(self, command: Commands) -> int:
        """Send a command; the id its answer carries."""
        self._number += 1
        self.write(encode(msgspec.structs.replace(command, id=self._number)) + b"\n")
        return self._number

    def send_at_once(self, *commands: Commands) -> list[int]:
        """Send commands that arrive together; the ids their answers carry."""
        first = self._number + 1
        self._number += len(commands)
        numbered = [msgspec.structs.replace(c, id=first + i) for i, c in enumerate(commands)]
        self.write(b"".join(encode(command) + b"\n" for command in numbered))
        return [command.id for command in numbered]

    def next(self) -> Told | None:
        """What comes next; None where the engine has hung up."""
        told = self._arrived.get(timeout=SOON)
        if told is not None:
            self.told.append(told)
        return told

    def until(self, wanted: Callable[[Told], bool]) -> Any:
        """Read on to the first that is wanted."""
        while (told := self.next()) is not None:
            if wanted(told):
                return told
        raise AssertionError("the engine has hung up")

    def answer_to(self, number: int | None) -> Answer | Problem:
        found: Answer | Problem = self.until(
            lambda told: isinstance(told, Answer | Problem) and told.id == number
        )
        return found

    def ask(self, command: Commands) -> Answer | Problem:
        return self.answer_to(self.send(command))

    def do(self, command: Commands) -> Present:
        """Have a command carried out."""
        return self.done(self.send(command))

    def done(self, number: int) -> Present:
        """Wait until a command is carried out."""
        answer = self.answer_to(number)
        assert isinstance(answer, Answer), answer
        return answer.present

    def refused(self, command: Commands) -> Problem:
        answer = self.ask(command)
        assert isinstance(answer, Problem), answer
        return answer

    def load(self, text: str = XOR, *changes: str, runs: str | None = None) -> Present:
        return self.do(Load(experiment="test", text=text, changes=changes, runs=runs))

    def step(self, count: int = 1) -> Present:
        return self.do(Step(count=count))

    def frame(self, command: Inspect) -> AnyFrame:
        answer = self.ask(command)
        assert isinstance(answer, Answer), answer
        assert answer.frame
        return answer.frame

    def weights(self, tensor: str = "0.weight") -> NDArray[np.float32]:
        frame = self.frame(Inspect(probe=Weights(tensor=tensor)))
        assert isinstance(frame, WeightsFrame)
        return frame.value.numpy().astype(np.float32, copy=False)

    def records(self, *kinds: type[Record]) -> list[Any]:
        return [told for told in self.told if isinstance(told, kinds)]

    def frames(self) -> list[Frame]:
        return [told for told in self.told if isinstance(told, Frame)]

    def hang_up(self) -> None:
        """Close the engine's input."""
        if self._to_engine >= 0:
            os.close(self._to_engine)
            self._to_engine = -1


@contextmanager
def serving() -> Iterator[Served]:
    """An engine that leaves when its input closes."""
    read_commands, to_engine = os.pipe()
    from_engine, write_events = os.pipe()
    connections = Connections()
    connections.open_pipe(read_commands, write_events)

    def leaves(*, busy: bool, ended: bool) -> bool:
        return not connections.anybody

    def work() -> None:
        driver = Driver(connections, leaves)
        while not driver.is_over:
            driver.turn()
        driver.settle()
        driver.close()
        connections.close(SOON)
        os.close(read_commands)

    thread = threading.Thread(target=work, name="engine")
    thread.start()
    served = Served(to_engine, from_engine)
    try:
        yield served
    finally:
        served.hang_up()
        thread.join(SOON)
        assert not thread.is_alive()
        served.join()


def received(hub: Connections) -> Arrival:
    """What arrives next."""
    arrival = hub.receive(SOON)
    assert arrival
    return arrival


def weights_after(steps: int, *changes: str) -> NDArray[np.float32]:
    """Of the first layer, as training without an engine leaves them."""
    session = Session(prepared(XOR, *changes), lambda record: None)
    advance_to(session, steps)
    weights = session.training.trainer.network.state_dict()["0.weight"]
    copied: NDArray[np.float32] = weights.numpy().copy()
    return copied


def where(present: Present) -> tuple[int, Phase, str]:
    return present.step, present.phase, present.state
