"""What becomes of a table's columns and rows, and what is said of a file that is none."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.files.csv_support import NAME, read, refusal, told
from tests.data.files.fuzz import check_reads_or_refuses, mutated
from tui_nn.data.files import csv_table
from tui_nn.data.files.source import Source
from tui_nn.spec.catalog.files import ENCODINGS
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import say

NUMBERS = "a,b,y\n" + "".join(f"{i / 7:.4f},{i * i},{i / 3:.5f}\n" for i in range(50))


def test_numbers_are_read_as_python_reads_them(tmp_path: Path) -> None:
    words = ["1", "-2.5", "+3", "1e5", "2E-3", ".5", "5.", " 7 ", "0012", "123456.789"]
    data = read(tmp_path, "a,y\n" + "".join(f"{word},{word}\n" for word in words))
    assert data.x[:, 0].tolist() == [float(np.float32(float(word))) for word in words]
    assert np.array_equal(data.y, data.x)
    assert (data.x.dtype, data.y.dtype) == (np.dtype("float32"), np.dtype("float32"))
    assert data.missing == 0


def test_quotes_give_the_same_table(tmp_path: Path) -> None:
    rows = [["a", "t", "b", "y"]]
    rows += [[f"{i / 7}", "pq"[i % 2], ["", "NA", "3"][i % 3], f"{i / 3}"] for i in range(40)]
    plain = read(tmp_path, "\n".join(",".join(row) for row in rows))
    quoted = read(tmp_path, "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows))
    np.testing.assert_array_equal(plain.x, quoted.x)
    np.testing.assert_array_equal(plain.y, quoted.y)
    assert plain.notices == quoted.notices
    assert plain.missing == 27


def test_a_table_of_many_blocks_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(tmp_path, NUMBERS)
    monkeypatch.setattr("tui_nn.data.files.table.reading._CELLS", 12)
    said: list[str] = []
    blocks = csv_table.csv(NAME, source=Source(tmp_path, said.append))
    np.testing.assert_array_equal(blocks.x, whole.x)
    np.testing.assert_array_equal(blocks.y, whole.y)
    assert f"reading {NAME}: 100 %" in said
    assert len(said) > 10
    late = NUMBERS + '"1\n",,2\n7,"8\n\n",9\n1,2\n'
    assert "line 57: has 2 fields, not 3" in refusal(tmp_path, late)


@pytest.mark.parametrize("word", ["", "NA", "na", "N/A", "NaN", "nan", "null", "None", "?", "-"])
def test_missing_numbers_are_kept_as_nan_and_counted(tmp_path: Path, word: str) -> None:
    data = read(tmp_path, f"a,b,y\n1,{word},1.5\n{word},{word},2\n{word},4,3\n2,5,4\n")
    assert np.isnan(data.x).tolist() == [[False, True], [True, True], [True, False], [False] * 2]
    assert data.missing == 4


def test_missing_numbers_are_told_by_column(tmp_path: Path) -> None:
    data = read(tmp_path, "age,fare,y\n,1,1.5\nNA,2,2\n3,?,3\n4,4,4\n5,5,5\n")
    assert (
        "missing numbers: 2 in age, 1 in fare; filled with the column's mean over the training part"
        in told(data)
    )
    assert data.missing == 3


def test_texts_become_a_sorted_column_each(tmp_path: Path) -> None:
    data = read(tmp_path, "city,y\nRome,1.5\nParis,2\nOslo,3\nRome,4\n")
    assert data.input_names == ("city=Oslo", "city=Paris", "city=Rome")
    assert data.x.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert "texts became columns of 0 and 1: city (3)" in told(data)


def test_two_texts_are_one_column(tmp_path: Path) -> None:
    data = read(tmp_path, "s,b,y\nyes,True,1.5\nno,False,2\nyes,True,3\n")
    assert data.input_names == ("s=yes", "b=True")
    assert data.x.tolist() == [[1, 1], [0, 0], [1, 1]]


def test_a_missing_text_is_a_column_of_its_own(tmp_path: Path) -> None:
    data = read(tmp_path, "city,y\nRome,1.5\n,2\nOslo,3\n")
    assert data.input_names == ("city=Oslo", "city=Rome", "city=(missing)")
    assert data.x.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert data.missing == 0


def rows(*columns: Sequence[object]) -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in zip(*columns, strict=True))


def test_more_than_50_texts_are_left_out_with_their_number(tmp_path: Path) -> None:
    y = [i / 3 for i in range(120)]
    for count in (50, 51):
        texts = [f"t{i % count}" for i in range(120)]
        data = read(tmp_path, "t,a,y\n" + rows(texts, y, y))
        assert data.x.shape[1] == (51 if count == 50 else 1)
    assert "left out: t (51 different texts)" in told(data)


def test_names_of_rows_are_left_out(tmp_path: Path) -> None:
    y = [i / 3 for i in range(12)]
    data = read(tmp_path, "who,a,y\n" + rows([f"w{i}" for i in range(12)], y, y))
    assert data.input_names == ("a",)
    assert "left out: who (12 different texts)" in told(data)


def test_a_column_that_turns_to_texts_late_is_read_as_texts(tmp_path: Path) -> None:
    t = [i % 3 for i in range(1500)] + ["x", "y"] * 400
    data = read(tmp_path, "t,y\n" + rows(t, [i / 3 for i in range(2300)]))
    assert data.input_names == ("t=0", "t=1", "t=2", "t=x", "t=y")
    assert data.x.sum(axis=0).tolist() == [500, 500, 500, 400, 400]


def test_a_stray_text_among_numbers_is_refused_with_its_place(tmp_path: Path) -> None:
    y = [i / 3 for i in range(30)]
    for t in ([*range(29), "oops"], ["oops", *range(29)]):
        line = 2 + t.index("oops")
        reason = refusal(tmp_path, "t,b,y\n" + rows(t, y, y))
        assert f"line {line}, column 't': 'oops' isn't a number" in reason
        assert "leave_out=('t',)" in reason
    bare = refusal(tmp_path, rows(["oops", 1, 2, 3], [1.5, 2, 3, 4], [5.5, 6, 7, 8]))
    assert "line 1, column 'column 1'" in bare
    assert "header=True" in bare


@pytest.mark.parametrize("word", ["1,234", "1,234.50", "12 %", "$5", "5€", "1'000", "1 000", "−5"])
def test_numbers_with_decoration_are_explained(tmp_path: Path, word: str) -> None:
    for text in (f"a|y\n{word}|1.5\n{word}|2\n", "a|y\n" + "1|2\n" * 20 + f"{word}|3.5\n"):
        reason = refusal(tmp_path, text, decimal=".")
        assert f"column 'a': {say(word)} isn't a number: write plain numbers" in reason


@pytest.mark.parametrize(
    "word",
    [
        "2024-01-31",
        "31/01/2024",
        "01.02.2024",
        "1/2/24",
        "2024-01-31T10:00",
        "2024-01-31 10:00:30.5+01:00",
        "10:15",
        "9:05 PM",
        "31-Jan-2024",
        "January 31, 2024",
    ],
)
def test_dates_and_times_are_refused_with_the_line_to_write(tmp_path: Path, word: str) -> None:
    text = f'id,when,then,y\nx,"{word}","{word}",1.5\ny,"{word}","{word}",2\n'
    reason = refusal(tmp_path, text, leave_out=("id",))
    assert f"line 2, column 'when': '{word}' is a date or time" in reason
    assert "leave_out=('id', 'when', 'then')" in reason
    text = text.replace("then", "a").replace(f'"{word}",1.5', "1,1.5").replace(f'"{word}",2', "2,2")
    assert read(tmp_path, text, leave_out=("id", "when")).x.tolist() == [[1], [2]]


@pytest.mark.parametrize("word", ["inf", "-inf", "Infinity", "1e999", "1e300", "-1e39"])
def test_numbers_that_are_too_large_are_refused_with_their_place(tmp_path: Path, word: str) -> None:
    assert f"line 3, column 'b': '{word}' is" in refusal(tmp_path, f"b,y\n1,2\n{word},3\nNA,4.5\n")
    assert f"line 3, column 'y': '{word}' is" in refusal(tmp_path, f"b,y\n1,2\n2,{word}\n3,4.5\n")


@pytest.mark.parametrize("word", ["1_000", "0x10", "１２", "٣", "1d5", "5j"])
def test_what_only_python_takes_for_a_number_is_none(tmp_path: Path, word: str) -> None:
    assert f"'{word}' isn't a number" in refusal(tmp_path, f"b,y\n1,2.5\n3,3\n{word},4\n")


def test_an_empty_column_is_left_out(tmp_path: Path) -> None:
    data = read(tmp_path, "a,b,c,y\n1,,x,1.5\n2,NA,x,2\n3,,x,3\n")
    assert data.input_names == ("a",)
    assert "left out: b (is empty), c (the same text in every row)" in told(data)


def test_a_number_that_never_changes_is_kept_and_told(tmp_path: Path) -> None:
    data = read(tmp_path, "a,b,y\n1,7,1.5\n2,7,2\n4,7,3\n")
    assert data.input_names == ("a", "b")
    assert "the same number in every row: b" in told(data)


@pytest.mark.parametrize("name", ["", "id", "Id", "index", "Unnamed: 0", "PassengerId"])
@pytest.mark.parametrize("first", [0, 1])
def test_a_first_column_that_numbers_the_rows_is_left_out(
    tmp_path: Path, name: str, first: int
) -> None:
    y = [i / 3 for i in range(9)]
    data = read(tmp_path, f"{name},b,y\n" + rows([*range(first, first + 9)], y, y))
    assert data.input_names == ("b",)
    assert f"left out: {name or 'column 1'} (numbers the rows)" in told(data)


def test_a_first_column_of_other_numbers_stays(tmp_path: Path) -> None:
    for text in ("id,b,y\n1,5,1.5\n3,6,2\n", "x,b,y\n1,5,1.5\n2,6,2\n", "1,5,1.5\n2,6,2\n"):
        assert read(tmp_path, text).x.shape == (2, 2)
    assert read(tmp_path, "id,y\n1,1.5\n2,2\n").input_names == ("id",)


def test_columns_that_are_left_out_are_never_read(tmp_path: Path) -> None:
    data = read(tmp_path, "a,b,y\n1,2024-01-01,1.5\n2,inf,2\n", leave_out=("B",))
    assert data.input_names == ("a",)


def test_the_file_is_told_and_held_to_its_identity(tmp_path: Path) -> None:
    data = read(tmp_path, NUMBERS)
    assert data.sha256 == hashlib.sha256(NUMBERS.encode()).hexdigest()
    assert (data.sample_name, data.source, data.standardize) == ("row", NAME, True)
    assert len(read(tmp_path, NUMBERS, sha256=data.sha256, rows=50).x) == 50
    assert "other data" in refusal(tmp_path, NUMBERS, sha256="0" * 64)
    assert "has 50 rows" in refusal(tmp_path, NUMBERS, rows=51)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\r\n  \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b'""\n" "\n', "is empty"),
        (b"a,b\n", "has names but no rows below them"),
        (b"1,2\n", "only one row has a target"),
        (b"a,b\n1,2\n", "only one row has a target"),
        (b"a\n1\n2\n", "has one column with ',' between fields: a target but no inputs"),
        (b"a b\n1 2\n2 3\n", "has one column"),
        (b"hello", "has a single field"),
        (b",,\n,,\n", "has one column"),
        (b"a,b\n1\0,2\n3,4\n", "is not a text file"),
        (b"PK\x03\x04\x14\0", "is an Excel sheet or a zip archive"),
        (b"\x1f\x8b\x08", "is packed with gzip"),
        (b"\xff\xfea", "line 1 can't be read as utf-16"),
        (b"1,2,3\n4,5\n6,7,8\n", "line 2: has 2 fields, not 3"),
        (b"a,b,c\n4,5,6\n6,7,8,9\n", "line 3: has 4 fields, not 3"),
        (b"a,b\n4,5,6\n6,7,8\n", "line 1: has 2 names, the rows below 3"),
        (b"title\n\na,b\n4,5\n6,7\n", "line 1: has 1 name, the rows below 2"),
        (b'a,b\n1,"x\n2,y\n', "line 2: a quote that opens in this row is never closed"),
        (b'"a,b\n1,2\n', "line 1: a quote that opens in this row is never closed"),
        (b'a,b\n1,"x"y\n', "line 2: a quote closes before its field ends"),
        (b'a,b\n1,"' + b"x" * 140_000 + b'"\n', "line 2: a field has more than 131,072 letters"),
        (b"1," * 4_200_000, "line 1 has more than 8,000,000 letters"),
        (b"1," * 100_000 + b"1\n", "has 100,001 columns"),
        (b"name,y\nx,1.5\nx,2\n", "no column is left as input"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_a_line(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    assert reason in refusal(tmp_path, content)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no such file"):
        csv_table.csv("missing.csv", source=Source(tmp_path))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InvalidInput, match="is a folder"):
        csv_table.csv("folder.csv", source=Source(tmp_path))
    with pytest.raises(InvalidInput, match="a pipe or a device"):
        csv_table.csv("/dev/null")


def test_a_table_larger_than_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sysconf", lambda name: 20)
    assert "memory" in refusal(tmp_path, NUMBERS)


def test_running_out_of_memory_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("tui_nn.data.files.csv_table.read_table", run_out)
    assert "takes more memory than there is" in refusal(tmp_path, NUMBERS)


GOOD = [
    NUMBERS[:200].rsplit("\n", 1)[0].encode(),
    'id;t;"b c";y\n1;x;2,5;ja\n2;"y;""z""";;nein\n3;;NA;ja\n'.encode("utf-16"),
    b"a\tb\r\n1\t2\r\n3\t\xe9\r\n-\t5\r\n",
    b"p|q|r\n1|2|3|\n4|5|6|\n",
    b"sep=;\na;b;c\n1.234;998;\x80\n7.685;0,5;00501\n1700000000.5;1;1.000\n",
]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=mutated(GOOD)
    | st.binary(max_size=200)
    | st.text("01,;\t|\n\r\"'.-eEnax ?%:é\ufeff", max_size=60).map(str.encode),
    values=st.fixed_dictionaries(
        {},
        optional={
            "task": st.sampled_from(("classes", "values")),
            "header": st.booleans(),
            "delimiter": st.sampled_from(",;\t|"),
            "decimal": st.sampled_from(".,"),
            "encoding": st.sampled_from(ENCODINGS),
        },
    ),
)
def test_any_bytes_are_read_or_refused(
    tmp_path: Path, content: bytes, values: dict[str, object]
) -> None:
    check_reads_or_refuses(lambda: read(tmp_path, content, **values))


CELLS = st.sampled_from(("1", "-2.5", "3e2", "", "NA", "null", "x", "y y", "inf", "1e39", "1_0"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=20
        )
    ),
    end=st.sampled_from(("\n", "\r\n", "\r")),
)
def test_the_quick_way_and_the_careful_one_agree(
    tmp_path: Path, table: list[list[str]], end: str
) -> None:
    results: list[tuple[object, ...]] = []
    for quote in ("", '"'):
        lines = [";".join("pqrs"[: len(table[0])])]
        lines += [";".join(quote + cell + quote for cell in row) for row in table]
        try:
            data = read(tmp_path, end.join(lines), header=True, delimiter=";")
            results.append((data.x.tobytes(), data.y.tobytes(), data.input_names, data.notices))
        except InvalidInput as error:
            results.append((str(error),))
    assert results[0] == results[1]
