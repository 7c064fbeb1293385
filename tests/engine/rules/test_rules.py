"""The rules, term by term, against torch: every optimizer, every option."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.engine.rules.options import NAMES, Options, each_option, options
from tests.engine.rules.support import gradients, shapes_of, torchs
from tui_nn.engine.rules import RULES, WORDS, Start, agree, terms, ulps, upcoming
from tui_nn.spec.call import parse
from tui_nn.spec.catalog import CATALOG, bind_call

ALONE = [(name, given) for name in NAMES for given in each_option(name)]
every_option = pytest.mark.parametrize(("name", "given"), ALONE, ids=str)


@pytest.fixture(autouse=True)
def sparse_tensors_are_not_checked() -> None:
    torch.sparse.check_sparse_tensor_invariants.disable()  # its default, said aloud


def run_beside_torch(name: str, given: Options, shape: tuple[int, ...], seed: int = 0) -> None:
    """Both go their own ways for 50 steps, under a rate that changes at each."""
    torch.manual_seed(seed)
    weights = nn.Parameter(torch.randn(shape, dtype=torch.float64))
    optimizer = torchs(name, weights, given)
    own, state = weights.detach().clone(), dict[str, Any]()
    largest = own.abs()
    for step, gradient in enumerate(gradients(name, shape, torch.float64)):
        group = optimizer.param_groups[0]
        update = terms(name, group, own, gradient, state)
        own, state = update.weight, dict(update.state)
        weights.grad = gradient
        optimizer.step()
        largest = torch.stack(
            [largest, own.abs(), torch.as_tensor(update["step"].value).abs()]
        ).amax(0)
        assert ((own - weights.detach()).abs() <= 1e-12 * largest).all(), step
        group["lr"] *= 1.1 if step % 3 else 0.7


def test_every_optimizer_of_the_catalog_has_a_rule() -> None:
    assert RULES.keys() | {"LBFGS"} == CATALOG["optimizer"].keys()


def test_every_word_for_a_term_is_one_of_a_rule() -> None:
    later = {"step": 20}
    used = {term for name, given in ALONE for term in names_of(name, given, later)}
    assert used == WORDS.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_call_as_it_is_written_gives_the_options(name: str) -> None:
    call = bind_call("optimizer", parse(f"{name}(lr=0.1)"))
    weights = nn.Parameter(torch.ones(2, 2))
    weights.grad = gradient = torch.full((2, 2), 0.5)
    if name == "SparseAdam":
        weights.grad = gradient.to_sparse(1)
    optimizer = torchs(name, weights, dict(call.given))
    update = terms(name, call.values, weights.detach().clone(), weights.grad, {})
    optimizer.step()
    assert agree(update, torch.ones(2, 2), weights.detach()).all()


@every_option
def test_fifty_steps_are_torchs_to_twelve_digits(name: str, given: Options) -> None:
    shapes = shapes_of(name)
    for shape in shapes if not given else shapes[-2:-1]:
        run_beside_torch(name, given, shape)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=4, deadline=None)
def test_fifty_steps_are_torchs_whatever_the_options_are(name: str, data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from(shapes_of(name)))
    run_beside_torch(name, data.draw(options(name)), shape, data.draw(st.integers(0, 999)))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_fifty_steps_are_torchs_in_a_wide_sweep(name: str, data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from(shapes_of(name)))
    run_beside_torch(name, data.draw(options(name)), shape, data.draw(st.integers(0, 9999)))


@every_option
def test_in_float32_a_live_step_is_torchs_and_what_it_keeps_has_the_same_bits(
    name: str, given: Options
) -> None:
    torch.manual_seed(1)
    shape = shapes_of(name)[1]
    weights = nn.Parameter(torch.randn(shape))
    optimizer = torchs(name, weights, given)
    for gradient in gradients(name, shape, torch.float32):
        weights.grad, before = gradient, weights.detach().clone()
        update = upcoming(optimizer, weights)
        optimizer.step()
        assert agree(update, before, weights.detach()).all()
        for kept, value in optimizer.state[weights].items():
            if value is None or kept == "ax":  # of the new weights, which round anew
                continue
            own = torch.as_tensor(update.state[kept])
            assert own.equal(torch.as_tensor(value)), kept


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("SGD", {"lr": 0.1}),
        ("SGD", {"lr": 0.1, "maximize": True}),
        ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}),
        ("Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.1}),
        ("Adagrad", {"eps": 0.0}),
    ],
)
def test_sparse_gradients_move_weights_as_in_torch(name: str, given: Options) -> None:
    torch.manual_seed(2)
    weights = nn.Parameter(torch.randn(6, 3))
    optimizer = torchs(name, weights, given)
    for gradient in gradients("SparseAdam", (6, 3), torch.float32):
        weights.grad, before = gradient, weights.detach().clone()
        update = upcoming(optimizer, weights)
        optimizer.step()
        assert agree(update, before, weights.detach()).all()


@pytest.mark.parametrize("name", ["SparseAdam", "Adagrad"])
def test_rows_without_a_gradient_stay_and_say_so(name: str) -> None:
    weights = nn.Parameter(torch.ones(3, 1))
    optimizer = torchs(name, weights, {})
    weights.grad = torch.sparse_coo_tensor(torch.tensor([[1]]), torch.ones(1, 1), (3, 1))
    update = upcoming(optimizer, weights)
    assert update.weight[[0, 2]].tolist() == [[1.0], [1.0]]
    assert update["new w"].numbers((0, 0)) == "w stays: no gradient for this row"
    assert update["new w"].numbers((1, 0)).startswith("w ← 1 − 0.0")


def test_momentum_that_a_schedule_moves_is_followed() -> None:
    weights = nn.Parameter(torch.ones(3))
    optimizer = torchs("SGD", weights, {"lr": 0.1})
    for momentum in (0.0, 0.8, 0.9, 0.85):  # as CyclicLR does
        optimizer.param_groups[0]["momentum"] = momentum
        weights.grad, before = torch.randn(3), weights.detach().clone()
        update = upcoming(optimizer, weights)
        optimizer.step()
        assert agree(update, before, weights.detach()).all()


def test_a_step_worked_out_before_stays_when_torch_does_it() -> None:
    weights = nn.Parameter(torch.ones(3))
    optimizer = torchs("Adam", weights, {})
    for _ in range(2):
        weights.grad = torch.ones(3)
        update = upcoming(optimizer, weights)
        told = [term.numbers((1,)) for term in update.terms]
        optimizer.step()
        weights.grad.fill_(7)
        assert [term.numbers((1,)) for term in update.terms] == told


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"lr": 0.1}, {"lr": 0.1001}),
        ({"lr": 0.1, "eps": 1e-3}, {"lr": 0.1, "eps": 1.1e-3}),
        ({"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}, {"lr": 0.1}),
    ],
)
def test_a_step_of_another_rule_is_not_torchs(right: Options, wrong: Options) -> None:
    weights = nn.Parameter(torch.ones(3))
    optimizer = torchs("Adam", weights, right)
    other = torchs("Adam", nn.Parameter(torch.ones(3)), wrong).param_groups[0]
    weights.grad, before = torch.tensor([0.5, 1.0, 2.0]), weights.detach().clone()
    update = terms("Adam", other, before, weights.grad, {})
    optimizer.step()
    assert not agree(update, before, weights.detach()).any()
    assert (ulps(update, before, weights.detach()) > 10).all()


def test_a_step_that_is_not_finite_agrees_with_nothing() -> None:
    weights = nn.Parameter(torch.ones(2))
    optimizer = torchs("SGD", weights, {"lr": 0.1})
    weights.grad, before = torch.tensor([torch.nan, 1.0]), weights.detach().clone()
    update = upcoming(optimizer, weights)
    optimizer.step()
    assert agree(update, before, weights.detach()).tolist() == [False, True]


def names_of(name: str, given: Options, state: dict[str, Any] | None = None) -> tuple[str, ...]:
    weights = nn.Parameter(torch.ones(3, 4))
    group = torchs(name, weights, given).param_groups[0]
    return RULES[name](Start(group, weights.detach(), state or {})).names


@every_option
def test_terms_stand_in_one_order_whatever_the_rule(name: str, given: Options) -> None:
    order = list(WORDS)
    places = [order.index(term) for term in names_of(name, given, {"step": 20})]
    assert places == sorted(places)
    if name != "Muon":  # which applies its polynomial several times
        assert len(set(places)) == len(places)


def test_taking_terms_away_turns_adamw_into_adam_into_rmsprop_into_sgd() -> None:
    adamw, adam = names_of("AdamW", {}), names_of("Adam", {})
    rmsprop, sgd = names_of("RMSprop", {}), names_of("SGD", {})
    assert (
        without(adamw, "decoupled weight decay") == adam == names_of("AdamW", {"weight_decay": 0})
    )
    assert without(adam, "m", "m corrected", "v corrected") == rmsprop
    assert without(rmsprop, "v", "denominator") == sgd == ("gradient", "step", "new w")


def without(names: tuple[str, ...], *gone: str) -> tuple[str, ...]:
    return tuple(name for name in names if name not in gone)


@pytest.mark.parametrize(
    ("name", "given", "term"),
    [
        ("SGD", {"momentum": 0.9}, "momentum buffer"),
        ("SGD", {"momentum": 0.9, "nesterov": True}, "look ahead"),
        ("SGD", {"weight_decay": 0.1}, "weight decay"),
        ("SGD", {"maximize": True}, "maximize"),
        ("Adam", {"amsgrad": True}, "largest v"),
        ("NAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True}, "decoupled weight decay"),
        ("RMSprop", {"centered": True}, "variance"),
        ("RMSprop", {"momentum": 0.9}, "momentum buffer"),
        ("Adagrad", {"lr_decay": 0.1}, "rate"),
        ("Muon", {}, "decoupled weight decay"),
    ],
)
def test_a_term_is_there_while_its_option_is_on(name: str, given: Options, term: str) -> None:
    assert term in names_of(name, given)
    assert term not in names_of(name, {"weight_decay": 0.0})


def test_radam_divides_once_its_mean_of_squares_is_reliable() -> None:
    early, late = names_of("RAdam", {}, {"step": 4}), names_of("RAdam", {}, {"step": 5})
    assert "denominator" not in early
    assert {"rectification", "denominator"} <= set(late)
