"""Optimizers that are tried on copies of a layer's parameters: what each would do next."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.optim import Optimizer

from tui_nn.engine.building import build_optimizer
from tui_nn.engine.stepping import step
from tui_nn.spec.call import Call
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.catalog.optimizers import OPTIMIZERS

ALIKE = (
    frozenset({"SGD", "ASGD"}),
    frozenset({
        "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "SparseAdam", "RMSprop", "Adagrad",
    }),
)  # fmt: skip
"""Optimizers to which lr means the same: what the gradient is multiplied by; about the length of a
step, whatever the gradient. To each of the others it means something of its own.
"""
TAKE_SPARSE = ("SGD", "Adagrad", "SparseAdam")
AGAIN = "needs the loss again and again within a step, not one gradient"

Tensors = Mapping[str, Tensor]
"""By the parameters' names."""
Rated = tuple[Bound, Literal["experiment", "torch"]]


@dataclass
class Tried:
    """One optimizer, and what it knows."""

    bound: Bound
    optimizer: Optimizer
    parameters: dict[str, Tensor]
    """Those that it takes: copies, which others may share."""
    lr_of: Literal["experiment", "torch"] = "torch"
    fed: int = 0
    """Gradients that it knows."""

    def feed(self, weights: Tensors, gradients: Tensors) -> None:
        """Let it know the gradients that were made at these weights."""
        self._step(weights, gradients, 1.0)
        self.fed += 1

    def change(self, weights: Tensors, gradients: Tensors, scale: float) -> dict[str, Tensor]:
        """New weights less old ones, exactly; it knows as much as before."""
        before = {p: deepcopy(kept) for p, kept in self.optimizer.state.items()}
        self._step(weights, gradients, scale)
        self.optimizer.state = defaultdict(dict, before)
        return {name: p.double() - weights[name].double() for name, p in self.parameters.items()}

    def _step(self, weights: Tensors, gradients: Tensors, scale: float) -> None:
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(weights[name])
                parameter.grad = gradients[name] * scale
        step(self.optimizer)

    def follow(self, own: str, rate: float) -> None:
        """Take the lr that is fair beside the experiment's own, as it is now."""
        self.bound, self.lr_of = _bound(self.bound.entry.name, own, rate)
        self.optimizer.param_groups[0]["lr"] = float(self.bound["lr"])


def at_first_step(name: str, copies: Tensors, own: str, rate: float) -> Tried:
    """An optimizer at torch's defaults, its lr the fair one, that knows no gradient yet.

    `own`, `rate`: the optimizer of the experiment, and its lr.
    """
    bound, lr_of = _bound(name, own, rate)
    taken = {k: copy for k, copy in copies.items() if name != "Muon" or copy.ndim == 2}
    return Tried(bound, build_optimizer(bound, list(taken.values())), taken, lr_of)


def as_it_is(bound: Bound, live: Optimizer, parameters: Tensors, copies: Tensors) -> Tried:
    """The experiment's own optimizer, with its options, its lr and its state of now."""
    [group] = live.param_groups
    mine = {k: p for k, p in parameters.items() if any(p is one for one in group["params"])}
    taken = {name: copies[name] for name in mine}
    optimizer = build_optimizer(bound, list(taken.values()))
    optimizer.param_groups[0] |= {k: v for k, v in group.items() if k != "params"}
    for name, parameter in mine.items():
        optimizer.state[taken[name]] = deepcopy(live.state.get(parameter, {}))
    return Tried(bound, optimizer, taken, "experiment")


def copies_of(parameters: Tensors) -> dict[str, Tensor]:
    """Tensors that optimizers may step on."""
    return {
        name: parameter.detach().clone().requires_grad_() for name, parameter in parameters.items()
    }


def names() -> Sequence[str]:
    """The optimizers of the catalog."""
    return [entry.name for entry in OPTIMIZERS]


def refusal(name: str, parameter: Tensor, gradients: Tensors) -> str:
    """Why an optimizer of torch can't follow these gradients; empty where it can.

    `parameter`: the one that is to be moved.
    """
    is_sparse = any(gradient.is_sparse for gradient in gradients.values())
    if name == "LBFGS":
        return AGAIN
    if name == "SparseAdam" and not is_sparse:
        return "takes sparse gradients alone, as of Embedding(sparse=True)"
    if name not in TAKE_SPARSE and is_sparse:
        return "can't follow a sparse gradient"
    if name == "Muon" and parameter.ndim != 2:
        return f"takes 2-D weights alone, this is {parameter.ndim}-D"
    return ""


def _bound(name: str, own: str, rate: float) -> Rated:
    is_fair = any(name in some and own in some for some in ALIKE)
    bound = bind_call("optimizer", Call(name, (), (("lr", rate),) if is_fair else ()))
    return bound, "experiment" if is_fair else "torch"
