"""The app in a real pseudo-terminal: keys, signals, sizes, colours, and an engine that is gone."""

import os
import re
import shlex
import signal
import string
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.terminal.screen import (
    ENDLESS,
    NARROW,
    PROGRAM,
    SOON,
    WHERE,
    engine_of,
    is_gone,
    opened,
    shown,
)

SIZES = [(24, 6), (40, 12), (80, 24), (120, 36), (200, 50)]


def test_the_and_gate_is_ready_with_its_first_panel_lit() -> None:
    with shown() as child:
        opened(child)
        assert "▐1 Network▌" in child.row(0)
        assert "AND gate" in child.row(1)
        child.send("q")
        assert child.ended() == 0


def test_phases_begin_with_the_choices_also_while_torch_loads() -> None:
    with shown("and-gate", "--no-save") as child:
        child.until("loading")
        child.send("pppp")
        child.until("▐5 Forward▌")
        assert "step 1 " in child.row(1)


@pytest.mark.parametrize("answer", [NARROW, ""])
def test_keys_pressed_before_there_is_a_picture_or_torch_are_answered(answer: str) -> None:
    with shown("xor-mlp", "--no-save", answer=answer) as child:
        child.send("s")
        child.until(lambda text: WHERE.encode() in child.raw)
        child.send("s")
        child.until("loading")
        child.send("s")
        child.until("step 3 ")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_saves_and_gives_the_terminal_back(number: signal.Signals, code: int) -> None:
    with shown("xor-mlp", *ENDLESS, "--pace", "0") as child:
        before = termios.tcgetattr(child.master)
        opened(child)
        child.send(" ")
        child.until("steps/s")
        engine = engine_of(child)
        child.process.send_signal(number)
        assert child.ended() == code
        assert is_gone(engine)
        assert b"\x1b[?1049l" in child.raw
        assert termios.tcgetattr(child.master)[3] == before[3]
        [run] = [path for path in Path("runs").iterdir() if not path.is_symlink()]
        assert (run / "last.safetensors").exists()


@pytest.mark.parametrize("turn", range(4))
def test_a_terminal_that_is_closed_leaves_nobody_behind_and_the_run_saved(turn: int) -> None:
    with shown("xor-mlp", *ENDLESS, "--pace", "0") as child:
        opened(child)
        child.send(" ")
        child.until("steps/s")
        for _ in range(turn):
            child.read(0.02)
        engine = engine_of(child)
        child.hang_up()
        assert child.process.wait(SOON) == 129
        assert is_gone(engine)
        [run] = [path for path in Path("runs").iterdir() if not path.is_symlink()]
        assert (run / "last.safetensors").exists()


def test_a_run_that_is_trained_headlessly_is_shown_as_it_is_written() -> None:
    training = subprocess.Popen(
        [*PROGRAM, "train", "spiral-sgd", *ENDLESS, "-q"], stdin=subprocess.DEVNULL
    )
    try:
        while not (found := [*Path("runs").glob("2*/events.jsonl")]) or not found[0].stat().st_size:
            assert training.poll() is None
        with shown(str(found[0].parent)) as child:
            seen: set[str] = set()
            while len(seen) < 3:
                text = child.until(lambda text: "running" in text and "epoch" in text)
                seen |= set(re.findall(r"step ([1-9][\d,]*) ", text))
                assert child.read()
            training.terminate()
            child.until("stopped")
            child.send("q")
            assert child.ended() == 0
    finally:
        training.kill()
        training.wait()


def test_ctrl_c_stops_training_first_and_leaves_then() -> None:
    with shown("xor-mlp", *ENDLESS, "--no-save", "--pace", "0") as child:
        opened(child)
        child.send(" ")
        child.until("steps/s")
        child.send("\x03")
        child.until("paused")
        child.send("\x03")
        assert child.ended() == 0


def test_a_killed_engine_is_started_again_from_its_last_save() -> None:
    with shown("xor-mlp", *ENDLESS) as child:
        opened(child)
        child.send("s")
        child.until("step 1 ")
        child.send("w")
        child.until(lambda text: any(Path("runs").glob("*/last.safetensors")))
        os.kill(engine_of(child), signal.SIGKILL)
        child.until("offline")
        child.send(" ")
        child.until("paused")
        assert "step 1 " in child.row(1)


def test_ctrl_c_twice_leaves_however_quickly() -> None:
    with shown("xor-mlp", *ENDLESS, "--no-save", "--pace", "0") as child:
        opened(child)
        child.send(" ")
        child.until("steps/s")
        child.send("\x03\x03")
        assert child.ended() == 0


@pytest.mark.parametrize("options", [["--no-save"], []])
def test_a_killed_engine_of_a_run_that_was_not_saved_begins_anew(options: list[str]) -> None:
    with shown("xor-mlp", *ENDLESS, *options) as child:
        opened(child)
        child.send("s")
        child.until("step 1 ")
        os.kill(engine_of(child), signal.SIGKILL)
        child.until("space start the engine again")
        assert "step 1 " in child.row(1)
        child.send("s")
        child.until("there is no engine")
        child.send(" ")
        child.until(lambda text: "step 0 " in text and "ready" in text)
        child.send("s")
        child.until("step 1 ")


def test_a_killed_app_leaves_no_engine_behind_but_a_saved_run() -> None:
    with shown("xor-mlp", *ENDLESS, "--pace", "0") as child:
        opened(child)
        child.send(" ")
        child.until("steps/s")
        engine = engine_of(child)
        child.process.kill()
        child.process.wait()
        while not is_gone(engine):
            child.read(0.02)
        assert any(Path("runs").glob("*/last.safetensors"))


def test_an_engine_that_stays_outlives_its_app_and_is_found_again() -> None:
    command = shlex.join([*PROGRAM, "engine", "--stay"])
    with shown("xor-mlp", *ENDLESS, "--pace", "0", "--engine", command) as child:
        opened(child)
        child.send(" ")
        child.until("steps/s")
        engine = engine_of(child)
        child.process.kill()
        child.process.wait()
    try:
        with shown("latest") as child:
            child.until("steps/s")
            child.send("\x03")
            child.until("paused")
            child.send("s")
            child.until(lambda text: "8 Evaluate▌" in text)
            child.send("q")
            assert child.ended() == 0
        assert not is_gone(engine)
    finally:
        os.kill(engine, signal.SIGTERM)


@pytest.mark.parametrize("size", SIZES)
def test_every_size_shows_where_training_stands(size: tuple[int, int]) -> None:
    with shown("and-gate", "--no-save", size=size) as child:
        child.until("AND gate")
        child.send("s")
        child.until("paused")
        assert "Traceback" not in child.text


def test_a_storm_of_sizes_is_lived_through() -> None:
    with shown("spiral-adam", "--no-save", "--pace", "0") as child:
        opened(child)
        child.send(" ")
        for turn in range(60):
            child.resize(20 + 7 * turn % 150, 4 + 3 * turn % 46)
            child.read(0.01)
        child.resize(120, 36)
        child.until(lambda text: "8 Evaluate" in text and "Spiral" in text)
        child.send("q")
        assert child.ended() == 0


def test_pasted_text_fires_no_commands() -> None:
    with shown("xor-mlp", "--no-save") as child:
        opened(child)
        child.send("\x1b[200~sssq\x1b[201~")
        child.until("pasted text")
        assert "step 0 " in child.row(1)


def test_a_broken_experiment_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text('data = "xor_gate()"\nnetwork = ["Linear(3, 1)"]\nloss = "MSELoss()"\n'
                    'optimizer = "SGD(lr=1)"\n')  # fmt: skip
    with shown(str(path), "--no-save") as child:
        child.until("Linear(2, 1)")
        assert "network[0]" in re.sub(r"\s+│\s+", "", child.text)
        assert "failed" in child.row(0)
        for key in ("s", " ", "R", "u", ".", "w"):
            child.send(key)
        child.send(":")
        child.until("every action")
        child.send("\x1b")
        child.until(lambda text: "every action" not in text)
        child.until(lambda _: "Linear(2, 1)" in "".join(map(child.row, range(3, 12))))
        child.send("q")
        assert child.ended() == 0


def test_a_run_is_shown_again_and_played() -> None:
    with shown("and-gate", "--pace", "0") as child:
        opened(child)
        child.send(" ")
        child.until("goal")
        child.send("q")
        assert child.ended() == 0
    with shown("latest") as child:
        child.until("AND gate")
        child.send("q")
        assert child.ended() == 0
    with shown("replay", "latest", "--speed", "0") as child:
        child.until("goal")
        child.send("q")
        assert child.ended() == 0


def test_text_pasted_without_brackets_fires_no_commands() -> None:
    with shown("xor-mlp", "--no-save") as child:
        opened(child)
        child.send("sss q import torch")
        child.until("pasted text")
        child.send("s")
        child.until("step 1 ")


def test_three_capitals_make_a_hint() -> None:
    with shown("xor-mlp", "--no-save") as child:
        opened(child)
        for capital in "SSE":
            child.send(capital)
            child.read(0.1)
        child.until("Caps Lock?")


def test_undo_returns_from_a_reset_to_the_same_step_and_weights() -> None:
    with shown("xor-mlp", "--no-save") as child:
        opened(child)
        for step in range(1, 4):
            child.send("s")
            child.until(f"step {step} ")
        child.until("= torch")
        weight = re.findall(r"[+-][0-9.]+ ▸ [+-][0-9.]+", child.text)
        for key in "rR":
            child.send(key)
            child.until("step 0 ")
            child.send("u")
            child.until("step 3 ")
            child.until(lambda text: re.findall(r"[+-][0-9.]+ ▸ [+-][0-9.]+", text) == weight)
            assert "seed 0" in child.row(1)


def test_leaving_while_it_trains_says_what_happened() -> None:
    with shown("xor-mlp", *ENDLESS, "--pace", "0") as child:
        opened(child)
        child.send(" ")
        child.until("steps/s")
        child.send("q")
        assert child.ended() == 0
        after = child.raw.rpartition(b"\x1b[?1049l")[2].decode()
        assert re.search(r"nn-tui: stopped at step [1-9][0-9,]*, kept in .*/runs/", after)


def test_a_suspended_app_comes_back_with_all_it_showed() -> None:
    with shown(program=["bash", "--norc", "-i"]) as child:
        child.send(shlex.join([*PROGRAM, "xor-mlp", "--no-save"]) + "\n")
        opened(child)
        child.send("s")
        child.until("step 1 ")
        child.send("\x1a")
        child.until("Stopped")
        child.until(lambda text: child.raw.rstrip().endswith((b"#", b"$")))
        prompts = child.raw.count(b"bash-")
        child.send("fg\n")
        child.until("▐8 Evaluate▌")
        child.send("s")
        child.until("step 2 ")
        child.send("q")
        child.until(lambda text: child.raw.count(b"bash-") == prompts + 1)
        child.send("echo left with $?\n")
        child.until("left with 0")


def test_training_goes_on_while_the_app_is_suspended() -> None:
    with shown(program=["bash", "--norc", "-i"]) as child:
        child.send(shlex.join([*PROGRAM, "xor-mlp", *ENDLESS, "--pace", "100"]) + "\n")
        opened(child)
        child.send(" ")
        child.until("steps/s")
        child.send("\x1a")
        child.until("Stopped")
        [log] = Path("runs/latest").glob("events.jsonl")
        size = log.stat().st_size
        child.until(lambda text: log.stat().st_size > size + 1000)
        child.send("fg\n")
        child.until("space pause")
        prompts = child.raw.count(b"bash-")
        child.send("\x03\x03")
        child.until(lambda text: child.raw.count(b"bash-") == prompts + 1)


def test_every_printable_typed_into_the_list_of_actions_is_text() -> None:
    typed = "".join(sorted(set(string.printable) - set(string.whitespace))) + " é한"
    with shown("xor-mlp", "--no-save", size=(160, 36)) as child:
        opened(child)
        child.send(":")
        child.until("every action")
        for part in (typed[:50], typed[50:]):
            child.send(part)
            child.until(part)
            child.send("\x15")  # ctrl+u: the field is empty again
            child.until("type a few letters")
        child.send("\x1b[200~next ste\x1b[201~p")
        child.until("next step")
        assert "step 0 " in child.row(1)
        child.send("\r")
        child.until("step 1 ")


def test_a_crash_gives_the_terminal_back_and_fails() -> None:
    crashing = (
        "import tui_nn.views.home as home\n"
        "from tui_nn.cli.main import main\n"
        "home.frame.paint_moment = lambda *_: 1 / 0\n"
        "main()"
    )
    with shown("and-gate", "--no-save", program=[sys.executable, "-c", crashing]) as child:
        before = termios.tcgetattr(child.master)
        assert child.ended() == 1
        assert termios.tcgetattr(child.master)[3] == before[3]
        after = child.raw.rpartition(b"\x1b[?1049l")[2].decode()
        assert "nn-tui: failed: ZeroDivisionError: division by zero: -v shows where" in after
        assert "Traceback" not in after
