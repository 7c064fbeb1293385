"""The socket in a run's folder, through which others reach the engine that trains the run."""

import os
import socket
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from tui_nn.runs.folder import Folder
from tui_nn.spec.errors import InvalidInput

OWNER_ONLY = 0o600
SHORT_PLACE = "nn-tui-"


class Door:
    """An open socket at `folder.socket`, for its owner only; what a dead engine left goes.

    A socket's path has about 100 bytes at most, and not every file system holds sockets: then it
    lies in a short temporary folder, and the run's folder holds a link to it. Raises OSError where
    neither can be had.
    """

    def __init__(self, folder: Folder) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._path = Path(os.path.realpath(folder.path), folder.socket.name)
        self._short_place: Path | None = None
        self._inode: int | None = None
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        left_behind = _short_place_of(self._path)
        # As long as the name it gets in the end or longer: if this path fits, that one does.
        hidden = self._path.with_name(f".{os.urandom(8).hex()}")
        try:
            self.socket.bind(str(hidden))
        except OSError:
            self._short_place = Path(tempfile.mkdtemp(prefix=SHORT_PLACE))
            target = self._short_place / self._path.name
            self.socket.bind(str(target))
            hidden.symlink_to(target)
        try:
            hidden.chmod(OWNER_ONLY)  # nobody can connect before `listen`
            self.socket.listen()
            self._inode = hidden.lstat().st_ino
            os.replace(hidden, self._path)
        except BaseException:
            hidden.unlink(missing_ok=True)
            raise
        if left_behind:
            _remove_short_place(left_behind)

    def close(self) -> None:
        """Nobody can come in any more; the socket's file goes, unless another's is there."""
        self.socket.close()
        with suppress(OSError):
            if self._path.lstat().st_ino == self._inode:
                self._path.unlink()
        if self._short_place:
            _remove_short_place(self._short_place / self._path.name)


def _short_place_of(path: Path) -> Path | None:
    """The socket of a dead engine in a temporary folder, where `path` leads to one."""
    with suppress(OSError):
        target = Path(os.readlink(path))
        if target.parent.name.startswith(SHORT_PLACE) and stat.S_ISSOCK(target.lstat().st_mode):
            return target
    return None


def _remove_short_place(target: Path) -> None:
    with suppress(OSError):
        target.unlink(missing_ok=True)
        target.parent.rmdir()


def reach(folder: Folder) -> socket.socket:
    """A connection to the engine that trains a run; InvalidInput where none answers."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    place = os.path.realpath(folder.socket)
    try:
        os.stat(place)  # one that isn't there may have a name too long to be reached
        connection.connect(place)
    except OSError as error:
        connection.close()
        if isinstance(error, FileNotFoundError | ConnectionRefusedError):
            raise InvalidInput(
                "the engine of this run is gone",
                where=str(folder.path),
                hint=f"`nn-tui train --resume {folder.path}` goes on from its last save",
            ) from None
        raise InvalidInput(
            f"the engine of this run can't be reached: {error.strerror or error}",
            where=str(folder.path),
        ) from None
    return connection


def is_reachable(folder: Folder) -> bool:
    """Whether an engine answers for a run."""
    try:
        reach(folder).close()
    except InvalidInput:
        return False
    return True
