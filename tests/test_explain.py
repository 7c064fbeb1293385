"""The words of `explain/`: each belongs to an entry, fits a terminal, and its numbers are true."""

from pathlib import Path

import pytest
import torch
from torch.optim import Adagrad, Adam, Optimizer, RMSprop

import tui_nn
from tui_nn.engine.modules import HalfSquaredError
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


def test_the_example_of_half_squared_error() -> None:
    y = torch.tensor([[0.8]], requires_grad=True)
    loss = HalfSquaredError()(y, torch.tensor([[1.0]]))
    loss.backward()
    assert loss.item() == pytest.approx(0.02)
    assert y.grad is not None
    assert y.grad.item() == pytest.approx(-0.2)
