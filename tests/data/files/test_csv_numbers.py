"""Numbers are what they say: no thousands read as fractions, no digits lost, no codes counted."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.data.files.csv_support import read, refusal, told
from tui_nn.data.split import split
from tui_nn.spec.targets import Classes, Values
from tui_nn.spec.words import say


def table(cells: Sequence[object], delimiter: str = "\t", other: Sequence[object] = ()) -> str:
    """A column `a` of these fields between one of whole numbers or `other`, and a target."""
    rows = [
        delimiter.join((str(other[i % len(other)] if other else i), str(cell), f"{7 * i % 11}"))
        for i, cell in enumerate(cells)
    ]
    return "\n".join([delimiter.join("oay"), *rows])


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
@pytest.mark.parametrize("mark", [",", "."])
@pytest.mark.parametrize("rest", ["998", "1{}003"])
def test_what_may_be_thousands_or_fractions_is_asked(
    tmp_path: Path, delimiter: str, mark: str, rest: str
) -> None:
    text = table([rest.format(mark), f"7{mark}685"] * 6, delimiter)
    reason = refusal(tmp_path, text)
    line, cell = (3, f"7{mark}685") if rest == "998" else (2, f"1{mark}003")
    plain = cell.replace(mark, "")
    assert f"line {line}, column 'a': '{cell}' may be {plain} or {plain[0]}.{plain[1:]}" in reason
    assert f"data=\"csv('table.csv', decimal='{mark}')\"" in reason
    told_to = read(tmp_path, text, decimal=mark)
    assert told_to.x[1, 1] == np.float32(7.685)


def test_thousands_of_a_target_are_asked_too(tmp_path: Path) -> None:
    text = "a;price\n" + "".join(f"{i};{i % 9 + 1}.{100 + i}\n" for i in range(30))
    assert "line 2, column 'price': '1.100' may be 1100 or 1.100" in refusal(tmp_path, text)


def test_thousands_that_begin_late_are_asked(tmp_path: Path) -> None:
    text = table([*range(100, 1000), *(["999"] * 400), "1.003", "1.250"], ";")
    assert "line 1,302, column 'a': '1.003' may be 1003" in refusal(tmp_path, text)


@pytest.mark.parametrize("settling", ["0{}125", "12{}5", "3{}1416", "-2{}50", "2500"])
@pytest.mark.parametrize("mark", [",", "."])
def test_another_length_or_a_zero_in_front_shows_a_decimal(
    tmp_path: Path, mark: str, settling: str
) -> None:
    text = table([f"1{mark}234", "17", f"2{mark}345", settling.format(mark)] * 5, ";")
    assert read(tmp_path, text).x[0, 1] == np.float32(1.234)


def test_another_column_shows_what_the_mark_of_a_column_of_fractions_is(tmp_path: Path) -> None:
    for mark in ",.":
        text = table([f"1{mark}234", f"2{mark}345"] * 5, ";", other=[f"0{mark}5", f"2{mark}5"])
        assert read(tmp_path, text).x[0].tolist() == [0.5, np.float32(1.234)]
    text = table(["1.234", "998"] * 5, ";", other=["0.5", "2.5"])
    assert "'1.234' may be 1234" in refusal(tmp_path, text)


def test_three_digits_behind_the_point_of_a_table_with_commas_are_decimals(tmp_path: Path) -> None:
    data = read(tmp_path, table(["1.234", "12.500", "2.000"] * 5, ","))
    assert data.x[:3, 1].tolist() == [np.float32(1.234), 12.5, 2]
    assert "'1.234' may be" in refusal(tmp_path, table(["1.234", "998"] * 5, ","))


def test_columns_that_are_left_out_are_not_asked_about(tmp_path: Path) -> None:
    text = table(["1.234", "998"] * 5, ";")
    assert read(tmp_path, text, leave_out="a").input_names == ("o",)


def test_two_separators_are_thousands_for_sure(tmp_path: Path) -> None:
    for delimiter, cell in ((";", "1.234.567"), ("\t", "1,234,567")):
        text = table(["7" + cell[1:5], cell] * 10, delimiter)
        assert f"{say(cell)} isn't a number: write plain numbers" in refusal(tmp_path, text)


def test_the_sure_fractions_of_a_file_say_which_mark_is_decimal(tmp_path: Path) -> None:
    text = "b;y\n" + "".join(f"1.{100 + i};{i},5\n" for i in range(20))
    assert "line 2, column 'b': '1.100' isn't a number" in refusal(tmp_path, text)


def test_decimal_commas_within_quotes_are_found(tmp_path: Path) -> None:
    text = 'a,y\n"0,5","0,25"\n"1,5","3,25"\n3,4\n"2,5","6,25"\n'
    for content in (text, text.replace("a,y\n", "")):
        data = read(tmp_path, content)
        assert data.x.tolist() == [[0.5], [1.5], [3], [2.5]]
        assert data.y.tolist() == [[0.25], [3.25], [4], [6.25]]
        assert "',' between fields, decimal comma" in told(data)


@pytest.mark.parametrize("cell", ["$1,{}00", "{}9%", "1.{}00,50", "{} 000", "{},5 €", "-{}'000"])
@pytest.mark.parametrize("classes", [3, 9])
def test_targets_that_are_decorated_numbers_are_explained(
    tmp_path: Path, cell: str, classes: int
) -> None:
    cells = [cell.format(i % classes + 1) for i in range(36)]
    text = "a|price\n" + "".join(f"{i / 7:.4f}|{cell}\n" for i, cell in enumerate(cells))
    for values in ({}, {"target": "price"}, {"task": "values"}):
        reason = refusal(tmp_path, text, **values)
        assert f"line 2, column 'price': {say(cells[0])} isn't a number" in reason
    assert read(tmp_path, text, task="classes").kind == Classes(classes)


def test_a_target_whose_rows_all_differ_is_explained_as_decorated(tmp_path: Path) -> None:
    text = "a,price\n" + "".join(f'{i / 7:.4f},"${i},500"\n' for i in range(40))
    assert "write plain numbers" in refusal(tmp_path, text, target="price")


def test_plain_numbers_beside_words_are_not_called_decorated(tmp_path: Path) -> None:
    houses = ["B", *range(2, 92), *"ABABABABABAB"]
    text = "house,y\n" + "".join(f"{cell},{i / 3}\n" for i, cell in enumerate(houses))
    reason = refusal(tmp_path, text, target="y")
    assert "line 2, column 'house': 'B' isn't a number" in reason
    assert "data=\"csv('table.csv', target='y', leave_out=('house',))\"" in reason


STAMPS = 1.7e9 + np.random.default_rng(0).normal(0, 1, 60)


def stamps(left: Iterable[object], right: Iterable[object]) -> str:
    return "t,y\n" + "".join(f"{a},{b}\n" for a, b in zip(left, right, strict=True))


def test_targets_far_from_zero_keep_their_differences(tmp_path: Path) -> None:
    cells = [f"{value:.4f}" for value in STAMPS]
    data = read(tmp_path, stamps(range(60), cells))
    assert data.y[:, 0].tolist() == [float(cell) for cell in cells]
    assert "1699999" in told(data)
    assert "to 17000000" in told(data)
    train = split(data, 0.0, 0).train
    assert train.y.dtype == np.float32
    expected = (data.y - data.y.mean()) / data.y.std()
    np.testing.assert_allclose(train.y, expected, atol=1e-5)


def test_inputs_far_from_zero_keep_their_differences(tmp_path: Path) -> None:
    cells = [f"{value:.4f}" for value in STAMPS]
    data = read(tmp_path, stamps(cells, [i / 7 for i in range(60)]))
    assert data.x[:, 0].tolist() == [float(cell) for cell in cells]
    assert "the same number" not in told(data)
    assert read(tmp_path, stamps(range(60), range(60))).x.dtype == np.float32


def test_digits_that_are_lost_without_scaling_are_told(tmp_path: Path) -> None:
    data = read(tmp_path, stamps(STAMPS, STAMPS), standardize=False, standardize_target=False)
    assert (data.x.dtype, data.y.dtype) == (np.dtype("float32"), np.dtype("float32"))
    assert "t: rounded to 7 digits, standardize=True keeps their differences" in told(data)
    assert "rounded to 7 digits, standardize_target=True keeps" in told(data)


def test_ranges_have_as_many_digits_as_tell_their_ends_apart(tmp_path: Path) -> None:
    dates = read(tmp_path, stamps(range(60), [20_200_101 + i for i in range(60)]))
    assert "20200101 to 20200160" in told(dates)
    near = read(tmp_path, stamps(range(60), [1 + i * 1e-8 for i in range(60)]))
    assert "1 to 1.00000059" in told(near)


def test_zeros_in_front_of_class_names_are_kept(tmp_path: Path) -> None:
    text = "a,zip\n" + "".join(f"{i / 7},{('00501', '02138', '94110')[i % 3]}\n" for i in range(12))
    data = read(tmp_path, text)
    assert data.class_names == ("00501", "02138", "94110")
    assert read(tmp_path, text, task="values").y[:2].tolist() == [[501], [2138]]


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        ([*range(30)] * 5, Classes(30)),
        ([*range(1, 31)] * 5, Classes(30)),
        ([*range(30)] * 4, Values((1,))),
        ([*range(2, 32)] * 5, Values((1,))),
        ([*range(0, 60, 2)] * 5, Values((1,))),
        ([*range(1000)] * 5, Classes(1000)),
        ([*range(1001)] * 5, Values((1,))),
    ],
)
def test_whole_numbers_that_are_counted_without_gaps_and_repeated_are_classes(
    tmp_path: Path, labels: list[int], kind: object
) -> None:
    data = read(tmp_path, stamps([i / 7 for i in range(len(labels))], labels))
    assert data.kind == kind
    way_out = "task='classes' tells them apart" in told(data)
    assert way_out == (isinstance(kind, Values) and len(set(labels)) <= 1000)


@pytest.mark.parametrize("name", ["CustomerId", "customer_id", "ID", "userID"])
def test_columns_of_ids_are_left_out_and_told(tmp_path: Path, name: str) -> None:
    text = f"a,{name},y\n" + "".join(f"{i * i},{1000 + 37 * i},{i / 7}\n" for i in range(20))
    data = read(tmp_path, text)
    assert data.input_names == ("a",)
    assert f"left out: {name} (names the rows)" in told(data)


def test_other_columns_of_whole_numbers_are_inputs(tmp_path: Path) -> None:
    for name in ("bid", "PAID", "humid", "idle"):
        text = f"a,{name},y\n" + "".join(f"{i * i},{1000 + 37 * i},{i / 7}\n" for i in range(20))
        assert read(tmp_path, text).input_names == ("a", name)
    text = "a,shop_id,y\n" + "".join(f"{i * i},{i % 4},{i / 7}\n" for i in range(20))
    assert read(tmp_path, text).input_names == ("a", "shop_id")
