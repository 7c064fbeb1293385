"""An engine elsewhere is reached before the screen is taken: ssh may ask for a password first."""

import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from tui_nn.client import Client
from tui_nn.spec.errors import NNError
from tui_nn.spec.protocol.lines import Told

POLL_S = 0.1
LIMIT_S = 300.0
"""A person looks for a password."""
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Interrupted(BaseException):
    """A signal came."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def interruptible() -> Iterator[None]:
    """A signal inside raises `Interrupted`: the app's loop, which hears them else, stands still."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    loop = signal.set_wakeup_fd(-1)
    before = {number: signal.signal(number, interrupt) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(loop, warn_on_full_buffer=False)


class Greeted:
    """A client whose engine has said hello; what it tells waits until somebody takes it over."""

    def __init__(self, command: Sequence[str], *, stays: bool) -> None:
        self._told: deque[Told] = deque()
        self._hear: Callable[[Told], None] | None = None
        self._lock = threading.Lock()
        self.client = Client(command, self._keep, stays=stays, asks=True, start_limit_s=LIMIT_S)

    def take_over(self, hear: Callable[[Told], None]) -> Client:
        """From now on events go to `hear`, first those that came already."""
        with self._lock:
            while self._told:
                hear(self._told.popleft())
            self._hear = hear
        return self.client

    def _keep(self, told: Told) -> None:
        """In the client's thread."""
        with self._lock:
            if self._hear is None:
                self._told.append(told)
            else:
                self._hear(told)


def greet(command: Sequence[str]) -> Greeted:
    """Start the command and wait for its hello; NNError where it is none of ours.

    What ssh and a login shell say goes to standard error; what ssh asks it asks on the terminal.
    """
    greeted = Greeted(command, stays="--stay" in command)
    client = greeted.client
    sys.stderr.write("nn-tui: waiting for the engine …\n")
    sys.stderr.flush()
    client.start()
    try:
        _wait(client)
    except BaseException:
        client.close(stop=False, patience_s=1.0)
        raise
    if client.hello is None:
        raise NNError(client.present.words)
    return greeted


def _wait(client: Client) -> None:
    """Until it has said hello or is gone. A line is passed on a moment late: the last ones of a
    command that ends are its refusal.
    """
    banner, errors = _PassedOn(), _PassedOn()
    while client.hello is None and client.state != "offline":
        banner.take(client.banner)
        errors.take(client.stderr)
        sys.stderr.flush()
        time.sleep(POLL_S)


class _PassedOn:
    """Lines of a list that grows."""

    def __init__(self) -> None:
        self._written = self._seen = 0

    def take(self, lines: Sequence[str]) -> None:
        for line in lines[self._written : self._seen]:
            sys.stderr.write(f"{line}\n")
        self._written, self._seen = self._seen, len(lines)
