"""An engine that tells again what it told once, and the app on a screen with it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import msgspec
from textual.pilot import Pilot

from tests.golden.tape import Line, read
from tui_nn.app.app import Workbench
from tui_nn.app.handshake import Greeted
from tui_nn.app.settings import Settings
from tui_nn.spec.protocol.commands import Commands, Inspect, Seen, Stop, Unwatch, Watch
from tui_nn.spec.protocol.frames import Frame, Probes
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present
from tui_nn.views.ink import DARK

SOON = 10.0
POLL_S = 0.01


class Tape:
    """Stands in for a greeted engine and its client. Each command must be the one that was sent
    when the tape was made, however fast a run is to be.
    """

    def __init__(self, name: str) -> None:
        self._lines = read(name)
        self._at = next(i for i, line in enumerate(self._lines) if line.sent is not None)
        self.client = self
        self.present = Present(state="loading")
        self._frames: dict[Probes, Frame] = {}
        self._watched: dict[Probes, int] = {}
        self._last = self._number = 0

    @property
    def state(self) -> str:
        return self.present.state

    def take_over(self, hear: Callable[[Told], None]) -> "Tape":
        self._hear = hear
        return self

    def close(self, stop: bool = True) -> None:
        """Nothing goes on."""

    def send(self, command: Commands) -> int:
        self._last += 1
        match command:
            case Watch():
                self._watched[command.probe] = command.watch
                self._show(command.probe)
            case Unwatch():
                self._watched = {p: n for p, n in self._watched.items() if n != command.watch}
            case Inspect():
                frame = self._frames.get(command.probe)
                self._hear(Answer(id=self._last, present=self.present, frame=frame))  # type: ignore[arg-type]
            case Seen() | Stop():
                pass
            case _:
                self._play(command)
        return self._last

    def _play(self, command: Commands) -> None:
        sent = self._lines[self._at].sent if self._at < len(self._lines) else None
        assert _kind(sent) == _kind(command), f"{sent} was sent here, not {command}"
        self._at += 1
        while self._at < len(self._lines) and self._lines[self._at].sent is None:
            self._tell(self._lines[self._at])
            self._at += 1

    def _tell(self, line: Line) -> None:
        told = line.told
        if isinstance(told, Frame):
            assert line.probe is not None
            self._frames[line.probe] = told
            self._show(line.probe)
            return
        if isinstance(told, Answer):
            self.present = told.present
            told = msgspec.structs.replace(told, id=self._last)
        elif isinstance(told, Present):
            self.present = told
        if told is not None:
            self._hear(told)

    def _show(self, probe: Probes) -> None:
        """Tell whoever watches it what it looks like now."""
        frame, watch = self._frames.get(probe), self._watched.get(probe)
        if frame is not None and watch is not None:
            self._number += 1
            new = msgspec.structs.replace(frame, watch=watch, number=self._number)
            self._hear(cast(Told, new))


def _kind(command: Commands | None) -> tuple[object, ...]:
    return (type(command), getattr(command, "by", ""), getattr(command, "count", 1))


class Person:
    """Who presses keys and reads the screen."""

    def __init__(self, app: Workbench, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def press(self, key: str, shows: str) -> str:
        """Press a key and wait for words; the screen."""
        await self.pilot.press(key)
        return await self.sees(shows)

    async def quiet(self) -> str:
        """The screen without what the app says for a moment: that three capitals came, say."""
        self.app.hush()
        await self.pilot.pause(2 * POLL_S)
        return self.screen

    async def sees(self, words: str) -> str:
        """The screen once it shows these words and rests."""
        for _ in range(int(SOON / POLL_S)):
            await self.pilot.pause(POLL_S)
            if words in self.screen:
                await self.pilot.pause(2 * POLL_S)
                return self.screen
        raise AssertionError(f"{words} has not come:\n{self.screen}")


Walk = Callable[[Person], Awaitable[None]]


def walked(name: str, size: tuple[int, int], walk: Walk) -> None:
    """Have a person use the app on a tape, which stands ready."""

    async def use() -> None:
        async with app.run_test(size=size) as pilot:
            person = Person(app, pilot)
            await person.sees("ready")
            await walk(person)

    greeted = cast(Greeted, Tape(name))
    app = Workbench(Settings(experiment=name), DARK, 20.0, {}, greeted)
    asyncio.run(use())
    app.let_go()
