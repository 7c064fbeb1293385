"""What the screen works out without torch is what torch does."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from tui_nn.engine.building import resolve_target
from tui_nn.engine.rules import terms
from tui_nn.spec.catalog.entry import Bound
from tui_nn.views.recompute import taken_by
from tui_nn.views.rules import bound, rule, state_words, step_words
from tui_nn.views.schedules import planned


def _bound(call: str, kind: str = "optimizer") -> Bound:
    found = bound(call, kind)
    assert found is not None
    return found


def _torchs(schedule: Bound, optimizer: Optimizer) -> Any:
    """What torch makes of a schedule, and of those in it."""
    given: dict[str, Any] = dict(schedule.given)
    if schedule.inner:
        given["schedulers"] = [_torchs(part, optimizer) for part in schedule.inner]
    return resolve_target(schedule.entry.target)(optimizer=optimizer, **given)


@pytest.mark.parametrize("size", [1e-8, 1e-6, 1e-3, 1.0, 1e4])
@pytest.mark.parametrize(
    "call",
    [
        "SGD(lr=0.1)",
        "SGD(lr=0.1, weight_decay=0.01)",
        "SGD(lr=0.1, momentum=0.9)",
        "SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1)",
        "SGD(lr=0.1, momentum=0.9, dampening=0.5)",
        "SGD(lr=0.1, momentum=0.9, maximize=True)",
        "Adam(lr=0.01)",
        "Adam(lr=0.01, betas=(0.8, 0.9), eps=0.001, weight_decay=0.1)",
        "Adam(lr=0.01, amsgrad=True)",
        "Adam(lr=0.01, maximize=True)",
        "AdamW(lr=0.01)",
        "AdamW(lr=0.01, weight_decay=0.3, amsgrad=True)",
        "AdamW(lr=1e-7)",
    ],
)
def test_a_step_worked_out_anew_is_torchs(call: str, size: float) -> None:
    optimizer = _bound(call)
    torch.manual_seed(0)
    weights = nn.Parameter(torch.randn(200))
    torchs = resolve_target(optimizer.entry.target)([weights], **optimizer.given)
    for _ in range(20):
        before = weights.detach().clone()
        weights.grad = size * torch.randn(200)
        torchs.step()
        for index in range(200):
            one = _one(torchs, weights, index)
            taken = taken_by(optimizer, optimizer["lr"], float(before[index]), *one)
            assert taken is not None
            assert taken.leads_to(float(before[index]), weights[index].item())


def _one(
    torchs: torch.optim.Optimizer, weights: Tensor, index: int
) -> tuple[float, dict[str, float]]:
    assert weights.grad is not None
    kept = torchs.state[weights]
    state = {
        name: float(value[index] if value.shape else value)
        for name, value in kept.items()
        if isinstance(value, Tensor)
    }
    return float(weights.grad[index]), state


@pytest.mark.parametrize(
    ("call", "other"),
    [("SGD(lr=0.1)", "SGD(lr=0.1001)"), ("Adam(lr=0.01)", "Adam(lr=0.01, betas=(0.9, 0.99))")],
)
def test_a_step_of_another_rule_is_not_torchs(call: str, other: str) -> None:
    optimizer, wrong = _bound(call), _bound(other)
    weights = nn.Parameter(torch.ones(1))
    torchs = resolve_target(optimizer.entry.target)([weights], **optimizer.given)
    for gradient in (1.0, 0.3):
        before = weights.item()
        weights.grad = torch.full((1,), gradient)
        torchs.step()
    taken = taken_by(wrong, wrong["lr"], before, *_one(torchs, weights, 0))
    assert taken is not None
    assert not taken.leads_to(before, weights.item())


@pytest.mark.parametrize("call", ["SGD(lr=4e-7)", "Adam(lr=4e-7)", "AdamW(lr=4e-7)"])
def test_an_update_of_a_few_last_bits_can_be_told_from_another(call: str) -> None:
    optimizer = _bound(call)
    weights = nn.Parameter(torch.ones(1))
    torchs = resolve_target(optimizer.entry.target)([weights], **optimizer.given)
    weights.grad = torch.ones(1)
    torchs.step()
    assert 1 - weights.item() == pytest.approx(4e-7, abs=6e-8)
    for lr, is_right in ((4e-7, True), (6e-7, False), (2e-7, False), (0.0, False), (-4e-7, False)):
        taken = taken_by(optimizer, lr, 1.0, *_one(torchs, weights, 0))
        assert taken is not None
        assert taken.leads_to(1.0, weights.item()) is is_right


@pytest.mark.parametrize(
    "call",
    [
        "ConstantLR(factor=0.5, total_iters=4)",
        "StepLR(step_size=3, gamma=0.5)",
        "MultiStepLR(milestones=[2, 7], gamma=0.1)",
        "ExponentialLR(gamma=0.9)",
        "LinearLR(start_factor=0.1, end_factor=0.8, total_iters=6)",
        "PolynomialLR(total_iters=8, power=2.0)",
        "CosineAnnealingLR(T_max=5, eta_min=0.001)",
        "CosineAnnealingWarmRestarts(T_0=3)",
        "CosineAnnealingWarmRestarts(T_0=2, T_mult=3, eta_min=0.01)",
        "CyclicLR(0.01, 0.5, 3)",
        "CyclicLR(0.01, 0.5, 2, 5, mode='triangular2')",
        "CyclicLR(0.01, 0.5, 4, 1, mode='exp_range', gamma=0.9)",
        "OneCycleLR(0.7, 24)",
        "OneCycleLR(0.7, 30, pct_start=0.05, anneal_strategy='linear', div_factor=3.0)",
        "OneCycleLR(0.7, epochs=5, steps_per_epoch=5, pct_start=0.0, final_div_factor=9.0)",
        "OneCycleLR(0.7, 24, three_phase=True)",
        "SequentialLR([LinearLR(0.1, total_iters=5), CosineAnnealingLR(9, 0.01)], [5])",
        "SequentialLR([StepLR(2), PolynomialLR(6), ExponentialLR(0.9)], [4, 9])",
        "SequentialLR([CosineAnnealingWarmRestarts(2), MultiStepLR([1, 4])], [7])",
        "SequentialLR([LinearLR(0.2, total_iters=4), CyclicLR(0.01, 0.1, 2), StepLR(3)], [4, 11])",
        "SequentialLR([CyclicLR(0.01, 0.1, 2), ConstantLR(0.5, 3)], [6])",
        "SequentialLR([ConstantLR(0.1, 2), OneCycleLR(1.0, 7), StepLR(2)], [4, 11])",
        "SequentialLR([CyclicLR(0.01, 0.1, 2), StepLR(2), OneCycleLR(1.0, 20)], [4, 11])",
        "SequentialLR([ExponentialLR(0.9)], [])",
        "ChainedScheduler([ConstantLR(0.1, 4), ExponentialLR(0.9)])",
        "ChainedScheduler([LinearLR(0.1, 1.0, 7), StepLR(5, 0.5), PolynomialLR(30, 2.0)])",
    ],
)
def test_a_planned_rate_is_torchs(call: str) -> None:
    schedule = _bound(call, "schedule")
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.3)
    torchs = _torchs(schedule, optimizer)
    rates = []
    for _ in range(24):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        torchs.step()
    found = planned(schedule, 0.3, np.arange(24.0))
    assert found is not None
    np.testing.assert_allclose(found, rates, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "kept"),
    [
        ("SGD(momentum=0.9)", {"b"}),
        ("ASGD()", {"η", "t"}),
        ("Adagrad()", {"s", "t"}),
        ("Adadelta()", {"v", "u", "t"}),
        ("RMSprop(momentum=0.5, centered=True)", {"v", "m", "t"}),
        ("Rprop()", {"p", "a", "t"}),
        ("Adam()", {"m", "v", "t"}),
        ("AdamW(amsgrad=True)", {"m", "v", "V", "t"}),
        ("Adamax()", {"m", "u", "t"}),
        ("NAdam()", {"m", "v", "P", "t"}),
        ("RAdam()", {"m", "v", "t"}),
        ("Adafactor()", {"R", "C", "t"}),
        ("Muon()", {"b"}),
    ],
)
def test_what_each_optimizer_keeps_has_a_sign_and_it_has_a_rule(call: str, kept: set[str]) -> None:
    optimizer = _bound(call)
    weights = nn.Parameter(torch.ones(2, 2))
    torchs = resolve_target(optimizer.entry.target)([weights], **optimizer.given)
    weights.grad = torch.ones(2, 2)
    torchs.step()
    names = [state_words(name, optimizer.entry.name) for name in torchs.state[weights]]
    assert {words[0] for words in names if words} >= kept
    assert rule(optimizer)
    assert step_words(optimizer)


@pytest.mark.parametrize("call", [
    "SGD(momentum=0.9)", "RMSprop(momentum=0.9, centered=True)", "Adadelta()", "Adagrad()",
    "Adam(amsgrad=True)", "AdamW()", "Adamax()", "NAdam()", "RAdam()", "ASGD()", "Rprop()",
    "Adafactor()", "Muon()",
])  # fmt: skip
def test_what_is_kept_has_the_same_sign_in_the_panel_as_in_the_rule(call: str) -> None:
    optimizer = _bound(call)
    weights = torch.ones(2, 2)
    worked = terms(optimizer.entry.name, optimizer.values, weights, weights, {})
    kept = {term.kept: term.sign for term in worked.terms if term.kept}
    shown = {name: state_words(name, optimizer.entry.name) for name in kept}
    assert kept
    assert {n: words[0] for n, words in shown.items() if words} == {
        n: kept[n] for n in kept if shown[n]
    }
