"""`--engine 'ssh box nn-tui engine'`: a script plays ssh, with all that ssh adds."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.support import SOON, fake
from tui_nn.client import Client
from tui_nn.spec.protocol import Noticed
from tui_nn.spec.protocol.commands import Run
from tui_nn.spec.protocol.messages import Answer, Hello, Present

SSH = r"""
def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()

complain("Warning: Permanently added 'box' (ED25519) to the list of known hosts.")
write("Welcome to box\r\n\r\n")
write(' * motd: \x1b[1m2 updates\x1b[0m {"type":\r\n')
open(GATE).read()  # the network takes its time
write("Last login: Mon ")  # without an end of the line
hello()
answer(next(commands), "running")
notice("first")
open(GATE).read()
write('{"type":"noticed","step":1,"mess')
complain("client_loop: send disconnect: Broken pipe")
os._exit(255)
"""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


@pytest.fixture
def ssh(tmp_path: Path, gate: Path) -> Iterator[Client]:
    client = Client(fake(tmp_path, SSH.replace("GATE", repr(str(gate)))))
    client.start()
    yield client
    client.close(stop=False, patience_s=0.1)


def test_what_ssh_and_the_shell_say_is_kept_apart_from_the_engine(ssh: Client, gate: Path) -> None:
    gate.write_text("")
    assert isinstance(next(ssh.events(SOON)), Hello)
    assert ssh.banner == (
        "Welcome to box",
        ' * motd: \\x1b[1m2 updates\\x1b[0m {"type":',
        "Last login: Mon ",
    )
    assert ssh.stderr == ("Warning: Permanently added 'box' (ED25519) to the list of known hosts.",)
    assert ssh.garbage == 0


def test_a_slow_network_is_waited_for_and_what_was_sent_meanwhile_arrives(
    ssh: Client, gate: Path
) -> None:
    ssh.send(Run())
    assert list(ssh.events(0.05)) == []
    assert (ssh.hello, ssh.state) == (None, "loading")
    gate.write_text("")
    hello, answer, _ = itertools.islice(ssh.events(SOON), 3)
    assert isinstance(hello, Hello)
    assert isinstance(answer, Answer)
    assert ssh.state == "running"


def test_a_connection_that_drops_mid_line_is_offline_with_what_ssh_said(
    ssh: Client, gate: Path
) -> None:
    gate.write_text("")
    assert isinstance(ssh.request(Run(), SOON), Answer)
    gate.write_text("")
    events = list(ssh.events(SOON))
    assert [e.message for e in events if isinstance(e, Noticed)] == ["first"]
    assert isinstance(events[-1], Present)
    assert (ssh.state, ssh.garbage) == ("offline", 1)
    assert events[-1].words.startswith("the engine ended with exit code 255: ")
    assert events[-1].words.endswith("client_loop: send disconnect: Broken pipe")


def test_a_host_that_refuses_is_offline_with_the_reason(tmp_path: Path) -> None:
    refused = "ssh: connect to host box port 22: Connection refused"
    client = Client(fake(tmp_path, f"complain({refused!r})\nsys.exit(255)"))
    client.start()
    [last] = client.events(SOON)
    assert isinstance(last, Present)
    assert last.words == f"the engine ended with exit code 255: {refused}"
