"""A look at a table: columns, rows, target, and why it can't be trained on."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.data.files.fuzz import mutated
from tests.spec.support import error_of, is_readable
from tui_nn.data.files.csv_table import csv
from tui_nn.data.preview import table
from tui_nn.data.preview.look import look_into
from tui_nn.data.preview.table import preview_table
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import encode
from tui_nn.spec.protocol.disk import Contents, FileColumn
from tui_nn.spec.protocol.messages import Answer, Present

PETS = "age,colour,name,weight,species\n" + "".join(
    f"{i},{'red' if i % 3 else 'blue'},n{i},{'' if i % 4 else i / 10},{'cat' if i % 2 else 'dog'}\n"
    for i in range(60)
)


def look(folder: Path, text: str | bytes, *target: str, limit: int = 3, **limits: Any) -> Contents:
    path = folder / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return preview_table(path, "t.csv", target, limit)


def by_name(seen: Contents) -> dict[str, FileColumn]:
    return {column.name: column for column in seen.columns}


def test_columns_have_their_types_ranges_and_what_is_missing(tmp_path: Path) -> None:
    seen = look(tmp_path, PETS)
    columns = by_name(seen)
    assert (columns["age"].kind, columns["age"].low, columns["age"].high) == ("numbers", 0, 59)
    assert (columns["weight"].missing, columns["weight"].high) == (45, 5.6)
    colour = columns["colour"]
    assert (colour.kind, colour.different, colour.texts) == ("texts", 2, ("red", "blue"))
    assert columns["name"].different == 60
    assert (seen.samples, seen.sampled, seen.columns_left_out) == (60, "", 0)


def test_the_last_column_is_the_guess_and_its_classes_are_counted(tmp_path: Path) -> None:
    seen = look(tmp_path, PETS)
    assert seen.target == ("species",)
    assert dict(zip(seen.classes, seen.class_counts, strict=True)) == {"cat": 30, "dog": 30}
    assert seen.call == "csv('t.csv', target='species')"


def test_another_target_is_numbers(tmp_path: Path) -> None:
    seen = look(tmp_path, PETS, "age")
    assert (seen.target, seen.values, seen.classes) == (("age",), (1,), ())
    assert look(tmp_path, PETS, "age", "weight").values == (2,)


def test_rows_stand_as_they_are_written(tmp_path: Path) -> None:
    assert look(tmp_path, PETS, limit=2).rows == (
        ("0", "blue", "n0", "0.0", "dog"),
        ("1", "red", "n1", "", "cat"),
    )
    assert look(tmp_path, '1;"a;b"\n2;"c"\n3;d\n', limit=1).rows == (("1", "a;b"),)


def test_inputs_are_as_many_as_training_would_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    seen = look(tmp_path, PETS)
    assert seen.input_shape == csv("t.csv").input_shape


@pytest.mark.parametrize(
    ("target", "problem", "hint"),
    [
        ("name", "column 'name': each row has another target ('n0', 'n1' …)", "name the column"),
        ("nmae", "there is no column 'nmae'", "did you mean name?"),
    ],
)
def test_a_target_that_cannot_be_learned_is_a_problem_beside_the_columns(
    tmp_path: Path, target: str, problem: str, hint: str
) -> None:
    seen = look(tmp_path, PETS, target)
    assert seen.problem == problem
    assert seen.hint.startswith(hint)
    assert len(seen.columns) == 5
    assert len(seen.rows) == 3


def test_a_broken_line_is_a_problem_beside_the_rows_before_it(tmp_path: Path) -> None:
    seen = look(tmp_path, "a,b\n1,2\n3,4\n5\n")
    assert seen.problem == "line 4: has 1 field, not 2"
    assert seen.rows == (("1", "2"), ("3", "4"), ("5",))


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"\0\0\1", b"PK\x03\x04", b"single"):
        with pytest.raises(InvalidInput) as caught:
            look(tmp_path, content)
        assert caught.value.hint


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_of_a_long_file_whole_rows_at_its_beginning_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    rows = "".join(f'{i},"a ""quoted""\nline, ä",{i % 2}\n' for i in range(900))
    content = f"n,words,y\n{rows}".encode(encoding)
    whole = look(tmp_path, content)
    assert (whole.samples, whole.problem) == (900, "")
    for most in range(2_000, 2_080):
        monkeypatch.setattr(table, "MOST_BYTES", most)
        seen = look(tmp_path, content)
        assert (seen.problem, seen.samples) == ("", None)
        assert seen.sampled.startswith("the first 2 kB: ")
        assert seen.columns[0].high == int(seen.sampled.split()[-2]) - 1


def test_of_many_columns_the_first_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_COLUMNS", 3)
    seen = look(tmp_path, PETS)
    assert ([c.name for c in seen.columns], seen.columns_left_out) == (["age", "colour", "name"], 2)
    assert {len(row) for row in seen.rows} == {3}


def test_what_a_terminal_would_obey_is_not_told(tmp_path: Path) -> None:
    seen = look(tmp_path, 'a\x1b[2J,b\n"\x07x",1\ny,0\n"\x07x",1\ny,0\n')
    line = encode(Answer(id=1, present=Present(state="ready"), found=seen))
    assert b"\\u001b" not in line
    assert b"\\u0007" not in line


def test_numbers_are_told_as_they_are_written(tmp_path: Path) -> None:
    column = look(tmp_path, "a,b\n0.1,1\n-2.37,0\n0.1,1\n").columns[0]
    assert (column.low, column.high) == (-2.37, 0.1)


GOOD = [PETS[:300].encode(), b"1;2,5\n3;4,5\n", "a,ä\n1,x\n2,y\n".encode("utf-16")]


@settings(deadline=None, max_examples=150)
@given(content=mutated(GOOD))
def test_any_bytes_give_contents_or_a_readable_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    results: list[Contents] = []
    error = error_of(lambda: results.append(look(folder, content)))
    if error is None:
        assert encode(Answer(id=1, present=Present(state="ready"), found=results[0]))
        assert bool(results[0].problem) != bool(results[0].input_shape)
    else:
        assert is_readable(error)


def test_an_experiment_is_told_as_its_file_says(tmp_path: Path) -> None:
    seen = look_into("iris-mlp")
    assert (seen.opens, seen.call[:4]) == ("experiment", "iris")
    assert seen.experiment
    assert seen.experiment["network"][0] == "Linear(4, 8)"
