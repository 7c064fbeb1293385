"""Who is connected to an engine, what they say, and who of them drives."""

import os
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from socket import SHUT_RDWR, socket

from tui_nn import __version__
from tui_nn.engine.listener import Knock, Listener
from tui_nn.runs.folder import Folder
from tui_nn.spec.errors import InvalidInput, NNError, printable
from tui_nn.spec.protocol.commands import FOR_ALL, Commands, Drive
from tui_nn.spec.protocol.disk import Finds
from tui_nn.spec.protocol.lines import command_id, decode_command, encode
from tui_nn.spec.protocol.messages import Hello, Problem
from tui_nn.wire import LONGEST, TooLong, Writer, read_lines

MOST_WAITING = 2**26
"""Bytes that may wait to be sent to a socket."""
LONGEST_REASON = 300
"""Characters of what is said about a bad line, which may be in it whole."""


def claim_stdout() -> int:
    """A duplicate of standard output for the protocol alone; 1 now leads where 2 does.

    To be called before anything is imported that might print.
    """
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    return own


class Attached:
    """Somebody has come in through the socket, and has been told the run so far."""


class Closed:
    """A connection's input has ended: no more commands come from it."""


@dataclass(frozen=True)
class Looked:
    """A look at the disk that a connection asked for is over."""

    asked: "Arrival"
    result: Finds | Exception


@dataclass(frozen=True)
class Arrival:
    """What came from whom."""

    connection: "Connection"
    what: Commands | Attached | Closed | Looked


@dataclass(frozen=True)
class _Misspelt:
    """A line that is no command."""

    connection: "Connection"
    problem: Problem


_Item = Arrival | _Misspelt | Knock | None
"""None only wakes."""


class Connection:
    """One client. Threads of its own read its commands into a queue and write what it is sent."""

    def __init__(
        self, ends: tuple[int, int] | socket, arrivals: "SimpleQueue[_Item]", longest: int = LONGEST
    ) -> None:
        """`ends` are a pipe to read from and one to write to; or a socket, which is closed in the
        end as the pipe to write to is. `longest` is the longest line that is read, in bytes.
        """
        self._ends = ends
        self._arrivals = arrivals
        self._longest = longest
        self.is_open = True
        """Whether commands may still come; a pipe that is closed is still written to."""
        self._input, output = (ends.fileno(), ends.fileno()) if isinstance(ends, socket) else ends
        self._writer = Writer(output, self._hang_up)
        self._reader = threading.Thread(target=self._read, name="reader", daemon=True)
        self._reader.start()

    @property
    def is_pipe(self) -> bool:
        return not isinstance(self._ends, socket)

    def send(self, line: bytes, *, urgent: bool = True) -> None:
        """Send a line, without its end; never blocks, and does nothing where nobody reads.

        One that is not `urgent` may wait for the next line. A socket whose other end has long read
        nothing is hung up: it may come again.
        """
        self._writer.send(line + b"\n", urgent=urgent)
        if isinstance(self._ends, socket) and self._writer.waiting > MOST_WAITING:
            with suppress(OSError):
                self._ends.shutdown(SHUT_RDWR)

    def send_log(self, path: "os.PathLike[str]") -> None:
        """Send the lines of a file that are there now; OSError where it can't be opened."""
        file = open(path, "rb")  # noqa: SIM115 (the writer closes it)
        self._writer.send_file(file, os.fstat(file.fileno()).st_size)

    def flush(self, timeout: float | None) -> bool:
        """Whether all that was sent is written, or let go, within `timeout` seconds."""
        return self._writer.flush(timeout)

    def close(self) -> None:
        """Hang up when all that was sent is written."""
        self._writer.close()

    def join(self, timeout: float | None) -> bool:
        """Whether it has hung up within `timeout` seconds."""
        return self._writer.join(timeout)

    def _hang_up(self) -> None:
        if isinstance(self._ends, socket):
            with suppress(OSError):
                self._ends.shutdown(SHUT_RDWR)
            self._reader.join()
            self._ends.close()
        else:
            os.close(self._ends[1])

    def _read(self) -> None:
        with suppress(OSError):
            os.set_blocking(self._input, True)
        for line in read_lines(self._input, self._longest):
            if isinstance(line, TooLong) or line.strip():
                self._arrivals.put(_understood(self, line))
        self._arrivals.put(Arrival(self, Closed()))


def _understood(connection: Connection, line: bytes | TooLong) -> Arrival | _Misspelt:
    if isinstance(line, TooLong):
        return _Misspelt(connection, Problem(message=f"a line of {line.size:,} bytes: skipped"))
    try:
        return Arrival(connection, decode_command(line))
    except InvalidInput as error:
        reason = printable(error.message)
        if len(reason) > LONGEST_REASON:
            reason = f"{reason[:LONGEST_REASON]}…"
        return _Misspelt(connection, Problem(id=command_id(line), message=reason))


def problem(number: int | None, error: Exception) -> Problem:
    """An error, for whoever asked for what raised it."""
    if isinstance(error, NNError):
        return Problem(id=number, message=error.message, where=error.where, hint=error.hint)
    lines = str(error).strip().splitlines() or [""]
    return Problem(id=number, message=f"{type(error).__name__}: {lines[0]}")


class Connections:
    """Everybody connected: the pipe, and clients of the run's socket. All may watch, one drives.

    The first connection drives. When it has gone the next that wants to drive does; `drive` takes
    the wheel at any time. All methods but `wake` belong to the engine's thread.
    """

    def __init__(self) -> None:
        self._arrivals: SimpleQueue[_Item] = SimpleQueue()
        self._connections: list[Connection] = []
        self._driver: Connection | None = None
        self._listener: Listener | None = None
        self._folder: Folder | None = None

    def open_pipe(self, input_end: int, output_end: int) -> Connection:
        """Take a pipe's two ends, say hello, read its commands; the first drives."""
        connection = Connection((input_end, output_end), self._arrivals)
        if not self._connections:
            self._driver = connection
        self._greet(connection)
        return connection

    def listen(self, folder: Folder) -> None:
        """Let others in through the run's socket; OSError where there can be none.

        They are told the run's events so far, then what is broadcast: every record is to be in
        `folder.events`, flushed, before it is broadcast.
        """
        self.listen_no_more()
        self._listener = Listener(folder, self._arrivals.put)
        self._folder = folder

    def listen_no_more(self) -> None:
        """Take the socket away; who is in stays."""
        if self._listener:
            self._listener.close()
        self._listener = self._folder = None

    def receive(self, timeout: float | None = 0.0) -> Arrival | None:
        """The next command that may be carried out, or who came, or who went.

        Waits for at most `timeout` seconds (None: as long as it takes); None where nothing came,
        and after `wake`. Bad lines, and commands of those who don't drive, are answered here.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while not (timeout == 0 and self._arrivals.empty()):
            wait = None if end is None else max(end - time.monotonic(), 0)
            try:
                item = self._arrivals.get(timeout=wait)
            except Empty:
                return None
            if item is None:
                return None
            if arrival := self._sorted_out(item):
                return arrival
        return None

    def wake(self) -> None:
        """Let `receive` return at once; from any thread, or a signal's handler."""
        self._arrivals.put(None)

    def put(self, arrival: Arrival) -> None:
        """Let it arrive; from any thread."""
        self._arrivals.put(arrival)

    def broadcast(self, line: bytes, *, urgent: bool = True) -> None:
        """Send a line to everybody; one that is not `urgent` may wait for the next."""
        for connection in self._connections:
            connection.send(line, urgent=urgent)

    @property
    def anybody(self) -> bool:
        """Whether a command may still come."""
        return any(connection.is_open for connection in self._connections)

    def drives(self, connection: Connection) -> bool:
        return connection is self._driver

    def flush(self, timeout: float) -> bool:
        """Whether everybody has what was sent, or is gone, within `timeout` seconds in all."""
        end = time.monotonic() + timeout
        return all(c.flush(max(end - time.monotonic(), 0)) for c in self._connections)

    def close(self, timeout: float) -> bool:
        """Hang up everywhere; whether all was written within `timeout` seconds in all."""
        self.listen_no_more()
        end = time.monotonic() + timeout
        for connection in self._connections:
            connection.close()
        left = [c.join(max(end - time.monotonic(), 0)) for c in self._connections]
        self._connections.clear()
        self._driver = None
        while not self._arrivals.empty():
            if isinstance(knock := self._arrivals.get(), Knock):
                knock.socket.close()
        return all(left)

    def _greet(self, connection: Connection) -> None:
        may_drive = self._driver in (None, connection)
        hello = Hello(nn_tui=__version__, pid=os.getpid(), drives=may_drive)
        connection.send(encode(hello))
        self._connections.append(connection)

    def _sorted_out(self, item: Arrival | _Misspelt | Knock) -> Arrival | None:
        """What of it the engine has to know."""
        if isinstance(item, Knock):
            return self._let_in(item)
        if isinstance(item, _Misspelt):
            item.connection.send(encode(item.problem))
            return None
        if isinstance(item.what, Closed):
            self._let_go(item.connection)
        elif not self._may(item.connection, item.what):
            return None
        return item

    def _let_in(self, knock: Knock) -> Arrival | None:
        if self._folder is None:
            knock.socket.close()
            return None
        connection = Connection(knock.socket, self._arrivals)
        self._greet(connection)
        try:
            connection.send_log(self._folder.events)
        except OSError as error:
            reason = f"the events so far can't be read: {error.strerror}"
            connection.send(encode(Problem(message=reason, where=str(self._folder.events))))
        return Arrival(connection, Attached())

    def _let_go(self, connection: Connection) -> None:
        """A pipe is written to until the end; a socket gets what was sent and is closed."""
        connection.is_open = False
        if connection is self._driver:
            self._driver = None
        if not connection.is_pipe and connection in self._connections:
            self._connections.remove(connection)
            connection.close()

    def _may(self, connection: Connection, what: Commands | Attached | Looked) -> bool:
        """Whether a command may be carried out; hands over the wheel."""
        if isinstance(what, Drive):
            if self._driver and self._driver is not connection:
                words = "another connection drives this run now"
                self._driver.send(encode(Problem(message=words, hint="send drive to take over")))
            self._driver = connection
        elif not isinstance(what, (Attached, Looked, *FOR_ALL)):
            self._driver = self._driver or connection
            if self._driver is not connection:
                words = "another connection drives this run"
                problem = Problem(id=what.id, message=words, hint="send drive to take over")
                connection.send(encode(problem))
                return False
        return True
