"""New inputs as arrays: by training's names, in training's form."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.fresh.support import read, ready, recipe, refused, tokens
from tui_nn.data.recipe import Recipe

pytestmark = pytest.mark.usefixtures("here")

RNG = np.random.default_rng(0)
X = RNG.normal(5, 2, (12, 3))
Y = np.array(["b", "a", "c"] * 4)
BYTES = RNG.integers(0, 256, (6, 9, 8, 3)).astype(np.uint8)
HALVES = np.array([0, 1] * 3)


def save(name: str = "new.npz", **arrays: Any) -> str:
    np.savez(name, **arrays)
    return name


@pytest.fixture
def rows() -> Recipe:
    save("train.npz", x=X, y=Y)
    return recipe("npz('train.npz')", 3)


@pytest.fixture
def pictures() -> Recipe:
    save("train.npz", x=BYTES, y=HALVES)
    return recipe("npz('train.npz')")


def test_the_training_file_gives_the_samples_of_training(rows: Recipe) -> None:
    own = ready("npz('train.npz')", 3).split.train
    fresh = read("train.npz", rows, with_targets=True)
    assert fresh.y is not None
    assert np.array_equal(rows.scaling.prepare(fresh.x), own.x)
    assert np.array_equal(fresh.y, own.y)


def test_targets_may_be_absent_and_a_single_array_has_any_name(rows: Recipe) -> None:
    assert read(save(x=X[:1]), rows).x.shape == (1, 3)
    assert read(save(other=X[:2]), rows).x.shape == (2, 3)
    assert "holds no array x; it has a, b" in refused(save(a=X, b=X), rows)
    assert "holds no array y; it has x" in refused(save(x=X), rows, with_targets=True)


def test_arrays_have_training_s_names_unless_a_call_has_others() -> None:
    save("train.npz", inputs=X, labels=Y)
    made = recipe("npz('train.npz', x='inputs', y='labels')", 3)
    fresh = read(save(inputs=X[:2], labels=Y[:2]), made, with_targets=True)
    assert fresh.y is not None
    assert fresh.y.tolist() == [1, 0]
    assert read("npz('new.npz', x='inputs')", made).x.shape == (2, 3)


def test_pictures_of_bytes_are_laid_out_as_in_training(pictures: Recipe) -> None:
    fresh = read("train.npz", pictures)
    assert np.array_equal(fresh.x, ready("npz('train.npz')").split.train.x)
    assert fresh.x.shape == (6, 3, 9, 8)
    assert fresh.x.max() <= 1


def test_numbers_instead_of_bytes_are_refused_and_the_other_way_round(pictures: Recipe) -> None:
    error = refused(save(x=BYTES / 255), pictures)
    assert "x holds pictures of float64, the run was trained on bytes" in error
    digits = recipe("digits()", 10)
    error = refused(save(x=np.zeros((2, 8, 8), np.uint8)), digits)
    assert "x holds pictures of bytes, the run was trained on numbers" in error


def test_grey_pictures_need_no_channel() -> None:
    digits = recipe("digits()", 10)
    one = RNG.random((2, 8, 8)).astype(np.float32)
    assert np.array_equal(read(save(x=one), digits).x, one[:, None])
    assert np.array_equal(read(save(x=one[:, None]), digits).x, one[:, None])


def test_tokens_and_points_come_as_arrays_too() -> None:
    assert read(save(x=np.array([[4, 0]])), tokens()).x.tolist() == [[4, 0]]
    assert "5 isn't one of the 5 tokens" in refused(save(x=np.array([[5, 0]])), tokens())
    made = recipe("moons(n=20, features=('x2', 'x2^2'))")
    assert read(save(x=np.array([[1.0, 3.0]])), made).x.tolist() == [[3, 9]]


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (X[:, :2], "x holds samples of 2, the run was trained on 3 numbers"),
        (X[0], "x holds samples of 1, the run was trained on 3 numbers"),
        (np.full((2, 3), np.nan), "x holds 6 values NaN or infinite, the first at [0, 0]"),
        (np.zeros((0, 3)), "x is empty"),
        (np.array([["a", "b", "c"]]), "x holds texts"),
        (np.array([[object()]]), "x holds pickled objects"),
    ],
)
def test_what_does_not_fit_is_refused(rows: Recipe, x: Any, said: str) -> None:
    assert said in refused(save(x=x), rows)


def test_what_is_no_archive_is_refused(rows: Recipe) -> None:
    Path("new.npz").write_bytes(b"nonsense")
    assert "new.npz: isn't a .npz file" in refused("new.npz", rows)
    np.save("one.npy", X)
    Path("one.npy").rename("one.npz")
    assert "holds a single array" in refused("one.npz", rows)


def test_a_table_with_texts_can_not_come_as_an_array() -> None:
    Path("t.csv").write_text("a,b,c\nx,1,0\ny,2,1\nx,3,1\n")
    assert "a table with texts in its column a" in refused(save(x=X), recipe("csv('t.csv')"))


def test_one_hot_targets_are_read() -> None:
    save("train.npz", x=X, y=np.eye(3)[np.arange(12) % 3])
    made = recipe("npz('train.npz')", 3)
    fresh = read(save(x=X[:2], y=np.array([[0, 0, 1], [1, 0, 0]])), made, with_targets=True)
    assert fresh.y is not None
    assert fresh.y.tolist() == [2, 0]
    save(x=X[:2], y=np.array([[0, 0.5, 0.5], [1, 0, 0]]))
    assert "classes are one a sample" in refused("new.npz", made, with_targets=True)


def test_values_are_read() -> None:
    save("train.npz", x=X, y=X[:, :2])
    values = recipe("npz('train.npz')", 2)
    fresh = read(save(x=X[:2], y=X[:2, 1:]), values, with_targets=True)
    assert fresh.y is not None
    assert np.array_equal(fresh.y, X[:2, 1:].astype(np.float32))
    error = refused(save(x=X, y=X), values, with_targets=True)
    assert "y has the shape (12, 3), the run predicts 2 values" in error


def test_other_numbers_of_targets_and_unknown_classes_are_refused(rows: Recipe) -> None:
    assert "x holds 12 samples, y 11" in refused(save(x=X, y=Y[1:]), rows, with_targets=True)
    error = refused(save(x=X[:2], y=np.array(["d", "e"])), rows, with_targets=True)
    assert "has classes that the run wasn't trained on: d, e: it knows a, b, c" in error
