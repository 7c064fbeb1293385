"""Samples drawn by hand: what they come to, and which part of the split they are in."""

import numpy as np
import pytest

from tests.spec.support import refusal
from tests.support import prepared
from tui_nn.data.dataset import Dataset
from tui_nn.data.load import load
from tui_nn.data.split import split
from tui_nn.spec.call import parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.targets import Classes, Values

ONE = "0" * 28 + "gg0088gg" + "0" * 28


def data(text: str) -> Dataset:
    return load(bind_call("dataset", parse(text)))


def test_points_with_whole_answers_are_classes_at_least_two() -> None:
    found = data("points([(0.5, -1.2, 0), (1, 2, 0)])")
    assert found.kind == Classes(2)
    assert (found.x.tolist(), found.y.tolist()) == ([[0.5, np.float32(-1.2)], [1, 2]], [0, 0])
    assert data("points([(0, 0, 0), (1, 2, 3)])").kind == Classes(4)
    assert data("points([(0, 0, 0), (1, 2, 3)], classes=6)").class_names == tuple("012345")


def test_points_with_other_answers_are_values() -> None:
    found = data("points([(0, 0, 0.5), (1, 2, 3)])")
    assert found.kind == Values((1,))
    assert found.y.tolist() == [[0.5], [3]]


def test_points_with_one_coordinate_lie_on_a_line() -> None:
    found = data("points([(0, 0.5), (2, 1.0)])")
    assert (found.x.tolist(), found.y.tolist()) == ([[0], [2]], [[0.5], [1]])
    assert found.points is None


def test_points_have_the_features_that_are_asked_for() -> None:
    found = data("points([(2, 3, 0), (1, 1, 1)], features=['x1*x2', 'x1'])")
    assert found.x.tolist() == [[6, 2], [1, 1]]


def test_what_is_added_has_the_features_of_the_others() -> None:
    found = data("edited(spiral(n=20, features=['x1^2', 'x2']), add=[(3, -1, 0)])")
    assert found.x[-1].tolist() == [9, -1]
    assert found.points is not None
    assert found.points[-1].tolist() == [3, -1]
    assert found.y[-1] == 0


def test_what_is_removed_is_counted_in_the_data_that_is_edited() -> None:
    before, found = data("moons(n=20)"), data("edited(moons(n=20), add=[(0, 0, 1)], remove=[3, 0])")
    kept = [index for index in range(20) if index not in (0, 3)]
    assert np.array_equal(found.x[:-1], before.x[kept])
    assert len(found.x) == 19


@pytest.mark.parametrize("digits", ["digits()", "digits(flat=True)"])
def test_a_picture_is_written_in_sixteenths_row_by_row(digits: str) -> None:
    found = data(f"edited({digits}, add=[('{ONE}', 7)])")
    row = found.x[-1].reshape(8, 8)[3]
    assert row.tolist() == [0, 0, 0, 0, 1, 1, 0, 0]
    assert found.x[-1].reshape(8, 8)[4].tolist() == [0.5, 0.5, 1, 1, 0, 0, 0, 0]
    assert (len(found.x), found.y[-1]) == (1798, 7)


def test_a_shipped_picture_written_so_is_the_same_picture() -> None:
    shipped = data("digits()")
    text = "".join("0123456789abcdefg"[round(16 * level)] for level in shipped.x[5].ravel())
    again = data(f"edited(digits(), add=[('{text}', 5)])")
    assert np.array_equal(again.x[-1], shipped.x[5])


def test_values_are_added_to_curves_and_surfaces() -> None:
    assert data("edited(sine(n=5), add=[(0.5, 2)])").y[-1].tolist() == [2]
    assert data("edited(plane(n=5), add=[(0.5, 1, 2)])").y[-1].tolist() == [2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("edited(moons(n=5), remove=[5])", "there is no sample 5 to remove: there are 0 to 4"),
        ("edited(moons(n=2), remove=[0, 1])", "no sample is left"),
        ("edited(moons(), add=[(1, 0)])", "add[0] has 1 inputs, the data 2"),
        ("edited(moons(), add=[(1, 0, 1), (1, 0, 2)])", "add[1] has the class 2: there are 0 to 1"),
        ("edited(moons(), add=[(1, 0, 0.5)])", "add[0] has the class 0.5"),
        ("edited(moons(), add=[('0g', 1)])", "add[0] is a picture: write its numbers"),
        ("edited(digits(), add=[('0g', 1)])", "add[0] has 2 pixels, the data's pictures 64"),
        ("edited(digits(), add=[(0, 1, 1)])", "add[0] is no picture"),
        ("edited(edges(), add=[(0, 1, 1)])", "to data with pictures as answers no sample"),
        ("edited(modular_addition(), add=[(0, 1, 1)])", "to data with tokens no sample"),
    ],
)
def test_what_the_data_cannot_have_is_refused(text: str, said: str) -> None:
    assert said in refusal(lambda: data(text))


def test_the_others_keep_their_parts_and_what_is_added_is_trained_on() -> None:
    before = split(data("spiral(n=50)"), 0.3, 1, 0.2)
    edits = data("edited(spiral(n=50), add=[(9, 9, 1), (8, 8, 0)])")
    after = split(edits, 0.3, 1, 0.2)
    assert after.train_indices.tolist() == [*before.train_indices.tolist(), 50, 51]
    assert np.array_equal(after.val_indices, before.val_indices)
    assert np.array_equal(after.test_indices, before.test_indices)
    assert after.train.x[-2:].tolist() == [[9, 9], [8, 8]]


def test_what_is_removed_is_missing_in_its_part_alone() -> None:
    before = split(data("spiral(n=50)"), 0.3, 1)
    gone = int(before.val_indices[2])
    after = split(data(f"edited(spiral(n=50), remove=[{gone}])"), 0.3, 1)
    assert before.val is not None
    assert after.val is not None
    assert np.array_equal(after.train.x, before.train.x)
    assert np.array_equal(after.val.x, np.delete(before.val.x, 2, axis=0))
    assert after.val_indices[2] == before.val_indices[3] - 1


def test_a_training_part_must_be_left() -> None:
    [trained] = split(data("points([(0, 0, 0), (1, 1, 1)])"), 0.5, 0).train_indices.tolist()
    edits = data(f"edited(points([(0, 0, 0), (1, 1, 1)]), remove=[{trained}])")
    assert refusal(lambda: split(edits, 0.5, 0)) == "data: no training sample is left: add some"


def test_scales_are_measured_with_what_is_added() -> None:
    text = (
        "data = 'edited(iris(), add=[(50, 3, 4, 1, 2)])'\nnetwork = ['Linear(4, 3)']\n"
        "loss = 'CrossEntropyLoss()'\noptimizer = 'SGD()'\n"
    )
    mean = prepared(text).split.scaling.mean
    assert mean is not None
    assert mean[0] == pytest.approx((data("iris()").x[:, 0].sum() + 50) / 151)
