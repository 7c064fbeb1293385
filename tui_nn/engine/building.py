"""From a resolved experiment to the real torch objects."""

import os
from collections.abc import Sequence
from importlib import import_module
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from tui_nn.engine.stepping import skip_compiler
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.resolve import Plan

Schedule = LRScheduler | ReduceLROnPlateau


def resolve_target(target: str) -> Any:
    """The object behind a catalog entry's dotted name."""
    module, _, name = target.rpartition(".")
    return getattr(import_module(module), name)


def build_network(plan: Plan, device: torch.device) -> nn.Sequential:
    """The network with its initial weights, which depend on train.seed alone."""
    refuse_too_large(plan)
    train = plan.experiment.train
    torch.manual_seed(train.seed)
    network = nn.Sequential(*map(_layer, plan.experiment.network))
    if plan.experiment.init:
        _initialise(network, plan.experiment.init)
    network.to(dtype=getattr(torch, train.dtype), device=device)
    # Dropout draws from the global generator: its own stream, whatever the weights took.
    torch.manual_seed(train.seed + 1)
    return network.train()


def _layer(bound: Bound) -> nn.Module:
    make = resolve_target(bound.entry.target)
    layer: nn.Module = make(*map(_layer, bound.inner), **bound.given)
    return layer


def _initialise(network: nn.Module, init: Bound) -> None:
    fill = resolve_target(init.entry.target)
    for parameter in network.parameters():
        if parameter.ndim >= 2 or init.entry.name == "zeros_":
            fill(parameter, **init.given)


def build_loss(plan: Plan) -> nn.Module:
    """The loss; its result is the mean over a batch."""
    loss = plan.experiment.loss
    module: nn.Module = resolve_target(loss.entry.target)(**loss.given)
    return module


def build_optimizers(plan: Plan, network: nn.Module) -> tuple[Optimizer, ...]:
    """Each optimizer with its share of the parameters."""
    skip_compiler()
    by_name = dict(network.named_parameters())
    return tuple(
        _optimizer(bound, [by_name[name] for name in names])
        for bound, names in zip(plan.experiment.optimizers, plan.shares, strict=True)
    )


def _optimizer(bound: Bound, parameters: Sequence[Tensor]) -> Optimizer:
    make = resolve_target(bound.entry.target)
    # On the CPU one tensor after the other is faster for small networks; the bits are the same.
    plain = {} if parameters[0].is_cuda or not _has_foreach(bound) else {"foreach": False}
    given = dict(bound.given)
    if isinstance(given.get("lr"), int):
        given["lr"] = float(bound["lr"])  # a schedule may raise a whole number past all bounds
    optimizer: Optimizer = make(parameters, **given, **plain)
    return optimizer


def _has_foreach(bound: Bound) -> bool:
    return bound.entry.name not in ("LBFGS", "Muon")


def build_schedules(plan: Plan, optimizers: Sequence[Optimizer]) -> tuple[Schedule, ...]:
    """The schedule of each optimizer, or none."""
    schedule = plan.experiment.schedule
    if schedule is None:
        return ()
    make = resolve_target(schedule.entry.target)
    return tuple(make(optimizer, **schedule.given) for optimizer in optimizers)


def refuse_too_large(plan: Plan) -> None:
    """InvalidInput for a network that can't fit into memory, before any of it is taken."""
    number = 8 if plan.experiment.train.dtype == "float64" else 4
    parameters = sum(row.size.parameters for row in plan.rows)
    outputs = sum(prod(row.size.output_shape) for row in plan.rows)
    states = max(_states(optimizer) for optimizer in plan.experiment.optimizers)
    # Parameters, gradients and states, and two snapshots of parameters and states.
    copies = 2 + states + 2 * (1 + states)
    needed = number * (copies * parameters + outputs * plan.batch_size)
    available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > available:
        raise InvalidInput(
            f"has {parameters:,} parameters; they, their gradients, the optimizer's state and the "
            f"outputs need {_gigabytes(needed)}, this machine has {_gigabytes(available)}",
            where=plan.experiment.place("network"),
            hint="make a layer smaller",
        )


def _states(optimizer: Bound) -> int:
    """Numbers an optimizer keeps for each parameter."""
    match optimizer.entry.name:
        case "SGD":
            return int(optimizer["momentum"] != 0)
        case "LBFGS":
            return 2 * int(optimizer["history_size"])
        case _:
            return 2


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
