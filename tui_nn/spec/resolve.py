"""An experiment held against its data: what doesn't fit is refused, what was left open decided."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import ceil, prod
from typing import Any

from tui_nn.spec import catalog
from tui_nn.spec.catalog.entry import Shape
from tui_nn.spec.catalog.metrics import METRICS
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.freezing import freezing_notices, frozen_tensors
from tui_nn.spec.loss_checks import check_output, check_shares, check_weight, loss_notices
from tui_nn.spec.network import Row, ends_in, inner, walk, without_lazy
from tui_nn.spec.optimizer_checks import optimizer_notices, share_out
from tui_nn.spec.schedule_checks import check_schedule, fill_lengths, usual_pace
from tui_nn.spec.schedule_notices import schedule_notices
from tui_nn.spec.targets import Fit, Kind, fit

DEFAULT_BATCH_SIZE = 32
STEPS_BETWEEN_EVALUATIONS = 50
ONE_THREAD_BELOW = 1_000_000
"""Multiply-adds of a forward pass over one batch below which a second thread only costs."""


@dataclass(frozen=True)
class DataFacts:
    """What must be known of the data: shape of one input, kind of target, samples."""

    input_shape: Shape
    kind: Kind
    train_count: int
    val_count: int
    test_count: int = 0
    tokens: int | None = None
    """How many different tokens the inputs are made of; None where they are numbers."""


@dataclass(frozen=True)
class Plan:
    """A resolved experiment with what was worked out on the way."""

    experiment: Experiment
    facts: DataFacts
    rows: tuple[Row, ...]
    fit: Fit
    shares: tuple[tuple[str, ...], ...]
    """The names of the parameters each optimizer updates."""
    frozen: frozenset[str]
    """The names of the parameters that no optimizer updates."""
    notices: tuple[str, ...]
    """What a person should know, though nothing is wrong."""

    @property
    def batch_size(self) -> int:
        return self.experiment.train.batch_size or self.facts.train_count

    @property
    def steps_per_epoch(self) -> int:
        return ceil(self.facts.train_count / self.batch_size)

    @property
    def total_steps(self) -> int:
        return self.steps_per_epoch * self.experiment.train.epochs


def resolve(experiment: Experiment, facts: DataFacts, cores: int | None = None) -> Plan:
    """Check the experiment against its data and decide what it left open.

    Raises InvalidInput with the key's place, the reason and what to write instead.
    """
    place = experiment.place
    with _placed(place("network")):
        experiment = _without_lazy(experiment, facts)
        rows = walk(experiment.network, facts.input_shape, facts.tokens)
    last = ends_in(experiment.network)
    with _placed(place("loss")):
        read = fit(experiment.loss.entry.name, facts.kind, last)
        check_weight(experiment.loss, facts.kind)
    check_output(experiment, rows, read, facts.kind)
    check_shares(experiment, rows, facts.kind)
    frozen = frozen_tensors(experiment, rows)
    shares = share_out(experiment, rows, frozen)
    _check_goal(experiment, facts)
    decided = _decide(experiment, facts, rows, cores or os.cpu_count() or 1)
    _check_batches(decided, rows, facts)
    check_schedule(decided, rows, shares, _steps_per_epoch(decided, facts))
    notices = (*_notices(decided, facts, last), *freezing_notices(decided, rows))
    return Plan(decided, facts, rows, read, shares, frozen, notices)


def _without_lazy(experiment: Experiment, facts: DataFacts) -> Experiment:
    """The experiment with its lazy layers written out, so that both give the same weights."""
    layers = without_lazy(experiment.network, facts.input_shape, facts.tokens)
    if layers == experiment.network:
        return experiment
    table = dict(experiment.table) | {"network": tuple(str(layer.call) for layer in layers)}
    return replace(experiment, network=layers, table=table)


@contextmanager
def _placed(where: str) -> Iterator[None]:
    try:
        yield
    except InvalidInput as error:
        raise error.at(where) from None


def _check_goal(experiment: Experiment, facts: DataFacts) -> None:
    goal, train = experiment.goal, experiment.train
    if goal and not catalog.metric(goal.metric).suits(facts.kind):
        fitting = ", ".join(m.name for m in METRICS if m.suits(facts.kind))
        raise InvalidInput(
            f"the data has {facts.kind}", where=experiment.place(f"goal.{goal.metric}"),
            hint=f"use {fitting}",
        )  # fmt: skip
    if train.eval_every == 0:
        needs = [key for key, used in (("goal", goal), ("train.patience", train.patience)) if used]
        if experiment.schedule and experiment.schedule.entry.name == "ReduceLROnPlateau":
            needs.append("schedule")
        if needs:
            raise InvalidInput(
                f"is 0, but {needs[0]} looks at evaluations",
                where=experiment.place("train.eval_every"), hint=f"write 1, or take out {needs[0]}",
            )  # fmt: skip


def _decide(
    experiment: Experiment, facts: DataFacts, rows: Sequence[Row], cores: int
) -> Experiment:
    train = experiment.train
    size = train.batch_size
    if size is None:
        size = min(DEFAULT_BATCH_SIZE, facts.train_count)
    if size > facts.train_count:
        raise InvalidInput(
            f"is {size}, more than the {facts.train_count} training samples",
            where=experiment.place("train.batch_size"), hint="write 0 for all of them in one batch",
        )  # fmt: skip
    steps = ceil(facts.train_count / (size or facts.train_count))
    work = sum(row.size.multiply_adds for row in rows) * (size or facts.train_count)
    values: dict[str, Any] = {"batch_size": size}
    if train.eval_every is None:
        values["eval_every"] = ceil(STEPS_BETWEEN_EVALUATIONS / steps)
    if train.threads is None:
        values["threads"] = 1 if work < ONE_THREAD_BELOW else max(1, cores - 1)
    if experiment.schedule and train.schedule_every is None:
        values["schedule_every"] = usual_pace(experiment.schedule)
    return fill_lengths(experiment.with_train(**values), steps)


def _steps_per_epoch(experiment: Experiment, facts: DataFacts) -> int:
    return ceil(facts.train_count / (experiment.train.batch_size or facts.train_count))


def _check_batches(experiment: Experiment, rows: Sequence[Row], facts: DataFacts) -> None:
    count = facts.train_count
    size = experiment.train.batch_size or count
    smallest = count % size or size
    for index, row in enumerate(rows):
        for layer, shape in ((part.layer, part.input_shape) for part in inner((row,))):
            if not layer.entry.name.startswith("BatchNorm") or prod(shape[1:]) > 1:
                continue
            if smallest == 1:
                better = next((n for n in range(max(size, 2), count + 1) if count % n != 1), 0)
                raise InvalidInput(
                    f"gives a batch of one sample, from which {layer.entry.name} "
                    f"(network[{index}]) can't take a deviation",
                    where=experiment.place("train.batch_size"),
                    hint=f"write {better}" if better else "more samples are needed",
                )
            held_out = {"train.val": facts.val_count, "train.test": facts.test_count}
            for key, samples in held_out.items():
                if samples == 1 and not layer["track_running_stats"]:
                    raise InvalidInput(
                        f"leaves one sample, from which {layer.entry.name} (network[{index}]) "
                        "without running statistics can't take a deviation",
                        where=experiment.place(key),
                        hint="write a larger share",
                    )


def _notices(experiment: Experiment, facts: DataFacts, last_layer: str) -> Iterator[str]:
    steps = _steps_per_epoch(experiment, facts)
    in_batches = steps > 1
    yield from loss_notices(experiment.loss, last_layer, facts.kind, in_batches=in_batches)
    yield from schedule_notices(experiment, steps)
    yield from optimizer_notices(experiment.optimizers, in_batches=in_batches)
    train = experiment.train
    if train.eval_every and train.eval_every > train.epochs:
        waiting = {
            "goal": experiment.goal,
            "train.patience": train.patience,
            "schedule": train.schedule_every == "evaluation",
        }
        for key in [key for key, waits in waiting.items() if waits][:1]:
            yield (
                f"train.eval_every is {train.eval_every}, train.epochs {train.epochs}: "
                f"there is no evaluation for {key} to look at"
            )
