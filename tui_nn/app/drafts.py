"""Work that no file holds yet, on disk: it outlives an app that is killed.

Each app writes files of its own and holds a lock on each, which goes with its process.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from zlib import crc32

import msgspec
from platformdirs import user_state_dir

LARGEST = 2**22


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What was changed of an experiment."""

    of: str
    """The file that it changes, in full, or a preset's name; empty: it has no file."""
    title: str = ""
    text: str | None = None
    """The TOML it began with, where no file holds that either."""
    changes: tuple[str, ...] = ()
    """`key=value`, as on the command line."""
    layers: tuple[str, ...] = ()
    """Of a form that was open: they need not fit."""
    frozen: tuple[int, ...] = ()
    """Which of these are."""
    at_s: float = 0.0
    """When, in seconds since 1970."""


def drafts_folder() -> Path:
    """Where they are; nothing need be there."""
    return Path(user_state_dir("nn-tui")) / "drafts"


class Held:
    """One draft's file, which no other app takes while it is held."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path, self._handle = path, handle

    def write(self, draft: Draft) -> None:
        """Whole or not at all; where it can't be written nothing is lost but that."""
        beside = self._path.with_suffix(".new")
        with suppress(OSError, ValueError):  # a path may be no Unicode
            beside.write_bytes(msgspec.json.encode(draft))
            beside.replace(self._path)

    def remove(self) -> None:
        """It isn't wanted any more."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
            _lock_of(self._path).unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Leave it to whoever looks for it next."""
        with suppress(OSError):
            os.close(self._handle)


def new_draft(of: str) -> Held | None:
    """A file for a draft, none like another; None where there can't be one."""
    folder = drafts_folder()
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _held(folder / f"{_begin(of)}{os.urandom(6).hex()}.json")
    return None


def left_behind(of: str) -> tuple[Draft, Held] | None:
    """The newest draft of this whose app is gone; what can't be read is passed over."""
    found: list[tuple[Draft, Held]] = []
    for path in _files(of):
        with suppress(OSError):
            held = _held(path)
            draft = _read(path) if held else None
            if held and draft is not None and draft.of == of:
                found.append((draft, held))
            elif held:
                held.release()
    found.sort(key=lambda pair: pair[0].at_s)
    for _, held in found[:-1]:
        held.release()
    return found[-1] if found else None


def _files(of: str) -> Iterator[Path]:
    with suppress(OSError):
        yield from drafts_folder().glob(f"{_begin(of)}*.json")


def _begin(of: str) -> str:
    """How the names of its files begin, perhaps those of others, too."""
    return f"{crc32(os.fsencode(of)):08x}-"


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _held(path: Path) -> Held | None:
    """None where another app holds it; OSError."""
    handle = os.open(_lock_of(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return Held(path, handle)


def _read(path: Path) -> Draft | None:
    """None for what is no draft, or was removed just now."""
    with suppress(OSError, ValueError), path.open("rb") as file:
        return msgspec.json.decode(file.read(LARGEST), type=Draft)
    return None
