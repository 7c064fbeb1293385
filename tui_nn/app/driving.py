"""From keys to commands: stepping, going back, pace, learning rate, undo."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tui_nn.spec.call import Call, parse
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.catalog.entry import Required
from tui_nn.spec.protocol.commands import (
    Back,
    Change,
    Commands,
    GoTo,
    Grain,
    Pause,
    Reset,
    Run,
    Save,
    Step,
)
from tui_nn.views.rules import calls
from tui_nn.views.world import World

PACES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 0.0)
"""Steps a second; 0 is flat out."""
LADDER = (1.0, 3.0)
"""lr goes over these times a power of ten."""
TOGETHER_S = 1.0
"""Changes of lr within so long are one."""


@dataclass(frozen=True)
class _Undo:
    """How to take something back, and how to do it again."""

    words: str
    back: tuple[Commands, ...]
    again: tuple[Commands, ...]


@dataclass
class Driving:
    """What a person's keys do to training."""

    world: World
    send: Callable[[Commands], int]
    pace: float | None = None
    """Steps a second; None: as the experiment says."""
    _undone: list[_Undo] = field(default_factory=list)
    _done: list[_Undo] = field(default_factory=list)

    @property
    def present_pace(self) -> float:
        if self.pace is not None:
            return self.pace
        return float(self.world.setting("view.pace", 0) or 0)

    def run_or_pause(self) -> None:
        if self.world.running:
            self.send(Pause())
        else:
            self.send(Run(pace=self.present_pace))

    def forward(self, by: Grain) -> None:
        """One more; a run flat out is paused first, inside the next step for a phase."""
        if self.world.running:
            self.send(Pause())
        self.send(Step(by=by))

    def back(self, by: Grain) -> None:
        if self.world.running:
            self.send(Pause())
        self.send(Back(by=by))

    def change_pace(self, way: int) -> float:
        """One rung faster or slower; the pace."""
        now = self.present_pace or float("inf")
        rungs = [p or float("inf") for p in PACES]
        faster = [rung for rung in rungs if rung > now]
        slower = [rung for rung in rungs if rung < now]
        chosen = min(faster, default=rungs[-1]) if way > 0 else max(slower, default=rungs[0])
        self.pace = 0.0 if chosen == float("inf") else chosen
        if self.world.running:
            self.send(Run(pace=self.pace))
        return self.pace

    def reset(self, *, new_seed: bool = False) -> None:
        present = self.world.present
        seed = int(self.world.setting("train.seed", 0))
        again = Reset(seed=seed + 1) if new_seed else Reset()
        back: Commands = GoTo(step=present.step, branch=present.branch)
        self._do(_Undo("new seed" if new_seed else "reset", (back,), (again,)))

    def change_rate(self, way: int, now: float | None = None) -> str:
        """Every optimizer's lr one rung up or down; the words for it, or why that can't be.

        Each press is a change of its own, made at once; presses within a second of each other
        (`now`: a monotonic clock) are taken back together.
        """
        if self.world.started is None:
            return "nothing is trained yet"
        now = time.monotonic() if now is None else now
        sent = self._rate_sent if now - self._rate_s < TOGETHER_S else None
        written = self.world.setting("optimizer", "") if sent is None else sent
        changed: list[str] = []
        rates: list[float] = []
        for optimizer in calls(written):
            lr = rate_of(optimizer)
            changed.append(optimizer if lr is None else with_rate(optimizer, rung(lr, way)))
            rates += [] if lr is None else [rung(lr, way)]
        if not rates:
            return "this optimizer has no lr"
        words = f"lr {', '.join(f'{lr:g}' for lr in rates)}"
        new: str | list[str] = changed[0] if isinstance(written, str) else changed
        back: Commands = _setting(written)
        if sent is not None:
            (back,) = self._done.pop().back
        self._do(_Undo(words, (back,), (_setting(new),)))
        self._rate_sent, self._rate_s = new, now
        return words

    _rate_sent: str | list[str] | None = None
    """What the optimizers were changed to, if that was done last: the engine may not have answered
    yet.
    """
    _rate_s = 0.0

    def save(self) -> None:
        self.send(Save())

    def undo(self) -> str:
        """Take the last back; what it was, or why there is nothing."""
        if not self._done:
            return "nothing to undo: capitals go back"
        self._rate_sent = None
        last = self._done.pop()
        self._undone.append(last)
        for command in last.back:
            self.send(command)
        return f"undone: {last.words}"

    def redo(self) -> str:
        if not self._undone:
            return "nothing to redo"
        self._rate_sent = None
        last = self._undone.pop()
        self._done.append(last)
        for command in last.again:
            self.send(command)
        return f"again: {last.words}"

    def forget(self) -> None:
        """Another engine has begun: what was done in the one before can't be taken back."""
        self._done.clear()
        self._undone.clear()
        self._rate_sent = None

    def _do(self, what: _Undo) -> None:
        self._rate_sent = None
        self._done.append(what)
        self._undone.clear()
        for command in what.again:
            self.send(command)


def rung(value: float, way: int) -> float:
    """The next of 1, 3, 10, 30 … above or below."""
    rungs = [float(f"{digit:g}e{power}") for power in range(-12, 7) for digit in LADDER]
    near = 1e-9 * value
    if way > 0:
        return min((r for r in rungs if r > value + near), default=value)
    return max((r for r in rungs if r < value - near), default=value)


def rate_of(written: str) -> float | None:
    """The lr of an optimizer's call, or torch's where it has none; None where there is none."""
    call = parse(written)
    lr = dict(call.kwargs).get("lr", call.args[0] if call.args else None)
    if lr is None and (entry := CATALOG["optimizer"].get(call.name)):
        found = next((p.default for p in entry.parameters if p.name == "lr"), None)
        lr = None if isinstance(found, Required) else found
    return float(lr) if isinstance(lr, int | float) and not isinstance(lr, bool) else None


def with_rate(written: str, lr: float) -> str:
    """An optimizer's call with another lr, at its place."""
    call = parse(written)
    if call.args:
        return str(Call(call.name, (lr, *call.args[1:]), call.kwargs))
    if "lr" not in dict(call.kwargs):
        return str(Call(call.name, (), (("lr", lr), *call.kwargs)))
    kwargs = ((name, lr if name == "lr" else value) for name, value in call.kwargs)
    return str(Call(call.name, (), tuple(kwargs)))


def _setting(optimizers: str | list[str]) -> Change:
    """A change as the command line writes it: one call, or TOML's list of them."""
    one = isinstance(optimizers, str)
    return Change(changes=(f"optimizer={optimizers if one else json.dumps(optimizers)}",))
