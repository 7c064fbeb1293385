"""Looks at the disk while training goes on: each in a thread of its own, which knows no torch."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui_nn.data.preview.folder import list_folder
from tui_nn.data.preview.look import look_into, preview_experiment
from tui_nn.engine.connections import Arrival, Looked
from tui_nn.runs.folder import Folder
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.commands import ListFolder, Preview
from tui_nn.spec.protocol.disk import Contents, Finds

MOST_AT_ONCE = 8
LONGEST_S = 10.0
"""So long a look may take; a disk that does not answer holds nobody longer."""


def look_at(what: ListFolder | Preview) -> Finds:
    """What a folder or file holds; InvalidInput for what can't be told."""
    if isinstance(what, ListFolder):
        return list_folder(what.path, lambda path: Folder(path).is_run)
    return preview(what.path, what.target, what.limit)


def preview(word: str, target: tuple[str, ...] = (), limit: int = 20) -> Contents:
    """As `data.preview.look_into`; of a run the experiment that it trained."""
    run = Folder(Path(word).expanduser())
    if run.is_run:
        found = preview_experiment(str(run.experiment), word)
        return Contents(
            path=word, opens="run", reader="experiment", call=found.call,
            experiment=found.experiment,
        )  # fmt: skip
    return look_into(word, target, limit)


@dataclass
class _Look:
    """One that is under way; what comes of it is told once."""

    asked: Arrival
    tell: Callable[[Arrival], None]
    lock: threading.Lock
    is_told: bool = False

    def end(self, result: Finds | Exception) -> None:
        with self.lock:
            if not self.is_told:
                self.is_told = True
                self.tell(Arrival(self.asked.connection, Looked(self.asked, result)))


class Disk:
    """Carries out looks beside the engine's thread and hands over what they find."""

    def __init__(self, tell: Callable[[Arrival], None]) -> None:
        """`tell` is called in other threads."""
        self._tell = tell
        self._threads: list[threading.Thread] = []
        self.waiting = 0
        """Looks that nobody has been told of yet."""

    def look(self, asked: Arrival, what: ListFolder | Preview) -> None:
        """Begin a look; InvalidInput where too many are under way."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if len(self._threads) >= MOST_AT_ONCE:
            raise InvalidInput(
                f"{MOST_AT_ONCE} looks at the disk are under way", hint="wait for their answers"
            )
        look = _Look(asked, self._tell, threading.Lock())
        thread = threading.Thread(target=_work, args=(look, what), name="disk", daemon=True)
        self._threads.append(thread)
        self.waiting += 1
        thread.start()


def _work(look: _Look, what: ListFolder | Preview) -> None:
    late = InvalidInput(
        f"took longer than {LONGEST_S:g} s", where=what.path,
        hint="is its disk there? else open it, which may take longer",
    )  # fmt: skip
    timer = threading.Timer(LONGEST_S, look.end, (late,))
    timer.daemon = True
    timer.start()
    try:
        result: Finds | Exception = look_at(what)
    except Exception as error:  # noqa: BLE001 (a look harms nobody but whoever asked for it)
        result = error
    timer.cancel()
    look.end(result)
