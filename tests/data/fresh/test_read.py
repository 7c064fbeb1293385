"""Values by hand, calls, and what names no data."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.data.fresh.support import read, recipe, refused, tokens, told, values
from tests.spec.support import refusal
from tui_nn.data.clouds import moons
from tui_nn.data.recipe import Recipe

pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def table() -> Recipe:
    Path("t.csv").write_text("a,b,c\nx,1,0\ny,2,1\nx,6,1\nz,3,1\n")
    return recipe("csv('t.csv', standardize=False)")


def test_values_are_the_columns_in_order(table: Recipe) -> None:
    fresh = values(table, "y,0.3", " z , -1e2 ")
    assert fresh.x.tolist() == [[0, 1, 0, np.float32(0.3)], [0, 0, 1, -100]]
    assert fresh.names == ("y, 0.3", "z, -1e2")
    assert fresh.notices == ()


def test_unknown_texts_and_missing_numbers_are_told(table: Recipe) -> None:
    fresh = values(table, "w,NA")
    assert table.scaling.prepare(fresh.x).tolist() == [[0, 0, 0, 3]]
    assert told(fresh) == (
        "a: training had no 'w': 0 in all its inputs\n"
        "b is missing: filled with the training part's mean"
    )


def test_values_in_quotes_may_hold_a_comma() -> None:
    Path("t.csv").write_text('a,b,c\n"x, old",1,0\ny,2,1\ny,3,1\n')
    fresh = values(recipe("csv('t.csv')"), '"x, old",2')
    assert fresh.x[0].tolist() == [0, 2]
    assert fresh.notices == ()


def test_points_become_features() -> None:
    made = recipe("moons(n=20, features=('x1', 'x1*x2', 'sin(x2)'))")
    assert values(made, "2,3").x.tolist() == [[2, 6, np.float32(np.sin(3))]]


def test_pictures_are_numbers_row_by_row() -> None:
    fresh = values(recipe("digits()", 10), ",".join(map(str, range(64))))
    assert fresh.x.shape == (1, 1, 8, 8)
    assert fresh.x[0, 0, 1].tolist() == list(range(8, 16))


def test_tokens_are_whole_numbers() -> None:
    assert values(tokens(), "3,4").x.tolist() == [[3, 4]]
    error = refusal(partial(values, tokens(), "3,4.5"))
    assert error == "--values: 4.5 isn't one of the 5 tokens: write whole numbers from 0 to 4"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("0.3", "'0.3' has 1 value, the run takes 2: write x1, x2 with ',' between"),
        ("1,2,3", "'1,2,3' has 3 values, the run takes 2"),
        ("", "'' has 0 values, the run takes 2"),
        ("1,two", "--values: x2: 'two' isn't a number"),
        ("1,inf", "--values: x2: 'inf' isn't finite"),
        ("1,1e39", "--values: x2: '1e39' is too large for float32"),
        ("1,", "--values: x2: is missing"),
        ("1,nan", "--values: x2: is missing"),
        ("1\n2,3", "has 0 values, the run takes 2"),
    ],
)
def test_values_that_do_not_fit_are_refused(row: str, said: str) -> None:
    assert said in refusal(partial(values, recipe("moons(n=20)"), row))


def test_a_call_makes_samples_of_the_package_s_data() -> None:
    made = recipe("moons(n=20, features=('x2', 'x1'))")
    fresh = read("moons(n=6, seed=5)", made, with_targets=True)
    own = moons(n=6, seed=5)
    assert fresh.y is not None
    assert np.array_equal(fresh.x, own.x[:, ::-1])
    assert np.array_equal(fresh.y, own.y)


def test_data_of_another_form_is_refused() -> None:
    made = recipe("moons(n=20)")
    error = refused("digits()", made, with_targets=True)
    assert "--input: digits: gives 1x8x8 inputs, the run was trained on 2 numbers" in error
    error = refused("plane()", made, with_targets=True)
    assert "has 1 value, the run predicts 2 classes" in error
    error = refused("blobs(classes=3)", made, with_targets=True)
    assert "a class that the run wasn't trained on: 2" in error


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("nope.csv", "nope.csv: there is no such file or folder"),
        ("", "there is no such file or folder"),
        ("moons(n=1)", "--input: moons: n is 1: it must be at least 2"),
        ("mons()", "--input: there is no dataset mons: did you mean moons"),
        ("moons(n=", "there is no such file"),
        ("words", "is no data that can be read by its name"),
        ("a.zip", "a .zip file can't be read"),
    ],
)
def test_what_names_no_data_is_refused(word: str, said: str) -> None:
    Path("words").write_text("1,2\n")
    Path("a.zip").write_text("1,2\n")
    assert said in refused(word, recipe("moons(n=20)"))
