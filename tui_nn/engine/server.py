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
from typing import TYPE_CHECKING

from tui_nn.engine.connections import Connections, claim_stdout
from tui_nn.spec.protocol import encode
from tui_nn.spec.protocol.messages import Present

if TYPE_CHECKING:
    from tui_nn.engine.driver import Driver

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

        driver = Driver(connections)
        driver.telling.tell_present()
        _serve(driver, signals, stay=stay)
        if signals.received is not None:
            driver.finish("interrupted")
        driver.close()
        driver.telling.tell_present()
        connections.close(FAREWELL_SECONDS)
    return 0 if signals.received is None else 128 + signals.received


def _serve(driver: "Driver", signals: Signals, *, stay: bool) -> None:
    alone_since: float | None = None
    while signals.received is None and not driver.is_over:
        if driver.connections.anybody:
            alone_since = None
        elif not stay or driver.has_ended:
            return
        elif not driver.is_busy:
            alone_since = alone_since or time.monotonic()
            if time.monotonic() - alone_since > STAY_SECONDS:
                return
        driver.turn(None if alone_since is None else 1.0)
