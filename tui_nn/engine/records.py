"""Records made of what the engine holds."""

import time
from dataclasses import dataclass, field

import torch
from msgspec import structs

from tui_nn.data.baseline import baseline
from tui_nn.data.split import Split
from tui_nn.engine.evaluation import Evaluation
from tui_nn.engine.trainer import Trainer
from tui_nn.engine.verdict import Outcome, say
from tui_nn.spec.catalog.metrics import main_metric
from tui_nn.spec.experiment import Goal
from tui_nn.spec.protocol import (
    Built,
    Ended,
    Evaluated,
    GoalResult,
    Layer,
    Numbers,
    Started,
    split_nonfinite,
)
from tui_nn.spec.resolve import Plan
from tui_nn.spec.targets import Classes


@dataclass
class Untold:
    """Steps done and not yet told."""

    first: int
    losses: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)


def built(plan: Plan, split: Split) -> Built:
    """What data and network come to."""
    facts, goal = plan.facts, plan.experiment.goal
    return Built(
        layers=tuple(
            Layer(
                call=str(row.layer.call),
                output_shape=row.size.output_shape,
                parameters=row.size.parameters,
                multiply_adds=row.size.multiply_adds,
            )
            for row in plan.rows
        ),
        input_shape=facts.input_shape,
        tokens=facts.tokens,
        classes=facts.kind.count if isinstance(facts.kind, Classes) else None,
        target_shape=() if isinstance(facts.kind, Classes) else facts.kind.shape,
        train_count=facts.train_count,
        val_count=facts.val_count,
        test_count=facts.test_count,
        baseline=baseline(split),
        metric=goal.metric if goal else main_metric(facts.kind),
    )


def started(plan: Plan, split: Split, trainer: Trainer) -> Started:
    """What is about to be trained."""
    experiment = plan.experiment
    return Started(
        step=0,
        name=experiment.name,
        title=experiment.title,
        experiment=dict(experiment.table),
        **structs.asdict(built(plan, split)),
        batch_size=plan.batch_size,
        steps_per_epoch=plan.steps_per_epoch,
        epochs=experiment.train.epochs,
        device=str(trainer.device),
        threads=torch.get_num_threads(),
        torch=str(torch.__version__),
    )


def evaluated(
    trainer: Trainer, evaluations: dict[str, Evaluation], branch: int, elapsed_s: float
) -> Evaluated:
    """The numbers of phase 8 at the present step."""
    numbers, words = for_json(evaluations)
    return Evaluated(
        branch=branch,
        step=trainer.step,
        elapsed_s=elapsed_s,
        epoch=trainer.epoch,
        lr=trainer.last_lr,
        train=numbers["train"],
        val=numbers.get("val"),
        nonfinite=words,
    )


def ended(
    plan: Plan,
    outcome: Outcome,
    evaluations: dict[str, Evaluation],
    branch: int,
    seconds: float,
) -> Ended:
    """How the run ended, with the numbers of the weights it leaves."""
    numbers, words = for_json(evaluations)
    facts = plan.facts
    return Ended(
        branch=branch,
        step=outcome.step,
        elapsed_s=seconds,
        reason=outcome.reason,
        epoch=outcome.epoch,
        train=numbers["train"],
        val=numbers.get("val"),
        test=numbers.get("test"),
        goal=goal_result(plan.experiment.goal, numbers, outcome.goal_met),
        seconds=seconds,
        message=say(plan, outcome),
        train_count=facts.train_count,
        val_count=facts.val_count,
        test_count=facts.test_count,
        right={n: e.right for n, e in evaluations.items() if e.right is not None},
        culprit=outcome.culprit,
        nonfinite=words,
    )


def goal_result(goal: Goal | None, numbers: dict[str, Numbers], met: bool) -> GoalResult | None:
    """The goal beside the last numbers, those of validation where there are any."""
    if goal is None:
        return None
    value = numbers.get("val", numbers["train"])[goal.metric]
    return GoalResult(metric=goal.metric, wanted=goal.wanted, value=value, met=met)


def for_json(
    evaluations: dict[str, Evaluation],
) -> tuple[dict[str, Numbers], dict[str, str]]:
    """The numbers of each part, and the words for those that JSON can't hold."""
    numbers: dict[str, Numbers] = {}
    words: dict[str, str] = {}
    for part, evaluation in evaluations.items():
        numbers[part], named = split_nonfinite(evaluation.numbers)
        words |= {f"{part}.{name}": word for name, word in named.items()}
    return numbers, words
