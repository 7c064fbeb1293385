"""Trains as far as it was asked to: flat out, paced, by epochs, steps or phases."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from sys import maxsize

from tui_nn.engine.connections import Arrival, problem
from tui_nn.engine.session import Session
from tui_nn.engine.telling import Telling
from tui_nn.engine.trainer import StepAbandoned
from tui_nn.engine.training import Moment
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import STATE_AFTER, Noticed, Phase, Reason, State
from tui_nn.spec.protocol.commands import Grain

ENDED: frozenset[State] = frozenset({"goal", "done", "stopped", "diverged", "failed"})


@dataclass
class Task:
    """What training is to do before it stops."""

    by: Grain | None = None
    """None: train until something ends it."""
    left: int = 0
    """Phases or steps to go."""
    until_epoch: int = 0
    asked: Arrival | None = None
    """To be answered when it is done."""
    interval_s: float = 0.0
    """Between two steps; 0: flat out."""
    next_at: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> float:
        """The time by a monotonic clock; with a pace, when its present step was to be made."""
        return self.next_at if self.interval_s else time.monotonic()

    @property
    def spare_s(self) -> float:
        """Half of the pause between the present step and the next, in seconds."""
        return (self.next_at + self.interval_s - time.monotonic()) / 2 if self.interval_s else 0.0


class Runner:
    """The present task, and where a step was stopped."""

    def __init__(self, telling: Telling, wait: Callable[[], None]) -> None:
        """`wait` takes in one command, when it comes; StepAbandoned where none will."""
        self.telling, self.stepper = telling, telling.stepper
        self.task: Task | None = None
        self._wait = wait
        self._stop_at = 0
        """The gate at which a step that is gone into again is to stop, or at its last."""
        self._stand_at: int | None = None
        """At which of that gate's stops; None: the last."""
        self._resting: Moment | None = None
        """Where training goes on after an end that left other weights behind."""
        self.is_untouched = False
        """Whether the run stands as it was found: what was only looked at is left as it is."""

    @property
    def is_at_a_gate(self) -> bool:
        return self.stepper.gates > 0

    def begin(self, task: Task) -> None:
        session = self.telling.session
        if not self.stepper.gates:
            self.leave_end_behind(session)
            if session.training.steps_to_end <= 0 and session.step >= session.head:
                epochs = session.training.plan.experiment.train.epochs
                raise InvalidInput(
                    f"all {epochs:,} epochs are done",
                    hint="raise train.epochs, reset, or go back",
                )
            self.keep()
        self.end_task()
        self.is_untouched = False
        self.task, self.telling.state, self.telling.words = task, "running", ""

    def forget_end(self) -> None:
        """Training is taken elsewhere: the weights there are the ones to go on with."""
        self._resting = None

    def leave_end_behind(self, session: Session) -> None:
        """Go on: the weights are the last ones again, and the reason to end holds no longer."""
        if session.training.reason is not None:
            session.passed.add(session.training.reason)
        if self._resting is not None:
            session.return_to(self._resting)
            self._resting = None

    def keep(self) -> None:
        """Make the run's folder, where it is to have one, and let others in through it."""
        assert self.telling.loaded is not None
        if self.telling.loaded.runs is not None and self.telling.loaded.session.keeper is None:
            self.telling.loaded.keep(self.telling.listener, self.telling.unkept)
            self.telling.unkept.clear()
            self.listen()

    def listen(self) -> None:
        session = self.telling.session
        if session.keeper is not None:
            with suppress(OSError):
                self.telling.connections.listen(session.keeper.folder)

    def end_task(self) -> None:
        """Stop where training stands, and answer whoever asked for the way here."""
        task, self.task = self.task, None
        if task is None:
            return
        self.telling.state = "paused"
        self.telling.session.tell_steps()
        if task.asked is not None:
            self.telling.answer(task.asked)

    def pause(self, asked: Arrival) -> bool:
        """Let a run flat out stop behind a step whose update can be shown, where one is watched;
        whether it goes on to that step.
        """
        task, telling = self.task, self.telling
        if task is None or task.by or task.interval_s or telling.session.before is not None:
            return False
        if not telling.watching.wants_before(task.now, running=False):
            return False
        self.task = Task("step", 1, asked=asked)
        return True

    def work(self, task: Task) -> None:
        """Do about 10 ms of the task, or one step of it."""
        session = self.telling.session
        try:
            if task.by in ("layer", "phase") or self._stop_at:
                reason = self.stepper.step(session, self._at_gate)
                self._count(Phase.EVALUATE)
            else:
                reason = self._straight(session, task)
        except StepAbandoned:
            return
        except Exception as error:  # noqa: BLE001 (the engine survives what torch refuses)
            self._fail(session, error)
            return
        if reason is not None:
            self.finish(reason)
            self.telling.tell_present()
        elif self.task is None:
            self.telling.tell_present()
        else:
            self.telling.show(task.now, running=True, spare_s=task.spare_s)
            if task.interval_s:
                session.tell_steps()
                self.telling.tell_present()
                task.next_at = max(task.next_at + task.interval_s, time.monotonic())
            self.telling.tell_present_now_and_then()

    def _straight(self, session: Session, task: Task) -> Reason | None:
        left, first = session.training.steps_to_a_possible_end, session.step
        if task.by == "step":
            left = min(left, task.left)
        elif task.by == "epoch":
            until = session.training.trainer.batches.steps_until(task.until_epoch)
            left = min(left, max(1, until))
        watching, is_paced = self.telling.watching, bool(task.interval_s)
        most = 1 if is_paced else left
        if watching.wants_before(task.now, running=False):
            # The last step goes alone: what it did to the parameters is shown when training stands.
            most = min(most, max(1, left - 1))
        may_stand = is_paced or left == 1
        watched = watching.wants_before(task.now, running=not may_stand)
        reason = session.advance(most, watched=watched, may_stand=may_stand)
        self._count(Phase.EVALUATE, session.step - first)
        return reason

    def _count(self, phase: Phase, steps: int = 1) -> None:
        """A phase is over, with the evaluation a step: the task may be done."""
        task = self.task
        if task is None or task.by is None:
            return
        if task.by == "epoch":
            done = self.telling.session.training.trainer.epoch >= task.until_epoch
        else:
            task.left -= steps if task.by == "step" else 1
            done = task.left <= 0
        if done and (task.by in ("layer", "phase") or phase is Phase.EVALUATE):
            self.end_task()

    def _at_gate(self, phase: Phase) -> None:
        """Between two phases: stop here if the task ends here, until there is another."""
        session = self.telling.session
        if self._stop_at:
            if self.stepper.gates >= self._stop_at or phase is Phase.UPDATE:
                if self._stand_at is not None:
                    self.stepper.stand_at(session, self._stand_at)
                self._stop_at = 0
                self.end_task()
        elif self.task is not None and self.task.by == "phase":
            self._count(phase)
        elif self.task is not None and self.task.by == "layer":
            self.stepper.stand_at(session, 0)
            self._count(phase)
        while True:
            if self.task is None:
                self.telling.tell_present()
                with session.stopwatch.untimed():
                    while self.task is None:
                        self._wait()
            if self.task.by != "layer":
                return
            self.task.left -= self.stepper.go_on_to(session, self.task.left)
            if self.task.left:
                return
            self.end_task()

    def enter(self, gate: int, stop: int | None = None) -> None:
        """Go into the coming step again, up to one of its gates, and one of the stops there."""
        if gate:
            self._stop_at, self._stand_at = gate, stop
            self.task = Task("phase", maxsize)

    @property
    def is_entering(self) -> bool:
        """Whether a step is gone into again, up to a gate."""
        return self._stop_at > 0

    def answer_at_gate(self, asked: Arrival) -> None:
        """Answer a command when the gate is reached that it led to."""
        if self.task is not None:
            self.task.asked = asked

    def finish(self, reason: Reason) -> None:
        """Tell how the run ended and save it, unless nothing was trained or it is told already."""
        if self.telling.loaded is None or self.telling.state in ENDED:
            return
        session = self.telling.session
        task, self.task = self.task, None
        trained = session.step > 0 or session.lineage.has_steps
        if self.is_untouched and reason in ("stopped", "interrupted"):
            pass  # it was only looked at
        elif trained or reason not in ("stopped", "interrupted"):
            resting = session.moment()
            self.telling.words = session.end(reason).message
            self._resting = None if reason == "diverged" else resting
        self.telling.state = STATE_AFTER[reason]
        if task is not None and task.asked is not None:
            self.telling.answer(task.asked)

    def _fail(self, session: Session, error: Exception) -> None:
        """Training itself broke: back to the last good state, and say so."""
        words = problem(None, error).message
        session.return_to(session.good)
        session.start_telling()
        session.emit(Noticed(branch=session.branch, step=session.step, message=words))
        task, self.task, self._stop_at = self.task, None, 0
        self.telling.state, self.telling.words = "failed", words
        if task is not None and task.asked is not None:
            self.telling.refuse(task.asked, error)
        self.telling.tell_present()
