"""Every layer of the catalog trains in a network, straight and gated, and can be looked into."""

import numpy as np
import pytest
import torch

from tests.support import same_bits
from tui_nn.data.dataset import Dataset
from tui_nn.data.prepare import Prepared, prepare
from tui_nn.engine.modules import Bilinear
from tui_nn.engine.postmortem import find_culprit
from tui_nn.engine.state import take
from tui_nn.engine.trainer import Trainer
from tui_nn.spec import catalog
from tui_nn.spec.catalog.entry import Shape
from tui_nn.spec.files import experiment_of
from tui_nn.spec.targets import Values

TOKENS = 7
SAMPLES = 12
PICTURE, ROW, NUMBERS, PAIR = (2, 6, 6), (2, 6), (6,), (2,)


def behind(numbers: int) -> tuple[str, str]:
    """The layers that make one output of maps."""
    return "Flatten()", f"Linear({numbers}, 1)"


# Each layer with the shape of the data and a network that has it.
NETWORKS: dict[str, tuple[Shape, tuple[str, ...]]] = {
    "Linear": (NUMBERS, ("Linear(6, 1)",)),
    "LazyLinear": (
        NUMBERS,
        ("LazyLinear(4)", "Residual(Tanh(), LazyLinear(4))", "LazyLinear(1)"),
    ),
    "Bilinear": (NUMBERS, ("Linear(6, 5)", "Bilinear(2, 3, 1)")),
    "Embedding": (PAIR, ("Embedding(9, 4, padding_idx=0)", "Flatten()", "Linear(8, 1)")),
    "Conv2d": (PICTURE, ("Conv2d(2, 3, 3)", *behind(48))),
    "LazyConv2d": (PICTURE, ("LazyConv2d(3, 3)", "LazyConv2d(4, 3)", *behind(16))),
    "Conv1d": (ROW, ("Conv1d(2, 3, 3, padding='same')", *behind(18))),
    "ConvTranspose2d": (PICTURE, ("ConvTranspose2d(2, 1, 2, stride=2)", *behind(144))),
    "MaxPool2d": (PICTURE, ("Conv2d(2, 3, 3)", "MaxPool2d(2)", *behind(12))),
    "MaxPool1d": (ROW, ("Conv1d(2, 3, 3)", "MaxPool1d(2)", *behind(6))),
    "AvgPool2d": (PICTURE, ("Conv2d(2, 3, 3)", "AvgPool2d(2)", *behind(12))),
    "AdaptiveAvgPool2d": (
        PICTURE,
        ("Conv2d(2, 3, 3)", "AdaptiveAvgPool2d((1, None))", *behind(12)),
    ),
    "BatchNorm1d": (NUMBERS, ("Linear(6, 4, bias=False)", "BatchNorm1d(4)", "Linear(4, 1)")),
    "BatchNorm2d": (PICTURE, ("Conv2d(2, 3, 3, bias=False)", "BatchNorm2d(3)", *behind(48))),
    "LayerNorm": (PICTURE, ("Conv2d(2, 3, 3)", "LayerNorm((3, 4, 4))", *behind(48))),
    "GroupNorm": (PICTURE, ("Conv2d(2, 4, 3)", "GroupNorm(2, 4)", *behind(64))),
    "Dropout2d": (PICTURE, ("Conv2d(2, 3, 3)", "Dropout2d()", *behind(48))),
    "Flatten": (PICTURE, behind(72)),
    "Unflatten": (
        NUMBERS,
        ("Linear(6, 16)", "Unflatten(1, (1, 4, -1))", "Conv2d(1, 2, 3)", *behind(8)),
    ),
    "Residual": (NUMBERS, ("Residual(Linear(6, 6), Tanh())", "Linear(6, 1)")),
} | {
    call.partition("(")[0]: (NUMBERS, ("Linear(6, 8)", call, "Linear(8, 1)"))
    for call in (
        "Sigmoid()", "Tanh()", "Softsign()", "Hardtanh()", "ReLU()", "LeakyReLU()", "PReLU(8)",
        "ELU()", "SELU()", "GELU()", "SiLU()", "Mish()", "Hardswish()", "Softplus()",
        "Softmax(dim=1)", "LogSoftmax(dim=-1)", "Heaviside()", "Identity()", "Dropout()",
    )
}  # fmt: skip
WITH_WEIGHTS = ("Linear", "Embedding", "Conv1d", "Conv2d", "ConvTranspose2d")
every_network = pytest.mark.parametrize("name", NETWORKS)


def data(shape: Shape, *, tokens: bool) -> Dataset:
    draw = np.random.default_rng(0)
    x = draw.integers(1, TOKENS, (SAMPLES, *shape))
    if not tokens:
        x = draw.normal(size=x.shape).astype(np.float32)
    y = draw.normal(size=(SAMPLES, 1)).astype(np.float32)
    return Dataset(x=x, y=y, kind=Values((1,)), tokens=TOKENS if tokens else None)


def trainer_of(name: str, network: tuple[str, ...] = (), batch_size: int = 4) -> Trainer:
    ready = prepared_of(name, network, batch_size)
    torch.set_num_threads(1)
    return Trainer(ready.plan, ready.split, torch.device("cpu"))


def prepared_of(name: str, network: tuple[str, ...] = (), batch_size: int = 4) -> Prepared:
    shape, usual = NETWORKS[name]
    text = (
        'data = "xor_gate()"\nloss = "MSELoss()"\noptimizer = "SGD(lr=0.1)"\n'
        f"network = {list(network or usual)}\n[train]\nbatch_size = {batch_size}\nepochs = 2"
    )
    return prepare(
        experiment_of(text, "test.toml", "test"), dataset=data(shape, tokens=name == "Embedding")
    )


def test_every_layer_of_the_catalog_stands_in_a_network_here() -> None:
    assert set(NETWORKS) == set(catalog.CATALOG["layer"])
    for name, (_, network) in NETWORKS.items():
        assert any(call.startswith(f"{name}(") for call in network)


@every_network
def test_a_step_moves_every_parameter_of_a_network_with_the_layer(name: str) -> None:
    trained = trainer_of(name)
    before = [parameter.detach().clone() for parameter in trained.network.parameters()]
    trained.train_straight(1)
    assert before
    for old, (parameter, new) in zip(before, trained.network.named_parameters(), strict=True):
        assert new.isfinite().all(), parameter
        assert not torch.equal(old, new), parameter


@every_network
def test_gated_and_straight_steps_of_the_layer_give_the_same_bits(name: str) -> None:
    gated = trainer_of(name)
    for _ in range(4):
        gated.train_step(lambda phase, loss: None)
    straight = trainer_of(name)  # only now: it starts the stream of Dropout anew
    straight.train_straight(4)
    assert same_bits(gated, straight)


@every_network
def test_a_post_mortem_looks_into_the_layer_and_names_it_as_written(name: str) -> None:
    trained = trainer_of(name)
    culprit = find_culprit(trained, take(trained), bad_step=1)
    assert culprit is not None
    network = trained.plan.experiment.network
    calls = [str(bound.call) for layer in network for bound in (layer, *layer.inner)]
    assert culprit.layer in ("", *calls)
    with torch.no_grad():
        next(trained.network.parameters()).fill_(float("nan"))
    ruined = find_culprit(trained, take(trained), bad_step=1)
    assert ruined is not None
    assert ruined.value == "nan"
    assert ruined.layer == next(call for call in calls if call.partition("(")[0] in WITH_WEIGHTS)


def test_a_sparse_embedding_moves_only_the_rows_of_its_batch() -> None:
    network = ("Embedding(9, 4, sparse=True)", "Flatten()", "Linear(8, 1)")
    trained = trainer_of("Embedding", network, batch_size=2)
    [table, *_] = trained.network.parameters()
    before = table.detach().clone()
    x, _ = trained.batches.next()
    used = set(x.flatten().tolist())
    fresh = trainer_of("Embedding", network, batch_size=2)
    fresh.train_straight(1)
    [table, *_] = fresh.network.parameters()
    assert {row for row in range(9) if not torch.equal(table[row], before[row])} == used


def test_bilinear_is_torchs_on_the_two_parts_of_its_input() -> None:
    ours, theirs = Bilinear(2, 3, 4), torch.nn.Bilinear(2, 3, 4)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(5, 6, 5)
    assert torch.equal(ours(x), theirs(x[..., :2], x[..., 2:]))
