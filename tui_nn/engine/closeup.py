"""Training steps with every number of them: what flows forward, backward, and into the weights."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import LBFGS, Optimizer

from tui_nn.data.prepare import Prepared
from tui_nn.engine.probes.numbers import gradient_of
from tui_nn.engine.rules import Asked, Update, Worked, agree, ulps, upcoming
from tui_nn.engine.session import Session
from tui_nn.spec.protocol import Evaluated, Phase, Reason, Record

Numbers = NDArray[Any]
Place = tuple[str, tuple[int, ...]]
"""A parameter's name and the index of one of its numbers."""


@dataclass(frozen=True)
class Layer:
    """What one layer did with the sample."""

    name: str
    """Its place and its class: `0 Linear`."""
    output: Numbers
    error: Numbers | None
    """∂L/∂output, of the loss of the whole batch; None where nothing asks for it."""


@dataclass
class Pass:
    """Forward and backward once; LBFGS does it several times in a step."""

    weights: dict[str, Numbers]
    """The parameters with which it was done, by name."""
    x: Numbers
    """The sample as the network gets it."""
    target: Numbers
    """As the loss reads it."""
    loss: float
    """Of the whole batch."""
    layers: tuple[Layer, ...] = ()
    gradients: dict[str, Numbers] = field(default_factory=dict)
    """As the optimizer gets them, by name; none for a frozen parameter."""


@dataclass(frozen=True)
class Line:
    """A term of one weight's update."""

    name: str
    symbolic: str
    numbers: str
    value: float
    kept: str
    """The name under which torch keeps it for the next step; empty: it doesn't."""


@dataclass(frozen=True)
class WeightUpdate:
    """How one weight came from `before` to `after`, the number that torch holds."""

    iterations: tuple[tuple[Line, ...], ...]
    """The terms; several times where an optimizer goes several ways in one step."""
    optimizer: str
    before: float
    after: float
    ulps: float
    """How far the last of the terms is from `after`, in units in the last place."""
    agrees: bool
    """Whether that is rounding."""


@dataclass(frozen=True)
class CloseUp:
    """One training step."""

    step: int
    epoch: int
    """Which one it belongs to, from 1 on."""
    rates: tuple[float, ...]
    """The learning rate of each optimizer."""
    samples: int
    """In its batch."""
    sample: int
    """The one that is looked at, from 0 on."""
    row: int
    """Its place in the training part."""
    passes: tuple[Pass, ...]
    before: dict[str, Numbers]
    after: dict[str, Numbers]
    """By name."""
    weight: WeightUpdate | None = None
    evaluated: Evaluated | None = None
    """Phase 8, where it was due."""
    reason: Reason | None = None
    """Why training ends here, if it does."""

    @property
    def loss(self) -> float:
        """Before the update."""
        return self.passes[0].loss


class CloseUps:
    """The first steps of a run that is kept nowhere; where training ends, they end."""

    def __init__(self, prepared: Prepared, steps: int, sample: int, place: Place | None) -> None:
        """`sample`: which one of each batch is looked at, from 0 on."""
        self.session = Session(prepared, self._hear)
        self.steps, self.sample, self.place = steps, sample, place
        self.reason: Reason | None = None
        """Why training has ended, if it has."""
        self._evaluated: Evaluated | None = None

    def __iter__(self) -> Iterator[CloseUp]:
        self.session.begin()
        for _ in range(self.steps):
            one = self._step()
            self.reason = one.reason
            yield one
            if one.reason is not None:
                return

    def _hear(self, record: Record) -> None:
        if isinstance(record, Evaluated):
            self._evaluated = record

    def _step(self) -> CloseUp:
        trainer = self.session.training.trainer
        self._evaluated = None
        rates = tuple(trainer.rates)
        watch = _Watch(self.session, self.sample, self.place)
        with watch:
            reason = self.session.advance_gated(watch.gate)
        return CloseUp(
            step=watch.step,
            epoch=watch.epoch,
            rates=rates,
            samples=len(watch.rows),
            sample=watch.sample,
            row=int(watch.rows[watch.sample]),
            passes=tuple(watch.passes),
            before=watch.before,
            after=watch.after,
            weight=watch.weight_update(),
            evaluated=self._evaluated,
            reason=reason,
        )


class _Watch:
    """Listens to the real modules and stands at the gate of one step."""

    def __init__(self, session: Session, sample: int, place: Place | None) -> None:
        self.trainer = session.training.trainer
        self.network = self.trainer.network
        self.asked_sample, self.sample = sample, sample
        self.place = place
        self.passes: list[Pass] = []
        self.before = self._parameters()
        self.after: dict[str, Numbers] = {}
        self.rows = np.zeros(1, np.int64)
        self._outputs: list[tuple[str, Tensor, list[Tensor]]] = []
        self._input = self._target = torch.empty(0)
        self._stack = ExitStack()
        self._weight = _Weight(self.network, self.trainer.optimizers, place) if place else None

    def __enter__(self) -> None:
        for index, module in enumerate(self.network):
            name = f"{index} {type(module).__name__}"
            handle = module.register_forward_hook(self._listener(name))
            self._stack.callback(handle.remove)
        handle = self.trainer.loss.register_forward_hook(self._take_target)
        self._stack.callback(handle.remove)
        first = self.network[0].register_forward_pre_hook(self._take_input)
        self._stack.callback(first.remove)

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _listener(self, name: str) -> Any:
        def hear(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            errors: list[Tensor] = []
            if output.requires_grad:
                output.register_hook(errors.append)
            self._outputs.append((name, output, errors))

        return hear

    def _take_input(self, module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self._outputs = []
        self._input = inputs[0]

    def _take_target(self, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        self._target = inputs[1]

    def gate(self, phase: Phase, loss: Tensor) -> None:
        """Take in what a phase has left."""
        if phase is Phase.FORWARD:
            self.sample = min(self.asked_sample, len(self._input) - 1)
            latest = self.trainer.batches.latest()
            assert latest is not None
            self.rows = latest.numpy()
            self.passes.append(
                Pass(
                    self._parameters(),
                    _numbers(self._input[self.sample]),
                    _numbers(self._target[self.sample]),
                    loss.item(),
                )
            )
        elif phase is Phase.GRADIENT:
            self._take_backward()
            if self._weight:
                self._weight.hear(loss)
        else:
            self.after = self._parameters()
            self.step, self.epoch = self.trainer.step, self.trainer.batches.epochs_begun
            if self._weight:
                self._weight.see_after()

    def _take_backward(self) -> None:
        at = self.sample
        one = self.passes[-1]
        one.layers = tuple(
            Layer(name, _numbers(output[at]), _numbers(errors[0][at]) if errors else None)
            for name, output, errors in self._outputs
        )
        for name, parameter in self.network.named_parameters():
            gradient = gradient_of(parameter)
            if gradient is not None:
                one.gradients[name] = _numbers(gradient)

    def weight_update(self) -> WeightUpdate | None:
        return self._weight.told() if self._weight else None

    def _parameters(self) -> dict[str, Numbers]:
        return {name: _numbers(p) for name, p in self.network.named_parameters()}


class _Weight:
    """One weight through a step of its optimizer."""

    def __init__(self, network: nn.Module, optimizers: tuple[Optimizer, ...], place: Place) -> None:
        name, self.index = place
        self.parameter = dict(network.named_parameters())[name]
        self.optimizer = next(
            one for one in optimizers
            if any(p is self.parameter for p in one.param_groups[0]["params"])
        )  # fmt: skip
        self.before = self.parameter.detach().clone()
        self.after = self.before
        self.update: Update | None = None
        is_asking = isinstance(self.optimizer, LBFGS)
        self.asked = Asked(self.optimizer) if is_asking else None

    def hear(self, loss: Tensor) -> None:
        """The gradient is there."""
        if self.asked:
            self.asked.hear(loss)
        else:
            self.update = upcoming(self.optimizer, self.parameter)

    def see_after(self) -> None:
        """torch has done its step."""
        self.after = self.parameter.detach().clone()

    def told(self) -> WeightUpdate:
        """Its terms beside what torch came to."""
        if self.asked:
            stepped = self.asked.stepped()
            start, shape = self.asked.start_of(self.parameter), self.parameter.shape
            iterations = stepped.part(start, shape)
            end = stepped.weight[start : start + shape.numel()].view(shape)
            step = Worked("step", "step", "", {}, self.before - end)
            update = Update((step,), end)
        else:
            assert self.update is not None
            update, iterations = self.update, (self.update.terms,)
        apart = ulps(update, self.before, self.after)[self.index]
        return WeightUpdate(
            tuple(tuple(map(self._line, terms)) for terms in iterations),
            type(self.optimizer).__name__,
            self.before[self.index].item(),
            self.after[self.index].item(),
            apart.item(),
            bool(agree(update, self.before, self.after)[self.index]),
        )

    def _line(self, term: Worked) -> Line:
        return Line(
            term.name, term.symbolic, term.numbers(self.index), term.at(self.index), term.kept
        )


def _numbers(tensor: Tensor) -> Numbers:
    """A copy that later steps leave alone."""
    dense = tensor.to_dense() if tensor.is_sparse else tensor
    numbers: Numbers = dense.detach().cpu().numpy().copy()
    return numbers
