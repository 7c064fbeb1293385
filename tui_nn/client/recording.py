"""A recorded run, played as if it happened now: no process, the same events."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from tui_nn.client.delivery import Delivery
from tui_nn.client.reception import LONGEST, Reception
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import STATE_AFTER, Ended, Event, Started, State, Stepped
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Present
from tui_nn.wire import CHUNK, Lines

WAIT_S = 0.1
"""How often a file that grows is read again."""


class Recording(Delivery):
    """Plays a run's events.jsonl by the time each record came at.

    Its `Present`s tell how playing stands: `running`, `paused`, at the end how the run ended.
    Going back starts anew: a `Present` with the state `loading`, then all up to there at once.
    """

    def __init__(
        self,
        path: Path,
        on_event: Callable[[Told], None] | None = None,
        *,
        speed: float = 1.0,
        grows: Callable[[], bool] = lambda: False,
    ) -> None:
        """`speed` 1: as fast as it was; 0: at once. `grows`: whether the file is still written to,
        and what comes is waited for at its end. InvalidInput where the file can't be read.
        """
        super().__init__(on_event)
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise InvalidInput(f"can't be read: {error.strerror}", where=str(path)) from None
        self._grows = grows
        self._reception = Reception("the recording")
        self._clock = _Clock(speed)
        self._changed = threading.Condition()
        self._is_closed = self._is_rewound = False
        self._last: Event | None = None
        self._ended: Ended | None = None
        self._thread = threading.Thread(target=self._play, name="recording", daemon=True)

    @property
    def garbage(self) -> int:
        """Lines that could not be read."""
        return self._reception.garbage

    def start(self) -> None:
        """Begin to play."""
        self._thread.start()

    def play(self, speed: float) -> None:
        """Go on, so many times as fast as it was; 0: the rest at once."""
        with self._changed:
            self._clock.run(speed, self._told_s)
            self._changed.notify()

    def pause(self) -> None:
        """Stop where it is."""
        with self._changed:
            self._clock.stop(self._told_s)
            self._changed.notify()

    def seek(self, elapsed_s: float) -> None:
        """Go to a time of the recording, and on from there; where all came at once, stop there."""
        with self._changed:
            self._is_rewound |= elapsed_s < self._told_s
            self._clock.go_to(elapsed_s)
            self._changed.notify()

    def close(self) -> None:
        """Tell no more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if not self._thread.is_alive():
            self._file.close()
        elif threading.current_thread() is not self._thread:
            self._thread.join()

    @property
    def at_s(self) -> float:
        """The time of the recording that is being played."""
        with self._changed:
            return self._clock.now(self._told_s)

    @property
    def _told_s(self) -> float:
        return self._last.elapsed_s if self._last else 0.0

    def _play(self) -> None:
        with self._file:
            while True:
                self._tell_all()
                with self._changed:
                    self._changed.wait_for(lambda: self._is_rewound or self._is_closed)
                    if self._is_closed:
                        break
                    self._is_rewound = False
                    self._last = self._ended = None
                self._tell("loading")
        self._finish()

    def _tell_all(self) -> None:
        """From the beginning to the end, or until somebody goes back."""
        for event in self._events():
            if not self._is_due(event):
                return
            if isinstance(event, Ended):
                self._ended = event
            elif isinstance(event, Started | Stepped):
                self._ended = None
            self._deliver(event)
        if self._ended:
            self._tell(STATE_AFTER[self._ended.reason], self._ended.message)
        else:
            self._tell("stopped", "the recording ends here")
        self._finish()

    def _events(self) -> Iterator[Told]:
        self._file.seek(0)
        lines = Lines(LONGEST)
        while True:
            may_grow = self._grows()
            data = self._file.read(CHUNK)
            for line in lines.feed(data):
                if event := self._reception.take(line):
                    yield event
            if not data and not (may_grow and self._waits()):
                return  # what follows the last end of a line was cut off with the run

    def _waits(self) -> bool:
        """For more; False where somebody goes back or closes."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._is_rewound or self._is_closed, WAIT_S)

    def _is_due(self, event: Told) -> bool:
        """Wait until its time has come; False where somebody goes back or closes."""
        while True:
            with self._changed:
                if self._is_rewound or self._is_closed:
                    return False
                state: State = "running" if self._clock.runs else "paused"
                if state == self.state:
                    at = event.elapsed_s if isinstance(event, Event) else 0.0
                    left = self._clock.seconds_until(at)
                    if left <= 0:
                        self._last = event if isinstance(event, Event) else self._last
                        return True
                    self._changed.wait(None if left == math.inf else left)
                    continue
            self._tell(state)

    def _tell(self, state: State, words: str = "") -> None:
        branch, step = (self._last.branch, self._last.step) if self._last else (0, 0)
        self._deliver(Present(state=state, branch=branch, step=step, words=words))


class _Clock:
    """The recording's own time: runs, stops, is set. Seconds."""

    def __init__(self, speed: float) -> None:
        self.runs = True
        self._speed = speed
        self._at = 0.0
        self._since = time.monotonic()

    def run(self, speed: float, told_s: float) -> None:
        self._at = self.now(told_s)
        self.runs = True
        self._speed = speed
        self._since = time.monotonic()

    def stop(self, told_s: float) -> None:
        """`told_s` is where it stands if all comes at once."""
        self._at = self.now(told_s)
        self.runs = False

    def go_to(self, at: float) -> None:
        self._at = at
        self._since = time.monotonic()
        self.runs = self.runs and self._speed > 0

    def seconds_until(self, at: float) -> float:
        """Of real time; inf where it stands still before."""
        now = self.now(math.inf)
        if at <= now:
            return 0.0
        return (at - now) / self._speed if self.runs else math.inf

    def now(self, at_once: float) -> float:
        """`at_once` is where it stands if all comes at once."""
        if not self.runs:
            return self._at
        if not self._speed:
            return at_once
        return self._at + (time.monotonic() - self._since) * self._speed
