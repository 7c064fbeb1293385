"""LBFGS, iteration by iteration, against torch: history, direction, line search, closure."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.optim import LBFGS

from tests.engine.rules.options import reals
from tui_nn.engine.rules import Asked
from tui_nn.engine.rules.lbfgs import WORDS, Stepped, step

OPTIONS = st.fixed_dictionaries(
    {
        "lr": reals(0.01, 2.0),
        "max_iter": st.integers(1, 12),
        "max_eval": st.none() | st.integers(1, 15),
        "tolerance_grad": st.sampled_from([1e-7, 0.0, 1e-2]),
        "tolerance_change": st.sampled_from([1e-9, 0.0, 1e-3]),
        "history_size": st.integers(1, 5),
        "line_search_fn": st.sampled_from([None, "strong_wolfe"]),
    }
)
LISTS = ("old_dirs", "old_stps", "ro")
ALONE: list[dict[str, Any]] = [
    {"history_size": 9}, {"line_search_fn": "strong_wolfe"},
    {"lr": 0.1, "max_iter": 4, "history_size": 2},
    {"max_iter": 3, "max_eval": 2}, {"tolerance_grad": 0.1, "history_size": 5},
    {"tolerance_change": 0.01, "history_size": 5},
    {"lr": 3.0, "max_iter": 6, "max_eval": 4, "line_search_fn": "strong_wolfe"},
    {"max_iter": 1, "max_eval": 1, "line_search_fn": "strong_wolfe"},
    {"lr": 0.32, "max_iter": 8, "history_size": 2, "tolerance_change": 0.0,
     "line_search_fn": "strong_wolfe"},
]  # fmt: skip


class Valley:
    """Rosenbrock's banana in ten numbers, which are two tensors."""

    def __init__(self, options: dict[str, Any], dtype: torch.dtype = torch.float64) -> None:
        torch.manual_seed(1)
        shapes = ((3, 2), (4,))
        self.weights = [nn.Parameter(torch.randn(shape, dtype=dtype)) for shape in shapes]
        self.optimizer = LBFGS(self.weights, **options)
        self.asked: Asked | None = None

    def closure(self) -> Tensor:
        x = self.flat(grad=True)
        loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
        self.optimizer.zero_grad()
        loss.backward()
        if self.asked:
            self.asked.hear(loss)
        return loss

    def flat(self, *, grad: bool = False) -> Tensor:
        return torch.cat([(p if grad else p.detach()).flatten() for p in self.weights])

    def evaluate(self, weight: Tensor) -> tuple[float, Tensor]:
        """The loss and its gradient at other weights, with nothing of torch's optimizer."""
        x = weight.clone().requires_grad_()
        with torch.enable_grad():
            loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
        [gradient] = torch.autograd.grad(loss, x)
        return loss.item(), gradient

    def step(self) -> Stepped:
        self.asked = Asked(self.optimizer)
        self.optimizer.step(self.closure)
        stepped = self.asked.stepped()
        assert len(stepped.evaluations) == len(self.asked.answers)
        return stepped

    def state(self) -> dict[str, Any]:
        return dict(self.optimizer.state[self.weights[0]])


def same(own: Any, torchs: Any) -> None:
    torch.testing.assert_close(
        torch.as_tensor(own, dtype=torch.float64), torch.as_tensor(torchs, dtype=torch.float64),
        rtol=1e-12, atol=1e-14, equal_nan=True,
    )  # fmt: skip


def hold_beside_torch(valley: Valley, stepped: Stepped) -> None:
    same(stepped.weight, valley.flat())
    for name, value in valley.state().items():
        if name == "al" or value is None:
            continue
        own = stepped.state[name]
        pairs = zip(own, value, strict=True) if name in LISTS else [(own, value)]
        for mine, torchs in pairs:
            same(mine, torchs)


@pytest.mark.parametrize("options", [*ALONE, pytest.param({}, marks=pytest.mark.slow)], ids=str)
def test_fifty_steps_and_all_they_keep_are_torchs(options: dict[str, Any]) -> None:
    valley = Valley(options)
    for _ in range(50):
        hold_beside_torch(valley, valley.step())


@pytest.mark.parametrize("options", ALONE, ids=str)
def test_in_float32_steps_are_torchs_too(options: dict[str, Any]) -> None:
    valley = Valley(options, torch.float32)
    for _ in range(8):
        hold_beside_torch(valley, valley.step())


@given(options=OPTIONS)
@settings(max_examples=15, deadline=None)
def test_steps_are_torchs_whatever_the_options_are(options: dict[str, Any]) -> None:
    valley = Valley(options)
    for _ in range(8):
        hold_beside_torch(valley, valley.step())


@pytest.mark.slow
@given(options=OPTIONS)
@settings(max_examples=500, deadline=None)
def test_steps_are_torchs_in_a_wide_sweep(options: dict[str, Any]) -> None:
    valley = Valley(options)
    for _ in range(20):
        hold_beside_torch(valley, valley.step())


@pytest.mark.parametrize("options", [{}, {"line_search_fn": "strong_wolfe"}], ids=str)
def test_without_torch_it_asks_for_the_same_losses(options: dict[str, Any]) -> None:
    valley, other = Valley(options), Valley(options)
    weight, state = other.flat(), dict[str, Any]()
    for _ in range(5):
        told = valley.step()
        own = step(other.optimizer.param_groups[0], state, weight, other.evaluate)
        weight, state = own.weight, dict(own.state)
        same(weight, valley.flat())
        assert [one.iteration for one in own.evaluations] == [
            one.iteration for one in told.evaluations
        ]
        same([one.loss for one in own.evaluations], [one.loss for one in told.evaluations])


def test_each_asking_of_the_closure_is_told() -> None:
    valley = Valley({"max_iter": 3, "max_eval": 99, "line_search_fn": "strong_wolfe"})
    first = valley.flat()
    stepped = valley.step()
    start, *searched = stepped.evaluations
    assert (start.iteration, start.length, start.slope) == (0, 0.0, None)
    assert start.loss == pytest.approx(valley.evaluate(first)[0], rel=1e-12)
    assert {one.iteration for one in searched} == {1, 2, 3}
    assert all(one.slope is not None for one in searched)
    direction, length = stepped.iterations[0]["direction"].value, searched[0].length
    assert isinstance(direction, Tensor)
    loss, gradient = valley.evaluate(first.add(direction, alpha=length))
    assert searched[0].loss == pytest.approx(loss, rel=1e-12)
    assert searched[0].slope == pytest.approx(gradient.dot(direction).item(), rel=1e-9)


def test_terms_come_in_one_order_and_begin_with_the_gradient() -> None:
    valley = Valley({"max_iter": 4})
    order = list(WORDS)
    for _ in range(2):
        for iteration in valley.step().iterations:
            places = [order.index(term.name) for term in iteration.terms]
            assert places == sorted(places)
            assert places[0] == 0


def test_the_first_direction_is_downhill_and_later_ones_follow_the_history() -> None:
    valley = Valley({"max_iter": 3, "max_eval": 9})
    first, second, third = valley.step().iterations
    assert first["direction"].symbolic == "d ← −g"
    assert second["change of g"].symbolic == "y ← g − g₋"
    assert [term.sign for term in third.terms if term.name == "share"] == ["α2", "α1"]
    assert [term.sign for term in third.terms if term.name == "return"] == ["β1", "β2"]


def test_the_terms_of_one_parameter_are_a_part_of_all() -> None:
    valley = Valley({"max_iter": 2, "max_eval": 9})
    stepped, bias = valley.step(), valley.weights[1]
    assert valley.asked is not None
    start = valley.asked.start_of(bias)
    assert start == 6
    last = stepped.part(start, bias.shape)[-1]
    assert last[-1].name == "new w"
    for index in range(4):
        assert last[-1].at((index,)) == bias[index].item()
    by_name = {term.name: term for term in last}
    length, way = by_name["length"].at((0,)), by_name["direction"].at((0,))
    assert by_name["step"].at((0,)) == pytest.approx(-length * way, rel=1e-12)
    assert by_name["length"].symbolic == "t ← lr"


def test_a_flat_loss_moves_nothing() -> None:
    valley = Valley({"tolerance_grad": 1e9})
    before = valley.flat()
    stepped = valley.step()
    assert stepped.iterations == ()
    assert stepped.weight.equal(before)
    assert len(stepped.evaluations) == 1
