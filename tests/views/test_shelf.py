"""What can be opened: the course, runs, files."""

from pathlib import Path

from tui_nn.spec.finding import preset_names
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import DARK
from tui_nn.views.shelf import Item, files_for, kept_runs, matching, paint_shelf, presets

ITEMS = [Item("and-gate", "AND gate", "A  One neuron", "goal accuracy ≥ 100 %"),
         Item("or-gate", "OR gate", "A  One neuron"),
         Item("circle", "A ring", "B  Layers")]  # fmt: skip


def test_the_whole_course_is_there_in_its_order() -> None:
    assert [item.word for item in presets()] == list(preset_names())


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


def test_files_are_those_that_can_be_opened(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "pictures").mkdir()
    words = [item.word for item in files_for(f"{tmp_path}/")]
    assert words == [f"{tmp_path}/pictures/", f"{tmp_path}/data.csv"]
    assert [i.word for i in files_for(f"{tmp_path}/DA")] == [f"{tmp_path}/data.csv"]
    assert files_for(f"{tmp_path}/nothing/there") == []


def test_without_a_folder_there_are_no_runs(tmp_path: Path) -> None:
    assert kept_runs(None) == ([], [])
    assert kept_runs(str(tmp_path / "none")) == ([], [])
