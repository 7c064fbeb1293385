"""The engine as the app reaches it: events on the app's loop, watches as views want them."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from tui_nn.client import Client
from tui_nn.spec.protocol.commands import Commands, Inspect, Seen, Unwatch, Watch
from tui_nn.spec.protocol.frames import Frame, Probes, Samples
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Problem
from tui_nn.views.world import World

RATE = 20.0


class Link:
    """One client and what is watched through it."""

    def __init__(self, world: World, changed: Callable[[Told], None]) -> None:
        """`changed` is called on the app's loop after each event that was taken in."""
        self.world = world
        self._changed = changed
        self._client: Client | None = None
        self._waiting: deque[Told] = deque()
        self._loop = asyncio.get_running_loop()
        self._watched: dict[Probes, int] = {}
        self._by_number: dict[int, Probes] = {}
        self._asked: dict[int, Probes] = {}
        self._unseen: dict[int, int] = {}
        self._last = 0
        self._is_called = False

    def start(self, command: list[str]) -> None:
        """Start an engine; one that was there before is forgotten."""
        self._forget_watches()
        self._client = Client(command, self._hear)
        self._client.start()

    @property
    def client(self) -> Client | None:
        return self._client

    def send(self, command: Commands) -> int:
        """Send a command; the id of its answer, 0 where there is no engine."""
        return self._client.send(command) if self._client else 0

    def watch(self, probes: Iterable[Probes], rate: float = RATE) -> None:
        """Watch these and no others; samples, which stay as they are, are looked at once."""
        wanted = dict.fromkeys(probes)
        for probe in [probe for probe in self._watched if probe not in wanted]:
            number = self._watched.pop(probe)
            self._by_number.pop(number, None)
            self._unseen.pop(number, None)
            self.send(Unwatch(watch=number))
        for probe in wanted:
            if isinstance(probe, Samples):
                self._look_once(probe)
            elif probe not in self._watched:
                self._last += 1
                self._watched[probe] = self._last
                self._by_number[self._last] = probe
                self.send(Watch(watch=self._last, probe=probe, rate=rate))

    def _look_once(self, probe: Probes) -> None:
        if self.world.frame(probe) is None and probe not in self._asked.values():
            self._asked[self.send(Inspect(probe=probe))] = probe

    def acknowledge(self) -> None:
        """Say that the frames that came were shown: the next may follow."""
        for watch, number in self._unseen.items():
            self.send(Seen(watch=watch, number=number))
        self._unseen.clear()

    def close(self, *, stop: bool = True) -> None:
        if self._client is not None:
            self._client.close(stop=stop)

    def _forget_watches(self) -> None:
        for known in (self._watched, self._by_number, self._asked, self._unseen):
            known.clear()

    def _hear(self, told: Told) -> None:
        """In the client's thread."""
        self._waiting.append(told)
        if not self._is_called:
            self._is_called = True
            try:
                self._loop.call_soon_threadsafe(self._take_all)
            except RuntimeError:
                return  # the app has gone

    def _take_all(self) -> None:
        self._is_called = False
        while self._waiting:
            self._take(self._waiting.popleft())

    def _take(self, told: Told) -> None:
        probe = None
        if isinstance(told, Frame):
            probe = self._by_number.get(told.watch)
            if probe is None:
                return
            self._unseen[told.watch] = told.number
        elif isinstance(told, Answer | Problem) and told.id is not None:
            probe = self._asked.pop(told.id, None)
        self.world.take(told, probe)
        self._changed(told)
