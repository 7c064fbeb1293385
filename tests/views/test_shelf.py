"""What can be opened: the course, runs, files."""

from pathlib import Path

import pytest
from msgspec import structs

from tests.runs.support import STARTED, a_whole_run, ended, keep
from tui_nn.spec.files import load_experiment
from tui_nn.spec.finding import preset_names
from tui_nn.spec.protocol.disk import FolderEntry, Listing
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import DARK
from tui_nn.views.shelf import (
    RUNS_SHOWN,
    Item,
    files_in,
    folder_of,
    kept_runs,
    matching,
    paint_shelf,
    presets,
)

ITEMS = [Item("and-gate", "AND gate", "A  One neuron", "goal accuracy ≥ 100 %"),
         Item("or-gate", "OR gate", "A  One neuron"),
         Item("circle", "A ring", "B  Layers")]  # fmt: skip


def test_the_whole_course_is_there_in_its_order() -> None:
    assert [item.word for item in presets()] == list(preset_names())


def test_presets_have_the_titles_and_goals_of_their_files() -> None:
    for item in presets():
        experiment = load_experiment(item.word)
        assert item.title == experiment.title
        assert item.note == (f"goal {experiment.goal}" if experiment.goal else "")


def test_a_goal_that_was_reached_is_ticked() -> None:
    notes = {item.word: item.note for item in presets(["AND gate"])}
    assert notes["and-gate"].endswith("✓")
    assert not notes["or-gate"].endswith("✓")


def test_words_find_items_by_name_title_and_head() -> None:
    assert [i.word for i in matching("gate and", ITEMS)] == ["and-gate"]
    assert [i.word for i in matching("layers", ITEMS)] == ["circle"]


def test_items_stand_under_their_heads_and_the_chosen_one_is_marked() -> None:
    canvas = Canvas(80, 6, DARK)
    rows = paint_shelf(canvas, ITEMS, 1)
    lines = canvas.text().splitlines()
    assert rows == [None, 0, 1, None, 2]
    assert lines[0] == "A  One neuron"
    assert lines[2].startswith("▸ or-gate")
    assert lines[1].endswith("≥ 100 %")


def test_the_chosen_one_is_always_seen() -> None:
    many = [Item(f"p{index}", "", "head") for index in range(50)]
    for selected in (0, 25, 49):
        canvas = Canvas(40, 8, DARK)
        assert selected in paint_shelf(canvas, many, selected)
        assert f"▸ p{selected}" in canvas.text()


def test_files_are_those_that_can_be_opened() -> None:
    listing = Listing(path="/data", parent="/", entries=(
        FolderEntry(name="photos", is_folder=True, opens="data"),
        FolderEntry(name="old", is_folder=True), FolderEntry(name="houses.csv", opens="data"),
        FolderEntry(name="notes.txt"),
    ))  # fmt: skip
    found = files_in(listing, "/data/")
    assert [(i.word, i.title) for i in found] == [
        ("/data/photos", "data"), ("/data/old/", "folder"), ("/data/houses.csv", "data"),
    ]  # fmt: skip
    assert [i.word for i in files_in(listing, "/data/HO")] == ["/data/houses.csv"]
    assert found[0].head == "Files in /data"


def test_the_folder_of_a_path_is_what_stands_before_its_last_stroke() -> None:
    assert [folder_of(p) for p in ("", "x", "a/b", "/a/b/")] == ["", "", "a/", "/a/b/"]


def test_the_newest_runs_are_there_and_the_titles_of_all_that_reached_their_goal(
    tmp_path: Path,
) -> None:
    at_goal = a_whole_run(ended("goal", met=True), structs.replace(STARTED, title="Learned"))
    keep(tmp_path, "2025-01-01-0000-00-first", at_goal)
    for number in range(RUNS_SHOWN + 5):
        keep(tmp_path, f"2026-01-01-0000-{number:02}-later", a_whole_run())
    broken = tmp_path / "2026-02-02-0000-00-broken"
    broken.mkdir()
    (broken / "events.jsonl").write_bytes(b"{}")
    items, reached = kept_runs(str(tmp_path))
    assert len(items) == RUNS_SHOWN
    assert [Path(item.word).name for item in items[:2]] == [broken.name, "2026-01-01-0000-34-later"]
    assert items[0].note == "broken"
    assert reached == ["Learned"]


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_a_folder_of_runs_that_can_not_be_read_says_why(where: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    [item], reached = kept_runs(str(tmp_path / where))
    assert (item.word, reached) == ("", [])
    assert item.title == f"{tmp_path / where}: can't be read (Not a directory)"


def test_without_a_folder_there_are_no_runs(tmp_path: Path) -> None:
    assert kept_runs(None) == ([], [])
    assert kept_runs(str(tmp_path / "none")) == ([], [])
