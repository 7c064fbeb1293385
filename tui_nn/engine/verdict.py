"""How a run ended, in one or two sentences."""

from dataclasses import dataclass

from tui_nn.engine.evaluation import Evaluation
from tui_nn.engine.perceptron import PerceptronWatch
from tui_nn.spec import catalog
from tui_nn.spec.diagnosis.postmortem import advice, sentence
from tui_nn.spec.protocol import Culprit, Reason
from tui_nn.spec.resolve import Plan


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
            culprit = outcome.culprit
            return f"{sentence(culprit)} {advice(plan, culprit)}"
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


def _part(outcome: Outcome) -> str:
    return "val " if outcome.part == "val" else ""


def _of(outcome: Outcome) -> str:
    right = outcome.evaluation.right
    return f" ({right:,} of {outcome.evaluation.count:,})" if right is not None else ""
