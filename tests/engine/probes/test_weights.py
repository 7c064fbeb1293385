import numpy as np
import pytest
import torch

from tests.engine.probes.support import TOKENS, as_tensor, gradient_of, seen, unpack, view
from tests.support import MOONS
from tui_nn.spec.protocol.frames import Weights


def test_a_tensor_comes_with_gradient_state_and_what_it_was() -> None:
    at = view(MOONS, "optimizer=Adam(lr=0.01)", steps=3)
    frame = seen(at, Weights(tensor="2.weight"))
    held = at.network.get_parameter("2.weight")
    assert at.before is not None
    assert held.grad is not None
    kept = at.trainer.optimizers[0].state[held]
    assert torch.equal(as_tensor(frame.value), held.detach())
    assert torch.equal(as_tensor(frame.gradient), held.grad)
    assert torch.equal(as_tensor(frame.before), at.before["2.weight"])
    assert set(frame.state) == {"step", "exp_avg", "exp_avg_sq"}
    assert torch.equal(as_tensor(frame.state["exp_avg_sq"]), kept["exp_avg_sq"])
    assert (unpack(frame.state["step"]).item(), frame.state["step"].shape) == (3.0, ())
    assert (frame.optimizer, frame.lr, frame.shape, frame.sampled) == ("Adam", 0.01, (6, 6), "")


def test_adams_first_step_can_be_followed_from_one_frame() -> None:
    frame = seen(view(MOONS, "optimizer=Adam(lr=0.01)", steps=1), Weights(tensor="0.weight"))
    step = unpack(frame.value) - unpack(frame.before)
    # The first step of Adam is lr in every weight, against the gradient, up to eps.
    assert step == pytest.approx(-0.01 * np.sign(unpack(frame.gradient)), rel=1e-3)


def test_before_the_first_step_there_is_only_the_value() -> None:
    at = view(MOONS, "optimizer=Adam()")
    frame = seen(at, Weights(tensor="0.bias"))
    assert (frame.gradient, frame.before, frame.state) == (None, None, {})
    assert len(at.trainer.optimizers[0].state) == 0


@pytest.mark.parametrize(
    ("most", "shape", "sampled"),
    [
        (36, (6, 6), ""),
        (35, (5, 6), "the first 5 of 6 rows"),
        (6, (1, 6), "the first 1 of 6 rows"),
        (4, (4,), "the first 4 of 36 numbers"),
    ],
)
def test_a_large_tensor_is_cut_to_its_first_rows(
    most: int, shape: tuple[int, ...], sampled: str
) -> None:
    at = view(MOONS, "optimizer=Adam()", steps=1)
    frame = seen(at, Weights(tensor="2.weight", most=most))
    assert (frame.value.shape, frame.shape, frame.sampled) == (shape, (6, 6), sampled)
    assert frame.gradient.shape == frame.before.shape == frame.state["exp_avg"].shape == shape
    whole = at.network.get_parameter("2.weight").detach().flatten()
    assert torch.equal(as_tensor(frame.value).flatten(), whole[: np.prod(shape)])


@pytest.mark.parametrize("most", [28, 12, 2])
def test_a_sparse_gradient_comes_dense(most: int) -> None:
    at = view(TOKENS, steps=1)
    frame = seen(at, Weights(tensor="0.weight", most=most))
    gradient = gradient_of(at.network.get_parameter("0.weight")).flatten()
    assert torch.equal(as_tensor(frame.gradient).flatten(), gradient[:most])
    assert frame.optimizer == "SparseAdam"
    assert seen(at, Weights(tensor="2.bias")).optimizer == "AdamW"


def test_lbfgs_shows_each_tensor_its_share_of_the_direction() -> None:
    at = view(MOONS, "optimizer=LBFGS(lr=0.5)", "train.batch_size=0", steps=2)
    common = at.trainer.optimizers[0].state[at.network.get_parameter("0.weight")]
    start = 0
    for name, parameter in at.network.named_parameters():
        frame = seen(at, Weights(tensor=name))
        end = start + parameter.numel()
        assert torch.equal(as_tensor(frame.state["d"]), common["d"][start:end].view_as(parameter))
        assert unpack(frame.state["func_evals"]).item() == common["func_evals"]
        start = end


@pytest.mark.parametrize(
    "call",
    ["SGD(lr=0.1, momentum=0.9)", "Rprop()", "Adagrad()", "ASGD()", "NAdam()", "Adafactor()"],
)
def test_the_state_of_any_optimizer_is_shown(call: str) -> None:
    at = view(MOONS, f"optimizer={call}", steps=1)
    held = at.network.get_parameter("2.weight")
    kept = at.trainer.optimizers[0].state[held]
    frame = seen(at, Weights(tensor="2.weight"))
    assert set(frame.state) == {name for name, value in kept.items() if value is not None}
