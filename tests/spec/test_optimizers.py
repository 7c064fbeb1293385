"""Optimizers: what they refuse as torch does, and who takes which tensors."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from tests.spec.plans import plan, said
from tests.spec.support import bound, error_of
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.resolve import DataFacts, Plan
from tui_nn.spec.targets import Classes

OPTIMIZERS = tuple(CATALOG["optimizer"])


def test_every_optimizer_of_torch_is_here() -> None:
    theirs = {
        name
        for name, kind in vars(torch.optim).items()
        if isinstance(kind, type)
        and issubclass(kind, torch.optim.Optimizer)
        and kind is not torch.optim.Optimizer
    }
    assert set(OPTIMIZERS) == theirs


def call_of(name: str, given: dict[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in given.items())})"


@pytest.mark.parametrize(
    ("name", "given", "fine"),
    [
        ("Adafactor", {"d": 0.5}, False),
        ("Adafactor", {"d": 1}, True),
        ("Adafactor", {"beta2_decay": 0.1}, False),
        ("Adafactor", {"beta2_decay": 0}, True),
        ("Adafactor", {"eps": (-1.0, 0.001)}, False),
        ("Adafactor", {"eps": (None, -0.001)}, False),
        ("Adafactor", {"eps": (0.1, 0.0)}, True),
        ("Adadelta", {"rho": 1.5}, False),
        ("Adadelta", {"rho": 1}, True),
        ("Adadelta", {"eps": -1}, False),
        ("SparseAdam", {"lr": 0}, False),
        ("SparseAdam", {"eps": 0}, False),
        ("SparseAdam", {"betas": (1.0, 0.9)}, False),
        ("NAdam", {"momentum_decay": -1}, False),
        ("NAdam", {"betas": (0.9, 1.0)}, False),
        ("NAdam", {"lr": 1}, True),
        ("RAdam", {"betas": (-0.1, 0.9)}, False),
        ("RAdam", {"lr": -1}, False),
        ("Adamax", {"eps": -1}, False),
        ("Adamax", {"weight_decay": -1}, False),
        ("Adamax", {"betas": (0, 0.5)}, True),
        ("ASGD", {"weight_decay": -1}, False),
        ("ASGD", {"lr": 0}, True),
        ("SGD", {"nesterov": True}, False),
        ("Adam", {"betas": (0, 0.9)}, False),
        ("AdamW", {"betas": (0.5, 0)}, False),
        ("Muon", {"adjust_lr_fn": "no"}, False),
    ],
)  # fmt: skip
def test_what_torch_refuses_is_refused_before_with_a_way_out(
    name: str, given: dict[str, Any], fine: bool
) -> None:
    error = error_of(lambda: bound("optimizer", call_of(name, given)))
    assert (error is None) == fine
    if error is None:
        getattr(torch.optim, name)([torch.nn.Parameter(torch.ones(2, 2))], **given)
        return
    assert error.hint
    assert error.message.startswith(name)
    with pytest.raises((ValueError, TypeError)):
        getattr(torch.optim, name)([torch.nn.Parameter(torch.ones(2, 2))], **given)


# Sparse gradients and lists.

TOKENS = ("Embedding(5, 3, sparse=True)", "Flatten()", "Linear(6, 4)", "Tanh()", "Linear(4, 5)")
ONLY = ("Embedding(5, 5, sparse=True)", "Flatten()")
PAIRS = DataFacts((2,), Classes(5), 25, 0, tokens=5)
ONE_TOKEN = DataFacts((1,), Classes(5), 25, 0, tokens=5)


def tokens(*changes: str, network: Sequence[str] = TOKENS, data: DataFacts = PAIRS) -> Plan:
    return plan(*changes, network=network, loss="CrossEntropyLoss()", data=data)


def refused(*changes: str, network: Sequence[str] = TOKENS, data: DataFacts = PAIRS) -> str:
    return said(*changes, network=network, loss="CrossEntropyLoss()", data=data)


def test_sparse_adam_takes_the_sparse_weights_and_the_next_the_rest() -> None:
    assert tokens('optimizer=["SparseAdam()", "Adam()"]').shares == (
        ("0.weight",),
        ("2.weight", "2.bias", "4.weight", "4.bias"),
    )
    assert tokens('optimizer=["Muon()", "SparseAdam()", "Adam()"]').shares == (
        ("2.weight",),
        ("0.weight",),
        ("2.bias", "4.weight", "4.bias"),
    )


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        ("Adam(lr=0.01)", "command line: optimizer: Adam can't follow the sparse gradient of "
         '0.weight: write ["SparseAdam(lr=0.01)", "Adam(lr=0.01)"]'),
        ("Adam(lr=0)", 'write ["SparseAdam()", "Adam(lr=0)"]'),
        ("Adadelta(lr=0.5)", 'write ["SparseAdam()", "Adadelta(lr=0.5)"]'),
        ('["Adam()", "SparseAdam(lr=0.1)"]', "optimizer[0]: Adam can't follow the sparse gradient "
         'of 0.weight: write ["SparseAdam(lr=0.1)", "Adam()"]'),
        ("SGD(momentum=0.9)", "SGD with momentum would take more memory at each step on the sparse "
         'gradient of 0.weight: write ["SparseAdam()", "SGD(momentum=0.9)"]'),
        ("SGD(weight_decay=0.1)", "SGD can't add weight_decay to the sparse gradient of 0.weight"),
        ("Adagrad(weight_decay=0.1)", "Adagrad can't add weight_decay to the sparse gradient"),
        ("SparseAdam()", "SparseAdam takes only weights with sparse gradients, nobody takes "
         '2.weight, 2.bias, 4.weight, …: write ["SparseAdam()", "AdamW()"]'),
        ("Muon()", 'nobody takes 0.weight, 2.bias, 4.weight, …: write ["Muon()", "SparseAdam()", '),
        ('["Muon()", "SparseAdam()"]', "Muon takes only the weight matrices of hidden Linear "
         "layers and SparseAdam takes only weights with sparse gradients, nobody takes 2.bias, "
         '4.weight, 4.bias: write ["Muon()", "SparseAdam()", "AdamW()"]'),
        ('["SparseAdam()", "Adam()", "SGD()"]', "optimizer[2]: SGD gets no parameter"),
        ('["SparseAdam()", "LBFGS()"]', "LBFGS can't share a network"),
    ],
)  # fmt: skip
def test_who_can_not_follow_a_sparse_gradient_is_refused_with_the_list_to_write(
    optimizer: str, message: str
) -> None:
    assert message in refused(f"optimizer={optimizer}")


def test_the_list_to_write_can_be_planned() -> None:
    for optimizer in ("Adam(lr=0.01)", "SGD(momentum=0.9)", "Muon()", "SparseAdam()",
                      '["Adam()", "SparseAdam()"]'):  # fmt: skip
        hint = refused(f"optimizer={optimizer}").rpartition("write ")[2]
        assert tokens(f"optimizer={hint}").shares


def test_where_all_is_sparse_one_optimizer_is_enough() -> None:
    message = refused("optimizer=Adam(lr=0.01)", network=ONLY, data=ONE_TOKEN)
    assert message.endswith("sparse gradient of 0.weight: write SparseAdam(lr=0.01)")
    assert tokens("optimizer=SparseAdam()", network=ONLY, data=ONE_TOKEN).shares == (("0.weight",),)


def test_one_that_comes_too_late_is_told_the_order_to_write() -> None:
    late = 'optimizer=["SGD()", "SparseAdam()"]'
    assert refused(late).endswith(
        "optimizer[1]: SparseAdam gets no parameter, SGD before it takes all: write "
        '["SparseAdam()", "SGD()"]'
    )
    assert refused(late, network=ONLY, data=ONE_TOKEN).endswith("takes all: write SparseAdam()")


def test_sparse_adam_without_sparse_gradients_is_refused() -> None:
    assert said("optimizer=SparseAdam()") == (
        "command line: optimizer: SparseAdam finds no sparse gradients: write "
        "Embedding(…, sparse=True), or AdamW()"
    )
    message = said('optimizer=["SparseAdam()", "SGD()"]')
    assert message.endswith("optimizer[0]: SparseAdam finds no sparse gradients: take it out")


def test_clipping_sparse_gradients_is_refused() -> None:
    changes = ('optimizer=["SparseAdam()", "Adam()"]', "train.clip_norm=1")
    assert refused(*changes) == (
        "command line: train.clip_norm: can't be used with the sparse gradient of 0.weight, torch "
        "can't measure it: take it out, or write sparse=False"
    )


SPARSE: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in OPTIMIZERS),
    ("SGD", {"weight_decay": 0.1}),
    ("SGD", {"maximize": True}),
    ("SGD", {"dampening": 0.1}),
    ("Adagrad", {"weight_decay": 0.1}),
    ("Adagrad", {"maximize": True, "lr_decay": 0.1, "initial_accumulator_value": 0.1}),
    ("LBFGS", {"line_search_fn": "strong_wolfe"}),
    ("SparseAdam", {"maximize": True}),
]


@pytest.mark.parametrize(("name", "given"), SPARSE, ids=str)
def test_sparse_gradients_are_refused_exactly_where_torch_can_not_follow_them(
    name: str, given: dict[str, Any]
) -> None:
    torch.sparse.check_sparse_tensor_invariants.disable()  # its default, said aloud
    table = torch.nn.Embedding(5, 3, sparse=True)
    optimizer = getattr(torch.optim, name)(table.parameters(), lr=0.01, **given)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss: torch.Tensor = table(torch.tensor([1, 2, 2])).square().sum()
        loss.backward()
        return loss

    try:
        for _ in range(3):
            optimizer.step(closure)
        follows = True
    except RuntimeError:
        follows = False
    change = f"optimizer={call_of(name, given)}"
    error = error_of(lambda: tokens(change, network=ONLY, data=ONE_TOKEN))
    assert (error is None) == follows


def test_torchs_momentum_of_sparse_gradients_grows_without_end() -> None:
    # The reason for refusing what torch takes.
    table = torch.nn.Embedding(5, 3, sparse=True)
    optimizer = torch.optim.SGD(table.parameters(), lr=0.01, momentum=0.9)
    generator = torch.Generator().manual_seed(0)
    for _ in range(50):
        optimizer.zero_grad()
        table(torch.randint(5, (7,), generator=generator)).sum().backward()
        optimizer.step()
    assert optimizer.state[table.weight]["momentum_buffer"]._nnz() > 50
