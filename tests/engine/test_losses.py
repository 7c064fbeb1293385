"""Every loss through the engine, on each kind of data it takes, against torch's own."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from tests.support import prepared, same_bits, trainer, weights
from tui_nn.engine import evaluation
from tui_nn.engine.evaluation import Part
from tui_nn.spec.catalog import CATALOG
from tui_nn.spec.protocol import Phase

BASE = """
data = "moons(n=30, noise=0.1)"
network = ["Linear(2, 1)"]
loss = "MSELoss()"
optimizer = "SGD(lr=0.05)"
[train]
batch_size = 7
threads = 1
"""
TWO = ("data=moons(n=30, noise=0.1)", "network=['Linear(2, 1)']")
TWO_TANH = (TWO[0], "network=['Linear(2, 1)', 'Tanh()']")
TWO_SHARE = (TWO[0], "network=['Linear(2, 1)', 'Sigmoid()']")
TWO_OUTPUTS = (TWO[0], "network=['Linear(2, 2)']")
THREE = ("data=iris()", "network=['Linear(4, 3)']")
THREE_LOGS = ("data=iris()", "network=['Linear(4, 3)', 'LogSoftmax(dim=1)']")
VALUE = ("data=line(n=30)", "network=['Linear(1, 1)']")
PICTURE = ("data=edges(n=20)", "network=['Conv2d(1, 1, 3, padding=1)']")

NUMBERS = ("MSELoss()", "L1Loss()", "SmoothL1Loss(beta=0.5)", "SmoothL1Loss(beta=0)",
           "HuberLoss(delta=2)", "HalfSquaredError()")  # fmt: skip
RUNS: list[tuple[str, Sequence[str]]] = [
    *((loss, data) for loss in NUMBERS for data in (TWO, TWO_TANH, THREE, VALUE, PICTURE)),
    ("BCEWithLogitsLoss()", TWO),
    ("BCEWithLogitsLoss(pos_weight=3)", TWO),
    ("BCEWithLogitsLoss(pos_weight=[0.5])", TWO),
    ("BCELoss()", TWO_SHARE),
    ("SoftMarginLoss()", TWO),
    ("SoftMarginLoss()", TWO_TANH),
    ("CrossEntropyLoss(weight=[1, 3], label_smoothing=0.1)", TWO_OUTPUTS),
    ("CrossEntropyLoss(weight=[0.5, 2, 1], ignore_index=1)", THREE),
    ("NLLLoss()", THREE_LOGS),
    ("NLLLoss([1, 2, 3], ignore_index=0)", THREE_LOGS),
    ("MultiMarginLoss()", THREE),
    ("MultiMarginLoss(2, 0.5, weight=[1, 2, 3])", THREE),
]


def open_gate(phase: Phase, loss: Tensor) -> None:
    """Lets every phase pass."""


def test_every_loss_of_the_catalog_is_tried() -> None:
    assert {loss.partition("(")[0] for loss, _ in RUNS} == CATALOG["loss"].keys()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("loss", "data"), RUNS, ids=str)
def test_a_loss_trains_on_each_kind_of_data_it_takes(
    loss: str, data: Sequence[str], dtype: str
) -> None:
    changes = (*data, f"loss={loss}", f"train.dtype={dtype}")
    gated, straight = trainer(BASE, *changes), trainer(BASE, *changes)
    before = [tensor.clone() for tensor in weights(straight)]
    losses, _ = straight.train_straight(3)
    assert [gated.train_step(open_gate).item() for _ in range(3)] == losses
    assert same_bits(gated, straight)
    assert all(0 < value < 1e6 for value in losses)
    assert not all(map(torch.equal, before, weights(straight)))


WEIGHTED = [
    ("CrossEntropyLoss(weight=[0.5, 2, 1], ignore_index=1)", THREE,
     lambda y, t: F.cross_entropy(y, t, torch.tensor([0.5, 2, 1]), ignore_index=1)),
    ("CrossEntropyLoss(label_smoothing=0.2, weight=[1, 2, 3])", THREE,
     lambda y, t: F.cross_entropy(y, t, torch.tensor([1.0, 2, 3]), label_smoothing=0.2)),
    ("NLLLoss([1, 2, 3])", THREE_LOGS,
     lambda y, t: F.nll_loss(y, t, torch.tensor([1.0, 2, 3]))),
    ("MultiMarginLoss(2, 0.5, [1, 2, 3])", THREE,
     lambda y, t: F.multi_margin_loss(y, t, 2, 0.5, torch.tensor([1.0, 2, 3]))),
    ("BCEWithLogitsLoss(pos_weight=3)", TWO,
     lambda y, t: F.binary_cross_entropy_with_logits(
         y, t[:, None].float(), pos_weight=torch.tensor([3.0]))),
    ("SoftMarginLoss()", TWO,
     lambda y, t: F.soft_margin_loss(y, 2.0 * t[:, None] - 1)),
    ("HuberLoss(delta=0.3)", TWO,
     lambda y, t: F.huber_loss(y, t[:, None].float(), delta=0.3)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "data", "theirs"), WEIGHTED, ids=lambda part: "" if callable(part) else str(part)[:40]
)
@pytest.mark.parametrize("chunk_numbers", [2**21, 12])
def test_the_loss_of_an_evaluation_is_torchs_over_all_samples_at_once(
    loss: str,
    data: Sequence[str],
    theirs: object,
    chunk_numbers: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluation, "CHUNK_NUMBERS", chunk_numbers)
    ready = prepared(BASE, *data, f"loss={loss}")
    trained = trainer(BASE, *data, f"loss={loss}")
    part = Part(ready.split.train, ready.plan, torch.device("cpu"))
    assert (part.chunk < len(part.x)) == (chunk_numbers == 12)
    found = part.evaluate(trained.network, trained.loss).numbers["loss"]
    with torch.no_grad():
        output = trained.network(torch.from_numpy(ready.split.train.x))
    assert callable(theirs)
    expected = theirs(output, torch.from_numpy(ready.split.train.y)).item()
    assert found == pytest.approx(expected, rel=1e-6)
    if chunk_numbers > 12:
        assert found == expected


def test_weights_are_tensors_of_the_networks_precision() -> None:
    for call, name in (("CrossEntropyLoss(weight=[1, 2, 3])", "weight"),
                       ("MultiMarginLoss(weight=[1, 2, 3])", "weight")):  # fmt: skip
        trained = trainer(BASE, *THREE, f"loss={call}", "train.dtype=float64")
        tensor = getattr(trained.loss, name)
        assert (tensor.dtype, tensor.tolist()) == (torch.float64, [1.0, 2.0, 3.0])
    assert trainer(BASE, *THREE, "loss=CrossEntropyLoss(weight=None)").loss.weight is None


@pytest.mark.parametrize(
    ("loss", "data", "outputs", "expected"),
    [
        ("SoftMarginLoss()", TWO, [[-0.1], [0.1]], [0, 1]),
        ("L1Loss()", TWO, [[0.4], [0.6]], [0, 1]),
        ("HuberLoss()", TWO_TANH, [[-0.1], [0.1]], [0, 1]),
        ("MultiMarginLoss()", THREE, [[1.0, 2.0, 0.0], [3.0, 2.0, 2.5]], [1, 0]),
        ("NLLLoss()", THREE_LOGS, [[-1.0, -2.0, -3.0], [-3.0, -2.0, -1.0]], [0, 2]),
    ],
)
def test_an_output_becomes_a_class_as_its_loss_means_it(
    loss: str, data: Sequence[str], outputs: list[list[float]], expected: list[int]
) -> None:
    decision = prepared(BASE, *data, f"loss={loss}").plan.fit.decision
    assert evaluation.decide(torch.tensor(outputs), decision).tolist() == expected
