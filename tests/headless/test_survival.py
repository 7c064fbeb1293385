"""A run that is killed, signalled or out of disk goes on from its folder as if nothing had been."""

import fcntl
import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.support import ENVIRONMENT, nn_tui
from tests.support import SMALL, contents, digest, losses_told
from tui_nn.engine import checkpoint
from tui_nn.runs.folder import Folder, is_locked, list_runs
from tui_nn.runs.log import read_records
from tui_nn.spec.protocol import Ended, Evaluated, decode

EPOCHS = 100
"""As many lines of `--json`, and one."""
AHEAD = 40
"""More lines than a pipe of one page holds."""
F_SETPIPE_SZ = 1031


@pytest.fixture(autouse=True)
def small(here: Path) -> Path:
    return written(here)


def written(folder: Path) -> Path:
    """An experiment of half a second."""
    path = folder / "small.toml"
    changes = {"epochs = 6": f"epochs = {EPOCHS}", "SGD(lr=0.1)": "Adam(lr=0.001)"}
    text = SMALL
    for old, new in changes.items():
        text = text.replace(old, new)
    path.write_text('schedule = "CosineAnnealingLR(100)"' + text)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The undisturbed run."""
    folder = tmp_path_factory.mktemp("whole")
    answer = nn_tui("train", str(written(folder)), "--json", "--runs", str(folder / "runs"))
    assert answer.code == 0
    [run] = list_runs(folder / "runs")
    return run


class Child:
    """`nn-tui train` with its records at the other end of a pipe so small that it waits."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        assert process.stdout is not None
        self.lines = process.stdout
        fcntl.fcntl(self.lines, F_SETPIPE_SZ, 4096)

    def read(self, count: int) -> None:
        for _ in range(count):
            assert isinstance(decode(self.lines.readline()), Evaluated)

    def end(self) -> tuple[int, bytes, bytes]:
        """Exit code, and the rest of both outputs."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@contextmanager
def training(*arguments: str, file_size: int | None = None) -> Iterator[Child]:
    what = [] if "--resume" in arguments else ["small.toml"]
    command = [sys.executable, "-m", "tui_nn", "train", *what, "--json", *arguments]

    def limit() -> None:
        if file_size is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit,
        env=ENVIRONMENT,
    ) as process:  # fmt: skip
        try:
            yield Child(process)
        finally:
            process.kill()


def the_run() -> Folder:
    [run] = list_runs(Path("runs"))
    return run


def told(folder: Folder) -> list[tuple[int, float | None]]:
    """Every evaluation: none is missing, none is there twice."""
    records = read_records(folder.events)
    return [(r.step, r.train["loss"]) for r in records if isinstance(r, Evaluated)]


def same(run: Folder, whole: Folder) -> None:
    assert digest(run) == digest(whole)
    assert losses_told(run) == losses_told(whole)
    assert told(run) == told(whole)


# Killed


def killed_and_resumed(seed: int, whole: Folder) -> None:
    dice = random.Random(seed)
    save_every = ["0", "0.001", "0.05", "30"][seed % 4]
    with training("--save-every", save_every) as child:
        child.read(dice.randrange(1, EPOCHS - AHEAD))
        child.process.kill()
        assert child.end()[0] == -signal.SIGKILL
    assert not is_locked(the_run())
    answer = nn_tui("train", "--resume", "latest", "--json")
    assert answer.code == 0, answer.err
    assert isinstance(decode(answer.out.splitlines()[-1].encode()), Ended)
    same(the_run(), whole)


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_run_ends_as_the_undisturbed_one(seed: int, whole: Folder) -> None:
    killed_and_resumed(seed, whole)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5, 55))
def test_a_killed_run_ends_as_the_undisturbed_one_in_many_tries(seed: int, whole: Folder) -> None:
    killed_and_resumed(seed, whole)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_a_run_killed_again_and_again_ends_as_the_undisturbed_one(seed: int, whole: Folder) -> None:
    dice = random.Random(seed)  # three times what it reads and the pipe holds is no whole run
    arguments: tuple[str, ...] = ()
    for _ in range(3):
        with training("--save-every", "0", *arguments) as child:
            child.read(dice.randrange(1, 6))
            child.process.kill()
            child.end()
        arguments = ("--resume", "latest")
    assert nn_tui("train", "--resume", "latest", "--json").code == 0
    same(the_run(), whole)


# Signalled


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_saves_before_it_leaves(number: signal.Signals, whole: Folder) -> None:
    with training("--save-every", "1000") as child:
        child.read(10)
        run = the_run()
        before = contents(run)
        refused = nn_tui("train", "--resume", "latest")
        assert refused.code == 2
        assert "another process is training this run" in refused.err
        assert refused.err.count("\n") == 1
        assert "last.safetensors" not in before
        child.process.send_signal(number)
        code, out, err = child.end()
    assert (code, err) == (128 + number, b"")
    ended = decode(out.splitlines()[-1])
    assert isinstance(ended, Ended)
    assert ended.reason == "interrupted"
    assert checkpoint.read(run.last).tree["step"] == ended.step
    assert nn_tui("train", "--resume", "latest", "-q").code == 0
    same(run, whole)


def test_a_second_signal_leaves_at_once_and_the_last_save_is_whole(whole: Folder) -> None:
    with training("--save-every", "0") as child:
        child.read(20)
        child.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, child.process.pid, os.WSTOPPED | os.WNOWAIT)
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGCONT):
            child.process.send_signal(number)
        code, out, _ = child.end()
    assert code == 128 + signal.SIGTERM
    assert b'"ended"' not in out
    run = the_run()
    assert not is_locked(run)
    assert checkpoint.read(run.last).tree["step"] > 0
    assert nn_tui("train", "--resume", "latest", "-q").code == 0
    same(run, whole)


# Out of disk


def test_a_disk_that_takes_no_more_ends_saving_but_not_training(whole: Folder) -> None:
    with training("--save-every", "0", file_size=12_000) as child:
        code, out, err = child.end()
    assert code == 0
    ended = decode(out.splitlines()[-1])
    assert isinstance(ended, Ended)
    assert ended.reason == "epochs"
    assert err.count(b"\n") == 1
    assert b"can't save any more" in err
    assert nn_tui("train", "--resume", "latest", "-q").code == 0
    same(the_run(), whole)


def test_a_folder_that_can_not_be_written_is_a_notice_and_training_goes_on() -> None:
    Path("taken").write_text("a file")
    answer = nn_tui("train", "and-gate", "--runs", "taken/runs", "--json")
    assert answer.code == 0
    assert answer.err.count("\n") == 1
    assert "is not kept" in answer.err
    assert "--runs" in answer.err
    assert isinstance(decode(answer.out.splitlines()[-1].encode()), Ended)


def test_nothing_is_kept_where_that_is_asked_for() -> None:
    assert nn_tui("train", "and-gate", "--no-save").code == 0
    assert not Path("runs").exists()


# Damaged


@pytest.mark.parametrize("how", ["cut", "flipped", "foreign", "empty"])
def test_a_damaged_checkpoint_is_refused_in_one_line_and_the_folder_stays(how: str) -> None:
    assert nn_tui("train", "and-gate").code == 0
    run = the_run()
    data = bytearray(run.last.read_bytes())
    match how:
        case "cut":
            data = data[: len(data) // 2]
        case "flipped":
            data[-3] ^= 4
        case "foreign":
            data = bytearray(b"\x02\0\0\0\0\0\0\0{}")
        case "empty":
            data = bytearray()
    run.last.write_bytes(data)
    before = contents(run)
    answer = nn_tui("train", "--resume", run.name)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert "last.safetensors" in answer.err
    assert contents(run) == before
    assert nn_tui("train", "--resume", "latest").code == 2
    assert not is_locked(run)


def test_a_run_that_is_not_there_is_refused() -> None:
    answer = nn_tui("train", "--resume", "nowhere")
    assert answer.code == 2
    assert answer.err.count("\n") == 1


def test_a_resumed_run_may_train_longer_and_otherwise() -> None:
    path = "small.toml"
    assert nn_tui("train", path, "--epochs", "3", "-q").code == 0
    assert nn_tui("train", "--resume", "latest", "--epochs", "5", "-q").code == 0
    answer = nn_tui("train", "--resume", "latest", "train.epochs=6", "optimizer=SGD(lr=0.1)", "-q")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert max(step for step, _ in told(the_run())) == 6 * 7
    assert the_run().changes.read_text().count("\n") == 3


def test_what_was_changed_on_resuming_outlives_a_kill() -> None:
    assert nn_tui("train", "small.toml", "--epochs", "3", "-q").code == 0
    with training("--resume", "latest", "--epochs", "40", "--save-every", "1000") as child:
        child.read(2)
        child.process.kill()
        child.end()
    answer = nn_tui("train", "--resume", "latest", "--json")
    ended = decode(answer.out.splitlines()[-1].encode())
    assert isinstance(ended, Ended)
    assert ended.epoch == 40


def test_a_run_that_goes_on_is_kept() -> None:
    assert nn_tui("train", "and-gate", "-q").code == 0
    answer = nn_tui("train", "--resume", "latest", "--no-save")
    assert (answer.code, answer.err) == (
        2, "nn-tui: --no-save: goes with a new run: leave it or --resume out\n",
    )  # fmt: skip
