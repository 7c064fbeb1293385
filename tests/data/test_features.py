import math

import numpy as np
import pytest

from tui_nn.data.clouds import spiral
from tui_nn.data.features import FORMULAS, compute
from tui_nn.data.regression import plane
from tui_nn.spec.catalog.datasets import FEATURES
from tui_nn.spec.errors import InvalidInput

POINTS = np.array([[2.0, -3.0], [0.5, 0.25]])


def test_every_feature_has_playgrounds_value() -> None:
    expected = [
        [2, -3, 4, 9, -6, math.sin(2), math.sin(-3)],
        [0.5, 0.25, 0.25, 0.0625, 0.125, math.sin(0.5), math.sin(0.25)],
    ]
    np.testing.assert_allclose(compute(POINTS, FEATURES), expected, rtol=1e-6)
    assert compute(POINTS, FEATURES).dtype == np.float32


def test_features_come_in_the_order_asked_for() -> None:
    assert compute(POINTS, ("x2^2", "x1")).tolist() == [[9, 2], [0.0625, 0.5]]


def test_the_catalog_offers_the_features_there_are() -> None:
    assert tuple(FORMULAS) == FEATURES


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        ((), "empty"),
        (("x1", "x3"), "no feature 'x3'"),
        (("x1", "x2", "x1"), "twice"),
    ],
)
def test_features_that_cannot_be_are_refused(features: tuple[str, ...], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as caught:
        compute(POINTS, features)
    assert caught.value.hint


def test_a_dataset_names_its_features_and_keeps_its_points() -> None:
    bare, rich = spiral(), spiral(features=("sin(x1)", "x2"))
    assert rich.input_names == ("sin(x1)", "x2")
    assert rich.points is not None
    assert np.array_equal(rich.points, bare.x)
    assert np.array_equal(rich.x, compute(bare.x, ("sin(x1)", "x2")))


def test_surfaces_take_features_too() -> None:
    assert plane(n=9, features=FEATURES).x.shape == (9, 7)
