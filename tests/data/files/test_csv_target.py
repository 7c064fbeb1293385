"""What is to be predicted: which column, classes or values, in which order."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.data.files.csv_support import read, refusal, told
from tui_nn.spec.targets import Classes, Values

TABLE = "Price,Size, City \n1.5,1,x\n2.5,2,y\n3.5,3,x\n"


@pytest.mark.parametrize("target", ["Price", " Price ", "price", "PRICE"])
def test_a_target_is_found_by_its_name_in_any_case(tmp_path: Path, target: str) -> None:
    data = read(tmp_path, TABLE, target=target)
    assert data.y.tolist() == [[1.5], [2.5], [3.5]]
    assert data.input_names == ("Size", "City=y")


def test_an_unknown_name_is_answered_with_near_ones(tmp_path: Path) -> None:
    assert "no column 'Prize': did you mean Price or Size?" in refusal(
        tmp_path, TABLE, target="Prize"
    )
    assert "there are 'Price', 'Size', 'City'" in refusal(tmp_path, TABLE, leave_out=("zzz",))


def test_names_that_differ_in_case_only_are_told_apart(tmp_path: Path) -> None:
    text = "a,A,b\n1,2.5,3\n2,3.5,9\n"
    assert read(tmp_path, text, target="A").y.tolist() == [[2.5], [3.5]]


def test_the_last_column_is_the_target_unless_one_is_named(tmp_path: Path) -> None:
    data = read(tmp_path, TABLE)
    assert data.class_names == ("x", "y")
    assert "target: City (the last column), 2 classes (x, y)" in told(data)
    assert read(tmp_path, TABLE, leave_out=("City",)).y.tolist() == [[1], [2], [3]]


def test_several_targets_are_values(tmp_path: Path) -> None:
    data = read(tmp_path, TABLE, target=("Size", "Price"))
    assert data.kind == Values((2,))
    assert data.y.tolist() == [[1, 1.5], [2, 2.5], [3, 3.5]]
    assert "2 targets" in refusal(tmp_path, TABLE, target=("Size", "Price"), task="classes")
    assert "column 'City': 'x' isn't a number" in refusal(tmp_path, TABLE, target=("Size", "City"))


def test_a_target_is_named_once_and_not_left_out(tmp_path: Path) -> None:
    assert "is named twice" in refusal(tmp_path, TABLE, target=("Size", "size"))
    assert "is left out" in refusal(tmp_path, TABLE, target="Size", leave_out=("Size",))
    assert "no target is named" in refusal(tmp_path, TABLE, target=())
    everything = ("Size", "Price", "City")
    assert "every column is left out" in refusal(tmp_path, TABLE, leave_out=everything)


def column(values: Sequence[object]) -> str:
    return "a,y\n" + "".join(f"{i % 7}.5,{value}\n" for i, value in enumerate(values))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["no", "yes", "no"], Classes(2)),
        ([True, False], Classes(2)),
        ([0, 1], Classes(2)),
        (["1.0", "0.0"], Classes(2)),
        ([3, 4], Values((1,))),
        ([3, 4, 3, 4], Classes(2)),
        (list(range(20)) * 2, Classes(20)),
        (list(range(21)) * 2, Values((1,))),
        ([0.5, 1.5] * 5, Values((1,))),
        ([1, 2, 3, 4, 5], Values((1,))),
    ],
)
def test_texts_and_few_whole_numbers_are_classes(
    tmp_path: Path, values: list[object], kind: object
) -> None:
    assert read(tmp_path, column(values)).kind == kind


def test_classes_are_counted_in_the_order_of_their_names(tmp_path: Path) -> None:
    numbers = read(tmp_path, column([10, 9, -1, 9]), task="classes")
    assert numbers.class_names == ("-1", "9", "10")
    assert numbers.y.tolist() == [2, 1, 0, 1]
    assert numbers.y.dtype == np.int64
    mixed = read(tmp_path, column(["b", "10", "a", "9"]), task="classes")
    assert mixed.class_names == ("9", "10", "a", "b")
    assert mixed.y.tolist() == [3, 1, 2, 0]


def test_large_whole_numbers_stay_different_classes(tmp_path: Path) -> None:
    data = read(tmp_path, column([16777216, 16777217] * 3))
    assert data.class_names == ("16777216", "16777217")


def test_the_task_overrules_the_guess(tmp_path: Path) -> None:
    data = read(tmp_path, column([3, 4, 3, 4]), task="values")
    assert data.y.tolist() == [[3], [4], [3], [4]]
    assert "task='values' predicts the number" in told(read(tmp_path, column([3, 4, 3, 4])))


def test_labels_that_are_not_whole_are_refused_with_their_line(tmp_path: Path) -> None:
    reason = refusal(tmp_path, column([1, 2, 1.5]), task="classes")
    assert "line 4, column 'y': label 1.5 is not whole" in reason


def test_texts_can_not_be_values(tmp_path: Path) -> None:
    reason = refusal(tmp_path, column(["x", "y"]), task="values")
    assert "line 2, column 'y': 'x' isn't a number" in reason
    assert "task='classes'" in reason


def test_a_stray_text_in_a_target_of_numbers_is_refused_unless_it_is_a_class(
    tmp_path: Path,
) -> None:
    values = [*range(10), *range(10), "10+"]
    reason = refusal(tmp_path, column(values))
    assert "line 22, column 'y': '10+' isn't a number" in reason
    assert "task='classes'" in reason
    data = read(tmp_path, column(values), task="classes")
    assert data.class_names == (*map(str, range(10)), "10+")


def test_a_target_that_never_changes_is_refused(tmp_path: Path) -> None:
    for value, shown in (("x", "'x'"), (3, "'3'"), (2.5, "'2.5'")):
        reason = refusal(tmp_path, column([value] * 5))
        assert f"every row has the target {shown}: nothing to learn" in reason


def test_more_classes_than_a_thousand_are_refused(tmp_path: Path) -> None:
    numbers = refusal(tmp_path, column([*range(1001)] * 2), task="classes")
    assert "has 1,001 different targets" in numbers
    assert "task='values'" in numbers
    assert read(tmp_path, column([*range(1000)] * 2), task="classes").kind == Classes(1000)
    texts = [f"t{i}" for i in range(10_001)]
    assert "more than 10,000 different targets" in refusal(tmp_path, column(texts * 2))


def test_names_of_rows_are_no_target(tmp_path: Path) -> None:
    reason = refusal(tmp_path, column([f"person {i}" for i in range(30)]))
    assert "each row has another target" in reason


def test_rows_without_a_target_are_left_out_and_counted(tmp_path: Path) -> None:
    data = read(tmp_path, column([1.5, "", 2.5, "NA", 3.5]))
    assert data.y.tolist() == [[1.5], [2.5], [3.5]]
    assert data.x.tolist() == [[0.5], [2.5], [4.5]]
    assert "left out: 2 rows without a target" in told(data)
    texts = read(tmp_path, column(["x", "?", "y"]))
    assert texts.y.tolist() == [0, 1]
    assert "left out: 1 row without a target" in told(texts)
    assert "no row has a target" in refusal(tmp_path, column(["", "", "NA"]))
    assert "only one row has a target" in refusal(tmp_path, column([1.5, ""]))


def test_a_class_may_be_called_none(tmp_path: Path) -> None:
    assert read(tmp_path, column(["none", "mild", "none"])).class_names == ("mild", "none")


def test_dates_are_no_target(tmp_path: Path) -> None:
    assert "is a date or time" in refusal(tmp_path, column(["2024-01-31", "2024-02-01"] * 3))


def test_only_values_are_scaled(tmp_path: Path) -> None:
    assert read(tmp_path, column([1.5, 2.5])).standardize_target
    assert not read(tmp_path, column([1.5, 2.5]), standardize_target=False).standardize_target
    assert not read(tmp_path, column(["x", "y"])).standardize_target
