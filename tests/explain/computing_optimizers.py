"""What torch's optimizers and schedules make of their examples."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from tests.explain.reading import Case, Example
from tui_nn.engine.building import resolve_target
from tui_nn.spec.call import Call
from tui_nn.spec.catalog import CATALOG

STATE = {
    "b": ("momentum_buffer",), "m": ("exp_avg",), "v": ("exp_avg_sq", "square_avg"),
    "s": ("sum",), "u": ("acc_delta", "exp_inf"), "step": ("step_size",), "average": ("ax",),
}  # fmt: skip
"""The letters of a rule for what torch keeps of each weight."""


def compute(example: Example) -> list[dict[str, Any]]:
    """The weights and what the optimizer keeps, step by step under the gradients given."""
    assert example.call
    found: list[dict[str, Any]] = []
    weight, optimizer = torch.zeros(()), None
    for case in example.cases:
        given: dict[str, Any] = dict(case.given)
        if "w" in given:
            weight = _tensor(given["w"]).requires_grad_()
            optimizer = _built("optimizer", example.call, [weight])
            found.append({})
            continue
        assert optimizer
        before = weight.detach().clone()
        asked = sum(_step(optimizer, weight, given) for _ in range(given.get("steps", 1)))
        after = weight.detach().clone()
        moved = before - after
        if example.call.name == "Muon":  # it counts in bfloat16
            moved = moved.round(decimals=2)
        found.append({"w": after, "moved": moved, "asked": asked} | _kept(optimizer.state[weight]))
    return found


def _built(kind: str, call: Call, *first: Any) -> Any:
    return resolve_target(CATALOG[kind][call.name].target)(*first, *call.args, **dict(call.kwargs))


def _step(optimizer: Optimizer, weight: Tensor, given: dict[str, Any]) -> int:
    """One step under a gradient or, where there is none, in a bowl; how often that was asked."""
    asked = 0

    def bowl() -> float:
        nonlocal asked
        asked += 1
        away = weight.detach() - given["lowest"]
        weight.grad = given["curvature"] * away
        return float(0.5 * given["curvature"] * away.square().sum())

    if "lowest" in given:
        optimizer.step(bowl)
    elif "row" in given:
        row = torch.tensor([[given["row"]]])
        weight.grad = torch.sparse_coo_tensor(
            row, _tensor([given["g"]]), weight.shape, check_invariants=True
        )
        optimizer.step()
    else:
        weight.grad = _tensor(given["g"])
        optimizer.step()
    return asked


def _kept(state: dict[str, Any]) -> dict[str, Any]:
    return {
        letter: state[name].detach().clone()
        for letter, names in STATE.items()
        for name in names
        if isinstance(state.get(name), Tensor)
    }


def _tensor(value: Any) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def compute_schedule(example: Example) -> list[dict[str, Any]]:
    """The learning rate and momentum, move by move, from the first step on."""
    assert example.call
    return [_rates(example.call, case) for case in example.cases]


def _rates(call: Call, case: Case) -> dict[str, Any]:
    given: dict[str, Any] = dict(case.given)
    optimizer = SGD(
        [nn.Parameter(torch.zeros(()))], lr=given["lr"], momentum=given.get("momentum", 0)
    )
    schedule = _schedule(call, optimizer)
    shown: Any = case.shown["lr"]
    rates, momenta = [], []
    for move in range(len(shown)):
        if isinstance(schedule, ReduceLROnPlateau):  # it moves behind an evaluation
            schedule.step(given["loss"][move])
        elif move:
            schedule.step()
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
    return {"lr": rates, "momentum": momenta}


def _schedule(call: Call, optimizer: SGD) -> Any:
    inside = call.args[0] if call.args else None
    if not isinstance(inside, tuple):
        return _built("schedule", call, optimizer)
    schedules = [_schedule(one, optimizer) for one in inside if isinstance(one, Call)]
    make = resolve_target(CATALOG["schedule"][call.name].target)
    first = [] if call.name == "ChainedScheduler" else [optimizer]
    return make(*first, schedules, **dict(call.kwargs))
