"""The engine as the app reaches it: events on the app's loop, watches as views want them."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from tui_nn.app.handshake import Greeted
from tui_nn.app.replaying import Replaying
from tui_nn.app.settings import Settings
from tui_nn.app.terminal import tell
from tui_nn.client import Client, engine_command
from tui_nn.spec.protocol import Ended, Evaluated, Stepped
from tui_nn.spec.protocol.commands import Commands, Inspect, Load, Seen, Unwatch, Watch
from tui_nn.spec.protocol.frames import Device, Frame, Probes, Samples
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present, Problem
from tui_nn.views.world import World

RATE, SLOW_RATE = 20.0, 1.0
"""Frames a second; of what a device does."""
SAVING_S = 0.5
"""An engine that takes longer to end is waited for with a word."""


class Link:
    """One engine, or a recording of one, and what is watched through it."""

    def __init__(
        self,
        settings: Settings,
        world: World,
        changed: Callable[[Told], None],
        greeted: Greeted | None = None,
    ) -> None:
        """`changed` is called on the app's loop after each event that was taken in; `greeted`: an
        engine that has been reached already.
        """
        self.world = world
        self.replaying: Replaying | None = None
        self._greeted = greeted
        self._settings = settings
        self._changed = changed
        self._client: Client | None = None
        self._waiting: deque[Told] = deque()
        self._loop = asyncio.get_running_loop()
        self._watched: dict[Probes, int] = {}
        self._by_number: dict[int, Probes] = {}
        self._asked: dict[int, Probes] = {}
        self._looks: dict[int, Callable[[Answer | Problem], None]] = {}
        """Who waits for what is looked at once."""
        self._unseen: dict[int, int] = {}
        self._last = 0
        self._is_called = False

    def start(self) -> None:
        """Start the engine and have it load what is opened; or play the recording."""
        settings = self._settings
        if settings.recording is not None:
            self.replaying = Replaying(
                settings.recording, self._hear, settings.speed, settings.grows
            )
            self.replaying.start()
            return
        load = None if settings.attach else _load(settings)
        self._connect(settings.command or engine_command(), load)

    def open(self, settings: Settings) -> None:
        """Have the engine load something else; what it trains ends and is saved."""
        self._settings, self._run = settings, ""
        self.send(_load(settings))

    def start_again(self, greeted: Greeted | None = None) -> None:
        """Another engine in place of one that is gone: from the run's last save, else anew."""
        self._greeted = greeted
        self._let_go_of(self._client)
        run = self.world.present.run or self._run
        self.world.take(msgspec.structs.replace(self.world.present, state="loading", words=""))
        if self._settings.attach or not run:
            self.start()
        else:
            self._connect(
                self._settings.command or engine_command(),
                Load(experiment=run, runs=self._settings.runs),
            )

    def _let_go_of(self, client: Client | None) -> None:
        """Close it behind the screen: what is left of an engine may take its time to end."""
        if client is not None:
            self._closing = threading.Thread(
                target=client.close, kwargs={"stop": False}, name="closing", daemon=True
            )
            self._closing.start()

    _run = ""
    """The run's folder, as last told by an engine."""
    _closing: threading.Thread | None = None
    """Lets go of an engine that another has taken the place of."""

    def _connect(self, command: Sequence[str], load: Load | None) -> None:
        for known in (
            self._watched, self._by_number, self._asked, self._looks, self._unseen,
        ):  # fmt: skip
            known.clear()
        if self._greeted is not None:
            self._client, self._greeted = self._greeted.take_over(self._hear), None
        else:
            stays = "--stay" in command or self._settings.attach
            self._client = Client(command, self._hear, stays=stays)
            self._client.start()
        if load is not None:
            self._client.send(load)

    def send(self, command: Commands) -> int:
        """Send a command; the id of its answer, 0 where there is no engine."""
        return self._client.send(command) if self._client else 0

    def watch(self, probes: Iterable[Probes], rate: float = RATE) -> None:
        """Watch these and no others; samples, which stay as they are, are looked at once."""
        wanted = dict.fromkeys(probes)
        self.world.watch(wanted)
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
                pace = SLOW_RATE if isinstance(probe, Device) else rate
                self.send(Watch(watch=self._last, probe=probe, rate=pace))

    def inspect(self, probe: Probes, hear: Callable[[Answer | Problem], None]) -> None:
        """Look once, now; `hear` is called with the answer."""
        if number := self.send(Inspect(probe=probe)):
            self._looks[number] = hear

    def _look_once(self, probe: Probes) -> None:
        if self.world.lacks(probe) and probe not in self._asked.values():
            self._asked[self.send(Inspect(probe=probe))] = probe

    def acknowledge(self) -> None:
        """Say that the frames that came were shown: the next may follow."""
        for watch, number in self._unseen.items():
            self.send(Seen(watch=watch, number=number))
        self._unseen.clear()

    def close(self) -> str:
        """Let go; words about what goes on without the app, or what was kept, or nothing."""
        if self.replaying is not None:
            self.replaying.close()
        client = self._client or (self._greeted.client if self._greeted else None)
        if client is None:
            return ""
        goes_on = self._settings.attach or "--stay" in self._settings.command
        was_running, step = client.state == "running", client.present.step
        with _word_if_slow():
            client.close(stop=not goes_on)
            if self._closing is not None:
                self._closing.join()
        kept = f"kept in {self._run}" if self._run else ""
        if not was_running:
            return kept
        if goes_on:
            again = f": nn-tui {self._run} shows it again" if self._run else ""
            return f"training goes on{again}"
        ends = [told.step for told in self._waiting if isinstance(told, Ended)]
        return f"stopped at step {(ends or [step])[-1]:,}, {kept or 'not kept'}"

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
        if isinstance(told, Answer | Problem) and (hear := self._looks.pop(told.id or 0, None)):
            hear(told)
            return
        if isinstance(told, Frame):
            probe = self._by_number.get(told.watch)
            if probe is None:
                return
            self._unseen[told.watch] = told.number
        elif isinstance(told, Answer | Problem) and told.id is not None:
            probe = self._asked.pop(told.id, None)
        if self.replaying is not None and isinstance(told, Present) and told.step:
            before = self.world.present
            told = msgspec.structs.replace(
                told, epoch=before.epoch, phase=before.phase, head=before.head, lr=before.lr
            )
        self.world.take(told, probe)
        if self.replaying is not None and isinstance(told, Stepped | Evaluated):
            self.world.stand_by(told)
        self._run = self.world.present.run or self._run
        self._changed(told)


def _load(settings: Settings) -> Load:
    """An engine of this machine reads a file itself: its data's paths start where that lies."""
    is_read_there = not settings.command and not settings.begun
    return Load(
        experiment=settings.experiment,
        text=None if is_read_there else settings.text,
        changes=settings.changes,
        target=settings.target,
        runs=settings.runs,
    )


@contextmanager
def _word_if_slow() -> Iterator[None]:
    """Say that the engine saves, where that takes a while."""
    said = threading.Timer(SAVING_S, tell, ("saving …",))
    said.start()
    try:
        yield
    finally:
        said.cancel()
