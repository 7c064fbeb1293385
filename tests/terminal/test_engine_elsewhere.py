"""`--engine 'ssh box …'`: what it asks and says goes through the terminal, not under the app."""

import os
import shlex
import signal
import sys
import termios
from pathlib import Path

import pytest

from tests.client.support import fake
from tests.terminal.screen import ENDLESS, Shown, engine_of, is_gone, opened, shown

PROMPT = """
tty = open("/dev/tty", "r+b", buffering=0)
complain("Warning: a new host")
tty.write(b"password: ")
assert tty.readline() == b"secret\\n"
os.execv({python!r}, [{python!r}, "-m", "tui_nn", "engine"])
"""


def test_an_engine_elsewhere_asks_before_the_screen_is_taken(tmp_path: Path) -> None:
    engine = shlex.join(fake(tmp_path, PROMPT.format(python=sys.executable)))
    with shown("xor-mlp", "--no-save", "--engine", engine) as child:
        child.until("password: ")
        assert b"\x1b[?1049h" not in child.raw
        assert "waiting for the engine" in child.text
        assert "a new host" in child.until("a new host")
        child.send("secret\n")
        opened(child)
        child.send("s")
        child.until("step 1 ")
        child.send("q")
        assert child.ended() == 0


def test_ctrl_c_leaves_while_an_engine_elsewhere_is_waited_for(tmp_path: Path) -> None:
    with shown("xor-mlp", "--engine", shlex.join(fake(tmp_path, "time.sleep(60)"))) as child:
        child.until("waiting for the engine")
        child.read(0.5)
        child.send("\x03")
        assert child.ended() == 130
        assert b"\x1b[?1049h" not in child.raw


@pytest.mark.parametrize(
    ("script", "words"),
    [("hello(version=1)", "speaks version 1"), ("sys.exit(3)", "exit code 3"), ("", "has ended")],
)
def test_an_engine_that_will_not_do_is_refused_in_a_line(
    tmp_path: Path, script: str, words: str
) -> None:
    engine = shlex.join(fake(tmp_path, script))
    with shown("xor-mlp", "--engine", engine, size=(400, 24)) as child:
        assert child.ended() == 1
        lines = [line for line in child.text.splitlines() if line.strip()]
        assert len(lines) == 2
        assert words in lines[1]
        assert b"\x1b[?1049h" not in child.raw


SSH = """
mode = open("mode").read()
if mode == "refuse":
    complain("ssh: connect to host box port 22: Connection refused")
    sys.exit(255)
if mode == "hang":
    complain("nobody answers")
    time.sleep(600)
if mode == "ask":
    tty = open("/dev/tty", "r+b", buffering=0)
    tty.write(b"password again: ")
    assert tty.readline() == b"secret\\n"
os.execv({python!r}, [{python!r}, "-m", "tui_nn", "engine"])
"""


@pytest.fixture
def ssh(tmp_path: Path) -> str:
    """A command that plays ssh as the file `mode` says."""
    Path("mode").write_text("let in")
    return shlex.join(fake(tmp_path, SSH.format(python=sys.executable)))


def lost(child: Shown, mode: str) -> None:
    """At step 1 the connection drops; space is pressed, and this is how the host answers."""
    opened(child)
    child.send("s")
    child.until("step 1 ")
    child.send("w")
    child.until(lambda text: any(Path("runs").glob("*/last.safetensors")))
    os.kill(engine_of(child), signal.SIGKILL)
    child.until("offline")
    Path("mode").write_text(mode)
    child.raw = b""
    child.send(" ")


def test_it_asks_again_on_the_terminal_when_it_is_started_again(ssh: str) -> None:
    with shown("xor-mlp", *ENDLESS, "--engine", ssh) as child:
        lost(child, "ask")
        child.until("password again: ")
        assert child.raw.index(b"\x1b[?1049l") < child.raw.index(b"password again")
        child.send("secret\n")
        child.until(lambda text: "paused" in text and "step 1 " in text)
        child.send("s")
        child.until("step 2 ")
        child.send("q")
        assert child.ended() == 0


def test_one_that_can_not_be_reached_leaves_all_as_it_was(ssh: str) -> None:
    with shown("xor-mlp", *ENDLESS, "--engine", ssh) as child:
        lost(child, "refuse")
        child.until("Connection refused")
        child.until(lambda text: "8 Evaluate" in text and "Connection refused" in child.row(34))
        assert "offline" in child.row(0)
        assert "step 1 " in child.row(1)
        assert child.raw.rindex(b"\x1b[?1049h") > child.raw.rindex(b"\x1b[?1049l")
        Path("mode").write_text("let in")
        child.send(" ")
        child.until("paused")
        child.send("s")
        child.until("step 2 ")


def test_ctrl_c_ends_the_wait_for_it_and_leaves_the_app(ssh: str) -> None:
    with shown("xor-mlp", *ENDLESS, "--engine", ssh) as child:
        lost(child, "hang")
        child.until("nobody answers")
        child.send("\x03")
        child.until("8 Evaluate")
        assert "offline" in child.row(0)
        Path("mode").write_text("let in")
        child.send(" ")
        child.until(lambda text: "paused" in text and "step 1 " in text)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_while_it_is_waited_for_ends_the_app(
    ssh: str, number: signal.Signals, code: int
) -> None:
    with shown("xor-mlp", *ENDLESS, "--engine", ssh) as child:
        before = termios.tcgetattr(child.master)
        lost(child, "hang")
        child.until("nobody answers")
        waiting = engine_of(child, "engine.py")
        child.process.send_signal(number)
        assert child.ended() == code
        assert is_gone(waiting)
        assert termios.tcgetattr(child.master)[3] == before[3]
