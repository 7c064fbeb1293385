"""One step phase by phase: stops between phases, is undone, and is gone into again."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from tui_nn.engine.inside.passing import Start
from tui_nn.engine.inside.wiring import wired
from tui_nn.engine.session import Session
from tui_nn.engine.state import generators
from tui_nn.engine.trainer import StepAbandoned
from tui_nn.engine.travel import go_to
from tui_nn.spec.protocol import Phase, Reason

AtGate = Callable[[Phase], None]
"""Called between the phases; may raise StepAbandoned."""


class Stepper:
    """Where inside a step training stands."""

    def __init__(self) -> None:
        self.gates = 0
        """Gates of the present step that were passed; 0 between steps."""
        self.looks = 0
        """How often its loss was asked for: LBFGS does so several times."""
        self.stops: tuple[str, ...] = ("",)
        """Where training can stand at the present gate: at each layer, then behind them all."""
        self.stop = 0
        """At which of them it stands."""
        self._undone = Undone(-1)
        self._drawn: tuple[Tensor, ...] = ()
        """The generators behind the latest pass, with which the next one begins."""

    def step(self, session: Session, at_gate: AtGate) -> Reason | None:
        """One step; StepAbandoned leaves the state as it was before it."""
        before, latest = session.moment(), session.latest()
        session.timeline.keep(before)
        session.follow_recorded_changes()
        layers = layers_of(session)

        def gate(phase: Phase, loss: Tensor) -> None:
            self.gates += 1
            self.stops = _stops(layers, phase)
            self.stand_at(session, len(self.stops) - 1)
            self.looks += phase is Phase.FORWARD
            session.phase, session.loss = phase, loss.item()
            if phase is Phase.FORWARD:
                self._note_pass(session, session.loss)
            at_gate(phase)

        try:
            return session.advance_gated(gate)
        except StepAbandoned:
            self._undone = Undone(before.step, self.gates, self.stop)
            session.return_to(before, latest)
            raise
        finally:
            self.gates = self.looks = 0
            session.lit = ""

    def stand_at(self, session: Session, stop: int) -> None:
        """Stand at one of the stops of this gate."""
        self.stop = min(stop, len(self.stops) - 1)
        session.lit = self.stops[self.stop]

    def go_on_to(self, session: Session, count: int) -> int:
        """Go on by at most so many stops of this gate; how many they were."""
        before = self.stop
        self.stand_at(session, before + count)
        return self.stop - before

    def stays_going_back(self, session: Session, count: int) -> bool:
        """Go back by so many stops, if those of this gate are enough."""
        if not 0 < count <= self.stop:
            return False
        self.stand_at(session, self.stop - count)
        return True

    def _note_pass(self, session: Session, loss: float) -> None:
        """A pass is made; the first began with what was noted before the step."""
        trainer = session.training.trainer
        if self.looks > 1:
            session.start = Start(trainer.copied_parameters(), self._drawn, self.looks)
        if session.start is not None:
            session.start.loss = loss
        self._drawn = generators(trainer.device)

    def forget_undone(self) -> None:
        """Another run is trained from now on."""
        self._undone = Undone(-1)

    def take_undone(self, session: Session) -> "Undone":
        """Where the step just undone had stopped; at gate 0 where none was."""
        undone, self._undone = self._undone, Undone(-1)
        return undone if undone.step == session.step else Undone(session.step)

    def back(self, session: Session, gates: int, count: int) -> int:
        """Go back by so many phases from a gate of the coming step (0: from the end of the last).

        Leaves training between two steps; returns the gate of the coming one to stop at, or 0.
        """
        for _ in range(count):
            if gates > 0:
                gates -= 1
            elif session.step > 0:
                go_to(session, session.branch, session.step - 1)
                gates = _gates_of_step(session)
            else:
                break
        return gates

    def back_by_layers(self, session: Session, undone: "Undone", count: int) -> "Undone":
        """Likewise by so many stops; the gate of the coming step to stop at, and its stop."""
        gates, stop = undone.gates, undone.stop
        for _ in range(count):
            if stop > 0:
                stop -= 1
            else:
                is_in_a_pass = gates > 1
                gates = self.back(session, gates, 1)
                stop = len(layers_of(session)) if is_in_a_pass else 0
        return Undone(session.step, gates, stop)


class Undone(NamedTuple):
    """A place inside a step that is not made any more, or not yet again."""

    step: int
    """Steps before it."""
    gates: int = 0
    """Gates of it that were passed; 0: it was not begun."""
    stop: int = 0
    """Where at the last of them it stood."""


def layers_of(session: Session) -> tuple[str, ...]:
    """The names of all layers in the order they compute."""
    return tuple(wired(session.training.trainer.network))


def _stops(layers: tuple[str, ...], phase: Phase) -> tuple[str, ...]:
    match phase:
        case Phase.FORWARD:
            return (*layers, "")
        case Phase.GRADIENT:
            return (*reversed(layers), "")
    return ("",)


def _gates_of_step(session: Session) -> int:
    """How many gates the coming step has: three, or more where its loss is asked for often."""
    gates = 0

    def count(phase: Phase, loss: Tensor) -> None:
        nonlocal gates
        gates += 1

    before, latest = session.moment(), session.latest()
    session.training.trainer.train_step(count)
    session.return_to(before, latest)
    return gates
