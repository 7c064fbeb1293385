import io
import os
import signal
import sys

import pytest

from tui_nn.headless.waiting import waiting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def xterm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def said(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, quiet: bool = False) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    with waiting(quiet) as tell:
        tell("reading a.csv: 10 %")
        tell("reading a.csv: \x1b[31m20 %")
    return stream.getvalue()


def test_a_terminal_shows_the_last_words_and_is_left_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(monkeypatch, Terminal())
    assert "10 %" in text
    assert "\\x1b[31m20 %" in text
    assert text.endswith("\r\x1b[K")


def test_the_line_is_taken_back_when_reading_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)

    def fail() -> None:
        with waiting() as tell:
            tell("reading")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        fail()
    assert stream.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_what_can_not_take_words_back_is_told_nothing(
    monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    monkeypatch.setenv("TERM", term)
    stream = io.StringIO() if term == "xterm" else Terminal()
    assert said(monkeypatch, stream) == ""


def test_a_quiet_command_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, Terminal(), quiet=True) == ""


def test_what_takes_no_while_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with waiting():
        pass
    assert stream.getvalue() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_reading_takes_the_line_back_and_ends_with_its_code(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    before = signal.getsignal(number)

    def read() -> None:
        with waiting() as tell:
            tell("reading a.csv: 10 %")
            os.kill(os.getpid(), number)

    with pytest.raises(SystemExit) as end:
        read()
    assert end.value.code == 128 + number
    assert stream.getvalue().endswith("\r\x1b[K")
    assert signal.getsignal(number) is before
