import subprocess
import sys

import pytest
import torch
from torch import nn

from tests.support import MOONS, prepared, trainer
from tui_nn.engine.building import build_network, build_optimizers, refuse_too_large
from tui_nn.engine.modules import Heaviside, Residual
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import experiment_of, write_toml

CPU = torch.device("cpu")


def state(*changes: str) -> dict[str, torch.Tensor]:
    return build_network(prepared(MOONS, *changes).plan, CPU).state_dict()


def test_initial_weights_are_those_of_plain_torch_with_the_same_seed() -> None:
    torch.manual_seed(5)
    plain = nn.Sequential(
        nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 1)
    ).state_dict()
    ours = state("train.seed=5")
    assert list(ours) == list(plain)
    assert all(torch.equal(ours[name], plain[name]) for name in plain)


def test_initial_weights_depend_on_the_seed_alone() -> None:
    assert not torch.equal(state()["0.weight"], state("train.seed=1")["0.weight"])
    torch.rand(100)
    assert torch.equal(
        state()["0.weight"], state("optimizer=Adam()", "train.batch_size=3")["0.weight"]
    )


def test_an_init_fills_weights_of_two_dimensions_and_leaves_biases() -> None:
    plain, filled = state(), state("init=constant_(0.5)")
    assert torch.equal(filled["0.weight"], torch.full((6, 2), 0.5))
    assert torch.equal(filled["0.bias"], plain["0.bias"])


def test_zeros_takes_the_biases_too() -> None:
    assert not any(tensor.any() for tensor in state("init=zeros_()").values())


def test_orthogonal_weights_keep_lengths() -> None:
    weight = state("init=orthogonal_()")["2.weight"]
    assert torch.allclose(weight @ weight.T, torch.eye(6), atol=1e-6)


def test_float64_is_everywhere() -> None:
    trained = trainer(MOONS, "train.dtype='float64'", "optimizer=Adam()")
    trained.train_straight(2)
    assert {p.dtype for p in trained.network.parameters()} == {torch.float64}
    assert trained.batches.x.dtype is torch.float64


def test_an_experiment_and_its_resolved_file_give_the_same_weights() -> None:
    plan = prepared(MOONS, "init=kaiming_normal_()").plan
    again = experiment_of(write_toml(plan.experiment, MOONS), "resolved.toml", "test")
    resolved = prepared(write_toml(plan.experiment, MOONS)).plan
    assert again.train == plan.experiment.train
    one, other = build_network(plan, CPU).state_dict(), build_network(resolved, CPU).state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_each_optimizer_of_a_list_gets_its_share() -> None:
    plan = prepared(MOONS, 'optimizer=["Muon(lr=0.02)", "AdamW(lr=0.01)"]').plan
    network = build_network(plan, CPU)
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    shares = [
        [names[id(p)] for p in optimizer.param_groups[0]["params"]]
        for optimizer in build_optimizers(plan, network)
    ]
    assert shares == [["0.weight", "2.weight"], ["0.bias", "2.bias", "4.weight", "4.bias"]]


def test_a_network_beyond_memory_is_refused_before_it_is_built() -> None:
    plan = prepared(
        MOONS, "network=['Linear(2, 1000000)', 'Linear(1000000, 1000000)', 'Linear(1000000, 1)']"
    ).plan
    with pytest.raises(InvalidInput, match=r"network: has 1,000,005,000,001 parameters"):
        refuse_too_large(plan)


def test_heaviside_is_one_above_zero_and_hands_the_gradient_on() -> None:
    z = torch.tensor([-1.0, 0.0, 1e-30], requires_grad=True)
    y = Heaviside()(z)
    assert y.tolist() == [0.0, 0.0, 1.0]
    y.backward(torch.tensor([2.0, 3.0, 4.0]))
    assert z.grad is not None
    assert z.grad.tolist() == [2.0, 3.0, 4.0]


def test_residual_adds_its_input() -> None:
    layer = nn.Linear(3, 3)
    x = torch.rand(2, 3)
    assert torch.equal(Residual(layer, nn.Tanh())(x), x + torch.tanh(layer(x)))


def test_training_never_loads_torchs_compiler() -> None:
    script = (
        "import sys; from tests.support import MOONS, run; "
        "run(MOONS, 'optimizer=Adam()', 'schedule=StepLR(2)', 'train.patience=5'); "
        "assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


PICTURES = """
data = "digits()"
network = ["Conv2d(1, 2, 3)", "LayerNorm((2, 6, 6))", "Flatten()", "Linear(72, 10)"]
loss = "CrossEntropyLoss()"
optimizer = "SGD()"
"""
TOKENS = """
data = "modular_addition(p=7)"
network = ["Embedding(7, 4, padding_idx=0)", "Flatten()", "Linear(8, 7)"]
loss = "CrossEntropyLoss()"
optimizer = "SGD()"
"""


def test_an_init_leaves_norms_at_one_and_zero() -> None:
    made = build_network(prepared(PICTURES, "init=constant_(0.5)").plan, CPU).state_dict()
    assert torch.equal(made["1.weight"], torch.ones(2, 6, 6))
    assert not made["1.bias"].any()
    assert (made["0.weight"] == 0.5).all()
    assert (made["3.weight"] == 0.5).all()


def test_zeros_takes_norms_too() -> None:
    made = build_network(prepared(PICTURES, "init=zeros_()").plan, CPU).state_dict()
    assert not any(tensor.any() for tensor in made.values())


def test_an_init_leaves_the_padding_row_zero() -> None:
    table = build_network(prepared(TOKENS, "init=constant_(0.5)").plan, CPU)[0].weight
    assert isinstance(table, torch.Tensor)
    assert not table[0].any()
    assert (table[1:] == 0.5).all()


def memory(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """A machine of `size` bytes."""
    monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": 1, "SC_PHYS_PAGES": size}.__getitem__)


@pytest.mark.parametrize(("eval_every", "best"), [(0, 0), (1, 2)])
def test_layers_inside_a_residual_and_the_best_weights_count_for_memory(
    eval_every: int, best: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = "network=['Residual(Linear(2, 1000), ReLU(), Linear(1000, 2))', 'Linear(2, 1)']"
    plan = prepared(MOONS, network, "train.batch_size=50", f"train.eval_every={eval_every}").plan
    parameters = 2 * 1000 + 1000 + 1000 * 2 + 2 + 3
    needed = 4 * ((4 + best) * parameters + 50 * (1000 + 1000 + 2 + 1))
    memory(monkeypatch, needed)
    refuse_too_large(plan)
    memory(monkeypatch, needed - 1)
    with pytest.raises(InvalidInput):
        refuse_too_large(plan)


def test_where_the_batch_is_too_large_the_hint_is_one_that_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = ("network=['Conv2d(1, 600, 3, padding=1)', 'ReLU()', 'AdaptiveAvgPool2d(1)', "
               "'Flatten()', 'Linear(600, 10)']")  # fmt: skip
    memory(monkeypatch, 50_000_000)
    with pytest.raises(InvalidInput) as caught:
        refuse_too_large(prepared(PICTURES, network, "train.batch_size=0").plan)
    assert caught.value.hint.startswith("write train.batch_size=")
    change = caught.value.hint.removeprefix("write ")
    refuse_too_large(prepared(PICTURES, network, change).plan)
    size = int(change.partition("=")[2])
    with pytest.raises(InvalidInput):
        refuse_too_large(prepared(PICTURES, network, f"train.batch_size={2 * size}").plan)


def test_where_the_parameters_are_too_many_a_layer_is_to_be_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory(monkeypatch, 1000)
    with pytest.raises(InvalidInput) as caught:
        refuse_too_large(prepared(PICTURES).plan)
    assert caught.value.hint == "make a layer smaller"
