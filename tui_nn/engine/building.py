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
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.network import inner, tensors
from tui_nn.spec.resolve import Plan

Schedule = LRScheduler | ReduceLROnPlateau

WEIGHTS = {"weight", "pos_weight"}
"""Parameters of a loss that torch wants as tensors."""
NO_FOREACH = frozenset({"LBFGS", "Muon", "SparseAdam"})


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
    freeze(network, plan.frozen)
    # Dropout draws from the global generator: its own stream, whatever the weights took.
    torch.manual_seed(train.seed + 1)
    return network.train()


def _layer(bound: Bound) -> nn.Module:
    make = resolve_target(bound.entry.target)
    layer: nn.Module = make(*map(_layer, bound.inner), **bound.given)
    return layer


def _initialise(network: nn.Module, init: Bound) -> None:
    fill = resolve_target(init.entry.target)
    everything = init.entry.name == "zeros_"
    for module in network.modules():
        is_norm = isinstance(module, nn.LayerNorm)
        for name, parameter in module.named_parameters(recurse=False):
            if everything or (name == "weight" and parameter.ndim >= 2 and not is_norm):
                fill(parameter, **init.given)
        if isinstance(module, nn.Embedding) and module.padding_idx is not None:
            with torch.no_grad():
                module.weight[module.padding_idx].zero_()


def freeze(network: nn.Module, frozen: frozenset[str]) -> None:
    """Let the parameters of these names, and no others, stay as they are."""
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name not in frozen)
        if name in frozen:
            parameter.grad = None


def build_loss(plan: Plan, device: torch.device) -> nn.Module:
    """The loss; its result is the mean over a batch."""
    loss, dtype = plan.experiment.loss, getattr(torch, plan.experiment.train.dtype)
    given: dict[str, Any] = dict(loss.given)
    for name in WEIGHTS & given.keys():
        if given[name] is not None:
            given[name] = torch.tensor(given[name], dtype=dtype, device=device)
    module: nn.Module = resolve_target(loss.entry.target)(**given)
    return module


def build_optimizers(plan: Plan, network: nn.Module) -> tuple[Optimizer, ...]:
    """Each optimizer with its share of the parameters."""
    skip_compiler()
    # torch asks for a choice, aloud, before it makes its first sparse tensor; this is its default.
    torch.sparse.check_sparse_tensor_invariants.disable()
    by_name = dict(network.named_parameters())
    return tuple(
        build_optimizer(bound, [by_name[name] for name in names])
        for bound, names in zip(plan.experiment.optimizers, plan.shares, strict=True)
    )


def build_optimizer(bound: Bound, parameters: Sequence[Tensor]) -> Optimizer:
    """One of them, for these parameters."""
    make = resolve_target(bound.entry.target)
    # On the CPU one tensor after the other is faster for small networks; the bits are the same.
    chosen = bound.entry.name in NO_FOREACH or parameters[0].is_cuda
    plain = {} if chosen else {"foreach": False}
    given = dict(bound.given)
    if isinstance(given.get("lr"), int):
        given["lr"] = float(bound["lr"])  # a schedule may raise a whole number past all bounds
    optimizer: Optimizer = make(parameters, **given, **plain)
    return optimizer


def build_schedules(plan: Plan, optimizers: Sequence[Optimizer]) -> tuple[Schedule, ...]:
    """The schedule of each optimizer, or none."""
    schedule = plan.experiment.schedule
    if schedule is None:
        return ()
    return tuple(_schedule(schedule, optimizer) for optimizer in optimizers)


def _schedule(bound: Bound, optimizer: Optimizer) -> Schedule:
    given: dict[str, Any] = dict(bound.given)
    if bound.inner:
        given["schedulers"] = [_schedule(part, optimizer) for part in bound.inner]
    schedule: Schedule = resolve_target(bound.entry.target)(optimizer=optimizer, **given)
    return schedule


def refuse_too_large(plan: Plan) -> None:
    """InvalidInput for a network that can't fit into memory, before any of it is taken."""
    number = 8 if plan.experiment.train.dtype == "float64" else 4
    parameters = sum(row.size.parameters for row in plan.rows)
    outputs = number * sum(prod(row.size.output_shape) for row in inner(plan.rows))
    # Parameters, gradients and states, and two snapshots of parameters and states; evaluations keep
    # the best parameters, those of now and those known to the older snapshot.
    best = 2 * parameters if plan.experiment.train.eval_every else 0
    fixed = number * (4 * parameters + best + 3 * state_numbers(plan))
    needed = fixed + outputs * plan.batch_size
    available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > available:
        raise InvalidInput(
            f"has {parameters:,} parameters; they, their gradients, the optimizer's state and the "
            f"outputs need {_gigabytes(needed)}, this machine has {_gigabytes(available)}",
            where=plan.experiment.place("network"),
            hint=f"write train.batch_size={_power_of_two_below(samples)}"
            if (samples := (available - fixed) // outputs) > 0
            else "make a layer smaller",
        )


def _power_of_two_below(number: int) -> int:
    """The largest power of 2 that is at most `number`, from 1 on."""
    return 1 << (number.bit_length() - 1)


def state_numbers(plan: Plan) -> int:
    """How many numbers the optimizers come to keep, single ones aside."""
    sizes = {tensor.name: tensor.shape for tensor in tensors(plan.rows)}
    schedules = _with_parts(plan.experiment.schedule)
    cycled = any(schedule.values.get("cycle_momentum") for schedule in schedules)
    return sum(
        _states(optimizer, sizes[name], cycled=cycled)
        for optimizer, names in zip(plan.experiment.optimizers, plan.shares, strict=True)
        for name in names
    )


def _with_parts(schedule: Bound | None) -> tuple[Bound, ...]:
    return (schedule, *schedule.inner) if schedule else ()


def _states(optimizer: Bound, shape: Shape, *, cycled: bool) -> int:
    """Numbers kept for a tensor of this shape; `cycled`: a schedule moves the momentum."""
    size = prod(shape)
    match optimizer.entry.name:
        case "SGD":
            return size if cycled or optimizer["momentum"] else 0
        case "RMSprop":
            with_momentum = cycled or bool(optimizer["momentum"])
            return size * (1 + with_momentum + int(optimizer["centered"]))
        case "Adam" | "AdamW":
            return size * (2 + int(optimizer["amsgrad"]))
        case "Adagrad" | "ASGD" | "Muon":
            return size
        case "Adafactor":
            # One number a row and one a column of each matrix in the last two dimensions.
            return size if len(shape) < 2 else size // shape[-1] + size // shape[-2]
        case "LBFGS":
            # Steps, changes of the gradient, the direction and the gradient before.
            return size * (2 * int(optimizer["history_size"]) + 2)
        case _:
            return 2 * size


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
