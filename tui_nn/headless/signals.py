"""SIGINT, SIGTERM and SIGHUP: the first ends training after its step, the second at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

OBEYED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """What has arrived so far."""

    def __init__(self) -> None:
        self.received: int | None = None
        self._on_first: Callable[[], None] | None = None

    @property
    def exit_code(self) -> int:
        return 128 + (self.received or signal.SIGINT)

    @property
    def on_first(self) -> Callable[[], None] | None:
        """What the first signal sets off; one that came before is made up for."""
        return self._on_first

    @on_first.setter
    def on_first(self, action: Callable[[], None]) -> None:
        self._on_first = action
        if self.received is not None:
            action()

    def handle(self, number: int, frame: FrameType | None) -> None:
        """A signal's handler."""
        if self.received is not None:
            os.write(2, b"\n")
            os._exit(128 + number)
        self.received = number
        if self._on_first:
            self._on_first()


@contextmanager
def obeyed_signals() -> Iterator[Signals]:
    """Obey signals inside, but for those that were ignored before (nohup); then put all back."""
    signals = Signals()
    heard = [number for number in OBEYED if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, signals.handle) for number in heard}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
