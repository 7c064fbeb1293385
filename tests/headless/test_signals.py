import signal
from collections.abc import Iterator

import pytest

from tui_nn.headless.signals import obeyed_signals


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_sets_off_the_action_and_gives_the_exit_code(handlers: None) -> None:
    asked = []
    with obeyed_signals() as signals:
        signals.on_first = lambda: asked.append("stop")
        signal.raise_signal(signal.SIGTERM)
        assert (asked, signals.exit_code) == (["stop"], 143)


def test_a_signal_before_the_action_is_known_is_made_up_for(handlers: None) -> None:
    asked = []
    with obeyed_signals() as signals:
        signal.raise_signal(signal.SIGHUP)
        signals.on_first = lambda: asked.append("stop")
        assert (asked, signals.exit_code) == (["stop"], 129)


def test_a_hangup_that_nohup_ignores_stays_ignored(handlers: None) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with obeyed_signals() as signals:
        signal.raise_signal(signal.SIGHUP)
        assert signals.received is None
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_the_handlers_from_before_come_back(handlers: None) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with obeyed_signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
