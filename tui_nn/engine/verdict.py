"""How a run ended, in one or two sentences."""

from dataclasses import dataclass

from tui_nn.engine.evaluation import Evaluation
from tui_nn.engine.perceptron import PerceptronWatch
from tui_nn.engine.postmortem import RATE
from tui_nn.spec import catalog
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.network import tensors
from tui_nn.spec.protocol import Culprit, Phase, Reason
from tui_nn.spec.resolve import Plan

UNCLIPPED = frozenset({"LBFGS", "Muon", "Rprop"})
"""Optimizers that step the same along a shorter gradient, or (LBFGS) refuse one."""


@dataclass(frozen=True)
class Outcome:
    """Where a run stands at its end."""

    reason: Reason
    step: int
    epoch: int
    part: str
    """The part of the data that decides: val where there is one."""
    evaluation: Evaluation
    goal_met: bool
    best_epoch: int | None
    """The epoch whose weights were put back, where they were."""
    watch: PerceptronWatch | None
    culprit: Culprit | None


def say(plan: Plan, outcome: Outcome) -> str:
    """The end in words."""
    sentences = [_reason(plan, outcome)]
    if outcome.best_epoch is not None:
        sentences.append(f"Back to the best weights, those of epoch {outcome.best_epoch:,}.")
    goal = plan.experiment.goal
    if goal and not outcome.goal_met and outcome.reason != "diverged":
        sentences.append(_missed(plan, outcome))
    return " ".join(sentences)


def _reason(plan: Plan, outcome: Outcome) -> str:
    train = plan.experiment.train
    match outcome.reason:
        case "goal":
            return _reached(plan, outcome)
        case "cycle":
            return _cycle(plan, outcome)
        case "plateau":
            return f"No better evaluation in {train.patience}."
        case "epochs":
            return (
                f"All {train.epochs:,} epochs done." if train.epochs > 1 else "The epoch is done."
            )
        case "time":
            return "The time is up."
        case "diverged":
            assert outcome.culprit is not None
            return _diverged(plan, outcome.culprit)
        case _:
            return f"Stopped after step {outcome.step:,}."


def _reached(plan: Plan, outcome: Outcome) -> str:
    goal, watch = plan.experiment.goal, outcome.watch
    assert goal is not None
    count = outcome.evaluation.count
    if watch and outcome.part == "train" and outcome.evaluation.right == count:
        whole = "" if watch.changes_by_epoch.get(outcome.epoch) else " for a whole epoch"
        changes = f"{watch.changes} change{'' if watch.changes == 1 else 's'}"
        return f"All {count} rows right{whole}: {changes} in {outcome.step} steps."
    metric = catalog.metric(goal.metric)
    value = metric.show(outcome.evaluation.numbers[goal.metric])
    return f"Goal reached: {_part(outcome)}{metric.label} {value}{_of(outcome)}, wanted {goal}."


def _missed(plan: Plan, outcome: Outcome) -> str:
    goal = plan.experiment.goal
    assert goal is not None
    metric = catalog.metric(goal.metric)
    number = outcome.evaluation.numbers[goal.metric]
    value = f"{_part(outcome)}{metric.label} {metric.show(number)}{_of(outcome)}"
    if metric.reached(number, goal.wanted):
        times = f"{goal.times} evaluations in a row" if goal.times > 1 else "an evaluation"
        return f"{value} is {goal}, but {times} did not confirm it."
    return f"Goal missed: {value}, wanted {goal}."


def _cycle(plan: Plan, outcome: Outcome) -> str:
    watch = outcome.watch
    assert watch is not None
    assert watch.returned_epochs is not None
    earlier, now = watch.returned_epochs
    changes = sum(watch.changes_by_epoch.get(epoch, 0) for epoch in range(earlier + 1, now + 1))
    if not changes:
        return f"Nothing changed in epoch {now}, so nothing ever will."
    return (
        f"Epoch {now} ends with the very weights that epoch {earlier} ended with, so they walk in "
        f"a circle of {changes} changes for ever."
    )


def _diverged(plan: Plan, culprit: Culprit) -> str:
    of = f" of {culprit.layer}" if culprit.layer not in ("", culprit.operation) else ""
    return (
        f"Diverged in step {culprit.step:,}, phase {culprit.phase}: {culprit.tensor}{of} became "
        f"{culprit.value} in {culprit.operation}. {_remedy(plan, culprit)}"
    )


def _remedy(plan: Plan, culprit: Culprit) -> str:
    """What may keep it from happening again."""
    experiment = plan.experiment
    names = {optimizer.entry.name for optimizer in experiment.optimizers}
    if culprit.operation == "the data":
        return "Such numbers can't be learned from."
    if culprit.tensor == RATE:
        return "A schedule that raises it less may help."
    if _counts_nothing(plan, culprit):
        return "No sample of that batch counts in the loss: a larger train.batch_size may help."
    before_update = culprit.phase in (Phase.FORWARD, Phase.GRADIENT) and "LBFGS" not in names
    if culprit.step == 1 and before_update:
        return "Nothing was updated yet: smaller initial weights or inputs may help."
    ways = [_rate_of(experiment.schedule)]
    if "Rprop" in names:
        ways.append("upper end of step_sizes")
    if any(o.entry.name == "LBFGS" and not o["line_search_fn"] for o in experiment.optimizers):
        ways.append("line_search_fn='strong_wolfe'")
    trained = (tensor for tensor in tensors(plan.rows) if tensor.name not in plan.frozen)
    if names - UNCLIPPED and not any(tensor.sparse for tensor in trained):
        ways.append("train.clip_norm")
    return f"A smaller {' or '.join(ways)} may help."


def _counts_nothing(plan: Plan, culprit: Culprit) -> bool:
    """Whether the loss was 0 / 0: finite outputs, and every sample of a class of weight 0."""
    loss = plan.experiment.loss
    weights = loss.values.get("weight") or ()
    silent = 0 in weights or loss.values.get("ignore_index", -1) >= 0
    return silent and culprit.tensor == "loss" and culprit.value == "nan"


def _rate_of(schedule: Bound | None) -> str:
    """The setting that the learning rate follows: some schedules replace the optimizer's."""
    return "max_lr" if schedule and "max_lr" in schedule.values else "lr"


def _part(outcome: Outcome) -> str:
    return "val " if outcome.part == "val" else ""


def _of(outcome: Outcome) -> str:
    right = outcome.evaluation.right
    return f" ({right:,} of {outcome.evaluation.count:,})" if right is not None else ""
