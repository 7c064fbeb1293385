"""What every reader of a user's file shares: where it is, whether it can be read, what it is."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.words import near

Tell = Callable[[str], None]
"""Takes a few words on what is being done; the next ones may replace them."""

LONGEST_NAME = 60
SELDOM_S = 0.1
"""So far apart are words on how far something is."""

_BLOCK = 2**20
_GROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""What a container may take of the machine's memory: https://docs.kernel.org/admin-guide/cgroup-v2.html"""


def name_of(path: Path) -> str:
    """A path for a message; of a long one the end, which tells it from others."""
    text = str(path)
    return text if len(text) <= LONGEST_NAME else f"…{text[1 - LONGEST_NAME :]}"


def silent(words: str) -> None:
    """Says nothing."""


@dataclass(frozen=True)
class Source:
    """Where relative paths start, and who is told what takes a while."""

    folder: Path = Path()
    tell: Tell = silent

    def progress(self, what: str) -> Callable[[float], None]:
        """Takes how far `what` is, from 0 to 1, and tells it now and then."""
        told = monotonic()

        def tell(share: float) -> None:
            nonlocal told
            if monotonic() - told > SELDOM_S:
                told = monotonic()
                self.tell(f"{what}: {100 * share:.0f} %")

        return tell

    def find(self, word: str) -> Path:
        """The path that `word` names; InvalidInput where there is nothing."""
        path = self.folder / Path(word).expanduser()
        with readable(path):
            if word and path.exists():
                return path
            siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise InvalidInput(
            "there is no such file or folder",
            where=name_of(path),
            hint=near(path.name, siblings) or f"paths start at {name_of(self.folder.resolve())}",
        )

    def identify(self, paths: Sequence[Path], expected: str | None) -> str:
        """The sha256 of a file; of several one after the other, each with its place. Hexadecimal.

        Raises InvalidInput if it isn't the `expected` one.
        """
        digest = hashlib.sha256()
        root = os.path.commonpath([os.path.abspath(path) for path in paths])
        self.tell(f"reading {printable(os.path.basename(root))}")
        progress = self.progress("looking at files")
        for done, path in enumerate(paths):
            progress(done / len(paths))
            if len(paths) > 1:
                place = os.path.relpath(path, root).encode("utf-8", "surrogateescape")
                digest.update(place + b"\0")
            check_plain(path)
            with readable(path), path.open("rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
        found = digest.hexdigest()
        if expected is not None and found != expected:
            raise InvalidInput(
                f"is other data than this experiment was made with (sha256 {found[:12]}…, "
                f"not {expected[:12]}…)",
                where=name_of(paths[0] if len(paths) == 1 else Path(root)),
                hint="take sha256 and rows out of the call to use it all the same",
            )
        return found


NOWHERE = Source()
"""Paths start at the working directory; nobody is told anything."""


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns what the system says of a file into one line for a person, with its place."""
    where = name_of(path)
    try:
        yield
    except FileNotFoundError:
        raise InvalidInput("there is no such file", where=where, hint="name another") from None
    except IsADirectoryError:
        raise InvalidInput("is a folder", where=where, hint="name a file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InvalidInput(
            f"can't be read ({reason})", where=where, hint="name a file that can"
        ) from None


def check_plain(path: Path) -> None:
    """InvalidInput unless it is a file with an end: no folder, pipe or device."""
    with readable(path):
        if path.is_dir():
            raise IsADirectoryError
        if not path.is_file() and path.exists():
            raise OSError("it is a pipe or a device")


def check_rows(path: Path, found: int, expected: int | None) -> None:
    """InvalidInput if there are other rows than the experiment was made with."""
    if expected is not None and found != expected:
        raise InvalidInput(
            f"has {found:,} rows, this experiment was made with {expected:,}",
            where=name_of(path),
            hint="take sha256 and rows out of the call to use it all the same",
        )


def tell_memory(source: Source, what: str, size: int) -> None:
    """Say what will be loaded and the memory it takes (bytes); InvalidInput if there isn't as much.

    What is loaded is copied once for training.
    """
    available = _memory()
    source.tell(f"reading {what}: {show_bytes(size)} in memory")
    if 2 * size > available:
        raise InvalidInput(
            f"{what} take {show_bytes(2 * size)} of memory, this machine has "
            f"{show_bytes(available)}",
            hint="use fewer or smaller ones",
        )


def _memory() -> int:
    """Bytes of memory this process may take."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(machine, int(_GROUP_LIMIT.read_text("ascii")))
    except (OSError, ValueError):  # there is none, or it is "max"
        return machine


def show_bytes(size: int) -> str:
    """`188 MB`."""
    if size < 1e6:
        return f"{size / 1e3:,.0f} kB"
    return f"{size / 1e6:,.0f} MB" if size < 10e9 else f"{size / 1e9:,.1f} GB"
