"""One run: trains, decides, tells every record in order, and keeps what was."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from sys import maxsize

import numpy as np

from tui_nn.data.changing import prepared_as
from tui_nn.data.prepare import Prepared
from tui_nn.engine import records
from tui_nn.engine.inside.passing import Start
from tui_nn.engine.keeping import Keeper, Saving
from tui_nn.engine.past import Past
from tui_nn.engine.postmortem import too_large_a_rate
from tui_nn.engine.records import Untold
from tui_nn.engine.state import generators, kept_by_optimizers
from tui_nn.engine.stopwatch import Stopwatch
from tui_nn.engine.timeline import Timeline
from tui_nn.engine.trainer import Gate
from tui_nn.engine.training import Block, Latest, Moment, Pacer, Training, Weights
from tui_nn.engine.verdict import Outcome
from tui_nn.runs.lineage import Lineage
from tui_nn.spec.changes import starts_alike, with_values
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.protocol import (
    Array,
    Changed,
    Culprit,
    Ended,
    Noticed,
    Phase,
    Reason,
    Record,
    Stepped,
)
from tui_nn.spec.recorded import made_at_once

TELL_SECONDS = 0.05
"""How long steps are gathered before they are told."""
MOMENT_SECONDS = 1.0
"""How far apart the states to return to are, at least."""
DENSE_SECONDS = 0.25
"""Likewise where a history is kept to travel in."""
SAVE_SECONDS = 30.0
"""How far apart saves are, where nothing else is asked for."""
NOTHING = Latest()
"""Nothing is known of the step before."""
OF_UPDATES = ("optimizer", "schedule")
"""Settings that no pass depends on."""
LASTING: frozenset[Reason] = frozenset({"goal", "plateau", "cycle"})
"""Ends that training would find again at once, however often it is taken up."""


@dataclass
class Request:
    """What the world outside asks of a run; any thread or signal handler may set it."""

    stop: Reason | None = None
    deadline: float | None = None
    """On time.monotonic's clock."""
    until: int | None = None
    """Stop after this step."""

    def reason(self, step: int) -> Reason | None:
        if self.stop is None and self.deadline is not None and time.monotonic() >= self.deadline:
            return "time"
        if self.stop is None and self.until is not None and step >= self.until:
            return "stopped"
        return self.stop


class Session:
    """Trains a plan and tells every record of it, in order; behind the recorded it is silent."""

    def __init__(
        self,
        prepared: Prepared,
        tell: Callable[[Record], None],
        *,
        history_bytes: int = 0,
        weights: Weights | None = None,
    ) -> None:
        """`weights`: the initial ones, where they don't come from the seed."""
        self.weights = weights
        self.training = Training(prepared, weights)
        self.root = self.training.prepared
        """The settings before any change."""
        self.lineage = Lineage()
        self.branch = self.changes = 0
        self.keeper: Keeper | None = None
        self.save_every = SAVE_SECONDS
        self.passed: set[Reason] = set()
        """Reasons to end that no longer hold training up."""
        self.culprit: Culprit | None = None
        self.loss: float | None = None
        """Of the latest forward pass."""
        self.before: Weights | None = None
        """The parameters before the latest step, where that step was watched."""
        self.start: Start | None = None
        """What the latest pass began with, where its step was watched."""
        self.phase = Phase.OPTIMIZER
        self.lit = ""
        """The layer at which a step stands inside its phase; empty at none."""
        seconds = DENSE_SECONDS if history_bytes else MOMENT_SECONDS
        self.timeline = Timeline(history_bytes, seconds)
        self.past = Past(self)
        self.poll: Callable[[], None] = lambda: None
        """Called every few steps of a way that is gone again, about each 10 ms; it may raise."""
        self._tell, self.pacer = tell, Pacer()
        self._told = Untold(1)
        self.stopwatch = Stopwatch()
        """Runs while it trains."""
        self._saved_at = time.monotonic()
        self.good = self.moment()
        self.timeline.keep(self.good)

    def begin(self) -> None:
        """Tell what is about to be trained."""
        training = self.training
        self.emit(records.started(training.plan, training.prepared.split, training.trainer))
        for notice in filter(None, (*training.plan.notices, training.why_device)):
            self.emit(Noticed(step=0, message=notice))

    def take_up(self, saving: Saving, root: Prepared, lineage: Lineage) -> None:
        """Go on where a run was last saved; `root`: its settings before any change.

        Raises what torch raises where the save doesn't fit these settings.
        """
        moment = replace(saving.moment, prepared=self.training.prepared)
        self.training.try_out(moment)
        self.root, self.lineage = root, lineage
        self.stopwatch.set(saving.elapsed_s)
        self.timeline.clear()  # it began with the settings of now
        self.return_to(moment)
        self.timeline.keep(self.good)
        self.start_telling()

    def run(self, request: Request) -> Ended:
        """Train until something ends it."""
        reason = self.ended_before
        while reason is None:
            left = maxsize if request.until is None else request.until - self.step
            reason = self.advance(left) or request.reason(self.step)
        return self.end(reason)

    @property
    def ended_before(self) -> Reason | None:
        """The end that training had come to when it was last saved, or its epochs that are done."""
        if self.training.reason is None and self.training.steps_to_end <= 0:
            return "epochs"
        return self.training.reason

    @property
    def step(self) -> int:
        return self.training.step

    @property
    def epoch(self) -> int:
        """Whole epochs done; the last batch counts once its update is made."""
        trainer = self.training.trainer
        drawn = self.phase in (Phase.FORWARD, Phase.GRADIENT) and not trainer.batches.left
        return trainer.epoch - drawn

    @property
    def head(self) -> int:
        """The last recorded step of the present branch."""
        return self.lineage.branches[self.branch].head

    @property
    def elapsed_s(self) -> float:
        """Seconds of training so far."""
        return self.stopwatch.elapsed_s

    def emit(self, record: Record) -> None:
        """Tell a record, and keep it."""
        self.lineage.take(record)
        if self.keeper is not None:
            self.keeper.take(record)
        self._tell(record)

    def advance(
        self, most: int = maxsize, *, watched: bool = False, may_stand: bool = True
    ) -> Reason | None:
        """Train for about 10 ms, at most `most` steps; evaluate and decide where that is due.

        Of a `watched` step, which is one alone, the parameters before it are kept, and where
        training `may_stand` behind it, what optimizers kept.
        """
        with self.stopwatch.timed():
            self.follow_recorded_changes()
            steps = min(
                1 if watched else self.pacer.steps,
                most,
                self.training.steps_to_evaluation,
                self.steps_to_change(),
            )
            if steps <= 0:
                return self.ended_before
            self.before = self.start = None
            if watched:
                self.note_parameters(may_stand=may_stand)
            self.pacer.begin()
            block = self.training.train(steps, self.good.snapshot)
            self.pacer.end(len(block.losses))
            return self._after(block)

    def advance_gated(self, gate: Gate) -> Reason | None:
        """One step with a gate between its phases, then as `advance`."""
        with self.stopwatch.timed():
            self.note_parameters(gated=True)
            return self._after(self.training.train_gated(gate, self.good.snapshot))

    def note_parameters(self, *, gated: bool = False, may_stand: bool = True) -> None:
        """Keep the parameters as they are before the step to come, and how its pass begins.

        Where a step makes several passes, the latest is known in a `gated` one alone.
        """
        trainer = self.training.trainer
        self.before, self.start = trainer.copied_parameters(), None
        if gated or not trainer.asks_again:
            kept = kept_by_optimizers(trainer) if may_stand else ()
            self.start = Start(self.before, generators(trainer.device), optimizers=kept)

    def _after(self, block: Block) -> Reason | None:
        self._take_steps(block)
        self.phase = Phase.EVALUATE
        culprit, reason = block.culprit, None
        training = self.training
        if culprit is None:
            reason = self._evaluate_if_due() or self._at_the_end()
            if reason == "diverged":
                culprit = training.culprit_of_evaluation(self.good.snapshot)
        if culprit is None and reason is None and training.trainer.rate_is_too_large:
            culprit = too_large_a_rate(training.trainer)
        if culprit is not None:
            reason, self.culprit = "diverged", culprit
            training.forget_evaluation()
        elif self.timeline.is_due:
            self.remember()
        training.reason = reason if reason in LASTING else None
        if reason is None and self._is_time_to_save():
            self.save()
        return None if reason in self.passed else reason

    def _take_steps(self, block: Block) -> None:
        self.loss = block.losses[-1] if block.losses else self.loss
        self._told.losses += block.losses
        self._told.rates += block.rates
        if time.monotonic() - self._told.since > TELL_SECONDS:
            self.tell_steps()

    def tell_steps(self) -> None:
        """Tell the steps done and not yet told, those alone that no record has."""
        told = self._told
        known = max(0, self.head - told.first + 1)
        losses, rates = told.losses[known:], told.rates[known:]
        if losses:
            first = told.first + known
            self.emit(
                Stepped(
                    branch=self.branch,
                    step=first + len(losses) - 1,
                    elapsed_s=self.elapsed_s,
                    first=first,
                    loss=Array.of(np.array(losses, np.float32)),
                    lr=Array.of(np.array(rates, np.float32)),
                )
            )
        self._told = Untold(told.first + len(told.losses))

    def start_telling(self) -> None:
        """Training stands elsewhere: the next step to be told is the one behind it."""
        self._told = Untold(self.step + 1)

    def _evaluate_if_due(self) -> Reason | None:
        training = self.training
        if not training.is_due:
            return None
        self.tell_steps()
        evaluations = training.evaluate()
        if self.step > self.lineage.branches[self.branch].evaluated:
            self.emit(records.evaluated(training.trainer, evaluations, self.branch, self.elapsed_s))
        before = training.trainer.lr
        reason = training.decide()
        if training.trainer.lr != before:
            self.remember()  # a replay does not evaluate: it starts behind this change
        return reason

    def _at_the_end(self) -> Reason | None:
        if self.training.steps_to_end > 0:
            return None
        self.tell_steps()
        return "diverged" if self.training.is_ruined(self.training.evaluate()) else "epochs"

    def moment(self) -> Moment:
        """Everything as it is now."""
        return self.training.moment(self.branch, self.changes)

    def remember(self) -> None:
        """Keep the present state to return to, where its numbers are finite."""
        kept = self.timeline.take(self.moment)
        if kept is not None:
            self.good = kept

    def latest(self) -> Latest:
        """What the latest step has left behind."""
        batch = self.training.trainer.batches.latest()
        samples = 0 if batch is None else len(batch)
        return Latest(self.loss, self.before, self.training.gradients, samples, self.start)

    def return_to(self, moment: Moment, latest: Latest = NOTHING) -> None:
        """Stand where `moment` was taken; `latest`: what the step before it had left behind."""
        self.training.go_to(moment)
        self.training.recall(latest)
        self.branch, self.changes = moment.branch, moment.changes
        self.good, self.culprit = moment, None
        self.loss, self.before, self.start = latest.loss, latest.before, latest.start
        self.phase = Phase.EVALUATE if self.step else Phase.OPTIMIZER

    def steps_to_change(self) -> int:
        """Steps until the next change that is recorded on this branch."""
        coming = self.lineage.all_changes(self.branch)[self.changes :]
        return coming[0].step - self.step if coming else maxsize

    def follow_recorded_changes(self) -> None:
        """Let the changes that are recorded at this step take effect."""
        coming = self.lineage.all_changes(self.branch)[self.changes :]
        for due in made_at_once(change for change in coming if change.step == self.step):
            self.apply(due)

    def apply(self, due: list[Changed]) -> None:
        """Let recorded changes at this step, made at once, take effect."""
        values = [(change.key, change.new) for change in due]
        training = self.training
        experiment = with_values(training.plan.experiment, values)
        prepared = prepared_as(training.prepared, experiment, self.step)
        if not all(change.key.startswith(OF_UPDATES) for change in due):
            self.start = None  # the pass is not the same any more
        if self.step:
            training.change(prepared)
            if any(change.key != "train.epochs" for change in due):
                training.reason = None  # with more epochs alone the end would have been the same
        else:
            training.start_over(prepared, self._weights_of(experiment))
        self.changes += len(due)
        self.remember()
        if self.good.prepared.split is not training.prepared.split:
            self.good = self.moment()  # one with other samples is no place to search from

    def _weights_of(self, experiment: Experiment) -> Weights | None:
        """The initial weights that were given, for the network and the seed they were given for."""
        return self.weights if starts_alike(experiment, self.root.plan.experiment) else None

    def _is_time_to_save(self) -> bool:
        return self.keeper is not None and time.monotonic() - self._saved_at >= self.save_every

    def save(self) -> None:
        """Write the present state into the run's folder."""
        if self.keeper is None:
            return
        self.tell_steps()
        moment = self.moment()
        if moment.snapshot.is_finite:
            self.keeper.save(moment, self.elapsed_s, self.emit)
        self._saved_at = time.monotonic()

    def end(self, reason: Reason) -> Ended:
        """Save, tell how it ended, leave the best weights where patience asks for them."""
        self.tell_steps()
        self.save()
        training = self.training
        best_epoch = training.take_best() if reason != "diverged" else None
        if best_epoch is not None:
            self.before = None  # no step led from them to these weights
        evaluations = training.evaluate() | training.evaluate_test()
        outcome = Outcome(
            reason=reason,
            step=self.step,
            epoch=training.trainer.epoch,
            part="val" if "val" in evaluations else "train",
            evaluation=evaluations.get("val", evaluations["train"]),
            goal_met=training.decisions.goal_met,
            best_epoch=best_epoch,
            watch=training.watch,
            culprit=self.culprit,
        )
        ended = records.ended(training.plan, outcome, evaluations, self.branch, self.elapsed_s)
        self.emit(ended)
        return ended
