"""Records made of what the engine holds."""

import torch

from tui_nn.data.baseline import baseline
from tui_nn.data.split import Split
from tui_nn.engine.evaluation import Evaluation
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.catalog.metrics import main_metric
from tui_nn.spec.experiment import Goal
from tui_nn.spec.protocol import (
    Evaluated,
    GoalResult,
    Layer,
    Numbers,
    Started,
    split_nonfinite,
)
from tui_nn.spec.resolve import Plan


def started(plan: Plan, split: Split, trainer: Trainer) -> Started:
    """What is about to be trained."""
    experiment = plan.experiment
    return Started(
        step=0,
        name=experiment.name,
        title=experiment.title,
        experiment=dict(experiment.table),
        layers=tuple(
            Layer(
                call=str(row.layer.call),
                output_shape=row.size.output_shape,
                parameters=row.size.parameters,
                multiply_adds=row.size.multiply_adds,
            )
            for row in plan.rows
        ),
        train_count=plan.facts.train_count,
        val_count=plan.facts.val_count,
        test_count=plan.facts.test_count,
        baseline=baseline(split),
        batch_size=plan.batch_size,
        steps_per_epoch=plan.steps_per_epoch,
        epochs=experiment.train.epochs,
        metric=experiment.goal.metric if experiment.goal else main_metric(plan.facts.kind),
        device=str(trainer.device),
        threads=torch.get_num_threads(),
        torch=str(torch.__version__),
    )


def evaluated(trainer: Trainer, evaluations: dict[str, Evaluation]) -> Evaluated:
    """The numbers of phase 8 at the present step."""
    numbers, words = for_json(evaluations)
    return Evaluated(
        step=trainer.step,
        epoch=trainer.epoch,
        lr=trainer.last_lr,
        train=numbers["train"],
        val=numbers.get("val"),
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
