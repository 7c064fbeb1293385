"""Who is connected, what they are told, and who of them drives."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.serving import SOON, received
from tests.spec.support import damaged
from tui_nn.engine import connections
from tui_nn.engine.connections import (
    Arrival,
    Attached,
    Closed,
    Connection,
    Connections,
    claim_stdout,
)
from tui_nn.runs.folder import Folder, create
from tui_nn.runs.sockets import reach
from tui_nn.spec.protocol import Noticed, decode_told, encode
from tui_nn.spec.protocol.commands import (
    Change,
    Commands,
    Drive,
    GoTo,
    Inspect,
    Load,
    Pause,
    Run,
    Save,
    Seen,
    Step,
    Stop,
    Unwatch,
    Watch,
)  # fmt: skip
from tui_nn.spec.protocol.frames import Curves, Map
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Hello, Problem

DRIVING: list[Commands] = [
    Load(experiment="x"), Run(), Pause(), Step(), GoTo(step=1), Change(changes=()), Save(), Stop()
]  # fmt: skip
FOR_ALL: list[Commands] = [
    Watch(watch=1, probe=Curves()), Unwatch(watch=1), Seen(watch=1, number=1),
    Inspect(probe=Curves()),
]  # fmt: skip
LOOK = Inspect(probe=Curves())


class Peer:
    """The other side of a connection."""

    def __init__(self, read: BinaryIO, write: int, hang_up: Callable[[], None]) -> None:
        self.read = read
        self.write = write
        self._hang_up: Callable[[], None] | None = hang_up

    def say(self, *said: Commands | bytes) -> None:
        for what in said:
            line = what if isinstance(what, bytes) else encode(what)
            os.write(self.write, line + b"\n")

    def hear(self) -> Told:
        return decode_told(self.read.readline())

    def hear_all(self) -> list[bytes]:
        """Until the other side hangs up."""
        return self.read.read().splitlines()

    def hang_up(self) -> None:
        """Say no more; still listen."""
        if self._hang_up:
            self._hang_up()
            self._hang_up = None

    def leave(self) -> None:
        self.hang_up()
        self.read.close()


class Engine:
    """A hub with its pipe, and the run that others may come to."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.hub = Connections()
        (engine_in, write), (read, engine_out) = os.pipe(), os.pipe()
        self._engine_in = engine_in
        self.pipe = self.hub.open_pipe(engine_in, engine_out)
        self.peer = Peer(os.fdopen(read, "rb"), write, lambda: os.close(write))
        self._peers = [self.peer]
        self._clients: list[socket.socket] = []

    def next(self) -> Arrival:
        return received(self.hub)

    def record(self, message: str) -> None:
        """As an engine does: into the file, then to everybody."""
        line = encode(Noticed(step=1, message=message))
        with self.folder.events.open("ab") as file:
            file.write(line + b"\n")
        self.hub.broadcast(line)

    def attach(self) -> tuple[Peer, Connection]:
        client = reach(self.folder)
        self._clients.append(client)
        peer = Peer(client.makefile("rb"), client.fileno(), lambda: client.shutdown(socket.SHUT_WR))
        self._peers.append(peer)
        arrival = self.next()
        assert isinstance(arrival.what, Attached)
        return peer, arrival.connection

    def end(self) -> None:
        for peer in self._peers:
            peer.leave()
        for client in self._clients:
            client.close()
        self.hub.close(SOON)
        os.close(self._engine_in)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(create(tmp_path, "xor", ""))
    engine.hub.listen(engine.folder)
    yield engine
    engine.end()


def messages(told: list[Told]) -> list[str]:
    return [event.message for event in told if isinstance(event, Noticed)]


def test_the_first_line_is_a_hello_and_the_first_connection_drives(engine: Engine) -> None:
    hello = engine.peer.hear()
    assert isinstance(hello, Hello)
    assert (hello.pid, hello.drives) == (os.getpid(), True)
    assert engine.hub.drives(engine.pipe)


def test_commands_come_in_order_with_who_sent_them(engine: Engine) -> None:
    said = [*DRIVING, *FOR_ALL]
    engine.peer.say(*said)
    assert [engine.next() for _ in said] == [Arrival(engine.pipe, command) for command in said]


def test_nothing_said_is_nothing_received_and_nobody_waits(engine: Engine) -> None:
    assert engine.hub.receive() is None
    assert engine.hub.receive(0.01) is None


def test_a_waiting_engine_can_be_woken(engine: Engine) -> None:
    engine.hub.wake()
    assert engine.hub.receive(None) is None


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b"hello?", None),
        (b'{"do":"fly","id":7}', 7),
        (b'{"do":"goto","id":8}', 8),
        (b'{"do":"step","id":9,"count":"two"}', 9),
        (b'{"do":"run","id":true}', None),
        (b"[1, 2]", None),
        (b"\xff\xfe", None),
        (b'{"do":"run","id":3', None),
        (b"[" * 100_000, None),
        (b'{"do":"' + b"x" * 100_000 + b'"}', None),
    ],
)
def test_a_bad_line_is_answered_by_a_problem_and_the_next_is_obeyed(
    engine: Engine, line: bytes, number: int | None
) -> None:
    engine.peer.hear()
    engine.peer.say(line, Run(id=99))
    assert engine.next() == Arrival(engine.pipe, Run(id=99))
    problem = engine.peer.hear()
    assert isinstance(problem, Problem)
    assert problem.id == number
    assert problem.message.startswith("not a command: ")
    assert len(problem.message) < 400


def test_empty_lines_and_those_of_a_terminal_are_no_mistake(engine: Engine) -> None:
    engine.peer.say(b"", b"  ", b"\r", b'{"do":"run"}\r')
    assert engine.next() == Arrival(engine.pipe, Run())


def test_a_line_that_is_too_long_is_skipped_and_told(tmp_path: Path) -> None:
    hub = Connections()
    (engine_in, write), (read, engine_out) = os.pipe(), os.pipe()
    Connection((engine_in, engine_out), hub._arrivals, longest=20)
    with os.fdopen(write, "wb") as sender:
        sender.write(b'{"do":"run","id":12345}\n{"do":"run","id":1}\n')
    arrival = received(hub)
    assert arrival.what == Run(id=1)
    assert decode_told(os.read(read, 1000).rstrip()) == Problem(
        message="a line of 23 bytes: skipped"
    )
    arrival.connection.close()
    assert arrival.connection.join(SOON)
    os.close(read)
    os.close(engine_in)


def test_an_input_that_ends_is_told_after_its_last_command_and_its_output_stays(
    engine: Engine,
) -> None:
    engine.peer.hear()
    os.write(engine.peer.write, b'{"do":"stop"}')  # without the end of the line
    engine.peer.hang_up()
    assert engine.next() == Arrival(engine.pipe, Stop())
    assert isinstance(engine.next().what, Closed)
    engine.hub.broadcast(encode(Noticed(step=1, message="bye")))
    assert engine.peer.hear() == Noticed(step=1, message="bye")


def test_who_comes_is_told_the_run_so_far_then_what_happens(engine: Engine) -> None:
    for number in range(2000):
        engine.record(f"{number}")
    peer, connection = engine.attach()
    for number in range(2000, 2010):
        engine.record(f"{number}")
    hello, *told = [peer.hear() for _ in range(2011)]
    assert isinstance(hello, Hello)
    assert not hello.drives
    assert messages(told) == [f"{number}" for number in range(2010)]
    connection.send(encode(Noticed(step=1, message="to one alone")))
    assert messages([peer.hear()]) == ["to one alone"]


def test_a_client_that_does_not_read_holds_nobody_up(engine: Engine) -> None:
    engine.attach()
    engine.peer.hear()
    for _ in range(100):
        engine.record("x" * 100_000)  # more than a socket holds
        assert isinstance(engine.peer.hear(), Noticed)


def test_a_client_that_reads_no_more_is_hung_up_before_it_fills_the_memory(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_WAITING", 2**20)
    _, connection = engine.attach()
    for _ in range(40):
        engine.hub.broadcast(b"x" * 2**16)
    arrival = engine.next()
    assert (arrival.connection, type(arrival.what)) == (connection, Closed)
    assert connection.join(SOON)


def test_a_client_that_vanishes_is_let_go_quietly(engine: Engine) -> None:
    peer, connection = engine.attach()
    peer.leave()
    assert isinstance(engine.next().what, Closed)
    assert connection.join(SOON)
    engine.record("on")
    engine.peer.hear()
    assert messages([engine.peer.hear()]) == ["on"]


def test_a_client_whose_input_ends_still_hears_the_answer_then_the_end(engine: Engine) -> None:
    peer, connection = engine.attach()
    peer.say(Inspect(probe=Curves()))
    peer.hang_up()
    assert engine.next() == Arrival(connection, Inspect(probe=Curves()))
    connection.send(encode(Noticed(step=1, message="the answer")))
    assert isinstance(engine.next().what, Closed)
    _, answer = peer.hear_all()
    assert decode_told(answer) == Noticed(step=1, message="the answer")


@pytest.mark.parametrize("command", DRIVING, ids=lambda command: type(command).__name__)
def test_a_watcher_may_change_nothing(engine: Engine, command: Commands) -> None:
    peer, _ = engine.attach()
    peer.hear()
    peer.say(msgspec.structs.replace(command, id=5), LOOK)
    assert engine.next().what == LOOK
    assert peer.hear() == Problem(
        id=5, message="another connection drives this run", hint="send drive to take over"
    )


@pytest.mark.parametrize("command", FOR_ALL, ids=lambda command: type(command).__name__)
def test_a_watcher_may_look(engine: Engine, command: Commands) -> None:
    peer, connection = engine.attach()
    peer.say(command)
    assert engine.next() == Arrival(connection, command)
    assert engine.hub.drives(engine.pipe)


def test_who_takes_the_wheel_drives_and_who_had_it_is_told(engine: Engine) -> None:
    engine.peer.hear()
    peer, connection = engine.attach()
    peer.say(Drive(id=1), Run(id=2))
    assert [engine.next().what, engine.next().what] == [Drive(id=1), Run(id=2)]
    assert engine.hub.drives(connection)
    problem = engine.peer.hear()
    assert isinstance(problem, Problem)
    assert (problem.id, problem.message) == (None, "another connection drives this run now")
    engine.peer.say(Pause(id=3), LOOK)
    assert engine.next().what == LOOK
    refused = engine.peer.hear()
    assert isinstance(refused, Problem)
    assert refused.id == 3


def test_a_free_wheel_is_taken_by_the_next_who_drives(engine: Engine) -> None:
    engine.peer.hang_up()
    assert isinstance(engine.next().what, Closed)
    peer, connection = engine.attach()
    hello = peer.hear()
    assert isinstance(hello, Hello)
    assert hello.drives
    assert not engine.hub.drives(connection)
    peer.say(Pause())
    assert engine.next() == Arrival(connection, Pause())
    assert engine.hub.drives(connection)
    second, _ = engine.attach()
    assert not msgspec.json.decode(second.read.readline())["drives"]


def test_closing_writes_all_and_takes_the_socket_away(engine: Engine) -> None:
    peer, _ = engine.attach()
    engine.record("last")
    assert engine.hub.close(SOON)
    assert len(peer.hear_all()) == 2
    assert not engine.folder.socket.exists()


def test_closing_does_not_wait_for_ever_for_one_who_does_not_read(engine: Engine) -> None:
    engine.peer.hear()
    for _ in range(10):
        engine.hub.broadcast(b"x" * 100_000)
    assert not engine.hub.flush(0.01)
    assert not engine.hub.close(0.01)


def test_another_run_has_another_socket_and_who_is_in_stays(engine: Engine, tmp_path: Path) -> None:
    peer, _ = engine.attach()
    peer.hear()
    old, engine.folder = engine.folder, create(tmp_path, "next", "")
    engine.hub.listen(engine.folder)
    assert not old.socket.exists()
    engine.record("of the next run")
    assert messages([peer.hear()]) == ["of the next run"]
    newcomer, _ = engine.attach()
    newcomer.hear()
    assert messages([newcomer.hear()]) == ["of the next run"]


LINES = st.sampled_from([encode(command) for command in [*DRIVING, *FOR_ALL]] + [
    encode(Watch(id=3, watch=1, probe=Map(layer="0")))
])  # fmt: skip


@given(st.lists(st.binary(max_size=60) | damaged(LINES), max_size=20))
def test_whatever_bytes_come_the_engine_lives_and_the_last_command_arrives(
    lines: list[bytes],
) -> None:
    ours, theirs = socket.socketpair()
    hub = Connections()
    connection = Connection(ours, hub._arrivals)
    with theirs, theirs.makefile("rb") as answers:
        theirs.sendall(b"\n".join([*lines, b'{"do":"drive","id":424242}\n']))
        theirs.shutdown(socket.SHUT_WR)
        while not isinstance(said := received(hub).what, Closed):
            last = said
        assert last == Drive(id=424242)
        connection.close()
        for answer in answers:
            assert isinstance(decode_told(answer.rstrip(b"\n")), Problem)
    assert connection.join(SOON)


def test_what_is_printed_does_not_get_into_the_protocol() -> None:
    code = f"""
import os, sys
from tui_nn.engine.connections import {claim_stdout.__name__}
print("before")
own = claim_stdout()
print("printed")
os.write(1, b"by a library in C\\n")
os.system("echo by a child")
os.write(own, b"the protocol\\n")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "before\nthe protocol\n"
    assert sorted(done.stderr.splitlines()) == ["by a child", "by a library in C", "printed"]
