"""The rule of every optimizer that updates one tensor at a time, by torch's name."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from tui_nn.engine.rules.adam import adam, adamax, adamw, nadam, radam, sparse_adam
from tui_nn.engine.rules.descent import asgd, rprop, sgd
from tui_nn.engine.rules.muon import muon
from tui_nn.engine.rules.scaled import adadelta, adafactor, adagrad, rmsprop
from tui_nn.engine.rules.term import Rule, Start, Update, work_out

RULES: dict[str, Callable[[Start], Rule]] = {
    "SGD": sgd,
    "ASGD": asgd,
    "Rprop": rprop,
    "Adagrad": adagrad,
    "RMSprop": rmsprop,
    "Adadelta": adadelta,
    "Adafactor": adafactor,
    "Adam": adam,
    "AdamW": adamw,
    "Adamax": adamax,
    "NAdam": nadam,
    "RAdam": radam,
    "SparseAdam": sparse_adam,
    "Muon": muon,
}
"""LBFGS updates all of them at once, several times in a step: `rules.lbfgs`."""


def terms(
    name: str,
    options: Mapping[str, Any],
    weight: Tensor,
    gradient: Tensor,
    state: Mapping[str, Any],
) -> Update:
    """The update of one tensor of weights.

    `options`: by torch's names, as a `param_group` or `Bound.values` has them; the learning rate is
    that of now. `gradient`: of the weights' shape, dense or sparse. `state`: what torch keeps for
    the tensor before this step; empty before the first.
    """
    start = Start(options, weight, state)
    with torch.no_grad():
        return work_out(RULES[name](start), start, gradient)
