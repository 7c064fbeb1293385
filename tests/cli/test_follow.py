"""Training elsewhere, and following it: `--engine COMMAND`, `nn-tui RUN`."""

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.support import ENVIRONMENT, nn_tui
from tests.client.support import fake
from tests.engine.serving import SOON, XOR
from tui_nn.client import Client, engine_command
from tui_nn.runs.folder import find_run, is_locked
from tui_nn.spec.protocol.commands import Load, Run, Step, Stop
from tui_nn.spec.protocol.messages import Answer

ENGINE = shlex.join(engine_command())


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", ENVIRONMENT["PYTHONPATH"])


def last_line(out: str) -> dict[str, object]:
    found = json.loads(out.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_a_run_trained_by_an_engine_ends_as_one_trained_here() -> None:
    arguments = ("train", "xor-mlp", "train.epochs=30", "--json")
    here, there = nn_tui(*arguments), nn_tui(*arguments, "--engine", ENGINE)
    assert there.code == here.code == 3  # its goal takes more epochs
    assert there.out.count("\n") == here.out.count("\n")
    expected, found = last_line(here.out), last_line(there.out)
    assert (found["train"], found["step"], found["goal"]) == (
        expected["train"], expected["step"], expected["goal"]
    )  # fmt: skip


def test_its_end_is_shown_and_where_it_is_kept() -> None:
    answer = nn_tui("train", "and-gate", "--engine", ENGINE)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("AND gate: goal reached")
    run = find_run("latest")
    assert run
    assert answer.out.splitlines()[-1] == f"kept in {run.path.resolve()}"


def test_a_file_is_sent_and_a_run_goes_on() -> None:
    Path("mine.toml").write_text(XOR)
    assert nn_tui("mine.toml", "train.epochs=2", "-q", "--engine", ENGINE).code == 0
    answer = nn_tui("train", "--resume", "latest", "train.epochs=5", "--json", "--engine", ENGINE)
    assert (answer.code, last_line(answer.out)["step"]) == (0, 20)


def test_the_time_may_be_limited() -> None:
    answer = nn_tui(
        "xor-mlp", "train.epochs=100000000", "goal.loss=0", "--max-seconds", "0.5", "--json",
        "--engine", ENGINE,
    )  # fmt: skip
    assert (answer.code, last_line(answer.out)["reason"]) == (3, "stopped")


@pytest.mark.parametrize(
    ("word", "command", "code", "said"),
    [
        ("xor-mpl", ENGINE, 2, "did you mean xor-mlp?"),
        ("xor-mlp", "no-such-command", 1, "there is no command no-such-command"),
        ("xor-mlp", "", 2, "--engine: is empty"),
        ("xor-mlp", "sh -c 'echo no route to host >&2; exit 255'", 1, "no route to host"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(word: str, command: str, code: int, said: str) -> None:
    answer = nn_tui("train", word, "--engine", command)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1


def test_an_engine_that_drops_is_told(tmp_path: Path) -> None:
    script = """
hello()
answer(next(commands))
answer(next(commands), "running")
complain("client_loop: send disconnect: Broken pipe")
os._exit(255)
"""
    answer = nn_tui("train", "xor-mlp", "--engine", shlex.join(fake(tmp_path, script)))
    assert (answer.code, answer.out) == (1, "")
    assert "exit code 255: client_loop: send disconnect: Broken pipe" in answer.err


@pytest.fixture
def engine() -> Iterator[Client]:
    """One that trains alone."""
    client = Client(engine_command("--stay"), stays=True)
    client.start()
    changes = ("train.epochs=100000000",)
    assert isinstance(client.request(Load(experiment="t", text=XOR, changes=changes), SOON), Answer)
    assert isinstance(client.request(Run(), SOON), Answer)
    yield client
    client.close()


@pytest.mark.parametrize("words", [["latest"], ["train", "latest", "--engine", ENGINE]])
def test_ctrl_c_leaves_a_run_that_is_followed_at_its_work(engine: Client, words: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_nn", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert process.stdout
    assert "epoch" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SOON)
    assert (process.returncode, err) == (130, "")
    assert out.splitlines()[-1] == f"training goes on: nn-tui {engine.present.run} follows it again"
    run = find_run("latest")
    assert run
    assert is_locked(run)
    assert isinstance(engine.request(Step(), SOON), Answer)


def test_whoever_follows_hears_of_the_end(engine: Client) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_nn", "follow", "latest", "--json"],
        stdout=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert process.stdout
    assert json.loads(process.stdout.readline())["type"] == "evaluated"
    engine.request(Stop(), SOON)
    out, _ = process.communicate(timeout=SOON)
    assert process.returncode == 0
    assert last_line(out)["reason"] == "stopped"


def test_a_run_that_nobody_trains_is_shown() -> None:
    nn_tui("train", "and-gate", "-q")
    answer = nn_tui("latest")
    assert answer.code == 0
    assert answer.out.splitlines()[:20] == nn_tui("show", "latest").out.splitlines()[:20]
    assert "goal reached (24 steps" in answer.out
