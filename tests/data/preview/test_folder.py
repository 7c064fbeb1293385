"""What is in a folder, and as what it opens."""

import os
from pathlib import Path

import pytest

from tests.data.files.pictures_support import pets
from tests.data.files.test_idx import write
from tui_nn.data.preview import folder
from tui_nn.data.preview.folder import list_folder
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.disk import Listing


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listed(word: str = "") -> Listing:
    return list_folder(word, lambda path: (path / "events.jsonl").exists())


def test_folders_come_first_then_files_by_name_and_hidden_ones_not(here: Path) -> None:
    for name in ("b10.csv", "b9.csv", ".hidden", "A.txt"):
        Path(name).write_text("1,2\n")
    Path("z").mkdir()
    seen = listed()
    assert [entry.name for entry in seen.entries] == ["z", "A.txt", "b9.csv", "b10.csv"]
    assert [entry.size for entry in seen.entries] == [None, 4, 4, 4]
    assert (seen.path, seen.parent, seen.left_out) == (str(here), str(here.parent), 0)


def test_what_opens_as_what_is_told() -> None:
    names = ("a.csv", "b.npz", "c.toml", "d.lesson.toml", "e.py", "f.png", "README")
    for name in names:
        Path(name).write_text("")
    write("mnist")
    pets(root="pets")
    Path("run").mkdir()
    Path("run/events.jsonl").write_text("")
    Path("plain").mkdir()
    assert {entry.name: entry.opens for entry in listed().entries} == {
        "mnist": "data", "pets": "data", "plain": "", "run": "run", "a.csv": "data",
        "b.npz": "data", "c.toml": "experiment", "d.lesson.toml": "lesson", "e.py": "",
        "f.png": "", "README": "",
    }  # fmt: skip


def test_of_a_large_folder_the_first_are_told_and_the_others_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folder, "MOST", 3)
    for index in range(5):
        Path(f"{index}.csv").write_text("")
    seen = listed()
    assert ([entry.name for entry in seen.entries], seen.left_out) == (
        ["0.csv", "1.csv", "2.csv"], 2,
    )  # fmt: skip


def test_the_top_has_no_parent_and_home_is_found(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listed("/").parent == ""
    monkeypatch.setenv("HOME", str(here))
    assert listed("~").path == str(here)


def test_links_that_lead_nowhere_and_names_that_are_no_text_harm_nothing(here: Path) -> None:
    os.symlink("nowhere", "broken.csv")
    try:
        (here / os.fsdecode(b"\xff.csv")).write_text("")
    except OSError:
        pytest.skip("this file system takes no such name")
    [entry] = listed().entries
    assert (entry.name, entry.size, entry.opens) == ("broken.csv", None, "")


@pytest.mark.parametrize("word", ["nowhere", "a.csv", "nowhere/there"])
def test_what_is_no_folder_is_refused_with_a_way_out(word: str) -> None:
    Path("a.csv").write_text("")
    with pytest.raises(InvalidInput) as caught:
        listed(word)
    assert caught.value.hint
    assert caught.value.where.endswith(word)
