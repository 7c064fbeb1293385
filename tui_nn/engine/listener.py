"""Waits at a run's socket for those who want to follow or drive the run."""

import os
import select
import threading
from collections.abc import Callable
from dataclasses import dataclass
from socket import socket

from tui_nn.runs.folder import Folder
from tui_nn.runs.sockets import Door

PAUSE_S = 1.0
"""After a connection could not be taken: too many files are open."""


@dataclass(frozen=True)
class Knock:
    """Somebody connected."""

    socket: socket


class Listener:
    """Accepts connections in a thread of its own; OSError where the socket can't be had."""

    def __init__(self, folder: Folder, tell: Callable[[Knock], None]) -> None:
        self._door = Door(folder)
        self._tell = tell
        self._ends = os.pipe()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take the socket away and wait for the thread."""
        self._over.set()
        os.close(self._ends[1])
        self._thread.join()
        os.close(self._ends[0])
        self._door.close()

    def _listen(self) -> None:
        waiting = select.poll()
        for end in (self._door.socket.fileno(), self._ends[0]):
            waiting.register(end, select.POLLIN)
        while waiting.poll() and not self._over.is_set():
            try:
                connection, _ = self._door.socket.accept()
            except OSError:
                self._over.wait(PAUSE_S)
                continue
            connection.setblocking(True)
            self._tell(Knock(connection))
