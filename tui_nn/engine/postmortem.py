"""Why training diverged: replay from the last good state and find the first number gone wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import LBFGS

from tui_nn.engine.state import Snapshot, restore, take, tensors_in
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.protocol import Culprit, Phase

LIMIT = 1e12
"""A loss this many times above the first (or 1) has left all reason."""
RATE = "the learning rate"
"""The tensor of a culprit that is none: a schedule went too far."""


def loss_limit(first_loss: float) -> float:
    """The loss above which training counts as diverged."""
    return LIMIT * max(first_loss, 1.0) if isfinite(first_loss) else LIMIT


class _Found(Exception):
    def __init__(self, culprit: Culprit) -> None:
        super().__init__(culprit)
        self.culprit = culprit


def find_culprit(
    trainer: Trainer, good: Snapshot, bad_step: int, *, largest: bool = True
) -> Culprit | None:
    """Replay from `good` with every number checked, at most through step `bad_step` (from 1).

    Returns the first tensor that is not finite; else None. With `largest` (the loss of the bad
    step is finite, but past all reason) the search ends at that loss: where all before it are
    finite, the largest output of a layer that led to it is returned. Leaves the trainer before the
    step that went wrong, or at `good`. An error that stopped training comes again, unless a number
    went wrong before it.
    """
    restore(trainer, good)
    while trainer.step < bad_step:
        before = take(trainer)
        step = trainer.step + 1
        try:
            _Check(trainer, step, ends_at_loss=largest and step == bad_step).run()
        except _Found as found:
            restore(trainer, before)
            return found.culprit
    restore(trainer, good)
    return None


def ruined_evaluation(trainer: Trainer, step: int, loss: float) -> Culprit:
    """A loss that only the evaluation after `step` shows: its update ruined the network."""
    return Culprit(
        step=step,
        phase=Phase.EVALUATE,
        tensor="loss of the training part",
        layer="",
        operation=str(trainer.plan.experiment.loss.call),
        value=f"{loss:.3g}",
    )


def too_large_a_rate(trainer: Trainer) -> Culprit:
    """The learning rate itself, raised by its schedule past what a step can use."""
    schedule = trainer.plan.experiment.schedule
    return Culprit(
        step=trainer.step,
        phase=Phase.UPDATE,
        tensor=RATE,
        layer="",
        operation=str(schedule.call) if schedule else "the schedule",
        value=f"{max(trainer.rates):.3g}",
    )


@dataclass
class _Check:
    """One gated step in which every tensor is looked at where it comes into being."""

    trainer: Trainer
    step: int
    ends_at_loss: bool
    _largest: Culprit | None = None
    """The largest output of a layer."""
    _peak: float = field(default=-1.0)

    def run(self) -> None:
        with self._watching_layers():
            self.trainer.train_step(self._at)

    def _at(self, phase: Phase, loss: Tensor) -> None:
        network, experiment = self.trainer.network, self.trainer.plan.experiment
        clipped = experiment.train.clip_norm is not None
        backward = "loss.backward(), clipped" if clipped else "loss.backward()"
        if phase is Phase.FORWARD:
            self._look(loss, phase, "loss", "", str(experiment.loss.call))
            if self.ends_at_loss and self._largest:
                raise _Found(self._largest)
            return
        named = list(network.named_parameters())
        for name, parameter in reversed(named) if phase is Phase.GRADIENT else named:
            layer = self._call_of(name)
            if phase is Phase.GRADIENT and parameter.grad is not None:
                self._look(parameter.grad, phase, f"{name}.grad", layer, backward)
            elif phase is Phase.UPDATE:
                self._look(parameter, phase, name, layer, self._optimizer_of(name))
        if phase is Phase.UPDATE:
            self._look_at_states()

    def _look_at_states(self) -> None:
        plan = self.trainer.plan
        for optimizer, bound, names in zip(
            self.trainer.optimizers, plan.experiment.optimizers, plan.shares, strict=True
        ):
            whole = isinstance(optimizer, LBFGS)  # it keeps one state for all its parameters
            for index, state in optimizer.state_dict()["state"].items():
                for key, value in state.items():
                    name = key if whole else f"{key} of {names[index]}"
                    layer = "" if whole else self._call_of(names[index])
                    for tensor in tensors_in(value):
                        self._look(tensor, Phase.UPDATE, name, layer, str(bound.call))

    @contextmanager
    def _watching_layers(self) -> Iterator[None]:
        named = [(n, module) for n, module in self.trainer.network.named_modules() if n]
        first = next(name for name, module in named if not list(module.children()))
        handles = [
            module.register_forward_hook(self._hook(name, is_first=name == first))
            for name, module in named
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _hook(self, name: str, is_first: bool) -> Callable[[nn.Module, Any, Any], None]:
        layer = self._call_of(f"{name}.")

        def look(module: nn.Module, inputs: Any, output: Any) -> None:
            if is_first:
                self._look(inputs[0], Phase.FORWARD, "the input", layer, "the data")
            self._look(output, Phase.FORWARD, f"output of {name}", layer, layer, is_output=True)

        return look

    def _look(
        self, tensor: Tensor, phase: Phase, name: str, layer: str, operation: str,
        *, is_output: bool = False,
    ) -> None:  # fmt: skip
        values = tensor.detach()
        if values.is_sparse:
            values = values.coalesce().values()
        if not values.is_floating_point() or not values.numel():
            return
        bad = values[~values.isfinite()]
        worst = float(bad.flatten()[0]) if bad.numel() else float(values.abs().max())
        if bad.numel() or (is_output and worst > self._peak):
            culprit = Culprit(
                step=self.step, phase=phase, tensor=name, layer=layer, operation=operation,
                value=f"{worst:.3g}",
            )  # fmt: skip
            if bad.numel():
                raise _Found(culprit)
            self._peak, self._largest = worst, culprit

    def _call_of(self, name: str) -> str:
        """The layer as it was written, for a tensor's or a module's name."""
        head, *rest = name.split(".")
        bound = self.trainer.plan.experiment.network[int(head)]
        while bound.inner and rest and rest[0].isdecimal():
            bound = bound.inner[int(rest.pop(0))]
        return str(bound.call)

    def _optimizer_of(self, name: str) -> str:
        plan = self.trainer.plan
        for bound, names in zip(plan.experiment.optimizers, plan.shares, strict=True):
            if name in names:
                return str(bound.call)
        return "optimizer.step()"


def first_bad(losses: list[float], limit: float) -> int | None:
    """The index of the first loss that is not finite or above `limit`."""
    values = torch.tensor(losses, dtype=torch.float64)
    bad = (~(values.isfinite() & (values <= limit))).nonzero()
    return int(bad[0]) if len(bad) else None
