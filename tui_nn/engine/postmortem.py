"""Why training diverged: replay from the last good state and find the first number gone wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import LBFGS

from tui_nn.engine.state import Snapshot, restore, take, tensors_in
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.diagnosis.postmortem import RATE
from tui_nn.spec.protocol import Culprit, Phase

Index = tuple[int, ...]
Before = Callable[[Index], dict[str, str]]
"""The values just before the one at an index, by what they are."""
LIMIT = 1e12
"""A loss this many times above the first (or 1) has left all reason."""


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


def largest_weight(trainer: Trainer) -> str:
    """The size of the largest parameter there is."""
    return _largest(*trainer.network.parameters())


def ruined_evaluation(trainer: Trainer, step: int, loss: float, after: str) -> Culprit:
    """A loss that only the evaluation after `step` shows: its update ruined the network. The
    trainer stands before it; `after`: the largest weight behind it.
    """
    rates = ", ".join(f"{rate:.3g}" for rate in trainer.rates)
    return Culprit(
        step=step,
        phase=Phase.EVALUATE,
        tensor="loss of the training part",
        layer="",
        operation=str(trainer.plan.experiment.loss.call),
        value=f"{loss:.3g}",
        before={
            "largest weight": largest_weight(trainer),
            "lr": rates,
            "largest weight after": after,
        },
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
    _output: Tensor | None = None
    """Of the layer that came last."""
    _held: dict[str, Tensor] = field(default_factory=dict)
    """The parameters before the update."""
    _rates: list[float] = field(default_factory=list)
    """Of each optimizer, likewise."""

    def run(self) -> None:
        with self._watching_layers():
            self.trainer.train_step(self._at)

    def _at(self, phase: Phase, loss: Tensor) -> None:
        network, experiment = self.trainer.network, self.trainer.plan.experiment
        clipped = experiment.train.clip_norm is not None
        backward = "loss.backward(), clipped" if clipped else "loss.backward()"
        if phase is Phase.FORWARD:
            operation = str(experiment.loss.call)
            self._look(loss, phase, "loss", "", operation, self._before_loss)
            if self.ends_at_loss and self._largest:
                raise _Found(self._largest)
            return
        named = list(network.named_parameters())
        if phase is Phase.GRADIENT:
            self._rates = self.trainer.rates
            self._held = {name: parameter.detach().clone() for name, parameter in named}
        for name, parameter in reversed(named) if phase is Phase.GRADIENT else named:
            layer = self._call_of(name)
            if phase is Phase.GRADIENT and parameter.grad is not None:
                before = self._before_gradient(name, loss)
                self._look(parameter.grad, phase, f"{name}.grad", layer, backward, before)
            elif phase is Phase.UPDATE:
                before, optimizer = self._before_update(name, parameter), self._optimizer_of(name)
                self._look(parameter, phase, name, layer, optimizer, before)
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
                    before: Before = _nothing
                    if not whole:
                        owner = self.trainer.network.get_parameter(names[index])
                        before = self._before_update(names[index], owner)
                    for tensor in tensors_in(value):
                        self._look(tensor, Phase.UPDATE, name, layer, str(bound.call), before)

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
                self._look(inputs[0], Phase.FORWARD, "the input", layer, "the data", _nothing)
            before = _before_output(module, inputs)
            self._output = output.detach()
            self._look(
                output, Phase.FORWARD, f"output of {name}", layer, layer, before, is_output=True
            )

        return look

    def _before_loss(self, index: Index) -> dict[str, str]:
        return {} if self._output is None else {"largest output": _largest(self._output)}

    def _before_gradient(self, name: str, loss: Tensor) -> Before:
        def before(index: Index) -> dict[str, str]:
            return {**_at(name, self._held[name], index), "loss": f"{float(loss.detach()):.3g}"}

        return before

    def _before_update(self, name: str, parameter: Tensor) -> Before:
        def before(index: Index) -> dict[str, str]:
            found = _at(name, self._held[name], index)
            if found and parameter.grad is not None and not parameter.grad.is_sparse:
                found |= {"its gradient": f"{float(parameter.grad[index]):.3g}"}
            shares = zip(self.trainer.plan.shares, self._rates, strict=True)
            rate = next((rate for names, rate in shares if name in names), None)
            return found if rate is None else {**found, "lr": f"{rate:.3g}"}

        return before

    def _look(
        self, tensor: Tensor, phase: Phase, name: str, layer: str, operation: str,
        before: Before, *, is_output: bool = False,
    ) -> None:  # fmt: skip
        values = tensor.detach()
        if values.is_sparse:
            values = values.coalesce().values()
        if not values.is_floating_point() or not values.numel():
            return
        bad = ~values.isfinite()
        is_bad = bool(bad.any())
        flat = int((bad if is_bad else values.abs()).flatten().max(0).indices)
        index = tuple(int(i) for i in np.unravel_index(flat, tuple(values.shape)))
        worst = float(values[index]) if is_bad else float(values[index].abs())
        if is_bad or (is_output and worst > self._peak):
            culprit = Culprit(
                step=self.step, phase=phase, tensor=name, layer=layer, operation=operation,
                value=f"{worst:.3g}", before=before(index),
            )  # fmt: skip
            if is_bad:
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


def _nothing(index: Index) -> dict[str, str]:
    return {}


def _before_output(module: nn.Module, inputs: Any) -> Before:
    def before(index: Index) -> dict[str, str]:
        found = {"largest input": _largest(inputs[0])}
        own = list(module.parameters(recurse=False))
        return found | ({"largest weight": _largest(*own)} if own else {})

    return before


def _at(name: str, tensor: Tensor, index: Index) -> dict[str, str]:
    """`0.weight[3, 1]` and its value; nothing where the index is of another shape."""
    if len(index) != tensor.ndim or any(i >= n for i, n in zip(index, tensor.shape, strict=True)):
        return {}
    return {f"{name}{list(index) if index else ''}": f"{float(tensor[index]):.3g}"}


def _largest(*tensors: Tensor) -> str:
    return f"{max(float(tensor.detach().abs().max()) for tensor in tensors):.3g}"


def first_bad(losses: list[float], limit: float) -> int | None:
    """The index of the first loss that is not finite or above `limit`."""
    values = torch.tensor(losses, dtype=torch.float64)
    bad = (~(values.isfinite() & (values <= limit))).nonzero()
    return int(bad[0]) if len(bad) else None
