"""`nn-tui engine` as a process: its stream, its signals, its end, and those who come later."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import ENVIRONMENT
from tests.engine.serving import XOR
from tui_nn.client import Client, engine_command
from tui_nn.engine import checkpoint
from tui_nn.runs.folder import Folder, find_run, is_locked
from tui_nn.runs.log import read_records
from tui_nn.spec.protocol import Ended, Stepped
from tui_nn.spec.protocol.commands import Drive, Load, Pause, Run, Step, Stop
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present, Problem

SOON = 60.0
LONG = "train.epochs=1000000"


@pytest.fixture
def reach(here: Path) -> Iterator[Callable[..., Client]]:
    """Starts clients, and lets them go in the end."""
    clients: list[Client] = []

    def start(*arguments: str, stays: bool = False) -> Client:
        clients.append(Client(engine_command(*arguments), stays=stays))
        clients[-1].start()
        return clients[-1]

    yield start
    for client in clients:
        client.close()


def done(client: Client, command: Any) -> Present:
    answer = client.request(command, SOON)
    assert isinstance(answer, Answer), answer
    return answer.present


def load(client: Client, *changes: str) -> None:
    done(client, Load(experiment="test", text=XOR, changes=changes))


def step_saved(run: Folder) -> int:
    step = checkpoint.read(run.last).tree["step"]
    assert isinstance(step, int)
    return step


def ended(run: Folder) -> Ended:
    *_, last = read_records(run.events)
    assert isinstance(last, Ended)
    return last


def until(client: Client, wanted: Callable[[Told], bool]) -> list[Told]:
    """What it is told up to the first that is wanted."""
    told: list[Told] = []
    for event in client.events(SOON):
        told.append(event)
        if wanted(event):
            return told
    raise AssertionError("it was never told")


NOISE = """
import os, sys, threading, time

def chatter():
    while True:
        print("noise", flush=True)
        os.write(1, b'{"type":"noticed","step":0,"message":"no')
        time.sleep(0.001)

def begin():
    while os.path.realpath("/proc/self/fd/1") != os.path.realpath("/proc/self/fd/2"):
        time.sleep(0.001)
    chatter()

if "engine" in sys.orig_argv:
    threading.Thread(target=begin, daemon=True).start()
"""
"""Prints all the time from when standard output is not the protocol's any more."""


def test_nothing_that_is_printed_reaches_the_stream(
    reach: Callable[..., Client], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "noise").mkdir()
    (here / "noise" / "sitecustomize.py").write_text(NOISE)
    monkeypatch.setenv("PYTHONPATH", f"{here / 'noise'}")
    client = reach()
    load(client)
    assert done(client, Step(count=200)).step == 200
    done(client, Step(by="phase", count=3))
    client.close()
    assert client.garbage == 0
    assert client.banner == ()
    assert any("noise" in line for line in client.stderr)


def test_hello_comes_before_torch_is_loaded(here: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "tui_nn", "engine"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )  # fmt: skip
    assert process.stdout
    assert process.stderr
    assert b'"hello"' in process.stdout.readline()
    process.kill()
    imported = process.communicate()[1].decode()
    assert "tui_nn.engine.connections" in imported
    assert not any(line.endswith("| torch") for line in imported.splitlines())


def test_an_input_that_closes_saves_and_ends(reach: Callable[..., Client], here: Path) -> None:
    client = reach()
    load(client)
    run = Folder(Path(done(client, Step(count=9)).run))
    client.close(stop=False)
    assert client.present.words == "the engine has ended"
    assert (step_saved(run), ended(run).reason) == (9, "stopped")
    assert not is_locked(run)
    again = reach()
    assert done(again, Load(experiment="latest")).step == 9


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_saves_and_ends_while_training_runs_or_stands_inside_a_step(
    here: Path, number: signal.Signals, inside: bool
) -> None:
    ends: list[Any] = []
    process = subprocess.Popen(
        engine_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=ENVIRONMENT,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    step = b'{"do":"step","id":2,"by":"phase","count":6}' if inside else b'{"do":"run","id":2}'
    load = b'{"do":"load","id":1,"experiment":"xor-mlp","changes":["train.epochs=1000000"]}'
    process.stdin.write(load + b"\n" + step + b"\n")
    process.stdin.flush()
    for line in process.stdout:
        if b'"answer","id":2' in line if inside else b'"stepped"' in line:
            process.send_signal(number)
            break
    ends = [line for line in process.stdout if b'"ended"' in line]
    assert process.wait(SOON) == 128 + number
    process.stdin.close()
    process.stdout.close()
    run = find_run("latest")
    assert run
    assert len(ends) == 1
    assert ended(run).reason == "interrupted"
    assert step_saved(run) == ended(run).step


def test_one_that_stays_trains_on_to_its_end(reach: Callable[..., Client]) -> None:
    client = reach("--stay", stays=True)
    load(client, "train.epochs=3000")
    run = Folder(Path(done(client, Run()).run))
    client.close(stop=False)
    other = reach("--attach", str(run.path))
    *_, last = until(other, lambda told: isinstance(told, Ended))
    assert isinstance(last, Ended)
    assert (last.reason, last.step) == ("epochs", 12_000)
    other.close()
    assert step_saved(run) == 12_000


def test_several_watch_one_that_stays_and_one_drives(reach: Callable[..., Client]) -> None:
    client = reach("--stay", stays=True)
    load(client, LONG)
    run = Folder(Path(done(client, Run()).run))
    one, two = reach("--attach", str(run.path)), reach("--attach", str(run.path))
    for other in (one, two):
        refused = other.request(Pause(), SOON)
        assert isinstance(refused, Problem)
        assert "another connection drives" in refused.message
    client.close(stop=False)
    done(one, Drive())
    present = done(one, Pause())
    assert present.state == "paused"
    assert isinstance(two.request(Step(), SOON), Problem)
    assert done(one, Step()).step == present.step + 1
    last = present.step + 1
    told = until(two, lambda told: isinstance(told, Stepped) and told.step == last)
    steps = [step for record in told if isinstance(record, Stepped)
             for step in range(record.first, record.step + 1)]  # fmt: skip
    assert steps == list(range(1, last + 1))  # the run so far, without gap or repetition
    done(one, Stop())
    one.close(stop=False)
    assert ended(run).step == last


def test_a_run_that_nobody_trains_cannot_be_reached(reach: Callable[..., Client]) -> None:
    client = reach()
    load(client)
    run = Path(done(client, Step()).run)
    client.close()
    other = reach("--attach", str(run))
    other.close()
    assert other.present.state == "offline"
    assert "ended with exit code 2" in other.present.words
    assert "goes on from its last save" in other.present.words
