"""Carries out commands on the engine's only training thread, between steps and inside them."""

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tui_nn.engine.connections import Arrival, Attached, Closed, Connections, Looked
from tui_nn.engine.disk import Disk
from tui_nn.engine.loading import load
from tui_nn.engine.runner import ENDED, Runner, Task
from tui_nn.engine.session import Session
from tui_nn.engine.telling import Telling
from tui_nn.engine.trainer import StepAbandoned
from tui_nn.engine.travel import change, change_anew, go_to, reset, step_of_epoch
from tui_nn.runs.folder import RUNS, Folder, find_run
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import STATE_AFTER, Ended, Reason, encode
from tui_nn.spec.protocol import commands as do

ENDS_STEPS = (do.Load, do.Run, do.Pause, do.Back, do.GoTo, do.Reset, do.Stop)
"""Commands with which the steps that were asked for before are over."""
ALONE_SECONDS = 1.0
"""How often to look whether to go on waiting, where nobody is there who might say something."""

SETTLE_S = 2.0
"""So long an engine that leaves waits for looks at the disk."""


class Leaves(Protocol):
    """Whether the engine is to leave."""

    def __call__(self, *, busy: bool, ended: bool) -> bool: ...


class Driver:
    """One run at a time, whoever watches it, and what it is to do next."""

    def __init__(self, connections: Connections, leaves: Leaves) -> None:
        self.connections = connections
        self.telling = Telling(connections)
        self.runner = Runner(self.telling, self._wait_in_a_step)
        self.disk = Disk(connections.put)
        self._leaves = leaves
        self._is_stopped = False
        self._later: deque[Arrival] = deque()
        """Commands that wait for the present task, or for a step to be undone."""

    @property
    def is_over(self) -> bool:
        """Whether it was stopped, or the engine is to leave."""
        telling = self.telling
        ended = telling.loaded is None or telling.state in ENDED
        return self._is_stopped or self._leaves(busy=self.runner.task is not None, ended=ended)

    def turn(self) -> None:
        """Take in what came and do a little of the task; wait where there is nothing to do."""
        task = self.runner.task
        if task is None:
            self._take_next()
            return
        pause = task.next_at - time.monotonic() if task.interval_s else 0.0
        arrival = self.connections.receive(max(0.0, pause))
        if arrival is not None:
            self.take(arrival)
        elif time.monotonic() >= task.next_at:
            self.runner.work(task)

    def _wait_in_a_step(self) -> None:
        if self.is_over:
            raise StepAbandoned
        self._take_next()

    def _take_next(self) -> None:
        """Show where training stands, and take in what comes."""
        if self._later:
            self._carry_out_or_refuse(self._later.popleft())
            return
        more = self.telling.show(time.monotonic(), running=False)
        timeout = None if self.connections.anybody else ALONE_SECONDS
        arrival = self.connections.receive(0.0 if more else timeout)
        if arrival is not None:
            self.take(arrival)

    def take(self, arrival: Arrival) -> None:
        """Carry out what arrived, or let it wait for its turn."""
        what = arrival.what
        if isinstance(what, do.Pause) and self.runner.pause(arrival):
            return
        if _ends_steps(what):
            self._end_steps()
        task = self.runner.task
        changes = not isinstance(what, (Attached, Closed, Looked, *do.FOR_ALL))
        if (isinstance(what, do.Step) and task and task.by) or (
            changes and self.runner.is_entering
        ):
            self._later.append(arrival)
        else:
            self._carry_out_or_refuse(arrival)

    def _end_steps(self) -> None:
        """End the present task, unless it leads to a gate, and the steps that wait for it."""
        if not self.runner.is_entering:
            self.runner.end_task()
        steps = [waiting for waiting in self._later if isinstance(waiting.what, do.Step)]
        self._later = deque(waiting for waiting in self._later if waiting not in steps)
        for waiting in steps:
            self.telling.answer(waiting)

    def _carry_out_or_refuse(self, arrival: Arrival) -> None:
        """Carry out a command; one that can't be is refused and harms nothing."""
        try:
            self._carry_out(arrival)
        except StepAbandoned:
            raise
        except Exception as error:  # noqa: BLE001 (a command harms nobody but whoever sent it)
            if _ends_steps(arrival.what):
                self.telling.tell_present()  # what was going on may be over all the same
            self.telling.refuse(arrival, error)

    def _carry_out(self, arrival: Arrival) -> None:
        connection, what = arrival.connection, arrival.what
        match what:
            case Attached():
                connection.send(encode(self.telling.present()))
            case Closed():
                self.telling.watching.leave(connection)
            case do.Watch():
                if self.telling.loaded is not None:  # one that doesn't apply is refused at once
                    self.telling.watching.inspect(self.telling.session, what.probe)
                self.telling.watching.add(connection, what)
                self.telling.answer(arrival)
            case do.Unwatch():
                self.telling.watching.remove(connection, what.watch)
                self.telling.answer(arrival)
            case do.Seen():
                self.telling.watching.seen(connection, what)
            case do.Inspect():
                self.telling.answer(
                    arrival, self.telling.watching.inspect(self.telling.session, what.probe)
                )
            case do.ListFolder() | do.Preview():
                self.disk.look(arrival, what)
            case Looked():
                self.disk.waiting -= 1
                if isinstance(what.result, Exception):
                    self.telling.refuse(what.asked, what.result)
                else:
                    self.telling.answer(what.asked, found=what.result)
            case do.Drive():
                self.telling.answer(arrival)
            case do.Step():
                self._step(arrival, what)
            case do.Run():
                self.runner.begin(Task(interval_s=1 / what.pace if what.pace > 0 else 0.0))
                self._done(arrival)
            case do.Pause():
                self._done(arrival)
            case do.Back(by="layer") if self._stays_going_back(what.count):
                self._done(arrival)
            case _:
                if self.runner.is_at_a_gate:
                    self._later.appendleft(arrival)
                    raise StepAbandoned
                self._replace_state(what)
                self.telling.watching.renew()
                if self.runner.is_entering:
                    self.runner.answer_at_gate(arrival)
                else:
                    self._done(arrival)

    def _stays_going_back(self, layers: int) -> bool:
        """Go back by so many layers, if that needs nothing to be undone."""
        stepper = self.telling.stepper
        return bool(stepper.gates) and stepper.stays_going_back(self.telling.session, layers)

    def _replace_state(self, what: object) -> None:
        if isinstance(what, do.Back | do.GoTo | do.Reset | do.Change):
            self.runner.is_untouched = False
        match what:
            case do.Load():
                self._load(what)
            case do.Back():
                self._travel(lambda session: self._back(session, what))
            case do.GoTo():
                self._travel(lambda session: self._go_to(session, what))
            case do.Reset():
                self._travel(lambda session: self._reset(session, what))
            case do.Change(anew=True):
                self._travel(lambda session: self._change_anew(session, what))
            case do.Change():
                self._inside_as_before(lambda session: self._change(session, what))
            case do.Save():
                self._inside_as_before(self._save)
            case do.Stop():
                self.finish("stopped")
                self._is_stopped = True

    def _done(self, arrival: Arrival) -> None:
        self.telling.answer(arrival)
        self.telling.tell_present()

    def _step(self, arrival: Arrival, what: do.Step) -> None:
        if what.count < 1:
            raise InvalidInput(f"count is {what.count}", hint="write 1 or more")
        until = self.telling.session.epoch + what.count
        self.runner.begin(Task(what.by, what.count, until_epoch=until, asked=arrival))
        self.telling.tell_present()

    def _travel(self, move: Callable[[Session], None]) -> None:
        session = self.telling.session
        self.runner.forget_end()
        move(session)
        self.telling.words = ""
        if not self.runner.task:
            self.telling.state = "paused" if session.step else "ready"

    def _give_way(self) -> None:
        """InvalidInput where the engine is to leave: no long way holds it."""
        if self.is_over:
            raise InvalidInput("the engine is leaving")

    def _back(self, session: Session, what: do.Back) -> None:
        if what.count < 1:
            raise InvalidInput(f"count is {what.count}", hint="write 1 or more")
        stepper = self.telling.stepper
        undone = stepper.take_undone(session)
        gates = undone.gates
        match what.by:
            case "layer":
                there = stepper.back_by_layers(session, undone, what.count)
                self.runner.enter(there.gates, there.stop)
            case "phase":
                self.runner.enter(stepper.back(session, gates, what.count))
            case "step":
                step = session.step - what.count + bool(gates)
                go_to(session, session.branch, max(0, step))
            case "epoch":
                trainer = session.training.trainer
                begun = bool(trainer.batches.left or gates)
                epoch = max(0, trainer.epoch + begun - what.count)
                go_to(session, session.branch, step_of_epoch(session, epoch))

    def _go_to(self, session: Session, what: do.GoTo) -> None:
        go_to(session, session.branch if what.branch is None else what.branch, what.step)
        if session.step == session.head:
            session.follow_recorded_changes()

    def _reset(self, session: Session, what: do.Reset) -> None:
        reset(session, what.seed)
        session.passed.clear()

    def _change_anew(self, session: Session, what: do.Change) -> None:
        change_anew(session, what.changes)
        session.passed.clear()

    def _inside_as_before(self, action: Callable[[Session], None]) -> None:
        """Between two steps, then at the same gate of the step that was undone for it."""
        session = self.telling.session
        undone = self.telling.stepper.take_undone(session)
        try:
            action(session)
        finally:
            self.runner.enter(undone.gates, undone.stop)

    def _change(self, session: Session, what: do.Change) -> None:
        self.runner.leave_end_behind(session)
        if change(session, what.changes, continues=what.continues) and self.telling.state in ENDED:
            self.telling.state, self.telling.words = "paused", ""

    def _save(self, session: Session) -> None:
        self.runner.keep()
        if session.keeper is None:
            raise InvalidInput("this run is kept nowhere", hint="load it with a folder for runs")
        session.save()

    def _load(self, what: do.Load) -> None:
        telling = self.telling
        runs = RUNS if what.runs is None else Path(what.runs)
        folder = find_run(what.experiment, runs) if what.text is None else None
        if folder is not None and self._holds(folder):
            self.close()  # it can't be taken up while it is held
        before, telling.state = telling.state, "loading"
        telling.say(f"loading {what.experiment} …")
        telling.held = []
        try:
            loaded = load(what, folder, telling.listener)
            told = telling.held
        finally:
            telling.state, telling.words, telling.held = before, "", None
        self.close()
        telling.loaded = loaded
        loaded.session.poll = self._give_way
        self.runner.is_untouched = folder is not None and not what.changes
        reason = loaded.session.ended_before
        telling.state = (
            STATE_AFTER[reason] if reason else ("paused" if loaded.session.step else "ready")
        )
        for record in told:
            telling.record(record)
            if reason and isinstance(record, Ended):
                telling.words = record.message
        self.runner.listen()

    def _holds(self, folder: Folder) -> bool:
        loaded = self.telling.loaded
        keeper = loaded.session.keeper if loaded else None
        return keeper is not None and folder.path.samefile(keeper.folder.path)

    def close(self) -> None:
        """End the run that is loaded, save it and let go of it."""
        telling = self.telling
        self.finish("stopped")
        self.runner.forget_end()
        self.telling.stepper.forget_undone()
        telling.unkept.clear()
        self.connections.listen_no_more()
        if telling.loaded is not None and telling.loaded.session.keeper is not None:
            telling.loaded.session.keeper.close()
        telling.loaded, telling.state = None, "ready"

    def settle(self) -> None:
        """Answer those who still wait for a look at the disk, before the engine leaves."""
        until = time.monotonic() + SETTLE_S
        while self.disk.waiting and (left := until - time.monotonic()) > 0:
            arrival = self.connections.receive(left)
            if arrival is not None and isinstance(arrival.what, Looked):
                self._carry_out(arrival)

    def finish(self, reason: Reason) -> None:
        """Tell how the run ended and save it, unless nothing was trained or it is told already."""
        self.runner.finish(reason)


def _ends_steps(what: object) -> bool:
    """Whether steps that are being made, or wait, end with it."""
    return isinstance(what, ENDS_STEPS) or (isinstance(what, do.Change) and what.anew)
