"""The words of `explain/`: each belongs to an entry, fits a terminal, and its numbers are true."""

from pathlib import Path

import pytest
import torch
from torch.optim import (
    ASGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    NAdam,
    Optimizer,
    RAdam,
    RMSprop,
    SparseAdam,
)

import tui_nn
from tui_nn.engine.modules import Bilinear, HalfSquaredError
from tui_nn.spec.catalog import CATALOG

TEXTS = sorted((Path(tui_nn.__file__).parent / "explain").rglob("*.md"))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_a_text_belongs_to_an_entry_and_fits_a_terminal(path: Path) -> None:
    assert path.stem in CATALOG[path.parent.name]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 40


@pytest.mark.parametrize("name", CATALOG["optimizer"])
def test_every_optimizer_has_a_text(name: str) -> None:
    assert name in {path.stem for path in TEXTS}


def steps_of(kind: type[Optimizer], gradient: float, count: int) -> list[float]:
    """How far each step goes under a constant gradient, in units of lr."""
    weight = torch.zeros((), requires_grad=True)
    optimizer = kind([weight], lr=0.01)  # type: ignore[call-arg]
    moves = []
    for _ in range(count):
        before = weight.item()
        weight.grad = torch.tensor(gradient)
        optimizer.step()
        moves.append((before - weight.item()) / 0.01)
    return moves


@pytest.mark.parametrize("gradient", [0.001, 1.0, 1000.0])
def test_adams_first_step_is_lr_whatever_the_gradients_scale(gradient: float) -> None:
    assert steps_of(Adam, gradient, 1)[0] == pytest.approx(1.0, rel=1e-4)


def test_rmsprops_first_step_is_ten_times_lr() -> None:
    assert steps_of(RMSprop, 1.0, 1)[0] == pytest.approx(10.0, rel=1e-4)


def test_adagrads_steps_fall_with_the_root_of_their_number() -> None:
    moves = steps_of(Adagrad, 3.0, 9)
    assert moves == pytest.approx([1 / k**0.5 for k in range(1, 10)], rel=1e-4)


@pytest.mark.parametrize("gradient", [0.01, 1.0, 1000.0])
def test_adadeltas_first_step_is_about_0_003_and_its_steps_grow(gradient: float) -> None:
    weight = torch.zeros((), requires_grad=True)
    optimizer, before, moves = Adadelta([weight]), 0.0, []
    for _ in range(20):
        weight.grad = torch.tensor(gradient)
        optimizer.step()
        moves.append(before - weight.item())
        before = weight.item()
    assert moves[0] == pytest.approx(0.003, abs=0.0002)
    assert moves == sorted(moves)


def test_radams_first_five_steps_are_plain_momentum() -> None:
    moves = steps_of(RAdam, 5.0, 6)
    assert moves[:5] == pytest.approx([5.0] * 5, rel=1e-4)
    assert moves[5] < 0.1


def test_adamax_forgets_half_of_a_large_gradient_in_about_700_steps() -> None:
    weight = torch.zeros((), requires_grad=True)
    optimizer = Adamax([weight])
    for gradient in (1.0, *[0.0] * 693):
        weight.grad = torch.tensor(gradient)
        optimizer.step()
    assert optimizer.state[weight]["exp_inf"].item() == pytest.approx(0.5, rel=1e-3)


def test_nadams_momentum_warms_up_from_half_of_beta1() -> None:
    weight = torch.zeros((), requires_grad=True)
    optimizer = NAdam([weight])
    weight.grad = torch.tensor(1.0)
    optimizer.step()
    assert optimizer.state[weight]["mu_product"].item() == pytest.approx(0.9 / 2, rel=1e-3)


def test_adafactors_steps_are_a_share_of_the_weights_that_falls_once_1_over_root_t_is_less() -> (
    None
):
    weight = torch.full((), 2.0, requires_grad=True)
    optimizer, shares = Adafactor([weight], lr=0.5), []
    for _ in range(9):
        before = weight.item()
        weight.grad = torch.tensor(100.0)
        optimizer.step()
        shares.append((before - weight.item()) / before)
    expected = [min(0.5, 1 / t**0.5) for t in range(1, 10)]  # from step 1 / lr² = 4 on
    assert shares == pytest.approx(expected, rel=1e-3)


def test_asgd_averages_only_from_t0_on_and_is_almost_sgd() -> None:
    assert steps_of(ASGD, 1.0, 3) == pytest.approx([1.0] * 3, rel=1e-3)
    weight = torch.zeros((), requires_grad=True)
    for t0, averaged in ((1e6, False), (1.0, True)):
        optimizer = ASGD([weight], lr=0.1, t0=t0)
        for _ in range(4):
            weight.grad = torch.tensor(1.0)
            optimizer.step()
        assert (optimizer.state[weight]["ax"].item() != weight.item()) == averaged


def test_sparse_adam_leaves_other_rows_alone_where_adam_moves_them_on() -> None:
    moved = {}
    for kind, sparse in ((SparseAdam, True), (Adam, False)):
        table = torch.nn.Embedding(2, 1, sparse=sparse)
        optimizer: Optimizer = kind(table.parameters(), lr=0.1)
        torch.sparse.check_sparse_tensor_invariants.disable()  # its default, said aloud
        for token in (0, 1):
            before = table.weight[0].item()
            optimizer.zero_grad()
            table(torch.tensor([token])).sum().backward()
            optimizer.step()
        moved[kind] = table.weight[0].item() != before
    assert moved == {SparseAdam: False, Adam: True}


def test_the_bilinear_of_a_script_is_the_layer_on_the_parts_of_its_input() -> None:
    ours, theirs = Bilinear(2, 3, 4), torch.nn.Bilinear(2, 3, 4)
    theirs.load_state_dict(ours.state_dict())
    x = torch.arange(10.0).reshape(2, 5)
    assert torch.equal(ours(x), theirs(x[..., :2], x[..., 2:]))


def test_the_example_of_half_squared_error() -> None:
    y = torch.tensor([[0.8]], requires_grad=True)
    loss = HalfSquaredError()(y, torch.tensor([[1.0]]))
    loss.backward()
    assert loss.item() == pytest.approx(0.02)
    assert y.grad is not None
    assert y.grad.item() == pytest.approx(-0.2)
