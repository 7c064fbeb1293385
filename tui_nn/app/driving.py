"""From keys to commands: stepping, going back, pace, learning rate, undo."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tui_nn.spec.call import Call, parse
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
from tui_nn.views.world import World

PACES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 0.0)
"""Steps a second; 0 is flat out."""
LADDER = (1.0, 3.0)
"""lr goes over these times a power of ten."""
ENDED = frozenset({"goal", "done", "stopped", "diverged", "failed"})


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

    def change_rate(self, way: int) -> str:
        """lr one rung up or down; the words for it, or the reason where that can't be."""
        written = self.world.setting("optimizer", "")
        if isinstance(written, list):
            return "there are several optimizers: change their lr in the file"
        lr = self._rate(written)
        if lr is None:
            return "this optimizer has no lr"
        new = rung(lr, way)
        changed = with_rate(written, new)
        self._do(
            _Undo(
                f"lr {new:g}",
                (Change(changes=(f"optimizer={written}",)),),
                (Change(changes=(f"optimizer={changed}",)),),
            )
        )
        return f"lr {new:g}"

    def _rate(self, written: str) -> float | None:
        call = parse(written)
        given = dict(call.kwargs).get("lr")
        if isinstance(given, int | float):
            return float(given)
        return self.world.present.lr

    def save(self) -> None:
        self.send(Save())

    def undo(self) -> str:
        """Take the last back; what it was, or why there is nothing."""
        if not self._done:
            return "nothing to undo: capitals go back"
        last = self._done.pop()
        self._undone.append(last)
        for command in last.back:
            self.send(command)
        return f"undone: {last.words}"

    def redo(self) -> str:
        if not self._undone:
            return "nothing to redo"
        last = self._undone.pop()
        self._done.append(last)
        for command in last.again:
            self.send(command)
        return f"again: {last.words}"

    def _do(self, what: _Undo) -> None:
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


def with_rate(written: str, lr: float) -> str:
    """An optimizer's call with another lr."""
    call = parse(written)
    others = tuple((name, value) for name, value in call.kwargs if name != "lr")
    args = call.args[1:] if call.args and isinstance(call.args[0], int | float) else call.args
    return str(Call(call.name, args, (("lr", lr), *others)))
