import numpy as np
import pytest

from tui_nn.data.dataset import Dataset
from tui_nn.data.encode import encode
from tui_nn.data.gates import and_gate
from tui_nn.data.tables import edges, iris
from tui_nn.spec.targets import Classes, Coding, Decision, Fit, fit


def test_an_index_is_a_whole_number_a_sample() -> None:
    codes = encode(iris(), fit("CrossEntropyLoss", Classes(3)))
    assert codes.dtype == np.int64
    assert codes.shape == (150,)
    assert codes[[0, 50, 149]].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("coding", "expected"),
    [(Coding.ZERO_ONE, [[0], [0], [0], [1]]), (Coding.PLUS_MINUS, [[-1], [-1], [-1], [1]])],
)
def test_two_classes_become_one_column(coding: Coding, expected: list[list[int]]) -> None:
    codes = encode(and_gate(), Fit(coding, (1,), Decision.ABOVE_ZERO))
    assert codes.dtype == np.float32
    assert codes.tolist() == expected


def test_one_hot_has_a_1_in_the_column_of_the_class() -> None:
    data = Dataset(x=np.zeros((3, 1), np.float32), y=np.array([2, 0, 2], np.int64), kind=Classes(4))
    codes = encode(data, fit("MSELoss", data.kind))
    assert codes.dtype == np.float32
    assert codes.tolist() == [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0]]


def test_values_keep_their_shape() -> None:
    data = edges(n=5)
    codes = encode(data, fit("MSELoss", data.kind))
    assert codes.dtype == np.float32
    assert np.array_equal(codes, data.y)


@pytest.mark.parametrize("loss", ["MSELoss", "CrossEntropyLoss", "BCEWithLogitsLoss"])
@pytest.mark.parametrize("last_layer", ["", "Tanh"])
def test_targets_have_the_shape_that_their_fit_promises(loss: str, last_layer: str) -> None:
    data = and_gate()
    chosen = fit(loss, data.kind, last_layer)
    shape = () if chosen.coding is Coding.INDEX else chosen.output_shape
    assert encode(data, chosen).shape == (4, *shape)
