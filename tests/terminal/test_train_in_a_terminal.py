"""Training in a real pseudo-terminal: what a person sees, and what signals do."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from tests.support import MOONS


@pytest.fixture
def endless(tmp_path: Path) -> str:
    """An experiment that trains until it is stopped."""
    path = tmp_path / "endless.toml"
    path.write_text(MOONS.replace("epochs = 4", "epochs = 100000000"))
    return str(path)


@contextmanager
def terminal(*arguments: str, columns: int = 100) -> Iterator["pexpect.spawn[str]"]:
    child = pexpect.spawn(
        sys.executable, ["-m", "tui_nn", *arguments], encoding="utf-8", timeout=60,
        dimensions=(24, columns), env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    try:
        yield child
    finally:
        child.close(force=True)


def code_of(child: "pexpect.spawn[str]") -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    status: int | None = child.exitstatus
    return status


def test_a_bar_moves_and_a_summary_in_colour_follows(tmp_path: Path) -> None:
    path = tmp_path / "moons.toml"
    path.write_text(MOONS.replace("epochs = 4", "epochs = 300"))
    with terminal("train", str(path)) as child:
        child.expect("loading PyTorch")
        child.expect(r"[█░]+.* epoch \d+/300 .*loss [\d.]+.*accuracy [\d.]+ %.*lr 0.1.* left")
        child.expect("done ")
        child.expect(r"\x1b\[38;2;")
        assert code_of(child) == 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_finishes_the_step_sums_up_and_answers(
    endless: str, number: signal.Signals, code: int
) -> None:
    with terminal("train", endless) as child:
        child.expect("epoch ")
        child.kill(number)
        child.expect("stopped by a signal")
        child.expect("samples")
        assert code_of(child) == code


def test_the_key_ctrl_c_does_the_same(endless: str) -> None:
    with terminal("train", endless) as child:
        child.expect("epoch ")
        child.sendintr()
        child.expect("stopped by a signal")
        assert code_of(child) == 130


def test_a_signal_that_comes_while_torch_loads_is_not_lost(endless: str) -> None:
    with terminal("train", endless) as child:
        child.expect("loading PyTorch")
        child.sendintr()
        child.expect("stopped by a signal")
        assert code_of(child) == 130


def test_a_second_signal_leaves_at_once(endless: str) -> None:
    script = (
        "import sys, time\n"
        "from tui_nn.engine import session\n"
        "session.Session.end = lambda *_: print('summing up', flush=True) or time.sleep(60)\n"
        f"sys.argv = ['nn-tui', 'train', {endless!r}]\n"
        "from tui_nn.cli import main\n"
        "main()\n"
    )
    child = pexpect.spawn(sys.executable, ["-c", script], encoding="utf-8", timeout=60)
    child.expect("epoch ")
    child.sendintr()
    child.expect("summing up")
    child.sendintr()
    assert code_of(child) == 130


def test_json_on_a_terminal_keeps_records_apart_from_the_bar(tmp_path: Path) -> None:
    path = tmp_path / "moons.toml"
    path.write_text(MOONS)
    with terminal("train", str(path), "--json") as child:
        child.expect(r'\{"type":"ended".*\}\r\n')
        lines = (child.before + child.after).splitlines()
        assert code_of(child) == 0
    assert all(line.startswith("{") and line.endswith("}") for line in lines)


def test_a_terminal_that_can_not_rewrite_a_line_gets_plain_lines(
    endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with terminal("train", endless, "--max-seconds=20") as child:
        child.expect("epoch ")
        child.sendintr()
        assert code_of(child) == 130
        assert "\x1b" not in (child.before or "")


def test_no_colour_where_none_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    path = tmp_path / "moons.toml"
    path.write_text(MOONS.replace("epochs = 4", "epochs = 30"))
    with terminal("train", str(path)) as child:
        child.expect("done ")
        child.expect(pexpect.EOF)
        assert "\x1b[38" not in child.before
