"""`nn-tui engine`: commands in, events out, until its input closes, it is stopped, or signalled.

Nothing but the protocol reaches the stream: it goes through a duplicate of standard output, which
itself leads to standard error. torch is loaded after the first line is said.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tui_nn.engine.connections import Connections, claim_stdout
from tui_nn.spec.protocol import encode
from tui_nn.spec.protocol.messages import Present

STAY_SECONDS = 3600.0
"""How long a paused run waits for somebody to come back, where the engine stays."""
FAREWELL_SECONDS = 10.0
"""How long the last lines may take to be read."""


class Signals:
    """SIGINT, SIGTERM and SIGHUP save and end; a second one leaves at once."""

    def __init__(self, connections: Connections) -> None:
        self.received: int | None = None
        self._connections = connections

    def handle(self, number: int, frame: FrameType | None) -> None:
        """A signal's handler."""
        if self.received is not None:
            os._exit(128 + number)
        self.received = number
        self._connections.wake()

    @contextmanager
    def obeyed(self, *, stay: bool) -> Iterator[None]:
        """Obey them inside; an engine that stays outlives the terminal it was started from."""
        heard = (signal.SIGINT, signal.SIGTERM, *(() if stay else (signal.SIGHUP,)))
        before = {number: signal.signal(number, self.handle) for number in heard}
        if stay:
            before[signal.SIGHUP] = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Presence:
    """Whether the engine is still needed."""

    def __init__(self, connections: Connections, signals: Signals, *, stay: bool) -> None:
        self._connections, self._signals, self._stay = connections, signals, stay
        self._idle_since: float | None = None

    def is_over(self, *, busy: bool, ended: bool) -> bool:
        """Whether to save and leave: signalled, or alone with nothing to do.

        `busy`: training has something to do; `ended`: the run has come to its end.
        """
        if self._signals.received is not None:
            return True
        if self._connections.anybody:
            self._idle_since = None
            return False
        if not self._stay or ended:
            return True
        if busy:
            return False
        now = time.monotonic()
        self._idle_since = self._idle_since or now
        return now - self._idle_since > STAY_SECONDS


def serve(*, stay: bool = False) -> int:
    """Serve whoever is at standard input, then whoever comes in through the run's socket.

    `stay`: when the input closes, train on to the end instead of ending. The exit code.
    """
    own = claim_stdout()
    connections = Connections()
    signals = Signals(connections)
    with signals.obeyed(stay=stay):
        connections.open_pipe(0, own)
        connections.broadcast(encode(Present(state="loading", words="loading PyTorch …")))
        from tui_nn.engine.driver import Driver

        driver = Driver(connections, Presence(connections, signals, stay=stay).is_over)
        driver.telling.tell_present()
        while not driver.is_over:
            driver.turn()
        driver.settle()
        if signals.received is not None:
            driver.finish("interrupted")
        driver.close()
        driver.telling.tell_present()
        connections.close(FAREWELL_SECONDS)
    return 0 if signals.received is None else 128 + signals.received
