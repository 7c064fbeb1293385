"""One step phase by phase: stops between phases, is undone, and is gone into again."""

from collections.abc import Callable

from torch import Tensor

from tui_nn.engine.inside.passing import Start
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
        self._undone = (-1, 0)
        self._drawn: tuple[Tensor, ...] = ()
        """The generators behind the latest pass, with which the next one begins."""

    def step(self, session: Session, at_gate: AtGate) -> Reason | None:
        """One step; StepAbandoned leaves the state as it was before it."""
        before, latest = session.moment(), session.latest()
        session.timeline.keep(before)
        session.follow_recorded_changes()

        def gate(phase: Phase, loss: Tensor) -> None:
            self.gates += 1
            self.looks += phase is Phase.FORWARD
            session.phase, session.loss = phase, loss.item()
            if phase is Phase.FORWARD:
                self._note_pass(session, session.loss)
            at_gate(phase)

        try:
            return session.advance_gated(gate)
        except StepAbandoned:
            self._undone = (before.step, self.gates)
            session.return_to(before, latest)
            raise
        finally:
            self.gates = self.looks = 0

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
        self._undone = (-1, 0)

    def take_undone(self, session: Session) -> int:
        """The gate at which the step just undone had stopped; 0 where none was."""
        step, gates = self._undone
        self._undone = (-1, 0)
        return gates if step == session.step else 0

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
