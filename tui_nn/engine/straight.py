"""The straight path: many steps without a gate, the same bits as `Trainer.train_step`.

What it leaves out is machinery: hooks of modules and optimizers, profiling, the checks before
autograd starts. The operations on numbers are torch's own, in the same order.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from tui_nn.engine.batches import Batches
from tui_nn.engine.stepping import Closure, bare_step, mark_stepped


class Straight:
    """Runs steps of one network with its loss, optimizers and batches."""

    def __init__(
        self,
        network: nn.Sequential,
        loss: nn.Module,
        optimizers: Sequence[Optimizer],
        batches: Batches,
        clip_norm: float | None,
    ) -> None:
        self.forwards = [module.forward for module in network]
        self.loss = loss.forward
        self.optimizers = optimizers
        self.steps = [bare_step(optimizer) for optimizer in optimizers]
        self.batches = batches
        self.parameters = list(network.parameters())
        self.clip_norm = clip_norm
        on_cpu = not self.parameters[0].is_cuda
        # Reading a number costs nothing on the CPU; on a GPU it would wait for the step to end.
        self.read: Callable[[Tensor], Any] = Tensor.item if on_cpu else Tensor.detach
        self.backward = _backward_on_cpu(self.parameters[0].dtype) if on_cpu else Tensor.backward

    def run(self, steps: int) -> list[float]:
        """Do `steps` steps; the losses before each update."""
        losses: list[Any] = []
        record, read = losses.append, self.read
        first, first_step = self.optimizers[0], self.steps[0]
        others = list(zip(self.steps[1:], self.optimizers[1:], strict=True))
        next_batch, closure_for = self.batches.next, self._closure
        with torch.no_grad():
            for _ in range(steps):
                loss = first_step(first, closure_for(*next_batch()))
                for step, optimizer in others:
                    step(optimizer)
                record(read(loss))
        for optimizer in self.optimizers:
            mark_stepped(optimizer)
        return losses if self.read is Tensor.item else torch.stack(losses).tolist()

    def _closure(self, x: Tensor, y: Tensor) -> Closure:
        forwards, loss_of, parameters = self.forwards, self.loss, self.parameters
        clip_norm, backward = self.clip_norm, self.backward

        def closure() -> Tensor:
            output = x
            for forward in forwards:
                output = forward(output)
            loss: Tensor = loss_of(output, y)
            for parameter in parameters:
                parameter.grad = None
            backward(loss)
            if clip_norm is not None:
                clip_grad_norm_(parameters, clip_norm)
            return loss

        return closure


def _backward_on_cpu(dtype: torch.dtype) -> Callable[[Tensor], None]:
    """`loss.backward()` from where it enters autograd's engine, for a scalar loss of `dtype`."""
    engine = torch.autograd.Variable._execution_engine
    start = (torch.ones((), dtype=dtype),)

    def backward(loss: Tensor) -> None:
        engine.run_backward(
            (loss,), start, False, False, (), allow_unreachable=True, accumulate_grad=True
        )

    return backward
