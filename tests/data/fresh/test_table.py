"""A new table is read with the understanding that training had of its own."""

from pathlib import Path

import numpy as np
import pytest

from tests.data.fresh.support import read, ready, recipe, refused, tokens, told
from tui_nn.data.recipe import Recipe

pytestmark = pytest.mark.usefixtures("here")

DATA = "csv('train.csv', target='kind')"
TRAIN = (
    "size,home,colour,age,kind\n"
    "1.5,sea,red,10,cat\n"
    "2.5,sea,blue,NA,dog\n"
    "3.5,land,green,30,cat\n"
    "4.5,land,red,40,dog\n"
    "5.5,sea,blue,50,cat\n"
    "6.5,land,red,60,dog\n"
)


@pytest.fixture
def made() -> Recipe:
    Path("train.csv").write_text(TRAIN)
    return recipe(DATA)


def write(text: str, name: str = "new.csv") -> str:
    Path(name).write_text(text)
    return name


def test_columns_are_found_by_name_in_any_order_and_without_the_target(made: Recipe) -> None:
    fresh = read(write("age,colour,size,home\n12,red,7,land\n13,green,8,sea\n"), made)
    # Inputs are size; home=sea; colour=blue, green, red; age.
    assert fresh.x.tolist() == [[7, 0, 0, 0, 1, 12], [8, 1, 0, 1, 0, 13]]
    assert fresh.x.dtype == np.float32
    assert fresh.y is None


def test_the_training_file_gives_the_samples_of_training(made: Recipe) -> None:
    own = ready(DATA)
    fresh = read("train.csv", made, with_targets=True)
    assert np.array_equal(made.scaling.prepare(fresh.x), own.split.train.x)
    assert fresh.y is not None
    assert fresh.y.tolist() == own.split.train.y.tolist() == [0, 1, 0, 1, 0, 1]


def test_shuffled_columns_of_the_training_file_give_the_same_samples(made: Recipe) -> None:
    rows = [line.split(",") for line in TRAIN.splitlines()]
    write("\n".join(",".join(row[i] for i in (3, 4, 0, 2, 1)) for row in rows))
    fresh = read("new.csv", made)
    assert np.array_equal(made.scaling.prepare(fresh.x), ready(DATA).split.train.x)


def test_columns_that_training_did_not_have_are_ignored_and_told(made: Recipe) -> None:
    fresh = read(write("note,size,home,colour,age,kind,id\nx,1,sea,red,2,cat,7\n"), made)
    assert fresh.x.shape == (1, 6)
    assert "not used: note, id" in told(fresh)


def test_a_text_that_training_did_not_have_is_0_everywhere_and_told(made: Recipe) -> None:
    fresh = read(write("size,home,colour,age\n1,sea,pink,2\n1,sea,red,2\n1,sea,,2\n"), made)
    assert fresh.x[:, 2:5].tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert "colour: training had no 'pink', a missing text: 0 in all its inputs" in told(fresh)


def test_of_two_texts_an_unknown_one_is_the_first_and_said_so(made: Recipe) -> None:
    fresh = read(write("size,home,colour,age\n1,air,red,2\n"), made)
    assert fresh.x[0, 1] == 0
    assert "home: training had no 'air': taken as 'land'" in told(fresh)


def test_a_missing_text_has_its_own_input_where_training_had_some() -> None:
    Path("train.csv").write_text("a,b,c\nx,1,0\ny,2,1\n,3,0\nx,4,1\n")
    fresh = read(write("a,b\n,5\ny,6\n"), recipe("csv('train.csv')"))
    assert fresh.x.tolist() == [[0, 0, 1, 5], [0, 1, 0, 6]]


def test_missing_numbers_are_filled_with_the_mean_of_the_training_part(made: Recipe) -> None:
    fresh = read(write("size,home,colour,age\nNA,sea,red,?\n1,sea,red,2\n"), made)
    filled = made.scaling.filled(fresh.x)
    assert filled[0, 0] == (1.5 + 2.5 + 3.5 + 4.5 + 5.5 + 6.5) / 6
    assert filled[0, 5] == (10 + 30 + 40 + 50 + 60) / 5
    assert "1 in size, 1 in age; filled with the training part's mean" in told(fresh)


def test_a_number_may_be_missing_where_training_lacked_none_and_scaled_nothing() -> None:
    Path("train.csv").write_text("a,b,c\n1,5,0\n2,6,1\n3,7,0\n6,8,1\n")
    made = recipe("csv('train.csv', standardize=False)")
    fresh = read(write("a,b\n,5\n"), made)
    assert made.scaling.prepare(fresh.x).tolist() == [[3, 5]]


def test_another_delimiter_and_decimal_comma_are_found(made: Recipe) -> None:
    fresh = read(write("size;home;colour;age\n7,25;sea;red;12\n"), made)
    assert fresh.x[0].tolist() == [7.25, 1, 0, 0, 1, 12]


def test_a_call_says_how_a_file_is_read(made: Recipe) -> None:
    write("size;home;colour;age\n7,250;sea;red;12\n")
    assert "'7,250' may be 7250 or 7.250" in refused("new.csv", made)
    assert '''--input="csv('new.csv', decimal=',')"''' in refused("new.csv", made)
    fresh = read("csv('new.csv', decimal=',')", made)
    assert fresh.x[0, 0] == 7.25


def test_numbers_that_may_be_thousands_are_read_as_training_s_were() -> None:
    Path("train.csv").write_text("a;b;c\n1,5;2;0\n2,25;3;1\n3,5;4;0\n")
    fresh = read(write("a;b\n7,685;1\n"), recipe("csv('train.csv')"))
    assert fresh.x[0].tolist() == [np.float32(7.685), 1]


def test_a_row_without_names_is_taken_in_training_s_order() -> None:
    Path("train.csv").write_text("a,b,c\n1,5,0\n2,6,1\n3,7,0\n")
    fresh = read(write("0.5,8\n0.25,9\n"), recipe("csv('train.csv')"))
    assert fresh.x.tolist() == [[0.5, 8], [0.25, 9]]
    assert "columns taken as a, b" in told(fresh)


def test_a_training_file_without_names_fits_files_without_names() -> None:
    Path("train.csv").write_text("1,5,0\n2,6,1\n3,7,0\n")
    made = recipe("csv('train.csv')")
    assert read(write("4,8\n"), made).x.tolist() == [[4, 8]]
    assert read(write("4,8,1\n"), made).x.tolist() == [[4, 8]]


def test_a_table_with_a_single_input_has_a_single_column() -> None:
    Path("train.csv").write_text("a,b\n1,5\n2,6.5\n3,7\n")
    made = recipe("csv('train.csv')")
    assert read(write("a\n4.5\n5\n"), made).x.tolist() == [[4.5], [5]]
    assert read(write("4.5\n5\n"), made).x.tolist() == [[4.5], [5]]


def test_names_count_in_any_case_and_a_table_of_texts_keeps_its_first_line() -> None:
    Path("train.csv").write_text("a,b,c\nx,p,0\ny,q,1\nx,q,0\ny,p,1\n")
    made = recipe("csv('train.csv')")
    assert read(write("B,A\np,y\np,y\n"), made).x.tolist() == [[1, 0], [1, 0]]


def test_digits_that_float32_loses_are_kept_where_training_kept_them() -> None:
    base = 1_600_000_000
    Path("train.csv").write_text("t,y\n" + "".join(f"{base + i},{i * i}\n" for i in range(20)))
    made = recipe("csv('train.csv', target='y')")
    assert made.exact
    fresh = read("train.csv", made)
    assert np.array_equal(made.scaling.prepare(fresh.x), ready("csv('train.csv')").split.train.x)
    assert len(np.unique(made.scaling.prepare(fresh.x))) == 20


def test_a_generated_dataset_takes_a_table_of_its_columns_and_makes_its_features() -> None:
    made = recipe("moons(n=20, features=('x1^2', 'x1*x2'))")
    fresh = read(write("x2,x1\n3,2\n-1,5\n"), made)
    assert fresh.x.tolist() == [[4, 6], [25, -5]]
    missing = refused(write("x1,x2\n1,\n2,3\n"), made)
    assert missing == "new.csv: line 2, column 'x2': a number is missing: write it"


def test_tokens_are_whole_numbers_below_their_count() -> None:
    made = tokens()
    fresh = read(write("a,b\n4,0\n1,2\n"), made)
    assert fresh.x.dtype == np.int64
    assert fresh.x.tolist() == [[4, 0], [1, 2]]
    for wrong in ("5", "-1", "1.5"):
        assert f"{wrong} isn't one of the 5 tokens" in refused(write(f"a,b\n1,{wrong}\n"), made)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("size,home,color,age\n1,sea,red,2\n", "has no column 'colour': did you mean color?"),
        ("size,home,age\n1,sea,2\n", "has no column 'colour': it has size, home, age"),
        ("1,sea,red\n", "has no names in its first line, and 3 columns"),
        ("size,home,colour,age\nbig,sea,red,2\n", "line 2, column 'size': 'big' isn't a number"),
        ("size,home,colour,age\n1e39,sea,red,2\n", "'1e39' is too large for float32"),
        ("size,home,colour,age\ninf,sea,red,2\n", "'inf' isn't finite"),
        ("size,home,colour,age\n1,sea,red\n", "line 2: has 3 fields, not 4"),
        ("size,home,colour,age\n", "has names but no rows below them"),
        ("", "is empty"),
        ("\0\0", "is not a text file"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(made: Recipe, text: str, said: str) -> None:
    assert said in refused(write(text), made)


def test_a_run_on_pictures_takes_no_table() -> None:
    assert "is a table, the run was trained on 1x8x8 numbers" in refused(
        write("a,b\n1,2\n"), recipe("digits()", 10)
    )


def test_targets_are_matched_by_the_names_of_classes(made: Recipe) -> None:
    write("kind,age,colour,home,size\ndog,1,red,sea,1\n,1,red,sea,2\ndog,1,red,sea,3\n")
    fresh = read("new.csv", made, with_targets=True)
    assert fresh.y is not None
    assert (fresh.y.tolist(), fresh.x[:, 0].tolist()) == ([1, 1], [1, 3])
    assert "left out: 1 row without a target" in told(fresh)


def test_a_class_that_training_did_not_have_is_named(made: Recipe) -> None:
    write("size,home,colour,age,kind\n1,sea,red,2,cow\n1,sea,red,2,cat\n")
    error = refused("new.csv", made, with_targets=True)
    assert "column 'kind': has a class that the run wasn't trained on: cow" in error
    assert "it knows cat, dog" in error


def test_the_target_can_have_another_name(made: Recipe) -> None:
    write("size,home,colour,age,truth\n1,sea,red,2,dog\n")
    fresh = read("csv('new.csv', target='truth')", made, with_targets=True)
    assert fresh.y is not None
    assert fresh.y.tolist() == [1]
    assert "has no column 'kind'" in refused("new.csv", made, with_targets=True)


def test_whole_numbers_are_the_same_classes_however_they_are_written() -> None:
    Path("train.csv").write_text("a,b\n" + "".join(f"{i},{i % 3}\n" for i in range(9)))
    fresh = read(write("a,b\n1,2\n2,0.0\n3, 1\n"), recipe("csv('train.csv')", 3), with_targets=True)
    assert fresh.y is not None
    assert fresh.y.tolist() == [2, 0, 1]


def test_values_are_read_in_their_own_units() -> None:
    Path("train.csv").write_text("a,b,c\n" + "".join(f"{i},{i * 1.5},{i * i}\n" for i in range(9)))
    made = recipe("csv('train.csv', target=('b', 'c'))", 2)
    fresh = read(write("c,a,b\n7.5,1,2\n,2,3\n"), made, with_targets=True)
    assert fresh.y is not None
    assert fresh.y.tolist() == [[2, 7.5]]
    assert "1 target named, the run predicts 2" in refused(
        "csv('new.csv', target='b')", made, with_targets=True
    )
