"""What a trained network says: torch's own outputs, and what they mean under each loss."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.support import MOONS, RANDOM, prepared, same_bits, trainer
from tests.trained import save, trained
from tui_nn.data.recipe import recipe_of
from tui_nn.engine import evaluation
from tui_nn.engine.predicting import Predictions, answers, predict, trained_network
from tui_nn.spec.errors import InvalidInput

CLOUDS = """
data = "blobs(n=30, classes=3)"
network = ["Linear(2, 3)"]
loss = "CrossEntropyLoss()"
optimizer = "SGD()"
"""
TABLE = """
data = "csv('t.csv', target='y')"
network = ["Linear(1, 1)"]
loss = "MSELoss()"
optimizer = "SGD()"
"""


def said(outputs: list[list[float]], text: str, *changes: str) -> Predictions:
    ready = prepared(text, *changes)
    return answers(torch.tensor(outputs), ready.plan, recipe_of(ready))


def test_predictions_for_the_training_samples_are_the_networks_own_outputs(tmp_path: Path) -> None:
    run = trained(tmp_path, RANDOM)  # with BatchNorm and Dropout
    plan, recipe = run.prepared.plan, recipe_of(run.prepared)
    network = trained_network(plan, run.folder.last)
    found = predict(network, plan, recipe, run.prepared.dataset.x)
    with torch.no_grad():
        expected = run.network(torch.from_numpy(run.prepared.split.train.x))
    assert np.array_equal(found.outputs, expected.numpy())
    assert found.classes is not None
    assert np.array_equal(found.classes, expected.argmax(1).numpy())


def test_probabilities_of_cross_entropy_are_the_softmax() -> None:
    found = said([[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]], CLOUDS)
    e = np.exp([1, 2, 4])
    assert found.probabilities is not None
    assert found.probabilities[0] == pytest.approx(e / e.sum())
    assert found.probabilities.sum(axis=1) == pytest.approx([1, 1])
    assert found.classes is not None
    assert found.classes.tolist() == [2, 0]


def test_probabilities_of_nll_are_the_exponential() -> None:
    changes = ("loss=NLLLoss()", "network=['Linear(2, 3)', 'LogSoftmax(dim=1)']")
    found = said([np.log([0.2, 0.5, 0.3]).tolist()], CLOUDS, *changes)
    assert found.probabilities is not None
    assert found.probabilities[0] == pytest.approx([0.2, 0.5, 0.3])


def test_probabilities_of_two_classes_are_the_sigmoid_and_the_rest() -> None:
    found = said([[0.0], [np.log(3)], [-40.0]], MOONS)
    assert found.probabilities is not None
    assert found.probabilities[:2] == pytest.approx(np.array([[0.5, 0.5], [0.25, 0.75]]))
    assert found.probabilities[2] == pytest.approx([1, np.exp(-40)], rel=1e-6)
    assert found.classes is not None
    assert found.classes.tolist() == [0, 1, 0]


def test_an_output_that_is_a_probability_stays_one() -> None:
    changes = ("loss=BCELoss()", "network=['Linear(2, 1)', 'Sigmoid()', 'Identity()']")
    found = said([[0.25], [0.75]], MOONS, *changes)
    assert found.probabilities is not None
    assert found.probabilities.tolist() == [[0.75, 0.25], [0.25, 0.75]]


@pytest.mark.parametrize(
    ("changes", "outputs", "classes"),
    [
        (("loss=MSELoss()",), [[0.4], [0.6]], [0, 1]),
        (
            ("loss=HalfSquaredError()", "network=['Linear(2, 1)', 'Tanh()']"),
            [[-0.1], [0.1]],
            [0, 1],
        ),
        (("loss=SoftMarginLoss()",), [[-0.1], [0.1]], [0, 1]),
        (("loss=BCELoss()", "network=['Linear(2, 1)', 'Heaviside()']"), [[0.0], [1.0]], [0, 1]),
        (("loss=MultiMarginLoss()", "network=['Linear(2, 2)']"), [[1.0, 2.0]], [1]),
    ],
)
def test_other_losses_give_classes_and_no_invented_probabilities(
    changes: tuple[str, ...], outputs: list[list[float]], classes: list[int]
) -> None:
    found = said(outputs, MOONS, *changes)
    assert found.probabilities is None
    assert found.classes is not None
    assert found.classes.tolist() == classes


def test_an_output_that_is_no_number_has_no_class() -> None:
    found = said([[float("nan")] * 3, [1.0, float("inf"), 0.0]], CLOUDS)
    assert found.classes is not None
    assert found.classes.tolist() == [-1, 1]


def test_values_are_in_their_own_units(tmp_path: Path) -> None:
    y = [3.0, 5.0, 10.0, 2.0]
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{i},{v}\n" for i, v in enumerate(y)))
    ready = prepared(TABLE, folder=tmp_path)
    found = answers(torch.tensor([[0.0], [1.0], [-2.0]]), ready.plan, recipe_of(ready))
    mean, deviation = np.mean(y), np.std(y)
    assert found.values is not None
    assert found.values[:, 0] == pytest.approx([mean, mean + deviation, mean - 2 * deviation])
    assert found.classes is None


def test_chunks_give_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = prepared(CLOUDS)
    network, x = nn.Sequential(nn.Linear(2, 3)), ready.dataset.x
    whole = predict(network, ready.plan, recipe_of(ready), x)
    monkeypatch.setattr(evaluation, "CHUNK_NUMBERS", 21)  # 7 samples
    shares: list[float] = []
    chunked = predict(network, ready.plan, recipe_of(ready), x, shares.append)
    assert chunked.outputs == pytest.approx(whole.outputs)
    assert (len(shares), shares[-1]) == (5, 1)


def test_samples_that_look_at_each_other_go_through_at_once_and_not_alone() -> None:
    network = ["Linear(2, 3)", "BatchNorm1d(3, track_running_stats=False)"]
    made = trainer(CLOUDS, f"network={network}")
    ready = prepared(CLOUDS, f"network={network}")
    recipe, x = recipe_of(ready), ready.dataset.x
    assert predict(made.network, ready.plan, recipe, x).outputs.mean() == pytest.approx(0, abs=1e-6)
    with pytest.raises(InvalidInput) as caught:
        predict(made.network, ready.plan, recipe, x[:1])
    assert "can't answer for a single sample" in str(caught.value)


def test_asking_leaves_no_trace() -> None:
    ready, one = prepared(RANDOM), trainer(RANDOM)
    one.train_straight(2)
    predict(one.network, ready.plan, recipe_of(ready), ready.dataset.x)
    one.train_straight(2)
    other = trainer(RANDOM)
    other.train_straight(4)
    assert same_bits(one, other)
    assert one.network.training


def test_a_checkpoint_of_another_network_or_a_broken_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    save(path, trainer(CLOUDS).network)
    plan = prepared(CLOUDS, "network=['Linear(2, 3)', 'Linear(3, 3)']").plan
    with pytest.raises(InvalidInput, match=r"has no 1\.bias, 1\.weight") as caught:
        trained_network(plan, path)
    assert str(caught.value).startswith(str(path))
    path.write_bytes(b"\xff" * 100)
    with pytest.raises(InvalidInput, match="damaged") as caught:
        trained_network(plan, path)
    assert str(caught.value).startswith(str(path))
    assert "--checkpoint" in caught.value.hint
