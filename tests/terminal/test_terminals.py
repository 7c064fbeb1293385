"""Terminals of all kinds: few colours or none, slow, dumb, none at all."""

import re
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.terminal.screen import ENDLESS, SOON, engine_of, is_gone, opened, shown

COLOUR = re.compile(rb"\x1b\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m")
RICH = re.compile(rb"\x1b\[(?:[\d;]*;)?[34]8;")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "absent"),
    [
        ({"NO_COLOR": "1"}, COLOUR),
        ({"NO_COLOR": "1", "COLORTERM": "", "TERM": "xterm"}, COLOUR),
        ({"COLORTERM": "", "TERM": "xterm"}, RICH),
        ({"COLORTERM": "", "TERM": "linux"}, RICH),
        ({"LC_ALL": "C"}, None),
        ({"LC_ALL": "POSIX", "LANG": "C"}, None),
    ],
)
def test_a_terminal_gets_no_more_colours_than_it_has(
    environment: dict[str, str], absent: "re.Pattern[bytes] | None"
) -> None:
    with shown("spiral-adam", "--no-save", **environment) as child:  # type: ignore[arg-type]
        opened(child)
        child.send("s")
        child.until("step 1 ")
        child.send(":")
        child.until("every action")
        child.send("\x1b")
        child.until(lambda text: "every action" not in text)
        child.send("q")
        assert child.ended() == 0
        if absent is not None:
            assert not absent.findall(child.raw)


def test_without_colours_the_chosen_line_is_marked_and_the_cursor_is_seen() -> None:
    with shown("spiral-adam", "--no-save", NO_COLOR="1") as child:
        opened(child)
        child.send(":")
        child.until("run / pause")

        def marked() -> set[str]:
            return {text for text in child.screen.display if "│ ▸ " in text}

        child.until(lambda _: any("run / pause" in text for text in marked()))
        child.send("\x1b[B")
        child.until(lambda _: any("next phase" in text for text in marked()))
        assert len(marked()) == 1
        cells = (cell for row in child.screen.buffer.values() for cell in row.values())
        assert sum(cell.reverse for cell in cells) == 1


def test_an_output_that_is_not_utf_8_gets_ascii() -> None:
    with shown("spiral-adam", "--no-save", PYTHONIOENCODING="latin-1") as child:
        opened(child)
        child.send("s")
        child.until("step 1 ")
        assert child.text.isascii()


def test_ascii_means_ascii() -> None:
    with shown("spiral-adam", "--no-save", "--ascii") as child:
        opened(child)
        child.send("s")
        child.until("step 1 ")
        assert child.text.isascii()


def test_a_dumb_terminal_gets_lines() -> None:
    with shown("and-gate", "--no-save", TERM="dumb") as child:
        assert child.ended() == 0
        assert b"\x1b" not in child.raw
        assert b"headlessly" in child.raw


@pytest.mark.slow
@pytest.mark.parametrize("end", ["0<{}", "1>{}", "2>{}"])
def test_without_a_terminal_at_every_end_it_trains_headlessly(end: str) -> None:
    line = f"exec {sys.executable} -m tui_nn and-gate --no-save {end.format('/dev/null')}"
    with shown(program=["sh", "-c", line]) as child:
        assert child.ended() == 0
        assert b"\x1b[?1049h" not in child.raw


@pytest.mark.slow
def test_no_terminal_at_all_is_no_obstacle() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui_nn", "and-gate", "--no-save"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "headlessly" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_a_terminal_that_reads_slowly_is_not_flooded() -> None:
    with shown("spiral-adam", *ENDLESS, "--no-save", "--pace", "0") as child:
        opened(child)
        child.send(" ")
        child.until("steps/s")
        child.trickle(3.0)
        before = len(child.raw)
        child.send(" ")
        while "paused" not in child.text:
            child.trickle(0.1)
        assert len(child.raw) - before < 150_000  # of some 400,000 that were painted in that time


def test_a_terminal_that_reads_nothing_for_a_while_is_no_end() -> None:
    with shown("spiral-adam", *ENDLESS, "--no-save", "--pace", "0") as child:
        opened(child)
        child.send(" ")
        child.until("steps/s")
        child.trickle(3.0, 0)
        child.send(" ")
        child.until("paused")
        child.send("q")
        assert child.ended() == 0


def test_an_app_whose_terminal_reads_nothing_can_be_ended() -> None:
    with shown("spiral-adam", *ENDLESS, "--pace", "0") as child:
        before = termios.tcgetattr(child.master)
        opened(child)
        child.send(" ")
        child.until("steps/s")
        engine = engine_of(child)
        child.trickle(3.0, 0)
        child.process.send_signal(signal.SIGTERM)
        assert child.process.wait(SOON) == 143
        assert is_gone(engine)
        assert termios.tcgetattr(child.master)[3] == before[3]
        assert any(Path("runs").glob("*/last.safetensors"))
