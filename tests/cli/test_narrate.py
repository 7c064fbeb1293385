"""`--narrate`: plain sentences, a line each, and nothing else."""

import re
import signal
import subprocess
import sys

import pexpect
import pytest

from tests.cli.support import ENVIRONMENT, nn_tui
from tests.cli.test_follow import ENGINE, engine
from tests.engine.serving import SOON
from tui_nn.client import Client
from tui_nn.runs.folder import find_run

__all__ = ["engine"]

AND_GATE = """Training AND gate: a network of 2 layers with 3 parameters.
It learns from 4 samples of and gate.
The loss is HalfSquaredError, the optimizer SGD, a batch has 1 sample.
It takes at most 20 epochs of 4 steps; the goal: accuracy at least 100 percent.
Goal reached after 24 steps, 6 epochs and TIME.
All 4 rows right for a whole epoch: 10 changes in 24 steps.
Training: loss 0, accuracy 100 percent, macro F1 100 percent, 4 of 4 right.
The simplest answer, always 0, gets accuracy 75 percent.
The run is kept in RUN.
"""


def without_chance(text: str) -> str:
    text = re.sub(r"and (less than )?[\d.]+ seconds", "and TIME", text)
    return re.sub(r"kept in \S+-and-gate", "kept in RUN", text)


@pytest.mark.parametrize("elsewhere", [(), ("--engine", ENGINE)])
def test_a_run_is_told_from_start_to_end(elsewhere: tuple[str, ...]) -> None:
    answer = nn_tui("train", "and-gate", "--narrate", *elsewhere)
    assert (answer.code, answer.err) == (0, "")
    assert without_chance(answer.out) == AND_GATE


def test_a_run_that_nobody_trains_is_told_too() -> None:
    nn_tui("train", "and-gate", "-q")
    told = without_chance(nn_tui("follow", "latest", "--narrate").out)
    assert told == AND_GATE.removesuffix("The run is kept in RUN.\n")


def test_a_terminal_gets_no_bar_and_no_command() -> None:
    child = pexpect.spawn(
        sys.executable, ["-m", "tui_nn", "train", "iris-mlp", "--narrate"], encoding="utf-8",
        timeout=60, env=ENVIRONMENT,
    )  # fmt: skip
    child.expect(pexpect.EOF)
    assert child.before
    assert "\x1b" not in child.before
    lines = child.before.split("\r\n")
    assert lines.pop() == ""
    assert all(line.endswith(".") and "\r" not in line for line in lines)


def test_a_run_that_is_followed_is_told_from_where_it_stands(engine: Client) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_nn", "follow", "latest", "--narrate"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline().startswith("Training ")
    while not (line := process.stdout.readline()).startswith("It goes on at step "):
        assert line
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SOON)
    assert (process.returncode, err) == (130, "")
    run = find_run("latest")
    assert run
    assert out.splitlines()[-1].startswith("training goes on: nn-tui ")


def test_it_is_one_way_of_telling() -> None:
    for command, option in (("train", "--json"), ("train", "-q"), ("follow", "--json")):
        answer = nn_tui(command, "and-gate", "--narrate", option)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith("nn-tui: --narrate: goes without --")
