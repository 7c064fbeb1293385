"""`nn-tui engine --attach RUN`: standard input and output, joined with the socket of a run."""

import threading
from contextlib import suppress
from socket import SHUT_RDWR, SHUT_WR, socket

from tui_nn.runs.folder import Folder
from tui_nn.runs.sockets import reach
from tui_nn.wire import read, write

FAREWELL_S = 10.0
"""How long an engine may take to hang up after the input has ended."""


def bridge(folder: Folder, input_end: int = 0, output_end: int = 1) -> None:
    """Carry lines both ways until the engine hangs up, or nobody reads what it says.

    An input that ends is told to the engine, which hangs up after its answers. Raises InvalidInput
    where no engine trains the run.
    """
    connection = reach(folder)
    over = threading.Event()
    threading.Thread(
        target=_carry_in, args=(input_end, connection, over), name="bridge", daemon=True
    ).start()
    try:
        with suppress(OSError):
            while data := read(connection.fileno()):
                write(output_end, data)
    finally:
        over.set()
        with suppress(OSError):
            connection.shutdown(SHUT_RDWR)


def _carry_in(input_end: int, connection: socket, over: threading.Event) -> None:
    with suppress(OSError):
        while data := read(input_end):
            connection.sendall(data)
        connection.shutdown(SHUT_WR)
        if not over.wait(FAREWELL_S):
            connection.shutdown(SHUT_RDWR)
