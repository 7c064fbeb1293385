"""Another setting while training goes on: what is exchanged, and what it takes over.

The weights always stay. An optimizer of the same kind keeps its state, a schedule its place; a
batch size cuts what is left of the epoch. What an optimizer holds for parameters is forgotten when
they are frozen. Written so that a plain script can do the same.
"""

from typing import Any

import torch
from torch.optim import LBFGS, Optimizer

from tui_nn.engine.building import (
    Schedule,
    build_loss,
    build_optimizers,
    build_schedules,
    freeze,
)
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.resolve import Plan

KEPT_BEHIND = {
    ("Adam", "amsgrad"): "max_exp_avg_sq",
    ("AdamW", "amsgrad"): "max_exp_avg_sq",
    ("RMSprop", "momentum"): "momentum_buffer",
    ("RMSprop", "centered"): "grad_avg",
}
"""What torch expects in the state of a parameter once this option is on."""
OF_THE_OPTIMIZER = frozenset({"base_lrs", "use_beta1"})
"""What a schedule has found in its optimizer: rates, and what momentum is called there."""


def change(trainer: Trainer, plan: Plan) -> None:
    """Go on as `plan` says; network and precision are the same, data is exchanged already.

    Raises InvalidInput for a learning rate too large for any step.
    """
    before, trainer.plan = trainer.plan, plan
    old, new = before.experiment, plan.experiment
    if new.loss != old.loss:
        trainer.loss = build_loss(plan, trainer.device)
    if plan.frozen != before.frozen:
        _change_frozen(trainer, old.optimizers)
    if new.optimizers != old.optimizers:
        _change_optimizers(trainer, old, new.optimizers)
    if new.schedule != old.schedule:
        _change_schedule(trainer)
    trainer.batches.shuffle = new.train.shuffle
    if plan.batch_size != trainer.batches.batch_size:
        trainer.batches.cut_anew(plan.batch_size)
    if new.train.seed != old.train.seed:
        trainer.batches.start_anew(new.train.seed)
        torch.manual_seed(new.train.seed + 1)
    if new.train.threads != old.train.threads:
        torch.set_num_threads(new.train.threads or 1)
    trainer.straighten()
    trainer.refuse_too_large_a_rate()


def _change_frozen(trainer: Trainer, old: tuple[Bound, ...]) -> None:
    """Give each of the `old` optimizers its new share; of parameters that stay it keeps the state.

    Others than the old kinds are built anew later, with their shares.
    """
    freeze(trainer.network, trainer.plan.frozen)
    if [bound.entry for bound in old] != [b.entry for b in trainer.plan.experiment.optimizers]:
        return
    fresh = build_optimizers(trainer.plan, trainer.network)
    for optimizer, as_built in zip(trainer.optimizers, fresh, strict=True):
        parameters = as_built.param_groups[0]["params"]
        kept = {p: optimizer.state[p] for p in parameters if p in optimizer.state}
        optimizer.param_groups[0]["params"] = parameters
        optimizer.state.clear()
        if isinstance(optimizer, LBFGS):  # its memory is of all its parameters in a row
            optimizer._params, optimizer._numel_cache = parameters, None
        else:
            optimizer.state.update(as_built.state | kept)


def _change_optimizers(trainer: Trainer, before: Experiment, new: tuple[Bound, ...]) -> None:
    old = before.optimizers
    rates = [(group["lr"], float(bound["lr"])) for bound, group in _with_groups(trainer, old)]
    if [bound.entry for bound in old] == [bound.entry for bound in new]:
        fresh = build_optimizers(trainer.plan, trainer.network)
        for optimizer, as_built, *calls in zip(trainer.optimizers, fresh, old, new, strict=True):
            _exchange_values(optimizer, as_built, *calls)
    else:
        places = [schedule.state_dict() for schedule in trainer.schedules]
        trainer.optimizers = build_optimizers(trainer.plan, trainer.network)
        trainer.schedules = build_schedules(trainer.plan, trainer.optimizers)
        if places and trainer.plan.experiment.schedule == before.schedule:
            for schedule, place in zip(trainer.schedules, _for_each(places, new), strict=True):
                schedule.load_state_dict(_with_values_of(schedule, place))
        rates = _for_each(rates, new)
    if replaces_rates(trainer.plan.experiment.schedule):
        for (now, _), optimizer in zip(rates, trainer.optimizers, strict=True):
            optimizer.param_groups[0]["lr"] = now
        return
    for bound, (now, base), optimizer in zip(new, rates, trainer.optimizers, strict=True):
        _scale_rate(optimizer, now, base, float(bound["lr"]))
    for schedule, bound in zip(trainer.schedules, new, strict=False):
        _set_bases(schedule, float(bound["lr"]))


def _for_each(values: list[Any], new: tuple[Bound, ...]) -> list[Any]:
    """What the old optimizers had, for as many new ones: the last one's for those beyond."""
    return [values[min(i, len(values) - 1)] for i in range(len(new))]


def _with_groups(trainer: Trainer, bounds: tuple[Bound, ...]) -> list[tuple[Bound, dict[str, Any]]]:
    groups = (optimizer.param_groups[0] for optimizer in trainer.optimizers)
    return list(zip(bounds, groups, strict=True))


def _exchange_values(optimizer: Optimizer, fresh: Optimizer, old: Bound, new: Bound) -> None:
    """Write the values that differ into the optimizer, but for lr; its state stays.

    `fresh`: one as the new call makes it.
    """
    name = new.entry.name
    differ = {key for key, value in new.values.items() if value != old[key]} - {"lr"}
    if "max_iter" in differ:
        differ.add("max_eval")  # LBFGS counts it from max_iter where it is left out
    for key in differ:
        value = fresh.param_groups[0][key]
        for group in optimizer.param_groups:
            group[key] = value
        kept = KEPT_BEHIND.get((name, key))
        if kept and value:
            for parameter, state in optimizer.state.items():
                state.setdefault(kept, torch.zeros_like(parameter))
        if (name, key) == ("LBFGS", "history_size"):
            _shorten_history(optimizer, value)


def _shorten_history(optimizer: Optimizer, size: int) -> None:
    """LBFGS's memory of at most `size` steps, the latest; torch makes its scratch list anew."""
    for state in optimizer.state.values():
        for key in ("old_dirs", "old_stps", "ro"):
            state[key] = state.get(key, [])[-size:]
        state.pop("al", None)


def replaces_rates(schedule: Bound | None) -> bool:
    """Whether a schedule has rates of its own, whatever the optimizer's call says."""
    if schedule is None:
        return False
    return "max_lr" in schedule.values or any(map(replaces_rates, schedule.inner))


def _scale_rate(optimizer: Optimizer, now: float, base: float, new: float) -> None:
    """Where a schedule has moved the rate from its base, it has moved the new one likewise."""
    for group in optimizer.param_groups:
        group["lr"] = new if now == base else now * (new / base) if base else new
        if "initial_lr" in group:
            group["initial_lr"] = new


def _set_bases(schedule: Schedule, base: float) -> None:
    for part in getattr(schedule, "_schedulers", ()):
        _set_bases(part, base)
    if hasattr(schedule, "base_lrs"):
        schedule.base_lrs = [base] * len(schedule.base_lrs)


def _with_values_of(schedule: Schedule, place: dict[str, Any]) -> dict[str, Any]:
    """A schedule's place, with what another one of its kind takes from its own optimizer."""
    state = dict(place)
    state |= {key: value for key, value in vars(schedule).items() if key in OF_THE_OPTIMIZER}
    if "_schedulers" in state:
        parts = getattr(schedule, "_schedulers", ())
        state["_schedulers"] = [
            _with_values_of(part, inner)
            for part, inner in zip(parts, state["_schedulers"], strict=True)
        ]
    return state


def _change_schedule(trainer: Trainer) -> None:
    """A schedule from its beginning, or none: the optimizers' values are their calls' again."""
    fresh = build_optimizers(trainer.plan, trainer.network)
    for optimizer, as_built in zip(trainer.optimizers, fresh, strict=True):
        for group, values in zip(optimizer.param_groups, as_built.param_groups, strict=True):
            for key in [key for key in group if key not in values]:
                del group[key]
            group.update({key: value for key, value in values.items() if key != "params"})
    trainer.schedules = build_schedules(trainer.plan, trainer.optimizers)
