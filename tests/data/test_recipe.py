"""What a run keeps of its data: everything that new inputs and a plan need, to the bit."""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spec.support import error_of, refusal
from tests.support import prepared
from tui_nn.data.dataset import Column
from tui_nn.data.recipe import Recipe, from_bytes, recipe_of, to_bytes
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.resolve import resolve

TABLE = """
data = "csv('t.csv', target='price')"
network = ["LazyLinear(1)"]
loss = "MSELoss()"
optimizer = "SGD()"
[train]
val = 0.25
"""
ROWS = "price,size,kind\n" + "".join(f"{i * i},{i},{'ab'[i % 2]}\n" for i in range(8))

numbers = st.floats(allow_nan=False, allow_infinity=False)


def classes(data: str, *changes: str) -> Recipe:
    text = f'data = "{data}"\nnetwork = ["Flatten()", "LazyLinear(1)"]\n'
    return recipe_of(prepared(text + 'loss = "BCEWithLogitsLoss()"\noptimizer = "SGD()"', *changes))


@given(st.lists(numbers, min_size=2, max_size=5), st.text(), st.data())
def test_a_recipe_comes_back_from_its_bytes_to_the_bit(
    mean: list[float], name: str, data: st.DataObject
) -> None:
    n = len(mean)
    row = st.lists(numbers, min_size=n, max_size=n).map(tuple)
    made = Recipe(
        input_shape=(n,),
        columns=tuple(Column(f"{name}{i}", precise=bool(i % 2)) for i in range(n)),
        target_shape=(1,),
        target_names=(name,),
        train_count=3,
        fill=data.draw(row),
        mean=tuple(mean),
        scale=data.draw(row),
        target_mean=(mean[0],),
        target_scale=(mean[1],),
        simplest=(mean[0],),
    )
    back = from_bytes(to_bytes(made), "recipe.json")
    assert back == made
    for array in ("fill", "mean", "scale", "target_mean", "target_scale"):
        before, after = getattr(made.scaling, array), getattr(back.scaling, array)
        assert before.tobytes() == after.tobytes()  # −0.0 too


def test_scaling_is_training_s_own_to_the_bit(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(ROWS)
    ready = prepared(TABLE, folder=tmp_path)
    scaling = from_bytes(to_bytes(recipe_of(ready)), "recipe.json").scaling
    own = ready.split.scaling
    for array in ("mean", "scale", "target_mean", "target_scale"):
        assert getattr(scaling, array).tobytes() == getattr(own, array).tobytes()
    x, y = ready.dataset.x, ready.dataset.y
    indices = ready.split.val_indices
    assert ready.split.val is not None
    assert np.array_equal(scaling.prepare(x[indices]), ready.split.val.x)
    assert np.array_equal(scaling.prepare_target(y[indices]), ready.split.val.y)


def test_the_plan_is_the_same_without_the_data(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(ROWS)
    ready = prepared(TABLE, folder=tmp_path)
    made = from_bytes(to_bytes(recipe_of(ready)), "recipe.json")
    assert made.facts == ready.plan.facts
    again = resolve(ready.plan.experiment, made.facts)
    assert again.experiment == ready.plan.experiment
    assert (again.rows, again.fit) == (ready.plan.rows, ready.plan.fit)


def test_columns_say_what_became_of_texts(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("price,kind,size\n1,b,1\n2,a,\n3,b,2\n4,,5\n5,a,7\n")
    made = recipe_of(prepared(TABLE, "train.val=0", folder=tmp_path))
    assert made.columns == (Column("kind", ("a", "b"), missing=True), Column("size"))
    assert made.columns[0].kinds == ("a", "b", None)
    assert made.input_shape == (4,)
    assert made.fill is not None
    assert made.fill[3] == (1 + 2 + 5 + 7) / 4


def test_a_column_of_two_texts_gives_one_input_for_the_second() -> None:
    assert Column("sex", ("f", "m")).kinds == ("m",)
    assert Column("sex", ("f",), missing=True).kinds == (None,)
    assert Column("size").width == 1


def test_points_keep_their_features_and_are_told_by_their_coordinates() -> None:
    made = classes("moons(n=20, features=('x1^2', 'x2'))")
    assert made.features == ("x1^2", "x2")
    assert [column.name for column in made.columns] == ["x1", "x2"]
    assert made.fill is None


def test_numbers_of_any_row_have_a_mean_to_be_filled_with() -> None:
    made = classes("and_gate()")
    assert made.fill == (0.5, 0.5)
    assert made.mean is None


def test_the_simplest_answer_is_the_commonest_class_of_the_training_part() -> None:
    assert classes("imbalanced(n=100, share=0.2)").simplest == (0.0,)


def test_pictures_have_no_columns() -> None:
    changes = ("loss=CrossEntropyLoss()", "network=['Flatten()', 'Linear(64, 10)']")
    made = classes("digits()", *changes)
    assert (made.columns, made.fill, made.pixels) == ((), None, False)


def good(**changes: Any) -> bytes:
    table: dict[str, Any] = json.loads(to_bytes(classes("moons(n=20)")))
    return msgspec.json.encode(table | changes)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"\xff", b"{" * 5000, good()[:-5],
        good(version=2), good(input_shape=[3]), good(input_shape=[-2]), good(classes=1),
        good(class_names=["a"]), good(simplest=[5]), good(mean=[1.0]), good(mean=[1.0, None]),
        good(features=["x1"]), good(columns=[]), good(target_shape=[1]),
        good(input_shape=[10**9, 10**9]),
    ],
)  # fmt: skip
def test_what_is_no_recipe_is_refused_with_its_file(data: bytes) -> None:
    error = error_of(lambda: from_bytes(data, "runs/x/recipe.json"))
    assert error is not None
    assert str(error).startswith("runs/x/recipe.json: isn't a recipe")
    assert error.hint


WHOLE = good()


def refused(data: bytes) -> str:
    return refusal(lambda: from_bytes(data, "runs/x/recipe.json"))


def test_a_recipe_cut_off_or_zeroed_anywhere_is_refused_with_its_file() -> None:
    for at in range(len(WHOLE)):
        for data in (WHOLE[:at], WHOLE[:at] + b"\0" + WHOLE[at + 1 :]):
            assert refused(data).startswith("runs/x/recipe.json: isn't a recipe")


JUNK = st.binary(max_size=40) | st.text('019.-eE"[]{},:xs', max_size=3).map(str.encode)


@given(JUNK, st.integers(0, len(WHOLE)))
def test_a_damaged_recipe_is_refused_with_its_file_or_can_be_used(junk: bytes, at: int) -> None:
    """Another digit or letter gives another recipe, whose parts go together all the same."""
    data = WHOLE[:at] + junk + WHOLE[at + len(junk) :]
    try:
        made = from_bytes(data, "runs/x/recipe.json")
    except InvalidInput:
        assert refused(data).startswith("runs/x/recipe.json: isn't a recipe")
    else:
        assert from_bytes(to_bytes(made), "recipe.json") == made
        inputs = made.scaling.prepare(np.ones((2, *made.input_shape), made.dtype))
        assert inputs.shape == (2, *made.input_shape)
        assert made.classes in (None, len(made.names))
