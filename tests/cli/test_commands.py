"""The command line from the outside: what is printed, and what it answers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.support import Answer, nn_tui
from tests.support import GATE, MOONS


@pytest.fixture
def gate(tmp_path: Path) -> str:
    path = tmp_path / "gate.toml"
    path.write_text('title = "My gate"\n' + GATE + "[goal]\naccuracy = 1.0\ntimes = 2\n")
    return str(path)


@pytest.fixture
def moons(tmp_path: Path) -> str:
    path = tmp_path / "moons.toml"
    path.write_text(MOONS)
    return str(path)


def test_training_ends_with_a_summary_that_names_the_samples(gate: str) -> None:
    answer = nn_tui("train", gate)
    assert answer.code == 0
    assert "My gate: goal reached (24 steps, 6 epochs" in answer.out
    assert "10 changes in 24 steps" in answer.out
    assert "4 of 4 right" in answer.out
    assert answer.err == ""


def test_a_loss_curve_is_drawn(moons: str) -> None:
    out = nn_tui("train", moons, "train.eval_every=1").out
    assert "epoch" in out
    assert any("⠀" < character <= "⣿" for character in out)


def test_a_preset_is_trained_by_its_name_alone_and_says_so_in_one_line() -> None:
    answer = nn_tui("and-gate")
    assert answer.code == 0
    assert answer.err.count("\n") == 1
    assert "headlessly" in answer.err
    assert "24 steps" in answer.out


def test_without_a_word_the_and_gate_is_trained() -> None:
    answer = nn_tui()
    assert (answer.code, "AND gate" in answer.out) == (0, True)


def test_a_missed_goal_answers_3(gate: str) -> None:
    answer = nn_tui("train", gate, "data=xor_gate()", "--epochs", "2")
    assert answer.code == 3
    told = " ".join(answer.out.split())
    assert "Goal missed: accuracy 50.0 % (2 of 4), wanted accuracy ≥ 100 %" in told


def test_a_circle_with_a_goal_answers_3_and_without_one_0(gate: str) -> None:
    assert nn_tui("train", gate, "data=xor_gate()").code == 3
    answer = nn_tui("train", gate, "data=xor_gate()", "goal={}")
    assert answer.code == 0
    assert "circle of 4 changes" in answer.out


def test_divergence_answers_4_and_names_tensor_layer_and_phase(moons: str) -> None:
    answer = nn_tui("train", moons, "loss=MSELoss()", "optimizer=SGD(lr=1e20)")
    assert answer.code == 4
    assert "Diverged in step" in answer.out
    assert "phase forward: " in answer.out
    assert "Traceback" not in answer.out + answer.err


def test_quiet_prints_nothing(gate: str) -> None:
    assert nn_tui("train", gate, "-q") == Answer(0, "", "")


def test_json_prints_evaluated_records_and_ends_with_ended(gate: str) -> None:
    answer = nn_tui("train", gate, "--json")
    records = [json.loads(line) for line in answer.out.splitlines()]
    assert [record["type"] for record in records] == ["evaluated"] * 6 + ["ended"]
    assert records[0].keys() >= {"type", "step", "epoch", "lr", "train", "val"}
    assert records[0]["train"].keys() >= {"loss", "accuracy"}
    ended = records[-1]
    assert (ended["reason"], ended["step"], ended["epoch"]) == ("goal", 24, 6)
    assert ended["goal"] == {"metric": "accuracy", "wanted": 1.0, "value": 1.0, "met": True}
    assert ended["val"] is None
    assert ended["seconds"] >= 0
    assert answer.err == ""


def test_json_may_stand_before_the_experiment(gate: str) -> None:
    assert json.loads(nn_tui("train", "--json", gate).out.splitlines()[-1])["type"] == "ended"


def test_full_json_prints_the_whole_stream(gate: str) -> None:
    lines = nn_tui("train", gate, "--json=full").out.splitlines()
    kinds = [json.loads(line)["type"] for line in lines]
    assert kinds[0] == "started"
    assert kinds[-1] == "ended"
    assert set(kinds) == {"started", "stepped", "evaluated", "saved", "ended"}


def test_a_run_that_breaks_still_ends_its_stream(
    gate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, most: int) -> None:
        raise RuntimeError("out of memory\nwith a long tail")

    monkeypatch.setattr("tui_nn.engine.session.Session.advance", broken)
    answer = nn_tui("train", gate, "--json")
    assert answer.code == 1
    ended = json.loads(answer.out.splitlines()[-1])
    assert (ended["type"], ended["reason"]) == ("ended", "failed")
    assert answer.err.count("\n") == 1
    assert "out of memory" in answer.err
    assert "Traceback" in nn_tui("train", gate, "-v").err


@pytest.mark.parametrize(
    ("goal", "code"),
    [("accuracy>=0.6", 0), ("accuracy >= 60%", 0), ("loss<=10", 0), ("loss<=0.0001", 3)],
)
def test_a_goal_on_the_command_line_decides(moons: str, goal: str, code: int) -> None:
    assert nn_tui("train", moons, "--goal", goal, "train.eval_every=1", "--epochs=30").code == code


def test_options_are_the_keys_they_stand_for(moons: str) -> None:
    shown = nn_tui("train", moons, "--epochs", "2", "--seed", "7", "--device", "cpu", "--json=full")
    train = json.loads(shown.out.splitlines()[0])["experiment"]["train"]
    assert (train["epochs"], train["seed"], train["device"]) == (2, 7, "cpu")


def test_max_seconds_ends_the_run(moons: str) -> None:
    answer = nn_tui("train", moons, "--epochs=100000000", "--max-seconds=0.3")
    assert answer.code == 0
    assert "the time is up" in answer.out


def test_show_prints_layers_data_and_settings(moons: str) -> None:
    out = nn_tui("show", moons, "optimizer=['Muon()', 'AdamW()']").out
    rows = {
        line.split("  ")[1].strip(): line.split() for line in out.splitlines() if "Linear" in line
    }
    assert rows["Linear(2, 6)"][-3:] == ["6", "18", "12"]
    assert rows["Linear(6, 6)"][-3:] == ["6", "42", "36"]
    assert rows["Linear(6, 1)"][-3:] == ["1", "7", "6"]
    assert "2 classes" in out
    assert "Muon(): 0.weight, 2.weight (2 of 6 tensors)" in out


def test_show_toml_prints_a_file_that_trains_the_same(moons: str, tmp_path: Path) -> None:
    resolved = tmp_path / "resolved.toml"
    resolved.write_text(nn_tui("show", moons, "--toml").out)
    assert "eval_every = 8" in resolved.read_text()
    first, second = (
        json.loads(nn_tui("train", str(path), "--json").out.splitlines()[-1])
        for path in (moons, resolved)
    )
    assert first["train"] == second["train"]


def test_presets_lists_the_course_by_chapter() -> None:
    out = nn_tui("presets").out
    assert out.index("A  One neuron") < out.index("and-gate") < out.index("B  Layers")
    assert "With a lesson, in this order: not-gate, and-gate, " in out


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Adam", "betas=(0.9, 0.999)"),
        ("nn.Conv2d", "torch.nn.Conv2d"),
        ("adam", "torch.optim.Adam"),
        ("spiral", "noise"),
        ("accuracy", "higher is better"),
        ("train.patience", "evaluations without a better one"),
        ("Heaviside", "slope"),
        ("xavier_uniform_", "torch.nn.init.xavier_uniform_"),
        ("macro F1", "precision"),
        ("forward", "5 Forward (phase)"),
        ("backprop", "6 Gradient (phase)"),
        ("and_gate", "t = [0, 0, 0, 1]"),
    ],
)
def test_explain_says_what_a_name_is(name: str, expected: str) -> None:
    answer = nn_tui("explain", name)
    assert answer.code == 0
    assert expected in answer.out


def test_a_word_with_several_meanings_is_explained_in_each() -> None:
    out = nn_tui("explain", "loss").out
    places = [out.index(head) for head in ("3 Loss (phase)", "(metric, `loss`)", "loss (key of")]
    assert places == sorted(places)


def test_a_reader_that_goes_away_is_no_error(gate: str) -> None:
    command = f"{sys.executable} -m tui_nn presets | head -n 1 >/dev/null"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=True)
    assert done.stderr == b""


@pytest.mark.parametrize(
    "arguments",
    ["--help", "train --help", "presets", "show and-gate", "preview and-gate", "explain Adam",
     "explain loss", "--version", "completion bash"],
)  # fmt: skip
def test_words_need_neither_torch_nor_textual(arguments: str) -> None:
    heavy = {"torch", "textual", "plotext"} | ({"numpy"} if "explain" in arguments else set())
    script = (
        "import sys; from tui_nn.cli import main\n"
        f"sys.argv = ['nn-tui', *{arguments.split()!r}]\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"loaded = {heavy} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, capture_output=True)


def test_the_first_picture_waits_neither_for_torch_nor_for_the_catalog() -> None:
    code = (
        "import sys\nimport tui_nn.cli.screen\nimport tui_nn.app.start\n"
        "sys.exit(bool({'torch', 'tui_nn.spec.catalog', 'plotext', 'tomlkit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_app_is_built_without_torch() -> None:
    code = (
        "import sys\nimport tui_nn.app.start\nfrom tui_nn.views.panels.registry import PANELS\n"
        "assert len(list(PANELS.values())) == 9\nsys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_warning_of_torch_is_one_line_and_none_when_quiet(tmp_path: Path) -> None:
    path = tmp_path / "even.toml"
    path.write_text(
        'data = "digits()"\n'
        'network = ["Conv2d(1, 2, 2, padding=\'same\')", "Flatten()", "Linear(128, 10)"]\n'
        'loss = "CrossEntropyLoss()"\noptimizer = "SGD()"\n[train]\nepochs = 1\n'
    )
    for quiet, lines in ((), 1), (("-q",), 0):  # torch warns once a process
        command = [sys.executable, "-m", "tui_nn", "train", str(path), *quiet]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert done.stderr.count("\n") == lines
        assert ("padding='same'" in done.stderr) == bool(lines)


@pytest.mark.parametrize(
    "arguments", ["train MOONS --goal accuracy>=0.1 --epochs 30", "show MOONS", "presets"]
)
def test_an_output_without_unicode_gets_a_question_mark_not_an_error(
    moons: str, arguments: str
) -> None:
    words = [moons if word == "MOONS" else word for word in arguments.split()]
    done = subprocess.run(
        [sys.executable, "-m", "tui_nn", *words],
        env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("ascii")


def test_what_a_program_reads_is_utf_8_whatever_the_terminal_shows(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text('title = "Übung ≥ 1"\n' + GATE, encoding="utf-8")
    for arguments in (["show", str(path), "--toml"], ["train", str(path), "--json=full"]):
        done = subprocess.run(
            [sys.executable, "-m", "tui_nn", *arguments],
            env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, timeout=60,
        )  # fmt: skip
        assert "Übung ≥ 1" in done.stdout.decode("utf-8")


def test_a_title_can_not_command_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "escape.toml"
    path.write_text('title = "\\u001b[31mred\\nline"\n' + GATE)
    for command in ("show", "train"):
        answer = nn_tui(command, str(path))
        assert "\x1b" not in answer.out
        assert "\\x1b[31mred line" in answer.out


@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-"])
def test_closed_outputs_are_no_failure(gate: str, closed: str) -> None:
    command = f"{sys.executable} -m tui_nn train {gate} {closed}"
    assert subprocess.run(["bash", "-c", command], timeout=60).returncode == 0


def test_a_goal_on_the_command_line_holds_at_once(moons: str) -> None:
    answer = nn_tui("train", moons, "goal.accuracy=0.5", "goal.times=9", "train.eval_every=1",
                    "--goal", "accuracy>=0.1", "--json")  # fmt: skip
    assert len(answer.out.splitlines()) == 2
