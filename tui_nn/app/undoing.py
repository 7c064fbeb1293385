"""What was done and can be taken back, and what was taken back and can be done again.

Kept as the turns a person took, each with the command that was sent for it: a turn that the engine
refuses has never been.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tui_nn.spec.protocol.commands import Commands, Reset
from tui_nn.spec.protocol.messages import Answer, Problem

Optimizers = str | list[str]
"""As an experiment's file holds them."""


@dataclass(frozen=True, eq=False)
class Deed:
    """How to take something back, and how to do it again."""

    words: str
    back: Commands
    again: Commands


@dataclass(frozen=True, eq=False)
class Rate(Deed):
    """A change of lr."""

    before: Optimizers
    after: Optimizers
    at_s: float
    """When a key was pressed for it last, by a monotonic clock."""
    instead_of: "Rate | None" = None
    """The presses before, which are taken back with it."""


@dataclass(frozen=True, eq=False)
class Drawing(Deed):
    """Samples drawn or taken out by hand."""

    before: str
    """The dataset's call, as a file holds it."""
    after: str
    at_s: float
    """By a monotonic clock."""


@dataclass(frozen=True)
class Turn:
    """One thing that was asked of the engine."""

    kind: Literal["do", "undo", "redo"]
    deed: Deed
    command: Commands
    number: int
    """The id of the engine's answer."""

    @property
    def optimizers(self) -> Optimizers | None:
        """What they are once it is answered; None where that is not its subject."""
        if not isinstance(self.deed, Rate):
            return None
        return self.deed.before if self.kind == "undo" else self.deed.after

    @property
    def data(self) -> str | None:
        """The dataset's call likewise."""
        if not isinstance(self.deed, Drawing):
            return None
        return self.deed.before if self.kind == "undo" else self.deed.after


class Undoing:
    """The turns so far."""

    def __init__(self, send: Callable[[Commands], int]) -> None:
        """`send` gives the id of the answer."""
        self._send = send
        self._turns: list[Turn] = []
        self._unanswered: set[int] = set()

    @property
    def waiting(self) -> list[Turn]:
        """The turns that the engine has not answered yet."""
        return [turn for turn in self._turns if turn.number in self._unanswered]

    @property
    def seeds(self) -> set[int]:
        """Those that a reset was given."""
        asked = [turn.deed.again for turn in self._turns]
        return {one.seed for one in asked if isinstance(one, Reset) and one.seed is not None}

    @property
    def last(self) -> Deed | None:
        """What `undo` would take back."""
        return next(reversed(self._sorted()[0]), None)

    def do(self, deed: Deed, first: Commands | None = None) -> None:
        """Do it; `first`: by this command, where the first time is not like the others."""
        self._take("do", deed, first or deed.again)

    def undo(self) -> Deed | None:
        """Take the last back; what it was."""
        deed = self.last
        if deed is not None:
            self._take("undo", deed, deed.back)
        return deed

    def redo(self) -> Deed | None:
        """Do again what was taken back last; what it is."""
        deed = next(reversed(self._sorted()[1]), None)
        if deed is not None:
            self._take("redo", deed, deed.again)
        return deed

    def hear(self, told: Answer | Problem) -> None:
        """What the engine says to a command."""
        if told.id not in self._unanswered:
            return
        self._unanswered.remove(told.id)
        if isinstance(told, Problem):
            self._turns = [turn for turn in self._turns if turn.number != told.id]

    def forget(self) -> None:
        """Another engine has begun: what was done in the one before can't be taken back."""
        self._turns.clear()
        self._unanswered.clear()

    def _take(self, kind: Literal["do", "undo", "redo"], deed: Deed, command: Commands) -> None:
        number = self._send(command)
        self._turns.append(Turn(kind, deed, command, number))
        self._unanswered.add(number)

    def _sorted(self) -> tuple[list[Deed], list[Deed]]:
        """What was done, and what was taken back since; the last at the end."""
        done: list[Deed] = []
        undone: list[Deed] = []
        for turn in self._turns:
            deed = turn.deed
            if turn.kind == "do":
                undone.clear()
                if isinstance(deed, Rate) and deed.instead_of in done:
                    done.remove(deed.instead_of)
                done.append(deed)
            elif deed in (done if turn.kind == "undo" else undone):
                here, there = (done, undone) if turn.kind == "undo" else (undone, done)
                here.remove(deed)
                there.append(deed)
        return done, undone
