"""`nn-tui engine --attach RUN`: a run that goes on alone, reached from outside."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.support import nn_tui
from tests.engine.serving import SOON, received
from tui_nn.client import Client, engine_command
from tui_nn.engine.connections import Attached, Closed, Connections
from tui_nn.runs.folder import Folder, create
from tui_nn.spec.protocol import Noticed, encode
from tui_nn.spec.protocol.commands import Drive, Inspect, Pause
from tui_nn.spec.protocol.frames import Curves
from tui_nn.spec.protocol.messages import Answer, Hello, Present

BEFORE = Noticed(step=1, message="before")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = create(tmp_path, "xor", "")
    folder.events.write_bytes(encode(BEFORE) + b"\n")
    return folder


@pytest.fixture
def hub(folder: Folder) -> Iterator[Connections]:
    """An engine that stays: nobody is at its pipe."""
    hub = Connections()
    hub.listen(folder)
    yield hub
    hub.close(SOON)


@pytest.fixture
def client(folder: Folder, hub: Connections) -> Iterator[Client]:
    client = Client(engine_command("--attach", str(folder.path)))
    client.start()
    yield client
    hub.close(SOON)
    client.close(stop=False)


def test_a_client_is_told_the_run_so_far_and_may_drive_it(hub: Connections, client: Client) -> None:
    assert isinstance(received(hub).what, Attached)
    events = client.events(SOON)
    hello = next(events)
    assert isinstance(hello, Hello)
    assert (hello.pid, hello.drives) == (os.getpid(), True)
    assert next(events) == BEFORE
    number = client.send(Pause())
    arrival = received(hub)
    assert arrival.what == Pause(id=number)
    arrival.connection.send(encode(Answer(id=number, present=Present(state="paused"))))
    assert isinstance(next(events), Answer)
    assert client.state == "paused"


def test_letting_the_bridge_go_frees_the_wheel_and_the_engine_stays(
    hub: Connections, client: Client
) -> None:
    arrival = received(hub)
    client.send(Drive())
    assert received(hub).what == Drive(id=1)
    closing = Thread(target=client.close, kwargs={"stop": False})
    closing.start()
    gone = received(hub)
    assert gone.connection is arrival.connection
    assert isinstance(gone.what, Closed)
    assert not hub.drives(gone.connection)
    closing.join(SOON)
    assert client.present.words == "the engine has ended"


def test_an_engine_that_ends_ends_the_bridge(hub: Connections, client: Client) -> None:
    received(hub)
    hub.close(SOON)
    *events, last = client.events(SOON)
    assert events[-1] == BEFORE
    assert isinstance(last, Present)
    assert last.words == "the engine has ended"


def test_one_command_from_a_shell_gets_its_answer(hub: Connections, folder: Folder) -> None:
    command = engine_command("--attach", str(folder.path))
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    process.stdin.write(encode(Inspect(id=7, probe=Curves())) + b"\n")
    process.stdin.close()
    received(hub)
    arrival = received(hub)
    assert arrival.what == Inspect(id=7, probe=Curves())
    arrival.connection.send(b"the answer")
    assert isinstance(received(hub).what, Closed)
    with process.stdout as output:
        assert output.read().splitlines()[2] == b"the answer"
    assert process.wait(SOON) == 0


def test_a_reader_who_leaves_ends_the_bridge_quietly(hub: Connections, folder: Folder) -> None:
    command = engine_command("--attach", str(folder.path))
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    received(hub)
    process.stdout.readline()
    process.stdout.close()
    hub.broadcast(b"to nobody")
    hub.broadcast(b"to nobody")
    assert isinstance(received(hub).what, Closed)
    assert process.wait(SOON) == 0
    assert process.stderr
    assert process.stdin
    with process.stderr as words, process.stdin:
        assert words.read() == b""


def test_a_run_whose_engine_is_gone_says_how_to_go_on(folder: Folder) -> None:
    answer = nn_tui("engine", "--attach", str(folder.path))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f"nn-tui: {folder.path}: the engine of this run is gone: "
        f"`nn-tui train --resume {folder.path}` goes on from its last save\n"
    )


def test_a_bridge_needs_no_torch() -> None:
    rooms = "tui_nn.bridge, tui_nn.client, tui_nn.protocol_page.page, tui_nn.engine.connections"
    code = f"import sys, {rooms}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
