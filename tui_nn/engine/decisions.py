"""What is decided, and only at evaluations: the goal, patience, the best weights."""

from dataclasses import dataclass
from math import isnan

from torch import Tensor, nn

from tui_nn.engine.evaluation import Evaluation
from tui_nn.spec import catalog
from tui_nn.spec.catalog.metrics import Metric, main_metric
from tui_nn.spec.experiment import Goal
from tui_nn.spec.protocol import Reason
from tui_nn.spec.resolve import Plan
from tui_nn.spec.targets import Kind


@dataclass(frozen=True)
class Best:
    """The best evaluation so far, with its weights."""

    value: float
    epoch: int
    step: int
    weights: dict[str, Tensor]


@dataclass(frozen=True)
class Decided:
    """What earlier evaluations left behind."""

    in_a_row: int = 0
    since_best: int = 0
    best: Best | None = None


def judged_by(goal: Goal | None, patience: int | None, kind: Kind) -> Metric:
    """The metric that says which evaluation is the best."""
    return catalog.metric(goal.metric if goal else "loss" if patience else main_metric(kind))


def comparable(old: Plan, new: Plan) -> bool:
    """Whether the best evaluation under one plan is one to beat under the other."""
    before, now = (
        judged_by(plan.experiment.goal, plan.experiment.train.patience, plan.facts.kind)
        for plan in (old, new)
    )
    same_loss = old.experiment.loss == new.experiment.loss
    same_data = old.experiment.data == new.experiment.data
    return same_data and before == now and (now.name != "loss" or same_loss)


class Decisions:
    """Looks at evaluations in order; says when training has reached or lost its way."""

    def __init__(self, goal: Goal | None, patience: int | None, kind: Kind) -> None:
        self.goal = goal
        self.patience = patience
        self.metric = judged_by(goal, patience, kind)
        self.in_a_row = 0
        self.since_best = 0
        self.best: Best | None = None

    @property
    def goal_met(self) -> bool:
        """Whether the goal was reached as often in a row as it asks."""
        return self.goal is not None and self.in_a_row >= self.goal.times

    @property
    def can_end(self) -> bool:
        """Whether the next evaluation can give a reason to stop."""
        is_near = self.goal is not None and self.in_a_row + 1 >= self.goal.times
        return is_near or (self.patience is not None and self.since_best + 1 >= self.patience)

    def look(
        self, evaluation: Evaluation, epoch: int, step: int, network: nn.Module
    ) -> Reason | None:
        """Take in one evaluation; the reason to stop, if it gives one."""
        value = evaluation.numbers[self.metric.name]
        if self.goal is not None:
            reached = self.metric.reached(value, self.goal.wanted)
            self.in_a_row = self.in_a_row + 1 if reached else 0
        self._keep_best(value, epoch, step, network)
        if self.goal_met:
            return "goal"
        if self.patience is not None and self.since_best >= self.patience:
            return "plateau"
        return None

    def state(self) -> Decided:
        """What `go_to` needs to go on here."""
        return Decided(self.in_a_row, self.since_best, self.best)

    def go_to(self, state: Decided) -> None:
        """Go on where `state` was taken."""
        self.in_a_row, self.since_best, self.best = state.in_a_row, state.since_best, state.best

    def _keep_best(self, value: float, epoch: int, step: int, network: nn.Module) -> None:
        is_number = not isnan(value)
        if is_number and (self.best is None or self.metric.better(value, self.best.value)):
            weights = {k: v.detach().clone() for k, v in network.state_dict().items()}
            self.best = Best(value, epoch, step, weights)
            self.since_best = 0
        else:
            self.since_best += 1
