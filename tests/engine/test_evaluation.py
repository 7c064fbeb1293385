import math

import numpy as np
import pytest
import torch
from torch import nn

from tests.support import prepared
from tui_nn.data.dataset import Dataset
from tui_nn.engine import evaluation as module
from tui_nn.engine.evaluation import Evaluation, Part
from tui_nn.engine.modules import HalfSquaredError
from tui_nn.spec.targets import Classes, Values

LOGITS = """
data = "blobs(n=6, classes=3)"
network = ["Linear(2, 3)"]
loss = "CrossEntropyLoss()"
optimizer = "SGD()"
"""
NUMBERS = """
data = "line(n=4)"
network = ["Linear(1, 1)"]
loss = "MSELoss()"
optimizer = "SGD()"
"""


class Fixed(nn.Module):
    """A network that answers with given rows."""

    def __init__(self, rows: list[list[float]]) -> None:
        super().__init__()
        self.rows = torch.tensor(rows)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.rows[x[:, 0].long()]


def classes(said: list[int], true: list[int], count: int) -> Evaluation:
    """Evaluate a network that says `said` where `true` is right."""
    x = np.array([[i, 0] for i in range(len(true))], np.float32)
    dataset = Dataset(x, np.array(true), Classes(count))
    plan = prepared(LOGITS, f"data=blobs(n=20, classes={count})",
                    f"network=['Linear(2, {count})']").plan  # fmt: skip
    rows = [[5.0 if c == answer else 0.0 for c in range(count)] for answer in said]
    return Part(dataset, plan, torch.device("cpu")).evaluate(Fixed(rows), nn.CrossEntropyLoss())


def values(said: list[float], true: list[float]) -> Evaluation:
    x = np.arange(len(true), dtype=np.float32)[:, None]
    dataset = Dataset(x, np.array(true, np.float32)[:, None], Values((1,)))
    part = Part(dataset, prepared(NUMBERS).plan, torch.device("cpu"))
    return part.evaluate(Fixed([[value] for value in said]), nn.MSELoss())


def test_accuracy_counts_the_right_samples() -> None:
    found = classes([0, 1, 2, 0, 0, 1], [0, 1, 2, 0, 1, 2], 3)
    assert (found.right, found.count, found.numbers["accuracy"]) == (4, 6, 4 / 6)


def test_macro_f1_is_the_mean_over_classes() -> None:
    # Class 0: precision 2/3, recall 1, F1 0.8. Class 1: 1/2, 1/2, 0.5. Class 2: 1, 1/2, 2/3.
    found = classes([0, 1, 2, 0, 0, 1], [0, 1, 2, 0, 1, 2], 3)
    assert found.numbers["f1"] == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)


def test_a_class_that_nobody_names_does_not_count_in_f1() -> None:
    assert classes([0, 1], [0, 1], 3).numbers["f1"] == 1.0


def test_the_loss_is_torchs_own_over_all_samples() -> None:
    found = classes([0, 1, 1], [0, 1, 2], 3)
    wrong, right = -math.log(1 / (math.exp(5) + 2)), -math.log(math.exp(5) / (math.exp(5) + 2))
    assert found.numbers["loss"] == pytest.approx((2 * right + wrong) / 3)


def test_regression_metrics_by_hand() -> None:
    found = values([1.0, 2.0, 5.0, 4.0], [1.0, 2.0, 3.0, 4.0])
    assert found.numbers == pytest.approx({"loss": 1.0, "mae": 0.5, "rmse": 1.0, "r2": 1 - 4 / 5})
    assert found.right is None


def test_r2_of_targets_that_do_not_vary_is_not_a_number() -> None:
    assert math.isnan(values([1.0, 2.0], [3.0, 3.0]).numbers["r2"])


@pytest.mark.parametrize(
    ("network", "loss", "outputs", "expected"),
    [
        ("['Linear(2, 1)']", "BCEWithLogitsLoss()", [-0.1, 0.1], [0, 1]),
        ("['Linear(2, 1)', 'Sigmoid()']", "BCELoss()", [0.4, 0.6], [0, 1]),
        ("['Linear(2, 1)']", "MSELoss()", [0.4, 0.6], [0, 1]),
        ("['Linear(2, 1)', 'Tanh()']", "MSELoss()", [-0.1, 0.1], [0, 1]),
        ("['Linear(2, 1)', 'Heaviside()']", "HalfSquaredError()", [0.0, 1.0], [0, 1]),
    ],
)
def test_each_loss_has_its_own_threshold(
    network: str, loss: str, outputs: list[float], expected: list[int]
) -> None:
    plan = prepared(LOGITS, "data=moons(n=4)", f"network={network}", f"loss={loss}").plan
    decided = module.decide(torch.tensor(outputs)[:, None], plan.fit.decision)
    assert decided.tolist() == expected


def test_chunks_give_the_numbers_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = prepared(LOGITS, "data=blobs(n=100, classes=3)")
    network = nn.Linear(2, 3)
    device = torch.device("cpu")
    whole = Part(ready.split.train, ready.plan, device).evaluate(network, nn.CrossEntropyLoss())
    monkeypatch.setattr(module, "CHUNK_NUMBERS", 60)
    part = Part(ready.split.train, ready.plan, device)
    assert part.chunk == 20
    chunked = part.evaluate(network, nn.CrossEntropyLoss())
    assert chunked.right == whole.right
    assert chunked.numbers == pytest.approx(whole.numbers)


def test_half_squared_error_is_half_the_sum_a_sample_averaged_over_the_batch() -> None:
    output = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    target = torch.tensor([[0.0, 0.0], [3.0, 6.0]])
    loss = HalfSquaredError()(output, target)
    assert loss.item() == ((1 + 4) / 2 + 4 / 2) / 2
    loss.backward()
    assert output.grad is not None
    assert torch.equal(output.grad, (output.detach() - target) / 2)


def test_evaluation_uses_running_statistics_and_no_dropout() -> None:
    ready = prepared(
        LOGITS, "network=['Linear(2, 3)', 'BatchNorm1d(3)', 'Dropout(0.9)', 'Linear(3, 3)']"
    )
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(0.9), nn.Linear(3, 3))
    part = Part(ready.split.train, ready.plan, torch.device("cpu"))
    first = part.evaluate(network, nn.CrossEntropyLoss())
    assert part.evaluate(network, nn.CrossEntropyLoss()) == first
    assert network.training
    half = ready.split.train.take(np.arange(3))
    alone = Part(half, ready.plan, torch.device("cpu")).evaluate(network, nn.CrossEntropyLoss())
    assert alone.count == 3


def test_a_layer_that_looks_at_the_whole_batch_gets_it_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CHUNK_NUMBERS", 12)
    network = "network=['Linear(2, 3)', 'BatchNorm1d(3, track_running_stats=False)']"
    ready = prepared(LOGITS, "data=blobs(n=21, classes=3)", network)
    assert Part(ready.split.train, ready.plan, torch.device("cpu")).chunk == 21


def test_metrics_of_a_scaled_target_are_in_its_own_units() -> None:
    true, said = np.array([[0.5], [1.0]], np.float32), [[0.0], [1.5]]
    x = np.arange(2, dtype=np.float32)[:, None]
    part = Part(Dataset(x, true, Values((1,))), prepared(NUMBERS).plan, torch.device("cpu"), 10.0)
    numbers = part.evaluate(Fixed(said), nn.MSELoss()).numbers
    # In own units the errors are −5 and 5, the targets spread by ±2.5.
    assert numbers["mae"] == pytest.approx(5)
    assert numbers["rmse"] == pytest.approx(5)
    assert numbers["r2"] == pytest.approx(1 - 50 / (2 * 2.5**2))
    assert numbers["loss"] == pytest.approx(0.25)  # in those the network learns


def test_layers_inside_a_residual_count_for_the_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK_NUMBERS", 60)
    network = "network=['Residual(Linear(2, 30), Linear(30, 2))', 'Linear(2, 3)']"
    ready = prepared(LOGITS, network)
    assert Part(ready.split.train, ready.plan, torch.device("cpu")).chunk == 2
