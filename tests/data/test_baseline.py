"""The simplest answer, its numbers worked out by hand."""

import numpy as np
import pytest

from tui_nn.data.baseline import answer_numbers, baseline
from tui_nn.data.dataset import Dataset
from tui_nn.data.gates import xor_gate
from tui_nn.data.split import split
from tui_nn.spec.targets import Classes, Values


def rows(y: list[int], apart: int = 0) -> Dataset:
    x = np.zeros((len(y), 1), np.float32)
    names = ("no", "yes", "maybe")
    return Dataset(x, np.array(y), Classes(3), class_names=names, apart=apart)


def test_the_commonest_class_is_answered_by_its_name() -> None:
    found = baseline(split(rows([1, 1, 1, 0, 2]), 0, 0))
    assert found.answer == "always yes"
    # Precision 3/5, recall 1: F1 3/4 for yes, 0 for the two others.
    assert found.numbers["train"] == pytest.approx({"accuracy": 0.6, "f1": 0.25})


def test_the_training_part_decides_what_is_answered_on_every_part() -> None:
    found = baseline(split(rows([1, 1, 0, 0, 0, 0], apart=3), 0, 0))
    assert found.answer == "always yes"
    assert found.numbers["val"] == {"accuracy": 0, "f1": 0}


def test_xor_is_half_right_by_always_saying_the_same() -> None:
    found = baseline(split(xor_gate(), 0, 0))
    assert found.numbers["train"]["accuracy"] == 0.5
    assert set(found.numbers) == {"train"}


def numbers(scaled: bool) -> Dataset:
    y = np.array([[1], [2], [3], [6]], np.float32)
    return Dataset(np.zeros((4, 1), np.float32), y, Values((1,)), standardize_target=scaled)


@pytest.mark.parametrize("scaled", [False, True])
def test_values_are_answered_with_their_mean_in_their_own_units(scaled: bool) -> None:
    found = baseline(split(numbers(scaled), 0, 0))
    assert found.answer == "always the mean"
    # Errors −2, −1, 0, 3.
    expected = {"mae": 1.5, "rmse": 3.5**0.5, "r2": 0.0}
    assert found.numbers["train"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("count", range(3, 14))
def test_r2_is_unknown_where_all_values_are_the_same(count: int) -> None:
    same = Dataset(
        np.zeros((count, 1), np.float32), np.full((count, 1), 0.1, np.float32), Values((1,))
    )
    assert answer_numbers(same, np.array([0.3]), 7.3)["r2"] is None
