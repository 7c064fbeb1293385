"""What is guessed for data of every form can be trained as it stands."""

import numpy as np
import pytest

from tui_nn.data.clouds import blobs, moons
from tui_nn.data.dataset import Dataset
from tui_nn.data.guess import guess
from tui_nn.data.prepare import prepare
from tui_nn.data.regression import sine
from tui_nn.data.tables import diabetes, digits, edges, iris
from tui_nn.spec.call import parse
from tui_nn.spec.files import experiment_of
from tui_nn.spec.resolve import Plan
from tui_nn.spec.targets import Classes, Values


def guessed(dataset: Dataset, call: str = "iris()") -> Plan:
    text = guess(dataset, parse(call), "mine.csv")
    return prepare(experiment_of(text, "mine.csv", "mine"), dataset=dataset).plan


def layers(plan: Plan) -> list[str]:
    return [str(layer.call) for layer in plan.experiment.network]


def rows(n: int, columns: int = 3) -> Dataset:
    x = np.zeros((n, columns), np.float32)
    return Dataset(x, np.arange(n) % 2, Classes(2))


def test_rows_get_two_hidden_layers_that_fit() -> None:
    plan = guessed(iris())
    assert layers(plan) == ["Linear(4, 32)", "ReLU()", "Linear(32, 32)", "ReLU()", "Linear(32, 3)"]
    assert str(plan.experiment.loss.call) == "CrossEntropyLoss()"
    assert plan.facts.val_count == 30


def test_two_classes_get_one_output() -> None:
    plan = guessed(moons())
    assert layers(plan)[-1] == "Linear(32, 1)"
    assert str(plan.experiment.loss.call) == "BCEWithLogitsLoss()"


@pytest.mark.parametrize("data", [sine(), diabetes(), edges(n=50)])
def test_values_get_as_many_outputs_and_their_squares(data: Dataset) -> None:
    plan = guessed(data)
    assert isinstance(data.kind, Values)
    assert plan.rows[-1].size.output_shape == data.kind.shape
    assert str(plan.experiment.loss.call) == "MSELoss()"


@pytest.mark.parametrize(("side", "maps"), [(8, 1), (28, 2), (32, 3), (64, 4), (65, 4)])
def test_pictures_get_convolutions_until_the_maps_are_small(side: int, maps: int) -> None:
    x = np.zeros((40, 3, side, side), np.float32)
    plan = guessed(Dataset(x, np.arange(40) % 4, Classes(4)))
    assert sum(layer.startswith("Conv2d") for layer in layers(plan)) == maps
    assert min(plan.rows[-3].size.output_shape[1:]) < 8


@pytest.mark.parametrize("shape", [(5, 2), (1, 4, 4), (2, 3, 4, 5), (3,)])
def test_any_other_form_is_flattened(shape: tuple[int, ...]) -> None:
    dataset = Dataset(np.zeros((30, *shape), np.float32), np.arange(30) % 3, Classes(3))
    assert (layers(guessed(dataset))[0] == "Flatten()") == (len(shape) > 1)


@pytest.mark.parametrize(("n", "batch", "epochs"), [
    (25, 20, 200), (2_000, 32, 100), (20_000, 64, 20), (200_000, 256, 8), (1_000_000, 1024, 6),
])  # fmt: skip
def test_more_rows_get_larger_batches_and_fewer_epochs(n: int, batch: int, epochs: int) -> None:
    train = guessed(rows(n)).experiment.train
    assert (train.batch_size, train.epochs) == (batch, epochs)


def test_too_few_rows_are_all_for_training() -> None:
    plan = guessed(rows(19))
    assert (plan.facts.train_count, plan.facts.val_count) == (19, 0)
    assert plan.experiment.train.patience is None


def test_a_validation_part_that_comes_with_the_data_is_used() -> None:
    x = np.zeros((60, 2), np.float32)
    plan = guessed(Dataset(x, np.arange(60) % 2, Classes(2), apart=10))
    assert (plan.facts.train_count, plan.facts.val_count) == (50, 10)
    assert plan.experiment.train.patience


def test_names_with_quotes_and_signs_can_be_written_down() -> None:
    text = guess(blobs(), parse("blobs()"), 'a "b" \\ \x7f ü.csv')
    experiment = experiment_of(text, "x", "x")
    assert experiment.title == 'a "b" \\ \\x7f ü.csv'


def test_digits_are_guessed_as_pictures() -> None:
    assert layers(guessed(digits()))[0] == "Conv2d(1, 16, 3, padding=1)"
