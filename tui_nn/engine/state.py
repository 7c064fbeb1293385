"""The whole state of training, taken and put back bit for bit."""

import warnings
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer, SparseAdam

from tui_nn.engine.batches import Place
from tui_nn.engine.stepping import step
from tui_nn.engine.trainer import Trainer


@dataclass(frozen=True)
class Snapshot:
    """All that the next step depends on."""

    step: int
    network: dict[str, Tensor]
    optimizers: tuple[dict[str, Any], ...]
    schedules: tuple[dict[str, Any], ...]
    place: Place
    generators: tuple[Tensor, ...]
    """The global generators (Dropout): the CPU's and, on a GPU, the device's."""
    last_lr: float

    @property
    def is_finite(self) -> bool:
        """Whether no weight, buffer or optimizer state is NaN or infinite."""
        return all(bool(tensor.isfinite().all()) for tensor in self._tensors())

    @property
    def nbytes(self) -> int:
        """About the memory it takes."""
        order = 0 if self.place.order is None else self.place.order.nbytes
        return order + sum(tensor.nbytes for tensor in (*self._tensors(), *self.generators))

    def _tensors(self) -> Iterator[Tensor]:
        yield from self.network.values()
        for state in self.optimizers:
            yield from tensors_in(state)


def tensors_in(tree: Any) -> Iterator[Tensor]:
    """Every tensor inside nested dicts, lists and tuples."""
    if isinstance(tree, Tensor):
        yield tree
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from tensors_in(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from tensors_in(value)


def take(trainer: Trainer) -> Snapshot:
    """The state as it is now; later training does not touch it."""
    return Snapshot(
        step=trainer.step,
        network={k: v.detach().clone() for k, v in trainer.network.state_dict().items()},
        optimizers=kept_by_optimizers(trainer),
        schedules=tuple(deepcopy(schedule.state_dict()) for schedule in trainer.schedules),
        place=trainer.batches.place(),
        generators=generators(trainer.device),
        last_lr=trainer.last_lr,
    )


def kept_by_optimizers(trainer: Trainer) -> tuple[dict[str, Any], ...]:
    """What each of them keeps, with its options, as torch saves it; later steps leave it alone."""
    return tuple(deepcopy(optimizer.state_dict()) for optimizer in trainer.optimizers)


def restore(trainer: Trainer, snapshot: Snapshot) -> None:
    """Go back: the same steps from here give the same bits."""
    trainer.step, trainer.last_lr = snapshot.step, snapshot.last_lr
    trainer.network.load_state_dict(snapshot.network)
    for optimizer, optimizer_state in zip(trainer.optimizers, snapshot.optimizers, strict=True):
        optimizer.load_state_dict(deepcopy(optimizer_state))
    for schedule, schedule_state in zip(trainer.schedules, snapshot.schedules, strict=True):
        schedule.load_state_dict(deepcopy(schedule_state))
    trainer.batches.go_to(snapshot.place)
    torch.set_rng_state(snapshot.generators[0])
    if trainer.device.type == "cuda":
        torch.cuda.set_rng_state(snapshot.generators[1], trainer.device)


def try_optimizers(trainer: Trainer) -> None:
    """Let the optimizers make a step, of gradients of 1, that is to be taken back.

    torch loads a state whatever its shapes are, and only a step finds out. Raises what torch
    raises, and ValueError for a state that the step had to bring to another shape.
    """
    for optimizer in trainer.optimizers:
        is_sparse = isinstance(optimizer, SparseAdam)
        for parameter in optimizer.param_groups[0]["params"]:
            ones = torch.ones_like(parameter)
            parameter.grad = ones.to_sparse(1) if is_sparse else ones
        before = _shapes(optimizer)
        with warnings.catch_warnings(action="ignore"):  # of torch, where it resizes one
            step(optimizer, lambda: torch.zeros(()))
        for place, shape in _shapes(optimizer).items():
            if before.get(place, shape) != shape:
                raise ValueError(f"{place[1]} is {tuple(before[place])}, not {tuple(shape)}")


def _shapes(optimizer: Optimizer) -> dict[tuple[int, str], torch.Size]:
    """Of the tensors an optimizer keeps, by the number of their parameter and their name."""
    return {
        (number, name): value.shape
        for number, state in enumerate(optimizer.state.values())
        for name, value in state.items()
        if isinstance(value, Tensor)
    }


def generators(device: torch.device) -> tuple[Tensor, ...]:
    """The state of the global ones: the CPU's and, on a GPU, the device's."""
    cpu = torch.get_rng_state()
    return (cpu, torch.cuda.get_rng_state(device)) if device.type == "cuda" else (cpu,)
