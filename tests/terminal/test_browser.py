"""The app as a browser's window has it: packets of a server in place of a terminal."""

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyte
import pytest

from tests.terminal.screen import PROGRAM, SOON, engine_of

GREETING = b"__GANGLION__\n"


class Window:
    """What textual-serve is to the app."""

    def __init__(self, *arguments: str) -> None:
        environment = {
            **os.environ, "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
            "COLUMNS": "120", "ROWS": "36", "TERM": "dumb", "PYTHONIOENCODING": "utf-8",
            "XDG_CONFIG_HOME": str(Path.cwd() / "config"),
        }  # fmt: skip
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments], env=environment, bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.screen = pyte.Screen(120, 36)
        self.told: list[dict[str, Any]] = []
        """What is no picture."""
        self._stream = pyte.ByteStream(self.screen)
        self._rest = b""
        self._is_greeted = False

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def send(self, kind: bytes, payload: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(kind + len(payload).to_bytes(4, "big") + payload)

    def type(self, keys: str) -> None:
        self.send(b"D", keys.encode())

    def tell(self, **facts: object) -> None:
        self.send(b"M", json.dumps(facts).encode())

    def until(self, words: str) -> None:
        end = time.monotonic() + SOON
        while words not in self.text:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"{words} has not come:\n{self.text}")

    def ended(self) -> int:
        while self._read(SOON):
            pass
        return self.process.wait(SOON)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream
            stream.close()

    def _read(self, seconds: float) -> bool:
        """Take in what comes next; False at the end."""
        assert self.process.stdout
        if not select.select([self.process.stdout], [], [], max(0.0, seconds))[0]:
            return False
        data = os.read(self.process.stdout.fileno(), 2**16)
        self._rest += data
        if not self._is_greeted:
            self._is_greeted = GREETING in self._rest
            self._rest = self._rest.partition(GREETING)[2] if self._is_greeted else self._rest
        while self._is_greeted and len(self._rest) >= 5:
            size = 5 + int.from_bytes(self._rest[1:5], "big")
            if len(self._rest) < size:
                break
            kind, payload, self._rest = self._rest[:1], self._rest[5:size], self._rest[size:]
            if kind == b"D":
                self._stream.feed(payload)
            else:
                self.told.append(json.loads(payload))
        return bool(data)


@contextmanager
def opened(*arguments: str) -> Iterator[Window]:
    window = Window("open", "spiral-adam", *arguments)
    try:
        window.until("step 0 ")
        yield window
    finally:
        window.close()


def engine(window: Window) -> int:
    return engine_of(SimpleNamespace(process=window.process))  # type: ignore[arg-type]


def test_keys_and_sizes_reach_the_app_and_its_end_the_window() -> None:
    with opened("--no-save") as window:
        window.type("s")
        window.until("step 1 ")
        window.screen.resize(24, 80)
        window.tell(type="resize", width=80, height=24)
        window.until("step 1 ")
        window.type("q")
        assert window.ended() == 0
        assert {"type": "exit"} in window.told


def test_it_says_where_a_run_is_kept_when_its_window_is_closed() -> None:
    with opened() as window:
        window.type("s")
        window.until("step 1 ")
        window.tell(type="quit")
        assert window.ended() == 0
        assert window.process.stderr
        assert b"kept in " in window.process.stderr.read()


@pytest.mark.parametrize("state", ["ready", "running"])
def test_it_ends_with_its_engine_when_the_server_is_gone(state: str) -> None:
    with opened("--no-save", "train.epochs=100000000", "goal={}") as window:
        if state == "running":
            window.type(" ")
            window.until("running")
        watched = os.pidfd_open(engine(window))
        assert window.process.stdin
        assert window.process.stdout
        window.process.stdin.close()
        window.process.stdout.close()
        assert window.process.wait(SOON) == 129
        assert select.select([watched], [], [], SOON)[0]
        os.close(watched)


def test_what_takes_a_terminal_aside_does_nothing_and_breaks_nothing() -> None:
    with opened("--no-save") as window:
        window.type("\x1a")
        window.type("s")
        window.until("step 1 ")
