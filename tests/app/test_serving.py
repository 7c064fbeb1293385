"""The server between the app and browsers."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

pytest.importorskip("textual_serve")

import aiohttp

from tests.cli.support import ENVIRONMENT
from tui_nn.app.serving import is_refused, serve
from tui_nn.spec.errors import InvalidInput

SOON = 60.0


@pytest.mark.parametrize(
    ("asked", "origin", "local", "refused"),
    [
        ("127.0.0.1:8000", None, True, False),
        ("localhost:8000", "http://localhost:8000", True, False),
        ("[::1]:8000", "http://[::1]:8000", True, False),
        ("127.0.0.1:8000", "http://evil.example", True, True),
        ("127.0.0.1:8000", "http://127.0.0.1:8001", True, True),
        ("127.0.0.1:8000", "null", True, True),
        ("evil.example:8000", "http://evil.example:8000", True, True),
        ("box:8000", "http://box:8000", False, False),
        ("box:8000", "http://evil.example", False, True),
    ],
)
def test_a_page_of_elsewhere_is_refused(
    asked: str, origin: str | None, local: bool, refused: bool
) -> None:
    assert is_refused(asked, origin, local=local) == refused


def test_a_port_that_is_taken_is_said_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"--port: {port} is taken: 0 takes any"):
            serve([], "127.0.0.1", port, lambda words: None)


def test_an_address_that_is_not_there_is_said() -> None:
    with pytest.raises(InvalidInput, match=r"--host: 192\.0\.2\.1:0 can't be had"):
        serve([], "192.0.2.1", 0, lambda words: None)


class Served:
    """`nn-tui serve` in a process of its own."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui_nn", "serve", "spiral-adam", "--no-save", "--port=0",
             *options],
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT,
        )  # fmt: skip
        assert self.process.stderr
        self.said = ""
        while not (found := re.search(r"http://(\S+)", self.said)):
            line = self.process.stderr.readline()
            assert line, self.said
            self.said += line
        self.address = found[0]

    def close(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=SOON)
        return self.process.returncode, out + err


@pytest.fixture
def options() -> tuple[str, ...]:
    return ()


@pytest.fixture
def served(options: tuple[str, ...]) -> Iterator[Served]:
    found = Served(*options)
    yield found
    found.process.kill()
    found.process.communicate()


async def _window(address: str) -> bytes:
    """What a window gets that presses s, then q."""
    got = b""
    place = f"{address.replace('http', 'ws')}/ws?width=120&height=36"
    async with aiohttp.ClientSession() as session, session.ws_connect(place) as window:
        for words, key in ((b"ready", "s"), (b"paused", "q")):
            while words not in got:
                message = await window.receive(SOON)
                assert message.type == aiohttp.WSMsgType.BINARY
                got += message.data
            await window.send_json(["stdin", key])
        while not window.closed:
            await window.receive(SOON)
    return got


def test_a_window_gets_the_app_and_gives_it_keys(served: Served) -> None:
    assert "for this machine alone" in served.said
    assert "no password" not in served.said
    got = asyncio.run(_window(served.address))
    assert b"1 Network" in got
    code, words = served.close()
    assert (code, "Traceback" in words) == (0, False)


def test_the_page_loads_nothing_from_elsewhere(served: Served) -> None:
    async def page() -> str:
        async with aiohttp.ClientSession() as session, session.get(served.address) as answer:
            return str(await answer.text())

    text = asyncio.run(page())
    loaded = re.findall(r"(?:src|href)=\"(https?://[^/\"]+)", text)
    assert set(loaded) == {served.address}
    assert "RobotoMono" in text


@pytest.mark.parametrize("options", [("--host=0.0.0.0",)])
def test_an_address_that_others_reach_is_warned_of(served: Served) -> None:
    assert "whoever reaches 0.0.0.0 drives the app" in served.said
    assert served.address.startswith(f"http://{socket.gethostname()}:")


def test_a_window_that_is_open_does_not_keep_the_server(served: Served) -> None:
    async def opened() -> None:
        place = f"{served.address.replace('http', 'ws')}/ws?width=120&height=36"
        async with aiohttp.ClientSession() as session, session.ws_connect(place) as window:
            await window.receive(SOON)
            os.kill(served.process.pid, signal.SIGTERM)
            while not window.closed:
                await window.receive(SOON)

    asyncio.run(opened())
    assert served.process.wait(SOON) == 0
