import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.spec.support import refusal
from tui_nn.runs import folder as folder_module
from tui_nn.runs.folder import (
    Folder,
    begun_at,
    create,
    find_run,
    is_locked,
    list_folders,
    list_runs,
    locked,
    match_run,
    need_run,
    remove_run,
)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def a_run(runs: Path, name: str) -> Folder:
    """A run of just that name."""
    found = create(runs, "x", "title = 'x'")
    return Folder(found.path.rename(runs / name))


def names(folders: list[Folder]) -> list[str]:
    return [folder.name for folder in folders]


def test_a_new_run_has_its_time_and_name_and_latest_leads_to_it(runs: Path) -> None:
    folder = create(runs, "xor mlp/..", "title = 'x'")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}-\d\d-xor-mlp", folder.name)
    assert folder.is_run
    assert folder.experiment.read_text() == "title = 'x'"
    assert (runs / "latest").resolve() == folder.path.resolve()
    assert sorted(path.name for path in runs.iterdir()) == [folder.name, "latest"]


def test_runs_of_one_second_have_different_folders(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "STAMP", "2026-11-25-1403-22")
    found = [create(runs, "a", "").name for _ in range(3)]
    assert found == [f"2026-11-25-1403-22-a{end}" for end in ("", "-2", "-3")]


def test_only_one_at_a_time_writes_to_a_run(runs: Path) -> None:
    folder = create(runs, "a", "")
    assert not is_locked(folder)
    with locked(folder):
        assert is_locked(folder)
        assert "another process" in refusal(lambda: locked(folder).__enter__())
    assert not is_locked(folder)


def test_a_lock_goes_with_its_process_however_that_ends(runs: Path) -> None:
    folder = create(runs, "a", "")
    code = (
        "import sys; from pathlib import Path; from tui_nn.runs.folder import Folder, locked\n"
        "with locked(Folder(Path(sys.argv[1]))):\n    print(flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(folder.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert is_locked(folder)
        process.kill()
    assert not is_locked(folder)


def test_who_asks_whether_a_run_is_locked_keeps_nobody_from_it(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = create(runs, "a", "")
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("had to wait"))
    with locked(folder):
        assert is_locked(folder)
    assert not is_locked(folder)


def test_a_run_is_named_by_path_or_name_or_latest(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = create(runs, "a", "")
    for word in (str(folder.path), folder.name, "latest"):
        found = find_run(word, runs)
        assert found is not None
        assert found.path.resolve() == folder.path.resolve()
        assert found.name == folder.name
    assert find_run("b", runs) is find_run("", runs) is find_run("\0", runs) is None
    monkeypatch.chdir(folder.path)
    assert find_run(".", runs) is not None


def test_the_beginning_or_end_of_one_name_is_enough(runs: Path) -> None:
    for name in ("2026-01-01-0000-00-xor", "2026-01-02-0000-00-big-xor", "2026-02-01-0000-00-and"):
        a_run(runs, name)
    assert need_run("and", runs).name == "2026-02-01-0000-00-and"
    assert need_run("big-xor", runs).name == "2026-01-02-0000-00-big-xor"
    assert need_run("2026-02", runs).name == "2026-02-01-0000-00-and"
    assert match_run("or-", runs) is match_run("", runs) is None


def test_a_word_that_names_several_runs_is_refused_with_the_newest_first(runs: Path) -> None:
    for day in range(1, 7):
        a_run(runs, f"2026-01-0{day}-0000-00-xor")
    told = refusal(lambda: need_run("xor", runs))
    assert "'xor' names 6 runs: 2026-01-06-0000-00-xor, 2026-01-05" in told
    assert told.endswith("and 2 more")


def test_a_name_that_is_no_run_is_answered_with_near_ones(runs: Path) -> None:
    a_run(runs, "2026-01-01-0000-00-xor")
    assert "2026-01-01-0000-00-xor" in refusal(lambda: need_run("2026-01-01-0000-00-xro", runs))
    assert "latest" in refusal(lambda: need_run("lastest", runs))
    assert "`nn-tui runs`" in refusal(lambda: need_run("q", runs))


@pytest.mark.parametrize("lacking", ["experiment.toml", "events.jsonl"])
def test_a_broken_run_is_answered_with_what_it_lacks(runs: Path, lacking: str) -> None:
    folder = create(runs, "xor", "")
    (folder.path / lacking).unlink()
    for word in (folder.name, str(folder.path), "latest"):
        answer = refusal(lambda word=word: need_run(word, runs))  # type: ignore[misc]
        assert f"this run is broken: {lacking} can't be read or isn't there" in answer
    assert find_run(folder.name, runs) is None
    assert find_run(folder.name, runs, whole=False) == folder


def test_folders_that_only_look_like_runs_are_listed_apart(runs: Path) -> None:
    whole = a_run(runs, "whole")
    for name in ("2026-01-01-0000-00-empty", "other", ".hidden", "logs"):
        (runs / name).mkdir()
    (runs / "logs" / "events.jsonl").touch()
    (runs / "file").touch()
    assert names(list_runs(runs)) == [whole.name]
    assert names(list_folders(runs)) == ["2026-01-01-0000-00-empty", "logs", "whole"]


def test_a_folder_of_runs_that_can_not_be_read_is_refused_and_one_that_is_not_there_is_empty(
    tmp_path: Path,
) -> None:
    assert list_runs(tmp_path / "nowhere") == []
    file = tmp_path / "file"
    file.write_text("")
    assert refusal(lambda: list_runs(file)).startswith(f"{file}: can't be read (Not a directory)")


def test_a_run_began_when_its_name_says_else_when_its_experiment_was_written(runs: Path) -> None:
    stamped, other = a_run(runs, "2026-01-02-0304-05-x"), a_run(runs, "mine")
    os.utime(other.experiment, (7, 7))
    began = begun_at(stamped)
    assert began is not None
    assert time.localtime(began)[:6] == (2026, 1, 2, 3, 4, 5)
    assert begun_at(other) == 7
    assert begun_at(Folder(runs / "2026-99-99-9999-99-x")) is None
    assert begun_at(Folder(runs / "gone")) is None


def test_a_removed_run_is_gone_and_latest_leads_to_the_newest_left(runs: Path) -> None:
    older, newer = a_run(runs, "2026-01-01-0000-00-x"), a_run(runs, "2026-01-02-0000-00-a")
    newest = create(runs, "x", "")
    remove_run(newest)
    assert names(list_folders(runs)) == [older.name, newer.name]
    assert (runs / "latest").resolve() == newer.path.resolve()
    remove_run(older)
    assert (runs / "latest").resolve() == newer.path.resolve()
    remove_run(newer)
    assert list(runs.iterdir()) == []


def test_a_run_that_is_trained_can_not_be_removed(runs: Path) -> None:
    folder = create(runs, "a", "")
    with locked(folder):
        assert "another process" in refusal(lambda: remove_run(folder))
    assert folder.is_run


def test_a_run_that_can_not_be_removed_keeps_its_name(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = create(runs, "a", "")

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(PermissionError):
        remove_run(folder)
    assert folder.is_run
