"""One run from its first step to its end, told as records."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

import numpy as np
import torch

from tui_nn.data.split import Split
from tui_nn.engine import records
from tui_nn.engine.decisions import Decisions
from tui_nn.engine.devices import choose_device
from tui_nn.engine.evaluation import Evaluation, Part
from tui_nn.engine.perceptron import PerceptronWatch, is_perceptron
from tui_nn.engine.postmortem import (
    find_culprit,
    first_bad,
    loss_limit,
    ruined_evaluation,
    too_large_a_rate,
)
from tui_nn.engine.state import Snapshot, take
from tui_nn.engine.trainer import Trainer
from tui_nn.engine.verdict import Outcome, say
from tui_nn.spec.protocol import Array, Culprit, Ended, Noticed, Phase, Reason, Record, Stepped
from tui_nn.spec.resolve import Plan

BLOCK_SECONDS = 0.01
"""About how long training goes on before it looks up."""
TELL_SECONDS = 0.05
"""How long steps are gathered before they are told."""
SNAPSHOT_SECONDS = 1.0
SNAPSHOT_SHARE = 0.03
"""Snapshots may cost this share of the time."""


@dataclass
class Request:
    """What the world outside asks of a run; any thread or signal handler may set it."""

    stop: Reason | None = None
    deadline: float | None = None
    """On time.monotonic's clock."""

    def reason(self) -> Reason | None:
        if self.stop is None and self.deadline is not None and time.monotonic() >= self.deadline:
            return "time"
        return self.stop


@dataclass
class _Told:
    """Steps done and not yet told."""

    first: int = 1
    losses: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)


class Session:
    """Trains a plan and emits every record of it, in order."""

    def __init__(
        self, plan: Plan, split: Split, emit: Callable[[Record], None], request: Request
    ) -> None:
        torch.set_num_threads(plan.experiment.train.threads or 1)
        self.plan, self.emit, self.request = plan, emit, request
        device, why = choose_device(plan, split)
        self.trainer = Trainer(plan, split, device)
        self.split = split
        unit = split.scaling.unit
        self.parts = {"train": Part(split.train, plan, device, unit)}
        if split.val is not None:
            self.parts["val"] = Part(split.val, plan, device, unit)
        train = plan.experiment.train
        self.decisions = Decisions(plan.experiment.goal, train.patience, plan.facts.kind)
        self.watch = PerceptronWatch(self.trainer) if is_perceptron(self.trainer.network) else None
        self.notices = [*plan.notices, *([why] if why else [])]
        self._told = _Told()
        self._block = 1
        self._limit: float | None = None
        self._good: Snapshot = take(self.trainer)
        self._good_at = time.monotonic()
        self._last: tuple[int, dict[str, Evaluation]] | None = None

    def run(self) -> Ended:
        """Train until something ends it."""
        started = time.monotonic()
        self.emit(records.started(self.plan, self.split, self.trainer))
        for notice in self.notices:
            self.emit(Noticed(step=0, message=notice))
        reason: Reason | None = None
        culprit: Culprit | None = None
        while reason is None:
            culprit = self._train_block()
            if culprit is None:
                reason = self._evaluate_if_due() or self.request.reason() or self._at_the_end()
                culprit = self._culprit_of_evaluation() if reason == "diverged" else None
            if culprit is None and reason is None and self.trainer.rate_is_too_large:
                culprit = too_large_a_rate(self.trainer)
            if culprit is not None:
                reason, self._last = "diverged", None
            else:
                self._keep_good()
        self._tell_steps()
        ended = self._ended(reason, culprit, time.monotonic() - started)
        self.emit(ended)
        return ended

    def _train_block(self) -> Culprit | None:
        """Some steps on the straight path; what went wrong if the loss left all reason."""
        trainer = self.trainer
        steps = 1 if self.watch else min(self._block, self._steps_to_evaluation())
        first = trainer.step + 1
        began = time.monotonic()
        try:
            losses, rates = trainer.train_straight(steps)
        except (RuntimeError, ValueError, ArithmeticError):
            # A loss may refuse numbers that are none: then they are the reason, not the refusal.
            culprit = find_culprit(trainer, self._good, first + steps - 1, largest=False)
            if culprit is None:
                raise
            return culprit
        if steps == self._block and time.monotonic() - began < BLOCK_SECONDS:
            self._block *= 2
        elif time.monotonic() - began > 2 * BLOCK_SECONDS:
            self._block = max(1, self._block // 2)
        if self.watch:
            self.watch.after_step()
        if self._limit is None:
            self._limit = loss_limit(losses[0])
        bad = first_bad(losses, self._limit)
        kept = len(losses) if bad is None else bad + 1
        self._told.losses += losses[:kept]
        self._told.rates += rates[:kept]
        if time.monotonic() - self._told.since > TELL_SECONDS:
            self._tell_steps()
        return None if bad is None else self._find(first + bad)

    def _find(self, bad_step: int) -> Culprit:
        culprit = find_culprit(self.trainer, self._good, bad_step)
        return culprit or Culprit(
            step=bad_step,
            phase=Phase.FORWARD,
            tensor="loss",
            layer="",
            operation="a step that its replay does not show",
            value="not finite or without bound",
        )

    def _culprit_of_evaluation(self) -> Culprit:
        loss = self._evaluate()["train"].numbers["loss"]
        step = self.trainer.step
        found = find_culprit(self.trainer, self._good, step, largest=False)
        if found is None:  # back to before the update that ruined it
            self.trainer.train_straight(step - 1 - self._good.step)
        return found or ruined_evaluation(self.trainer, step, loss)

    def _steps_to_evaluation(self) -> int:
        """Steps until the next evaluation that is due, or the end."""
        left = self.plan.total_steps - self.trainer.step
        every = self.plan.experiment.train.eval_every
        if not every:
            return left
        between = every * self.plan.steps_per_epoch
        return min(left, between - self.trainer.step % between)

    def _keep_good(self) -> None:
        """Keep a state to return to, now and then."""
        now = time.monotonic()
        if now - self._good_at >= SNAPSHOT_SECONDS:
            self._take_good()
            cost = time.monotonic() - now
            # The next one waits until this one has cost no more than its share.
            self._good_at = now + max(0.0, cost / SNAPSHOT_SHARE - SNAPSHOT_SECONDS)

    def _take_good(self) -> None:
        snapshot = take(self.trainer)
        if snapshot.is_finite:
            self._good = snapshot

    def _tell_steps(self) -> None:
        told = self._told
        if told.losses:
            self.emit(
                Stepped(
                    step=told.first + len(told.losses) - 1,
                    first=told.first,
                    loss=Array.of(np.array(told.losses, np.float32)),
                    lr=Array.of(np.array(told.rates, np.float32)),
                )
            )
        self._told = _Told(first=told.first + len(told.losses))

    def _evaluate_if_due(self) -> Reason | None:
        every = self.plan.experiment.train.eval_every
        trainer = self.trainer
        if not every or trainer.step % (every * self.plan.steps_per_epoch):
            return None
        self._tell_steps()
        evaluations = self._evaluate()
        self.emit(records.evaluated(self.trainer, evaluations))
        if self._is_bad(evaluations):
            return "diverged"
        watched = evaluations.get("val", evaluations["train"])
        before = trainer.lr
        trainer.schedule_evaluation(watched.numbers["loss"])
        if trainer.lr != before:
            self._take_good()  # a replay does not evaluate: it starts behind this change
        reason = self.decisions.look(watched, trainer.epoch, trainer.step, trainer.network)
        if reason is None and self.watch and self.watch.returned_epochs:
            return "cycle"
        return reason

    def _at_the_end(self) -> Reason | None:
        if self.trainer.step < self.plan.total_steps:
            return None
        self._tell_steps()
        return "diverged" if self._is_bad(self._evaluate()) else "epochs"

    def _is_bad(self, evaluations: dict[str, Evaluation]) -> bool:
        """Whether the last update, whose loss no step has seen yet, ruined the network."""
        return first_bad([evaluations["train"].numbers["loss"]], self._limit or inf) is not None

    def _evaluate(self) -> dict[str, Evaluation]:
        if self._last is None or self._last[0] != self.trainer.step:
            evaluations = {
                name: part.evaluate(self.trainer.network, self.trainer.loss)
                for name, part in self.parts.items()
            }
            self._last = (self.trainer.step, evaluations)
        return self._last[1]

    def _evaluate_test(self) -> dict[str, Evaluation]:
        """The part that is seen once, at the end."""
        if self.split.test is None:
            return {}
        part = Part(self.split.test, self.plan, self.trainer.device, self.split.scaling.unit)
        return {"test": part.evaluate(self.trainer.network, self.trainer.loss)}

    def _ended(self, reason: Reason, culprit: Culprit | None, seconds: float) -> Ended:
        best_epoch = self._go_to_best(reason)
        evaluations = self._evaluate() | self._evaluate_test()
        numbers, words = records.for_json(evaluations)
        outcome = Outcome(
            reason=reason,
            step=self.trainer.step,
            epoch=self.trainer.epoch,
            part="val" if "val" in evaluations else "train",
            evaluation=evaluations.get("val", evaluations["train"]),
            goal_met=self.decisions.goal_met,
            best_epoch=best_epoch,
            watch=self.watch,
            culprit=culprit,
        )
        return Ended(
            step=self.trainer.step,
            reason=reason,
            epoch=self.trainer.epoch,
            train=numbers["train"],
            val=numbers.get("val"),
            test=numbers.get("test"),
            goal=records.goal_result(self.plan.experiment.goal, numbers, outcome.goal_met),
            seconds=seconds,
            message=say(self.plan, outcome),
            train_count=self.plan.facts.train_count,
            val_count=self.plan.facts.val_count,
            test_count=self.plan.facts.test_count,
            right={n: e.right for n, e in evaluations.items() if e.right is not None},
            culprit=culprit,
            nonfinite=words,
        )

    def _go_to_best(self, reason: Reason) -> int | None:
        """With patience, leave the best weights behind; the epoch they are from."""
        best = self.decisions.best
        if best is None or reason == "diverged" or best.step == self.trainer.step:
            return None
        self.trainer.network.load_state_dict(best.weights)
        self._last = None
        return best.epoch
