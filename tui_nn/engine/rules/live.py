"""The update that a live optimizer of torch is about to do, in terms, to be held beside its own."""

from copy import deepcopy
from itertools import accumulate

import torch
from torch import Tensor
from torch.optim import Optimizer

from tui_nn.engine.rules import lbfgs
from tui_nn.engine.rules.table import terms
from tui_nn.engine.rules.term import Update

MOST_ULPS = 4.0
"""As far as the same arithmetic in another order may come apart."""


def upcoming(optimizer: Optimizer, parameter: Tensor) -> Update:
    """The terms of the step that `optimizer` does next with the gradient `parameter` has now.

    Nothing of it changes when torch does the step. LBFGS asks for gradients of its own: `Asked`.
    """
    assert parameter.grad is not None
    group = next(g for g in optimizer.param_groups if any(p is parameter for p in g["params"]))
    return terms(
        type(optimizer).__name__,
        group,
        parameter.detach().clone(),
        parameter.grad.detach().clone(),
        deepcopy(optimizer.state.get(parameter, {})),
    )


class Asked:
    """What an LBFGS asks its closure during one step, from which the step's terms follow.

    Make it before the step, and let it `hear` each loss once the gradients are there.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        [self.group] = optimizer.param_groups
        self.parameters: list[Tensor] = self.group["params"]
        self.before = deepcopy(optimizer.state.get(self.parameters[0], {}))
        self.weight = torch.cat([p.detach().flatten() for p in self.parameters])
        self.answers: list[tuple[float, Tensor]] = []

    def hear(self, loss: Tensor) -> None:
        """Write down a loss with its gradient."""
        gradient = torch.cat(list(map(_flat_gradient, self.parameters)))
        self.answers.append((loss.item(), gradient))

    def stepped(self) -> lbfgs.Stepped:
        """The step that torch has done with these answers."""
        answers = iter(self.answers)
        return lbfgs.step(self.group, self.before, self.weight, lambda weight: next(answers))

    def start_of(self, parameter: Tensor) -> int:
        """Where a parameter begins among all of them in a row."""
        ends = accumulate(p.numel() for p in self.parameters)
        pairs = zip(self.parameters, ends, strict=True)
        return next(end - p.numel() for p, end in pairs if p is parameter)


def _flat_gradient(parameter: Tensor) -> Tensor:
    if parameter.grad is None:
        return torch.zeros_like(parameter).flatten()
    gradient = parameter.grad
    return (gradient.to_dense() if gradient.is_sparse else gradient).flatten().clone()


def ulps(update: Update, before: Tensor, after: Tensor) -> Tensor:
    """How far `update` is from the weights `after` torch's step, each in units in the last place.

    The unit is that of the largest of what is added up: the weight before and after, and the step.
    """
    size = update["step"].value if update.size is None else update.size
    largest = torch.stack(torch.broadcast_tensors(
        before.abs(), after.abs(), torch.as_tensor(size, dtype=after.dtype).abs()
    )).amax(0)  # fmt: skip
    unit = torch.nextafter(largest, torch.full_like(largest, torch.inf)) - largest
    return (update.weight - after).abs() / unit


def agree(update: Update, before: Tensor, after: Tensor) -> Tensor:
    """Where `update` is what torch did (a mask): finite, and apart by rounding alone."""
    most = MOST_ULPS * update.roundings
    return (ulps(update, before, after) <= most) & after.isfinite()
