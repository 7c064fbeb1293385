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
from tui_nn.spec.network import Row, assign, inner, walk, without_lazy
from tui_nn.spec.shapes import show
from tui_nn.spec.targets import Fit, Kind, fit

DEFAULT_BATCH_SIZE = 32
STEPS_BETWEEN_EVALUATIONS = 50
ONE_THREAD_BELOW = 1_000_000
"""Multiply-adds of a forward pass over one batch below which a second thread only costs."""
NO_MOMENTUM = frozenset({"Adagrad", "LBFGS", "Rprop"})


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
    names = [layer.entry.name for layer in experiment.network]
    last = next((name for name in reversed(names) if name != "Flatten"), "")
    with _placed(place("loss")):
        read = fit(experiment.loss.entry.name, facts.kind, last)
    _check_output(experiment, rows, read, facts)
    _check_optimizers(experiment)
    with _placed(place("optimizer")):
        shares = assign(experiment.optimizers, rows)
    _check_goal(experiment, facts)
    decided = _decide(experiment, facts, rows, cores or os.cpu_count() or 1)
    _check_batches(decided, rows, facts)
    _check_schedule(decided)
    _check_length(decided, facts)
    return Plan(decided, facts, rows, read, shares, tuple(_notices(decided)))


def _without_lazy(experiment: Experiment, facts: DataFacts) -> Experiment:
    """The experiment with its lazy layers written out, so that both give the same weights."""
    layers = without_lazy(experiment.network, facts.input_shape)
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


def _check_output(experiment: Experiment, rows: Sequence[Row], read: Fit, facts: DataFacts) -> None:
    got = rows[-1].size.output_shape
    if got == read.output_shape:
        return
    last, fixed = _way_to(read.output_shape, rows)
    raise InvalidInput(
        f"gives {show(got)} outputs, {experiment.loss.entry.name} on {facts.kind} needs "
        f"{show(read.output_shape)}",
        where=experiment.place(f"network[{last}]"),
        hint=fixed,
    )


def _way_to(wanted: Shape, rows: Sequence[Row]) -> tuple[int, str]:
    """The layer to change so that the network gives `wanted`, and what to write there."""
    end = len(rows) - 1
    got = rows[end].size.output_shape
    index = next((i for i in range(end, -1, -1) if rows[i].size.tensors), end)
    row = rows[index]
    decides = row.size.output_shape == got
    if row.layer.entry.name == "Conv2d" and decides and got[1:] == wanted[1:]:
        return index, f"write {row.layer.call_with(out_channels=wanted[0])}"
    if len(wanted) != 1:
        return end, f"end it with {show(wanted)} outputs"
    if row.layer.entry.name == "Linear" and decides:
        if len(got) == 1:
            return index, f"write {row.layer.call_with(out_features=wanted[0])}"
        fixed = row.layer.call_with(in_features=prod(row.input_shape), out_features=wanted[0])
        return index, f"put Flatten() before it and write {fixed}"
    flat = "" if len(got) == 1 else "Flatten() and "
    return end, f"add {flat}Linear({prod(got)}, {wanted[0]}) behind it"


def _check_optimizers(experiment: Experiment) -> None:
    names = [optimizer.entry.name for optimizer in experiment.optimizers]
    if "LBFGS" in names and len(names) > 1:
        raise InvalidInput(
            "LBFGS can't share a network", where=experiment.place("optimizer"),
            hint="write it alone: it steps along all parameters at once",
        )  # fmt: skip
    if "LBFGS" in names and experiment.train.clip_norm is not None:
        raise InvalidInput(
            "can't be used with LBFGS, whose line search needs the true gradient",
            where=experiment.place("train.clip_norm"), hint="take it out",
        )  # fmt: skip


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
        own = {"OneCycleLR": "step", "ReduceLROnPlateau": "evaluation"}
        values["schedule_every"] = own.get(experiment.schedule.entry.name, "epoch")
    return _fill_length(experiment.with_train(**values), steps)


def _fill_length(experiment: Experiment, steps_per_epoch: int) -> Experiment:
    """OneCycleLR without a length gets that of the run."""
    schedule, train = experiment.schedule, experiment.train
    if (
        schedule is None
        or schedule.entry.name != "OneCycleLR"
        or schedule["total_steps"] is not None
        or schedule["epochs"] is not None
    ):
        return experiment
    per = {"step": steps_per_epoch * train.epochs, "epoch": train.epochs}
    total = per.get(train.schedule_every or "", train.epochs)
    filled = catalog.bind_call("schedule", schedule.call_with(total_steps=total))
    table = dict(experiment.table) | {"schedule": str(filled.call)}
    return replace(experiment, schedule=filled, table=table)


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
            if facts.val_count == 1 and not layer["track_running_stats"]:
                raise InvalidInput(
                    f"leaves one sample, from which {layer.entry.name} (network[{index}]) without "
                    "running statistics can't take a deviation",
                    where=experiment.place("train.val"),
                    hint="write a larger share",
                )


def _check_schedule(experiment: Experiment) -> None:
    schedule = experiment.schedule
    if schedule is None:
        return
    every = experiment.train.schedule_every
    where = experiment.place("train.schedule_every")
    plateau = schedule.entry.name == "ReduceLROnPlateau"
    if plateau and every != "evaluation":
        raise InvalidInput(
            f"is '{every}', but ReduceLROnPlateau looks at evaluations", where=where,
            hint="write 'evaluation', or take it out",
        )  # fmt: skip
    if every == "evaluation" and experiment.train.eval_every == 0:
        raise InvalidInput(
            "is 'evaluation', but train.eval_every is 0",
            where=where,
            hint="write train.eval_every=1",
        )
    if (
        schedule.entry.name == "CosineAnnealingLR"
        and schedule["eta_min"] == 0
        and any(optimizer.entry.name == "LBFGS" for optimizer in experiment.optimizers)
    ):
        raise InvalidInput(
            "CosineAnnealingLR ends at lr 0, along which LBFGS can't search",
            where=experiment.place("schedule"),
            hint=f"write {schedule.call_with(eta_min=0.001)}",
        )
    without = [o.entry.name for o in experiment.optimizers if o.entry.name in NO_MOMENTUM]
    if schedule.entry.name == "OneCycleLR" and schedule["cycle_momentum"] and without:
        raise InvalidInput(
            f"OneCycleLR moves the momentum, and {without[0]} has none",
            where=experiment.place("schedule"),
            hint=f"write {schedule.call_with(cycle_momentum=False)}",
        )


def _check_length(experiment: Experiment, facts: DataFacts) -> None:
    schedule, train = experiment.schedule, experiment.train
    if schedule is None or schedule.entry.name != "OneCycleLR":
        return
    length = schedule["total_steps"] or schedule["epochs"] * schedule["steps_per_epoch"]
    steps = ceil(facts.train_count / (train.batch_size or facts.train_count))
    needed = train.epochs * (steps if train.schedule_every == "step" else 1)
    if length < needed:
        raise InvalidInput(
            f"is over after {length} moves, the run makes {needed:,}",
            where=experiment.place("schedule"),
            hint="leave out its length: that of the run is filled in",
        )
    if schedule["pct_start"] * length == 1:  # torch would divide by the climb's length
        raise InvalidInput(
            f"climbs for pct_start · {length} = 1 move, which is its start already",
            where=experiment.place("schedule"),
            hint=f"write {schedule.call_with(pct_start=0.3)}",
        )


def _notices(experiment: Experiment) -> Iterator[str]:
    names = [optimizer.entry.name for optimizer in experiment.optimizers]
    if experiment.schedule and "Rprop" in names:
        name = experiment.schedule.entry.name
        yield f"{name} has no effect: Rprop uses lr for its first step only"
    for optimizer in experiment.optimizers:
        if optimizer.entry.name == "LBFGS" and optimizer["line_search_fn"] is None:
            yield "LBFGS without line search can explode: line_search_fn='strong_wolfe' is safer"
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
