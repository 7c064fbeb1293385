"""`nn-tui runs`, `show RUN`, `compare`: what a person reads and what is left on the disk."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec import structs

from tests.cli.support import ENVIRONMENT, nn_tui
from tests.runs.support import STARTED, a_whole_run, changed, ended, keep, stepped
from tests.support import MOONS, run
from tui_nn.runs.folder import Folder, locked
from tui_nn.spec.protocol import Noticed, Record, Saved

MOON = "2026-01-01-0000-00-moons"
CUT = "2026-01-02-0000-00-cut"
LOST = "2026-01-03-0000-00-lost"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory; the terminal has 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.fixture
def runs(folder: Path) -> Path:
    """Three runs, the newest last: one at its end, one cut off, one diverged."""
    found = folder / "runs"
    found.mkdir()
    keep(found, MOON, a_whole_run())
    keep(found, CUT, a_whole_run()[:5])
    keep(found, LOST, a_whole_run(ended("diverged")))
    return found


def left(runs: Path) -> list[str]:
    return sorted(path.name for path in runs.iterdir())


def test_runs_are_a_table_with_the_newest_first(runs: Path) -> None:
    lines = nn_tui("runs").out.splitlines()
    assert [line.split()[0] for line in lines] == ["run", LOST, CUT, MOON]
    assert lines[0].split() == ["run", "ended", "best", "optimizer", "time"]
    assert lines[3].split() == [
        MOON, "goal", "missed", "val", "accuracy", "90.0", "%", "SGD(lr=0.1)", "1.0", "s",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_the_table_fits_the_terminal(
    runs: Path, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    keep(runs, "2026-01-04-0000-00-" + "x" * 60, a_whole_run())
    lines = nn_tui("runs").out.splitlines()
    assert max(map(len, lines)) <= max(width, 78)
    assert {"run", "ended", "best"} <= set(lines[0].split())
    assert ("began" in lines[0]) == (width == 140)


def test_runs_as_json_are_an_object_a_line(runs: Path) -> None:
    found = [json.loads(line) for line in nn_tui("runs", "--json").out.splitlines()]
    assert [row["run"] for row in found] == [LOST, CUT, MOON]
    assert [row["ended"] for row in found] == ["diverged", "cut off", "goal missed"]
    size = sum(path.stat().st_size for path in (runs / MOON).iterdir())
    assert found[2] == {
        "run": MOON, "path": f"runs/{MOON}", "title": "Two moons", "began": "2026-01-01 00:00:00",
        "ended": "goal missed", "reason": "epochs", "metric": "accuracy", "part": "val",
        "best": 0.9, "optimizer": "SGD(lr=0.1)", "changes": 0, "steps": 16, "epochs": 4,
        "seconds": 1.0, "bytes": size, "problem": None,
    }  # fmt: skip


def test_without_runs_one_line_helps(folder: Path) -> None:
    answer = nn_tui("runs")
    assert (answer.code, answer.out.count("\n")) == (0, 1)
    assert "nn-tui train" in answer.out
    assert nn_tui("runs", "--json").out == ""
    assert nn_tui("runs", "prune").out == "nothing to remove\n"


def test_runs_of_another_folder_are_listed_shown_compared_and_removed(folder: Path) -> None:
    for name in "ab":
        keep(folder / "mine", name, a_whole_run())
    for command in (["runs", "--runs", "mine"], ["show", "a", "--runs=mine"],
                    ["compare", "a", "b", "--runs=mine"], ["runs", "--runs=mine", "rm", "a"],
                    ["runs", "rm", "b", "--runs=mine"]):  # fmt: skip
        assert nn_tui(*command).code == 0
    assert left(folder / "mine") == []


def test_a_broken_run_is_listed_with_the_reason_and_can_be_removed(runs: Path) -> None:
    (runs / MOON / "experiment.toml").unlink()
    out = nn_tui("runs").out
    assert f"{MOON}: experiment.toml: there is no such file" in out
    assert nn_tui("show", MOON).code == nn_tui("compare", MOON, LOST).code == 2
    for word in (MOON, f"runs/{MOON}"):
        assert "experiment.toml" in nn_tui("show", word).err
    assert nn_tui("runs", "rm", MOON).code == 0
    assert left(runs) == [CUT, LOST, "latest"]


def test_rm_says_what_it_removed_and_mends_latest(runs: Path) -> None:
    answer = nn_tui("runs", "rm", "lost", MOON)
    assert answer.out.splitlines()[0].startswith(f"removed runs/{LOST} (")
    assert left(runs) == [CUT, "latest"]
    assert (runs / "latest").resolve().name == CUT
    assert nn_tui("runs", "rm", "latest").code == 0
    assert left(runs) == []


def test_rm_removes_nothing_where_one_name_is_wrong_or_trained(runs: Path) -> None:
    answer = nn_tui("runs", "rm", MOON, "nothing")
    assert (answer.code, answer.out) == (2, "")
    with locked(Folder(runs / LOST)):
        answer = nn_tui("runs", "rm", MOON, LOST)
        assert (answer.code, answer.out) == (2, "")
        assert "is being trained" in answer.err
        assert "running" in nn_tui("runs").out
    assert left(runs) == [MOON, CUT, LOST, "latest"]


def test_prune_keeps_the_newest(runs: Path) -> None:
    assert nn_tui("runs", "prune", "--yes").out == "nothing to remove\n"
    answer = nn_tui("runs", "prune", "--keep", "1", "--yes")
    assert answer.out.count("removed ") == 2
    assert left(runs) == [LOST, "latest"]
    assert (runs / "latest").resolve().name == LOST


def test_prune_of_the_failed_leaves_the_others_and_the_newest_that_are_kept(runs: Path) -> None:
    assert nn_tui("runs", "prune", "--failed", "--keep", "1", "-y").code == 0
    assert left(runs) == [MOON, LOST, "latest"]
    assert nn_tui("runs", "prune", "--failed", "-y").code == 0
    assert left(runs) == [MOON, "latest"]


def test_prune_leaves_what_is_trained_and_what_a_newer_version_wrote(runs: Path) -> None:
    events = runs / MOON / "events.jsonl"
    events.write_bytes(events.read_bytes().replace(b'"version":2', b'"version":3', 1))
    with locked(Folder(runs / LOST)):
        assert nn_tui("runs", "prune", "--failed", "--yes").code == 0
    assert left(runs) == [MOON, LOST, "latest"]


def test_a_dry_run_of_prune_lists_and_removes_nothing(runs: Path) -> None:
    answer = nn_tui("runs", "prune", "--keep", "1", "--dry-run")
    assert CUT in answer.out
    assert LOST not in answer.out
    assert "2 runs" in answer.out.splitlines()[-1]
    assert left(runs) == [MOON, CUT, LOST, "latest"]


def test_prune_without_a_terminal_needs_a_yes(runs: Path) -> None:
    answer = nn_tui("runs", "prune", "--keep", "0")
    assert answer.code == 2
    assert "--yes" in answer.err
    assert len(left(runs)) == 4


@pytest.mark.parametrize(("reply", "names"), [("y\n", [LOST, "latest"]), ("\n", None)])
def test_prune_on_a_terminal_asks(runs: Path, reply: str, names: list[str] | None) -> None:
    before = left(runs)
    driver, terminal = pty.openpty()
    command = [sys.executable, "-m", "tui_nn", "runs", "prune", "--keep", "1"]
    with subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=ENVIRONMENT
    ) as process:
        os.close(terminal)
        shown = b""
        while b"[y/N]" not in shown:
            shown += os.read(driver, 1000)
        os.write(driver, reply.encode())
    os.close(driver)
    assert b"remove 2 runs" in shown
    assert process.returncode == 0
    assert left(runs) == (names or before)


def test_show_tells_a_run_whose_data_is_gone(runs: Path) -> None:
    out = nn_tui("show", "moons", "--runs", str(runs)).out
    for text in (
        "Two moons", "0  Linear(2, 6)  6               18             12", "csv('gone.csv')",
        "train 40, val 10", "4 epochs of 4 steps, batch 10, shuffled, seed 0",
        "accuracy ≥ 97 %", "cpu, 1 thread, torch 2.13.0",
        f"{MOON}: done (16 steps, 4 epochs, 1.0 s)", "All 4 epochs done.", "8 of 10 right",
        "always 0", "── train  ╌╌ val",
    ):  # fmt: skip
        assert text in out


def test_show_tells_how_far_a_run_came_that_has_no_end(runs: Path) -> None:
    assert f"{CUT}: cut off (8 steps, 2 epochs, 0.5 s)" in nn_tui("show", CUT).out
    with locked(Folder(runs / CUT)):
        assert f"{CUT}: running (8 steps, 2 epochs, 0.5 s so far)" in nn_tui("show", "cut").out


def test_show_tells_changes_notices_and_checkpoints(runs: Path) -> None:
    records: list[Record] = [
        *a_whole_run()[:-1],
        Noticed(step=16, message="mind\x1b[31m that"),
        Saved(step=16, checkpoint="last", size=2000),
        changed(1, 8, "optimizer", parent=0, old="SGD(lr=0.1)", new=["Muon()", "AdamW()"]),
        stepped(9, [3.0], branch=1),
    ]
    folder = keep(runs, "2026-01-04-0000-00-changed", records)
    folder.last.write_bytes(bytes(2000))
    out = nn_tui("show", "latest").out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "step 8 optimizer SGD(lr=0.1) → Muon(), AdamW()" in lines
    assert "note: mind\\x1b[31m that" in lines
    assert any(line.startswith("last step 16 2 kB 0.") for line in lines)
    assert "0 to step 16 accuracy 70.0 %" in lines
    assert ("* 1 from 0 at step 8 to step 9 accuracy 60.0 % optimizer → Muon(), AdamW()") in lines
    assert f"nn-tui train --resume {folder.name} goes on" in lines


def test_show_tells_frozen_layers_and_a_comparison_whose_differ(folder: Path) -> None:
    (folder / "runs").mkdir(exist_ok=True)
    for number, freeze in enumerate(("", "train.freeze=[]", "train.freeze=[0, 2]")):
        records = run(MOONS, *filter(None, [freeze])).records
        keep(folder / "runs", f"2026-01-01-0000-0{number}-{'abc'[number]}", records)
    lines = nn_tui("show", "c").out.splitlines()
    assert [line.split()[0] for line in lines if line.endswith("  frozen")] == ["0", "2"]
    assert "frozen" not in nn_tui("show", "b").out
    assert "train.freeze" not in nn_tui("compare", "a", "b").out
    [freeze] = [line for line in nn_tui("compare", "b", "c").out.splitlines()
                if line.startswith("train.freeze")]  # fmt: skip
    assert freeze.split(maxsplit=1)[1].split("  ") == ["none", "0, 2"]


def test_show_prints_the_experiment_of_a_run(runs: Path) -> None:
    assert nn_tui("show", MOON, "--toml").out == 'title = "Two moons"\n'


def test_show_prints_the_experiment_or_all_as_json_but_not_both(runs: Path) -> None:
    answer = nn_tui("show", MOON, "--toml", "--json")
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)


def test_the_way_to_go_on_names_a_run_that_is_elsewhere_by_its_path(folder: Path) -> None:
    found = keep(folder / "mine", "x", a_whole_run()[:5])
    found.last.write_bytes(b"")
    out = nn_tui("show", "x", "--runs", "mine").out
    assert "nn-tui train --resume mine/x goes on" in out


def test_show_as_json_is_one_object(runs: Path) -> None:
    found = json.loads(nn_tui("show", MOON, "--json").out)
    assert found["experiment"] == STARTED.experiment
    assert (found["val"]["accuracy"], found["best"]) == (0.8, 0.9)
    assert found["branches"] == [{"branch": 0, "parent": None, "start": 0, "head": 16}]


def test_a_run_is_not_shown_changed(runs: Path) -> None:
    answer = nn_tui("show", "latest", "train.epochs=3")
    assert answer.code == 2
    assert "experiment.toml train.epochs=3" in answer.err


def test_show_of_an_experiment_stays_and_has_no_json(runs: Path) -> None:
    keep(runs, "and-gate", a_whole_run())
    assert "AND gate" in nn_tui("show", "and-gate").out
    assert nn_tui("show", "and-gate", "--json").code == 2


def test_a_name_that_is_nothing_is_answered_with_near_ones(runs: Path) -> None:
    assert "and-gate" in nn_tui("show", "and-gat").err
    assert CUT in nn_tui("show", "2026-01-02-0000-00-cat").err
    assert "there is no preset, file or run q" in nn_tui("show", "q").err


def test_a_word_that_names_several_runs_is_answered_with_them(runs: Path) -> None:
    keep(runs, "2026-01-05-0000-00-moons", a_whole_run())
    answer = nn_tui("show", "moons")
    assert answer.code == 2
    assert MOON in answer.err


def test_compare_tells_what_differs_and_draws_both(runs: Path) -> None:
    experiment = STARTED.experiment | {"optimizer": "Adam(lr=0.01)"}
    keep(runs, "adam", a_whole_run(started=structs.replace(STARTED, experiment=experiment)))
    answer = nn_tui("compare", "moons", "adam")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines[:5] == [f"a {MOON}", "b adam", "", "a b", "optimizer SGD(lr=0.1) Adam(lr=0.01)"]
    assert "a goal missed 16 1.0 s val accuracy 90.0 % 80.0 %" in lines
    assert answer.out.count("── a  ╌╌ b") == 2
    assert max(map(len, answer.out.splitlines())) <= 80


def test_compare_of_long_settings_puts_each_value_on_its_line(runs: Path) -> None:
    for index in range(3):
        experiment = STARTED.experiment | {
            "data": f"csv('{'x' * 40}.csv')" if index else "moons()",
            "loss": "MSELoss()" if index == 2 else STARTED.experiment["loss"],
        }
        started = structs.replace(STARTED, experiment=experiment)
        keep(runs, f"long-{index}", a_whole_run(started=started))
    lines = nn_tui("compare", "long-0", "long-1", "long-2").out.splitlines()
    assert lines[4].split() == ["a", "b", "c"]
    assert lines[5].split() == ["loss", *["BCEWithLogitsLoss()"] * 2, "MSELoss()"]
    assert lines[6:9] == ["data", "  a  moons()", f"  b c  csv('{'x' * 40}.csv')"]


def test_compare_of_whole_networks_stays_in_the_terminal(runs: Path) -> None:
    layers = ["Linear(2, 8)", *["Linear(8, 8)", "ReLU()"] * 9, "Linear(8, 1)"]
    experiment = STARTED.experiment | {"network": layers}
    keep(runs, "deep", a_whole_run(started=structs.replace(STARTED, experiment=experiment)))
    lines = nn_tui("compare", "moons", "deep").out.splitlines()
    assert lines[3:5] == ["network", "  a  Linear(2, 6), Tanh(), Linear(6, 1)"]
    assert lines[6].startswith("     ReLU(), Linear(8, 8), ")
    assert all(line.count("(") == line.count(")") for line in lines)
    assert max(map(len, lines)) <= 80


def test_compare_tells_changes_on_the_way(runs: Path) -> None:
    records = a_whole_run()
    records[5:5] = [changed(0, 8, "train.batch_size", old=10, new=40)]
    keep(runs, "changed", records)
    lines = nn_tui("compare", "moons", "changed").out.splitlines()
    assert lines[3] == "their experiments are the same"
    assert "b  step 8  train.batch_size  10 → 40" in lines


def test_compare_as_json_is_an_object_a_run(runs: Path) -> None:
    keep(runs, "more", a_whole_run(started=structs.replace(STARTED, threads=2)))
    found = [
        json.loads(line) for line in nn_tui("compare", MOON, "more", "--json").out.splitlines()
    ]
    assert [row["differs"] for row in found] == [{"threads": 1}, {"threads": 2}]
    assert [(row["best"], row["last"]) for row in found] == [(0.9, 0.8)] * 2


@pytest.mark.parametrize("words", [[MOON], [MOON, MOON], ["latest", LOST], [MOON, "nothing"]])
def test_compare_needs_two_runs(runs: Path, words: Sequence[str]) -> None:
    answer = nn_tui("compare", *words)
    assert (answer.code, answer.err.count("\n")) == (2, 1)


@pytest.mark.parametrize("over", ["epoch", "step", "seconds"])
def test_compare_draws_over_epochs_steps_or_seconds(runs: Path, over: str) -> None:
    assert f"\n{over}" in nn_tui("compare", MOON, LOST, "--over", over).out.replace("\n  ", "\n")


def test_a_run_that_was_trained_is_listed_shown_and_compared(runs: Path) -> None:
    for seed in (0, 1):
        keep(runs, f"trained-{seed}", run(MOONS, f"train.seed={seed}").records)
    assert "trained-0" in nn_tui("runs").out
    assert "Linear(6, 6)" in nn_tui("show", "trained-0").out
    out = nn_tui("compare", "trained-0", "trained-1").out
    assert "train.seed  0  1" in out


def test_ascii_is_enough(runs: Path) -> None:
    records = a_whole_run()
    records[5:5] = [changed(0, 8, "optimizer", old="SGD()", new="Adam()")]
    keep(runs, "other", records)
    for command in (["runs"], ["show", "other"], ["compare", MOON, "other"]):
        done = subprocess.run(
            [sys.executable, "-m", "tui_nn", *command], capture_output=True, check=True,
            env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
        )  # fmt: skip
        assert b"?" not in done.stdout


def test_looking_at_runs_imports_neither_torch_nor_textual(runs: Path) -> None:
    code = (
        "import sys\nfrom tui_nn.cli.main import commands\n"
        "for words in (['runs'], ['runs', '--json'], ['show', 'latest'], ['show', 'latest', "
        f"'--toml'], ['show', 'latest', '--json'], ['compare', '{MOON}', '{LOST}'], "
        "['runs', 'prune', '--failed', '--dry-run'], ['runs', 'rm', 'latest']):\n"
        "    commands.main(words, standalone_mode=False)\n"
        "heavy = {name.partition('.')[0] for name in sys.modules}\n"
        "sys.exit(', '.join(heavy & {'torch', 'textual', 'rich', 'tomlkit'}) or None)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True,
        env=ENVIRONMENT,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
