"""Training and what it has decided so far; it tells nobody."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from tui_nn.data.dataset import Dataset
from tui_nn.data.prepare import Prepared
from tui_nn.engine.changing import change
from tui_nn.engine.decisions import Decided, Decisions, comparable
from tui_nn.engine.devices import choose_device
from tui_nn.engine.evaluation import Evaluation, Part
from tui_nn.engine.inside.passing import Start
from tui_nn.engine.perceptron import PerceptronWatch, Watched, is_perceptron
from tui_nn.engine.postmortem import (
    find_culprit,
    first_bad,
    largest_weight,
    loss_limit,
    ruined_evaluation,
)
from tui_nn.engine.state import Snapshot, restore, take, try_optimizers
from tui_nn.engine.trainer import Gate, Trainer
from tui_nn.engine.weights import put_weights
from tui_nn.spec.protocol import Culprit, Phase, Reason
from tui_nn.spec.resolve import Plan

Weights = dict[str, Tensor]
"""By torch's names."""


@dataclass(frozen=True)
class Moment:
    """All that training needs to go on from a step, taken after its evaluation."""

    prepared: Prepared
    """The settings in force, with their data."""
    branch: int
    changes: int
    """How many changes on the way here have taken effect."""
    snapshot: Snapshot
    decided: Decided
    watched: Watched | None
    limit: float | None
    """The loss above which training counts as diverged; None before the first step."""
    reason: Reason | None
    """Why it ended here, if it did."""

    @property
    def step(self) -> int:
        return self.snapshot.step

    @property
    def nbytes(self) -> int:
        """About the memory it takes."""
        best = self.decided.best.weights.values() if self.decided.best else ()
        return self.snapshot.nbytes + sum(tensor.nbytes for tensor in best)


@dataclass(frozen=True)
class Latest:
    """What the latest step has left behind for those who look: the next one needs none of it."""

    loss: float | None = None
    """Before its update; None before the first step."""
    before: Weights | None = None
    """The parameters before its update, where it was watched."""
    gradients: tuple[Tensor | None, ...] = ()
    """Of the parameters in their order; empty where none are known."""
    samples: int = 0
    """Of its batch; 0 where that is not known."""
    start: Start | None = None
    """What its last pass began with, where it was watched."""


@dataclass(frozen=True)
class Block:
    """Steps in a row: the loss before each update, its rate, and what went wrong, if anything."""

    losses: list[float]
    rates: list[float]
    culprit: Culprit | None = None


class Training:
    """A plan's trainer with its evaluations and decisions."""

    def __init__(self, prepared: Prepared, weights: Weights | None = None) -> None:
        self.weights = weights
        """The initial ones, where they don't come from the seed."""
        device, self.why_device = choose_device(prepared.plan, prepared.split)
        self._build(_on(device, prepared))

    def _build(self, prepared: Prepared) -> None:
        self.prepared, plan = prepared, prepared.plan
        train = plan.experiment.train
        torch.set_num_threads(train.threads or 1)
        self.trainer = Trainer(plan, prepared.split, torch.device(train.device))
        if self.weights is not None:
            put_weights(self.trainer.network, self.weights, "the weights it began with")
        self.parts = self._parts()
        self.decisions = Decisions(plan.experiment.goal, train.patience, plan.facts.kind)
        network = self.trainer.network
        self.watch = PerceptronWatch(self.trainer) if is_perceptron(network) else None
        self.limit: float | None = None
        self.reason: Reason | None = None
        self._last: tuple[int, dict[str, Evaluation]] | None = None

    def _parts(self) -> dict[str, Part]:
        split = self.prepared.split
        parts = {"train": self._part(split.train)}
        return parts if split.val is None else parts | {"val": self._part(split.val)}

    def _part(self, dataset: Dataset) -> Part:
        return Part(dataset, self.plan, self.trainer.device, self.prepared.split.scaling.unit)

    @property
    def plan(self) -> Plan:
        return self.prepared.plan

    @property
    def step(self) -> int:
        return self.trainer.step

    @property
    def steps_to_end(self) -> int:
        """Steps until all epochs are done."""
        return self.trainer.batches.steps_until(self.plan.experiment.train.epochs)

    @property
    def steps_to_evaluation(self) -> int:
        """Steps until the next evaluation that is due, or the end."""
        every = self.plan.experiment.train.eval_every
        if not every:
            return self.steps_to_end
        epoch = (self.trainer.epoch // every + 1) * every
        return min(self.steps_to_end, self.trainer.batches.steps_until(epoch))

    @property
    def steps_to_a_possible_end(self) -> int:
        """Steps until the next evaluation where one can end training, or its end."""
        can_end = self.watch is not None or self.decisions.can_end
        return self.steps_to_evaluation if can_end else self.steps_to_end

    @property
    def is_due(self) -> bool:
        """Whether the present step is one after which 8 Evaluate decides."""
        every = self.plan.experiment.train.eval_every
        at_end = self.step and not self.trainer.batches.left
        return bool(every and at_end and not self.trainer.epoch % every)

    def train(self, steps: int, good: Snapshot) -> Block:
        """Steps on the straight path, up to the first loss that left all reason.

        `good` is a state from which to search for the reason.
        """
        trainer = self.trainer
        first = trainer.step + 1
        try:
            losses, rates = trainer.train_straight(1 if self.watch else steps)
        except (RuntimeError, ValueError, ArithmeticError):
            # A loss may refuse numbers that are none: then they are the reason, not the refusal.
            culprit = find_culprit(trainer, good, first + steps - 1, largest=False)
            if culprit is None:
                raise
            return Block([], [], culprit)
        return self._look_at(losses, rates, first, good)

    def train_gated(self, gate: Gate, good: Snapshot) -> Block:
        """One step with the gate between its phases; the same bits as `train(1)`."""
        first = self.step + 1
        loss = self.trainer.train_step(gate).item()
        return self._look_at([loss], [self.trainer.last_lr], first, good)

    def _look_at(
        self, losses: list[float], rates: list[float], first: int, good: Snapshot
    ) -> Block:
        self._last = None
        if self.watch:
            self.watch.after_step()
        if self.limit is None:
            self.limit = loss_limit(losses[0])
        bad = first_bad(losses, self.limit)
        if bad is None:
            return Block(losses, rates)
        culprit = find_culprit(self.trainer, good, first + bad) or Culprit(
            step=first + bad,
            phase=Phase.FORWARD,
            tensor="loss",
            layer="",
            operation="a step that its replay does not show",
            value="not finite or without bound",
        )
        return Block(losses[: bad + 1], rates[: bad + 1], culprit)

    def evaluate(self) -> dict[str, Evaluation]:
        """The numbers of each part now; a look, never a decision."""
        if self._last is None or self._last[0] != self.step:
            evaluations = {
                name: part.evaluate(self.trainer.network, self.trainer.loss)
                for name, part in self.parts.items()
            }
            self._last = (self.step, evaluations)
        return self._last[1]

    def forget_evaluation(self) -> None:
        """The weights are others than the ones last evaluated."""
        self._last = None

    def evaluate_test(self) -> dict[str, Evaluation]:
        """The part that is seen once, at the end."""
        test = self.prepared.split.test
        if test is None:
            return {}
        return {"test": self._part(test).evaluate(self.trainer.network, self.trainer.loss)}

    def decide(self) -> Reason | None:
        """Phase 8 where it is due: what its numbers decide."""
        evaluations = self.evaluate()
        if self.is_ruined(evaluations):
            return "diverged"
        watched = evaluations.get("val", evaluations["train"])
        self.trainer.schedule_evaluation(watched.numbers["loss"])
        reason = self.decisions.look(watched, self.trainer.epoch, self.step, self.trainer.network)
        if reason is None and self.watch and self.watch.returned_epochs:
            return "cycle"
        return reason

    def is_ruined(self, evaluations: dict[str, Evaluation]) -> bool:
        """Whether the last update, whose loss no step has seen yet, ruined the network."""
        limit = float("inf") if self.limit is None else self.limit
        return first_bad([evaluations["train"].numbers["loss"]], limit) is not None

    def culprit_of_evaluation(self, good: Snapshot) -> Culprit:
        """What ruined the network in the last update; goes back to before it."""
        loss, step = self.evaluate()["train"].numbers["loss"], self.step
        after = largest_weight(self.trainer)
        found = find_culprit(self.trainer, good, step, largest=False)
        if found is None:
            self.trainer.train_straight(step - 1 - good.step)
        return found or ruined_evaluation(self.trainer, step, loss, after)

    def take_best(self) -> int | None:
        """With patience, leave the best weights behind; the epoch they are from."""
        best = self.decisions.best
        if best is None or self.decisions.patience is None or best.step == self.step:
            return None
        self.trainer.network.load_state_dict(best.weights)
        self._last = None
        return best.epoch

    def moment(self, branch: int, changes: int) -> Moment:
        """Everything as it is now."""
        return Moment(
            prepared=self.prepared,
            branch=branch,
            changes=changes,
            snapshot=take(self.trainer),
            decided=self.decisions.state(),
            watched=self.watch.state() if self.watch else None,
            limit=self.limit,
            reason=self.reason,
        )

    def go_to(self, moment: Moment) -> None:
        """Everything as it was then; where other settings were in force it is built anew."""
        if moment.prepared is not self.prepared:
            self._build(moment.prepared)
        restore(self.trainer, moment.snapshot)
        self.decisions.go_to(moment.decided)
        if self.watch and moment.watched:
            self.watch.go_to(moment.watched)
        self.limit, self.reason, self._last = moment.limit, moment.reason, None
        self.trainer.network.zero_grad()  # the gradient of a step that lies ahead is none yet

    @property
    def gradients(self) -> tuple[Tensor | None, ...]:
        """As torch holds them; a later step makes others and leaves these as they are."""
        return tuple(parameter.grad for parameter in self.trainer.network.parameters())

    def recall(self, latest: Latest) -> None:
        """Hold again what the latest step had left behind."""
        if latest.gradients:
            parameters = self.trainer.network.parameters()
            for parameter, gradient in zip(parameters, latest.gradients, strict=True):
                parameter.grad = gradient
        self.trainer.batches.recall(latest.samples)

    def try_out(self, moment: Moment) -> None:
        """Use all that a moment from a file holds; raises what torch raises where it doesn't fit.

        Then only `go_to` leads on.
        """
        self.go_to(moment)
        if moment.decided.best is not None:
            self.trainer.network.load_state_dict(moment.decided.best.weights)
        try_optimizers(self.trainer)

    def change(self, prepared: Prepared) -> None:
        """Go on as `prepared` says from here on: see `changing.change`.

        Where it raises, only `go_to` leads on.
        """
        plan, old, moment = prepared.plan, self.plan, self.moment(0, 0)
        experiment, before = plan.experiment, old.experiment.train
        if (experiment.train.device, experiment.train.dtype) != (before.device, before.dtype):
            self._build(replace(self.prepared, plan=_like(old, plan)))
            self.go_to(replace(moment, prepared=self.prepared))
        other_data = prepared.split is not self.prepared.split
        self.prepared = prepared
        if other_data:
            self.trainer.exchange(prepared.split, plan)
        elif plan.fit != old.fit:
            self.trainer.recode(prepared.split, plan.fit)
        if other_data or plan.fit != old.fit:
            self.parts = self._parts()
        change(self.trainer, plan)
        self.decisions = Decisions(experiment.goal, experiment.train.patience, plan.facts.kind)
        self.decisions.go_to(self._still_decided(old, moment.decided))
        if self.watch:
            self.watch.start_anew()
        self._last = None

    def _still_decided(self, old: Plan, decided: Decided) -> Decided:
        """What evaluations under `old` settings say of the goal and the best weights now."""
        now, before = self.plan.experiment, old.experiment
        if (now.goal, now.data) != (before.goal, before.data):
            decided = replace(decided, in_a_row=0)
        if not comparable(old, self.plan):
            decided = replace(decided, since_best=0, best=None)
        return decided

    def start_over(self, prepared: Prepared, weights: Weights | None) -> None:
        """Back to no step at all, with other settings, data or weights."""
        self.weights = weights
        self._build(prepared)

    def on_a_device(self, prepared: Prepared) -> Prepared:
        """Settings with the device that is chosen for them; InvalidInput for one not there."""
        return _on(choose_device(prepared.plan, prepared.split)[0], prepared)


def _on(device: torch.device, prepared: Prepared) -> Prepared:
    """The settings with the device that was chosen."""
    experiment = prepared.plan.experiment.with_train(device=str(device))
    return replace(prepared, plan=replace(prepared.plan, experiment=experiment))


def _like(plan: Plan, other: Plan) -> Plan:
    """A plan with the device and the precision of another."""
    train = other.experiment.train
    experiment = plan.experiment.with_train(device=train.device, dtype=train.dtype)
    return replace(plan, experiment=experiment)


class Pacer:
    """How many steps to do before looking up: about 10 ms of them."""

    def __init__(self, seconds: float = 0.01, clock: Callable[[], float] = time.monotonic) -> None:
        self.steps = 1
        self._seconds, self._clock = seconds, clock
        self._began = 0.0

    def begin(self) -> None:
        self._began = self._clock()

    def end(self, steps: int) -> None:
        """Take in how long `steps` took."""
        took = self._clock() - self._began
        if steps == self.steps and took < self._seconds:
            self.steps *= 2
        elif took > 2 * self._seconds:
            self.steps = max(1, self.steps // 2)
