"""From keys to commands: stepping, going back, pace, learning rate, undo."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from tui_nn.app.undoing import Deed, Drawing, Optimizers, Rate, Undoing
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
from tui_nn.spec.protocol.messages import Answer, Problem
from tui_nn.spec.rates import rate_of, rung, with_rate
from tui_nn.views.numbers import short
from tui_nn.views.rules import calls
from tui_nn.views.world import World

PACES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 0.0)
"""Steps a second; 0 is flat out."""
TOGETHER_S = 1.0
"""Changes of lr within so long are one, and what is drawn is one mark."""


@dataclass
class Driving:
    """What a person's keys do to training."""

    world: World
    send: Callable[[Commands], int]
    pace: float | None = None
    """Steps a second; None: as the experiment says."""

    def __post_init__(self) -> None:
        self._undoing = Undoing(self.send)

    @property
    def seeds(self) -> set[int]:
        """Those that resets have drawn."""
        return self._undoing.seeds

    @property
    def is_waiting(self) -> bool:
        """Whether something that was changed has not been answered yet."""
        return bool(self._undoing.waiting)

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
        back = GoTo(step=present.step, branch=present.branch)
        again = Reset(seed=self._new_seed() if new_seed else None)
        self._undoing.do(Deed("new seed" if new_seed else "reset", back, again))

    def _new_seed(self) -> int:
        """One that this run has not had, and that was not asked for just now."""
        branches = self.world.history.lineage.branches.values()
        changes = [change for branch in branches for change in branch.changes]
        asked = [turn.command for turn in self._undoing.waiting]
        seeds = [
            self.world.setting("train.seed", 0),
            *(change.new for change in changes if change.key == "train.seed"),
            *(what.seed for what in asked if isinstance(what, Reset)),
        ]
        return 1 + max(seed for seed in seeds if isinstance(seed, int))

    def change_rate(self, way: int, now: float | None = None) -> str:
        """Every optimizer's lr one rung up or down; the words for it, or why that can't be.

        Each press is a change of its own, made at once; presses within a second of each other
        (`now`: a monotonic clock) are taken back together, and one mark.
        """
        if self.world.started is None:
            return "nothing is trained yet"
        now = time.monotonic() if now is None else now
        written = self._optimizers()
        changed: list[str] = []
        rates: list[float] = []
        for optimizer in calls(written):
            lr = rate_of(optimizer)
            changed.append(optimizer if lr is None else with_rate(optimizer, rung(lr, way)))
            rates += [] if lr is None else [rung(lr, way)]
        if not rates:
            return "this optimizer has no lr"
        words = f"lr {', '.join(map(short, rates))}"
        new: Optimizers = changed[0] if isinstance(written, str) else changed
        if new == written:
            return f"{words}: as far as it goes"
        last = self._undoing.last
        before = last if isinstance(last, Rate) and now - last.at_s < TOGETHER_S else None
        first = before.before if before else written
        again = _setting(new)
        self._undoing.do(
            Rate(words, _setting(first), again, first, new, now, instead_of=before),
            msgspec.structs.replace(again, continues=before is not None),
        )
        return words

    def change(
        self, words: str, new: tuple[str, ...], old: tuple[str, ...], *, anew: bool = False
    ) -> None:
        """Other settings, `new` and `old` as `key=value`; `anew`: training begins with them."""
        present = self.world.present
        again, back = Change(changes=new, anew=anew), Change(changes=old, anew=anew)
        gone_back = GoTo(step=present.step, branch=present.branch)
        self._undoing.do(Deed(words, gone_back if anew and present.step else back, again))

    @property
    def data(self) -> str:
        """The dataset's call, as it is once the engine has answered what it was asked."""
        asked = [turn.data for turn in self._undoing.waiting if turn.data is not None]
        return asked[-1] if asked else str(self.world.setting("data", ""))

    def draw(
        self, words: str, new: tuple[str, ...], old: tuple[str, ...], after: str,
        now: float | None = None,
    ) -> None:  # fmt: skip
        """Other samples, while training goes on: `new` and `old` as `key=value`, `after` the
        dataset's call among them. Those drawn within a second of each other are one mark.
        """
        now = time.monotonic() if now is None else now
        last = self._undoing.last
        continues = isinstance(last, Drawing) and now - last.at_s < TOGETHER_S
        again, back = Change(changes=new), Change(changes=old)
        deed = Drawing(words, back, again, self.data, after, now)
        self._undoing.do(deed, msgspec.structs.replace(again, continues=continues))

    def _optimizers(self) -> Optimizers:
        """As they are once the engine has answered what it was asked."""
        asked = [turn.optimizers for turn in self._undoing.waiting if turn.optimizers is not None]
        found: Optimizers = asked[-1] if asked else self.world.setting("optimizer", "")
        return found

    def save(self) -> None:
        self.send(Save())

    def undo(self) -> str:
        """Take the last back; what it was, or why there is nothing."""
        deed = self._undoing.undo()
        return f"undone: {deed.words}" if deed else "nothing to undo: capitals go back"

    def redo(self) -> str:
        deed = self._undoing.redo()
        return f"again: {deed.words}" if deed else "nothing to redo"

    def hear(self, told: Answer | Problem) -> None:
        """What the engine says to a command: what it refuses was never done."""
        self._undoing.hear(told)

    def forget(self) -> None:
        """Another engine has begun: what was done in the one before can't be taken back."""
        self._undoing.forget()


def _setting(optimizers: Optimizers) -> Change:
    """A change as the command line writes it: one call, or TOML's list of them."""
    one = isinstance(optimizers, str)
    return Change(changes=(f"optimizer={optimizers if one else json.dumps(optimizers)}",))
