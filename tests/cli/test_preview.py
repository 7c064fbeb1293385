"""`nn-tui preview`: what a file holds."""

import json
from pathlib import Path

import pytest

from tests.cli.support import nn_tui

PETS = "age,colour,species\n1,red,cat\n2,,dog\n30,red,cat\n4,blue,dog\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pets.csv").write_text(PETS)


def test_a_table_is_shown_by_columns_and_first_rows() -> None:
    answer = nn_tui("preview", "pets.csv", "--limit", "2")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "csv('pets.csv', target='species')",
        "4 samples",
        "classes  cat (2), dog (2)",
        "",
        "age      numbers      1 to 30",
        "colour   texts    2 different  1 missing",
        "species  texts    2 different  target",
        "",
        "1  red  cat",
        "2       dog",
        "",
        "note: 4 rows: ',' between fields, names in the first line",
        "note: target: species (the last column), 2 classes (cat, dog)",
        "note: texts became columns of 0 and 1: colour (3)",
    ]


def test_a_target_that_cannot_be_learned_is_told_with_the_way_out() -> None:
    out = nn_tui("preview", "pets.csv", "--target", "breed").out
    assert out.endswith(
        "problem: there is no column 'breed': there are 'age', 'colour', 'species'\n"
    )


def test_an_experiment_is_shown_key_by_key() -> None:
    lines = nn_tui("preview", "and-gate").out.splitlines()
    assert lines[0] == "and_gate()"
    assert any(line.split()[:2] == ["optimizer", "SGD(lr=1)"] for line in lines)


def test_json_is_what_an_engine_tells() -> None:
    found = json.loads(nn_tui("preview", "pets.csv", "--json").out)
    assert found["classes"] == ["cat", "dog"]
    assert found["columns"][0] == {
        "name": "age", "kind": "numbers", "missing": 0, "low": 1.0, "high": 30.0, "different": 0,
        "texts": [], "shape": None,
    }  # fmt: skip


def test_what_is_not_there_is_said_in_one_line() -> None:
    answer = nn_tui("preview", "./pest.csv")
    assert answer.code == 2
    assert answer.err == "nn-tui: there is no preset or file ./pest.csv: did you mean pets.csv?\n"
