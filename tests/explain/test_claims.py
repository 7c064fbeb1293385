"""What the sentences of `explain/` claim, beside the numbers of their examples, is so."""

import numpy as np
import pytest
import torch
from torch import nn
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

from tui_nn.data.clouds import circle, moons, xor_cloud
from tui_nn.data.dataset import Dataset
from tui_nn.data.regression import gauss_bumps
from tui_nn.engine.modules import Bilinear


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
        table = nn.Embedding(2, 1, sparse=sparse)
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
    ours, theirs = Bilinear(2, 3, 4), nn.Bilinear(2, 3, 4)
    theirs.load_state_dict(ours.state_dict())
    x = torch.arange(10.0).reshape(2, 5)
    assert torch.equal(ours(x), theirs(x[..., :2], x[..., 2:]))


@pytest.mark.parametrize(("step", "length"), [(10, 0.5), (5000, 3.15)])
def test_a_row_that_comes_late_makes_a_smaller_then_a_larger_first_step_in_sparse_adam(
    step: int, length: float
) -> None:
    weight = torch.zeros(2, requires_grad=True)
    optimizer = SparseAdam([weight], lr=1.0)
    for number in range(1, step + 1):
        row, gradient = torch.tensor([[int(number == step)]]), torch.tensor([2.0])
        weight.grad = torch.sparse_coo_tensor(row, gradient, (2,), check_invariants=True)
        optimizer.step()
    assert -weight[1].item() == pytest.approx(length, abs=0.02)


@pytest.mark.parametrize(("kind", "lowest"), [(nn.GELU, -0.75), (nn.SiLU, -1.28), (nn.Mish, -1.19)])
def test_a_smooth_relu_rises_again_below_its_lowest_place(
    kind: type[nn.Module], lowest: float
) -> None:
    x = torch.linspace(-5, 0, 5001)
    assert x[kind()(x).argmin()].item() == pytest.approx(lowest, abs=0.01)


def share_right_of_the_best_line(data: Dataset) -> float:
    """Of lines in 180 directions, each where it parts the classes best."""
    best = 0
    for angle in np.linspace(0, 2 * np.pi, 180, endpoint=False):
        along = data.y[np.argsort(data.x @ [np.cos(angle), np.sin(angle)])]
        zeros_before = np.concatenate([[0], np.cumsum(along == 0)])
        ones_behind = (along == 1).sum() - np.concatenate([[0], np.cumsum(along == 1)])
        best = max(best, int((zeros_before + ones_behind).max()))
    return best / len(data.y)


def test_what_a_straight_line_can_do_in_the_plane() -> None:
    assert 0.6 < share_right_of_the_best_line(circle(20_000)) < 0.67
    assert 0.6 < share_right_of_the_best_line(xor_cloud(20_000)) < 0.7
    assert share_right_of_the_best_line(moons(20_000)) > 0.85


def test_nearly_half_of_the_six_cones_plane_is_flat() -> None:
    t = gauss_bumps(50_000).y
    assert (t == 0).mean() == pytest.approx(0.48, abs=0.01)
    assert t.mean() == pytest.approx(0, abs=0.01)


def test_a_sigmoid_before_the_loss_that_has_one_leaves_little_room() -> None:
    twice = torch.sigmoid(torch.sigmoid(torch.tensor([-50.0, 50.0])))
    assert twice.tolist() == pytest.approx([0.5, 0.731], abs=1e-3)


def test_a_second_log_softmax_changes_nothing() -> None:
    once = torch.log_softmax(torch.tensor([2.0, 1.0, 0.0]), 0)
    assert torch.allclose(torch.log_softmax(once, 0), once)


def test_bce_behind_a_sigmoid_that_rounds_to_1_has_no_gradient() -> None:
    z = torch.tensor([30.0], requires_grad=True)
    loss = nn.BCELoss()(torch.sigmoid(z), torch.zeros(1))
    loss.backward()
    assert loss.item() == 100
    assert z.grad is not None
    assert z.grad.item() == 0


def test_soft_margin_overflows_where_bce_with_logits_does_not() -> None:
    z = torch.tensor([-100.0])
    assert nn.SoftMarginLoss()(z, torch.ones(1)).isinf()
    assert nn.BCEWithLogitsLoss()(z, torch.ones(1)).item() == pytest.approx(100)


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh])
def test_from_zeros_only_the_last_bias_of_a_deep_network_learns(
    activation: type[nn.Module],
) -> None:
    network = nn.Sequential(nn.Linear(2, 3), activation(), nn.Linear(3, 1))
    for parameter in network.parameters():
        nn.init.zeros_(parameter)
    (network(torch.ones(4, 2)) - 1).square().mean().backward()
    moved = [name for name, p in network.named_parameters() if p.grad is not None and p.grad.any()]
    assert moved == ["2.bias"]


def test_torch_starts_linear_as_kaiming_with_the_root_of_5() -> None:
    torch.manual_seed(0)
    usual = nn.Linear(3, 200, bias=False).weight
    torch.manual_seed(0)
    assert torch.equal(usual, nn.init.kaiming_uniform_(torch.empty(200, 3), a=5**0.5))
