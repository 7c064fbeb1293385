"""Records what a real engine tells: `python -m tests.golden.record [NAME …]`."""

import sys
import time
from dataclasses import dataclass, field

import msgspec

from tests.golden.tape import Line, probes, superseded, write
from tui_nn.client import Client, engine_command
from tui_nn.spec.protocol.commands import (
    Back,
    Commands,
    Inspect,
    Load,
    Run,
    Seen,
    Step,
    Unwatch,
    Watch,
)
from tui_nn.spec.protocol.frames import Frame, Probes, Samples
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Hello, Problem
from tui_nn.views.world import World

RATES = {"and-gate": 20.0}
RATE = 3.0
"""Frames a second, where it is none of these."""
PHASE, PHASE_BACK, STEP, EPOCH = Step(by="phase"), Back(by="phase"), Step(), Step(by="epoch")
FOREVER = 10**9


@dataclass(frozen=True)
class Until:
    """A command, the step at which it is waited for no more (0: until its answer, or training
    stands again), and the name of that moment.
    """

    command: Commands
    mark: str
    step: int = 0


def walked(command: Commands, *marks: str) -> list[Until]:
    return [Until(command, mark) for mark in marks]


WALKS = {
    "and-gate": [
        *walked(PHASE, "1 forward", "1 gradient", "1 update", "1 evaluate"),
        *walked(STEP, "2", "3", "4"),
        *walked(PHASE, "5 forward", "5 gradient", "5 update", "5 evaluate"),
        *walked(PHASE_BACK, "5 update again", "5 gradient again", "5 forward again", "4 again"),
        *walked(STEP, "5 again"),
        *walked(PHASE, "6 forward", "6 gradient"),
        Until(Run(pace=5.0), "goal", FOREVER),
    ],
    "spiral-adam": [Until(Run(pace=250.0), "running", 2000)],
    "iris-mlp": [*walked(EPOCH, "1", "2", "3"), *walked(PHASE, "forward", "gradient", "update")],
    "digits-cnn": [Until(Run(pace=45.0), "running", 285)],
    "vanishing-gradient": walked(EPOCH, "1"),
    "diabetes-regression": [Until(Run(pace=60.0), "end", FOREVER)],
}  # fmt: skip


@dataclass
class Recorder:
    """A home screen of three sizes in one, whose lines are kept."""

    client: Client
    rate: float
    world: World = field(default_factory=World)
    lines: list[Line] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    _watched: dict[Probes, int] = field(default_factory=dict)
    _asked: dict[int, Probes] = field(default_factory=dict)
    _own: dict[int, Commands] = field(default_factory=dict)
    _answered: set[int] = field(default_factory=set)
    _last: int = 0

    def go(self, what: Until) -> None:
        self.lines.append(Line(at_s=self.at_s, sent=what.command))
        number = self.client.send(what.command)
        self._own[number] = what.command
        end = time.monotonic() + 120
        while not self._is_reached(what, number):
            assert time.monotonic() < end, what
            for told in self.client.events(timeout=0.02):
                self._take(told)
            self._watch()
        self.lines.append(Line(at_s=self.at_s, mark=what.mark))
        print(f"{what.mark}: step {self.world.step}, {self.world.present.state}", file=sys.stderr)

    @property
    def at_s(self) -> float:
        return round(time.monotonic() - self.began, 3)

    def _is_reached(self, what: Until, number: int) -> bool:
        world = self.world
        if number not in self._answered or world.started is None:
            return False
        if world.running or (what.step and world.present.step == 0):
            return world.present.step >= (what.step or FOREVER) and self._has_all()
        return self._has_all()

    def _has_all(self) -> bool:
        """Whether all that is seen was answered; where training stands, at this very moment."""
        present = self.world.present
        for probe in probes(self.world):
            frame = self.world.frame(probe)
            if frame is None:
                return False
            here = (frame.branch, frame.step, frame.phase) == (
                present.branch, present.step, present.phase,
            )  # fmt: skip
            if not here and not self.world.running and not isinstance(probe, Samples):
                return False
        return True

    def _take(self, told: Told) -> None:
        probe = None
        if isinstance(told, Frame):
            by_number = {number: probe for probe, number in self._watched.items()}
            probe = by_number.get(told.watch)
            self.client.send(Seen(watch=told.watch, number=told.number))
            if probe is None:
                return
            told = msgspec.structs.replace(told, watch=0, number=0, cost_s=0.0)
        elif isinstance(told, Answer):
            self._answered.add(told.id)
            probe = self._asked.pop(told.id, None)
            if probe is not None and told.frame is not None:
                told = told.frame
            elif told.id not in self._own:
                return
        elif isinstance(told, Hello):
            told = msgspec.structs.replace(told, pid=1)
        assert not isinstance(told, Problem), told
        at_s = self.at_s
        self.world.take(told, probe, at_s)
        self.lines.append(Line(at_s=at_s, told=told, probe=probe))

    def _watch(self) -> None:
        wanted = probes(self.world)
        for probe in [probe for probe in self._watched if probe not in wanted]:
            self.client.send(Unwatch(watch=self._watched.pop(probe)))
        for probe in wanted:
            if isinstance(probe, Samples):
                if self.world.frame(probe) is None and probe not in self._asked.values():
                    self._asked[self.client.send(Inspect(probe=probe))] = probe
            elif probe not in self._watched:
                self._last += 1
                self._watched[probe] = self._last
                self.client.send(Watch(watch=self._last, probe=probe, rate=self.rate))


def record(name: str) -> None:
    client = Client(engine_command())
    recorder = Recorder(client, RATES.get(name, RATE))
    client.start()
    try:
        recorder.go(Until(Load(experiment=name, runs=None), "ready"))
        for what in WALKS[name]:
            recorder.go(what)
    finally:
        client.close()
    dropped = superseded(recorder.lines)
    write(name, [line for index, line in enumerate(recorder.lines) if index not in dropped])


if __name__ == "__main__":
    for each in sys.argv[1:] or WALKS:
        print(each, file=sys.stderr)
        record(each)
