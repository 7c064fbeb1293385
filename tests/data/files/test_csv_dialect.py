"""How a table is written is found, said, and can be set."""

from pathlib import Path

import pytest

from tests.data.files.csv_support import read, refusal, told
from tui_nn.spec.catalog.files import ENCODINGS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_gives_all_rows_as_many_fields(
    tmp_path: Path, delimiter: str
) -> None:
    rows = ("a", "b", "y"), ("1", "2.5", "3.5"), ("4", "5", "6"), ("7", "8", "9")
    data = read(tmp_path, "\n".join(delimiter.join(row) for row in rows))
    assert data.x.tolist() == [[1, 2.5], [4, 5], [7, 8]]
    assert data.y.tolist() == [[3.5], [6], [9]]
    assert data.input_names == ("a", "b")


def test_decimal_commas_are_no_delimiters(tmp_path: Path) -> None:
    for text in ("1;2,5;3,5\n2;3,5;4,5\n", "1,0;2,5;3,5\n2,0;3,5;4,5\n"):
        data = read(tmp_path, text)
        assert data.x.tolist() == [[1, 2.5], [2, 3.5]]
        assert data.y.tolist() == [[3.5], [4.5]]
        assert "2 rows: ';' between fields, decimal comma, no names" in told(data)


def test_a_decimal_comma_works_with_tabs_bars_and_exponents(tmp_path: Path) -> None:
    for delimiter in "\t|":
        data = read(tmp_path, f"a{delimiter}y\n-1,5e2{delimiter},5\n+2,25{delimiter}1,\n")
        assert data.x.tolist() == [[-150], [2.25]]
        assert data.y.tolist() == [[0.5], [1]]


def test_a_point_is_no_number_where_commas_are_decimal(tmp_path: Path) -> None:
    text = "a;y\n" + "1,5;2,5\n" * 20 + "1.000;3,5\n"
    assert "line 22, column 'a': '1.000' isn't a number" in refusal(tmp_path, text)


def test_delimiters_within_quotes_are_text(tmp_path: Path) -> None:
    data = read(tmp_path, 'a,y\n"x, y",1.5\n"z, ""w""",2\n"x, y",3\n')
    assert data.input_names == ('a=z, "w"',)
    assert data.x.tolist() == [[0], [1], [0]]


def test_a_quoted_field_may_hold_line_ends(tmp_path: Path) -> None:
    data = read(tmp_path, 'a,b,y\n"x\n1",2,1.5\n"x\r\n2",2,2\n"x\n1",3,3\n"x\n1",3,4\n')
    assert data.input_names == ("a=x\r\n2", "b")
    text = 'a,b,y\n"x\n1",2,1.5\n"x\n1",2,3\n"x\n1",oops,2\n'
    assert "line 6, column 'b': 'oops'" in refusal(tmp_path, text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_read(tmp_path: Path, end: str) -> None:
    data = read(tmp_path, end.join(("", "a,c,y", "1,p,2.5", "", "3,q,4", "5,q,6")))
    assert data.x.tolist() == [[1, 0], [3, 1], [5, 1]]


def test_spaces_around_fields_do_not_count(tmp_path: Path) -> None:
    data = read(tmp_path, 'a , "b, c",y\n 1 ,  x,  2.5\n+3 , x ,4\n5e0,z , 6\n')
    assert data.input_names == ("a", "b, c=z")
    assert data.x.tolist() == [[1, 0], [3, 0], [5, 1]]


@pytest.mark.parametrize(
    ("content", "letter", "encoding"),
    [
        ("s,y\né,1.5\no,2\n".encode(), "é", ""),
        ("\ufeffs,y\né,1.5\no,2\n".encode(), "é", ""),
        ("s,y\né,1.5\no,2\n".encode("latin-1"), "é", "latin-1"),
        ("\ufeffs,y\né,1.5\no,2\n".encode("utf-16-le"), "é", "utf-16"),
        ("\ufeffs,y\né,1.5\no,2\n".encode("utf-16-be"), "é", "utf-16"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, content: bytes, letter: str, encoding: str) -> None:
    data = read(tmp_path, content)
    assert data.input_names == (f"s={letter}",)
    assert data.notices[0].endswith(encoding or "first line")


def test_an_encoding_that_does_not_fit_is_refused_with_the_line(tmp_path: Path) -> None:
    content = "s,y\no,1.5\né,2\n".encode("latin-1")
    assert "line 3 can't be read as utf-8" in refusal(tmp_path, content, encoding="utf-8")
    assert read(tmp_path, content, encoding="latin-1").x.tolist() == [[0], [1]]


def test_the_first_line_holds_names_where_numbers_stand_below_texts(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1,2.5\n2,3\n").input_names == ("a",)
    data = read(tmp_path, "1,2.5\n2,3\n4,5\n")
    assert data.input_names == ("column 1",)
    assert len(data.x) == 3
    assert "no names in the first line" in told(data)


def test_texts_alone_have_names_where_the_first_row_never_comes_again(tmp_path: Path) -> None:
    named = read(tmp_path, "who,likes\nAnn,red\nBob,blue\nBob,red\n")
    assert (named.input_names, named.class_names) == (("who=Bob",), ("blue", "red"))
    bare = read(tmp_path, "Ann,red\nBob,blue\nBob,red\n")
    assert (bare.input_names, len(bare.x)) == (("column 1=Bob",), 3)


def test_every_guess_can_be_overruled(tmp_path: Path) -> None:
    years = "2019,2020\n1,2.5\n3,4\n"
    assert len(read(tmp_path, years).x) == 3
    assert read(tmp_path, years, header=True).input_names == ("2019",)
    words = "Ann,red\nBob,blue\nAnn,red\n"
    assert len(read(tmp_path, words).x) == 3
    assert read(tmp_path, words, header=True).input_names == ("Ann=Bob",)
    semicolons = "a;y,b\n1;2,5\n3;4,5\n"
    assert read(tmp_path, semicolons, delimiter=";").y.tolist() == [[2.5], [4.5]]
    text = "a;y\n1,5;2\n2,5;3\n"
    assert "'1,5' isn't a number" in refusal(tmp_path, text, decimal=".")


def test_names_that_are_empty_or_stand_there_twice_are_mended(tmp_path: Path) -> None:
    data = read(tmp_path, "a,a,,a,a.2,y\n1,2,3,4,5,0.5\n2,3,4,5,6,1.5\n")
    assert data.input_names == ("a", "a.3", "column 3", "a.4", "a.2")
    assert "names that stand there twice are now a.3, a.4" in told(data)


def test_delimiters_at_the_end_of_rows_make_no_column(tmp_path: Path) -> None:
    for text in ("a,y,\n1,2.5,\n3,4,\n", "a,y\n1,2.5,\n3,4,\n", "a,y\n1,2.5\n3,4,,,\n"):
        data = read(tmp_path, text)
        assert data.x.tolist() == [[1], [3]]
        assert "with ',' at the end: taken away" in told(data)


@pytest.mark.parametrize(
    ("letters", "encoding", "shown"),
    [
        (b"\x80", "cp1252", "€"),
        (b"\x93x\x94", "cp1252", "“x”"),
        (b"\x80\x81", "latin-1", "\x80\x81"),
        (b"\xe9", "latin-1", "é"),
    ],
)
def test_letters_of_windows_are_read_and_told(
    tmp_path: Path, letters: bytes, encoding: str, shown: str
) -> None:
    data = read(tmp_path, b"s,y\n" + letters + b",1.5\nA,2\n")
    assert data.input_names == (f"s={shown}",)
    assert f"letters read as {encoding}: if they look wrong save it as UTF-8" in told(data)
    assert "letters" not in told(read(tmp_path, "s,y\né,1.5\nA,2\n"))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_of_the_catalog_can_be_named(tmp_path: Path, encoding: str) -> None:
    data = read(tmp_path, "s,y\nb,1.5\na,2\n".encode(encoding), encoding=encoding)
    assert data.input_names == ("s=b",)


def test_a_table_in_another_alphabet_is_read_where_its_encoding_is_named(tmp_path: Path) -> None:
    for encoding, word in (("cp1251", "Москва"), ("gbk", "北京"), ("shift_jis", "東京")):
        content = f"s,y\n{word},1.5\nA,2\n".encode(encoding)
        assert read(tmp_path, content, encoding=encoding).input_names == (f"s={word}",)


def test_the_line_in_which_excel_names_the_delimiter_is_understood(tmp_path: Path) -> None:
    for first in ("sep=;", '"sep=;"', "SEP=;\r"):
        data = read(tmp_path, f"{first}\na,x;y\n1;2.5\n3;4\n")
        assert (data.input_names, data.x.tolist()) == (("a,x",), [[1], [3]])
    assert "line 4, column 'b': 'oops'" in refusal(
        tmp_path, "sep=;\na;b;y\n1;2;3.5\n1;oops;3\n" + "1;2;3.5\n" * 30
    )
    assert "line 3: has 2 fields" in refusal(tmp_path, "sep=;\na;b;y\n1;2\n1;2;3\n1;2;3\n")


def test_a_title_above_the_names_is_to_be_taken_away(tmp_path: Path) -> None:
    text = "Sales 2024,,\na,b,y\n1,2,3.5\n2,3,4\n"
    reason = refusal(tmp_path, text)
    assert "line 1: 'Sales 2024' is a title, names stand below it: take line 1 away" in reason
    assert read(tmp_path, ",,y\n5,2,3.5\n7,3,4\n").x.shape == (2, 2)


def test_a_way_out_is_a_call_that_can_be_typed(tmp_path: Path) -> None:
    text = "when,price\n" + "2024-01-31,1.5\n2024-02-01,2\n"
    for target, words in ((None, ""), ("price", "target='price', ")):
        reason = refusal(tmp_path, text, target=target)
        assert f"write data=\"csv('table.csv', {words}leave_out=('when',))\"" in reason


def test_a_single_column_is_left_out_by_its_name(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b,y\n1,2,3.5\n2,3,4\n", leave_out="a").input_names == ("b",)
    assert "no column 'c'" in refusal(tmp_path, "a,b,y\n1,2,3.5\n2,3,4\n", leave_out="c")
