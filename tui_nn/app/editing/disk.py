"""The disk of the engine's machine, asked through the engine: here or elsewhere alike."""

from collections.abc import Callable

from tui_nn.spec.protocol.commands import Commands, ListFolder, Preview
from tui_nn.spec.protocol.disk import Contents, Listing
from tui_nn.spec.protocol.messages import Answer, Problem

Taken = Callable[[Listing | Contents | Problem], None]


class Disk:
    """Questions that are on their way."""

    def __init__(self, send: Callable[[Commands], int]) -> None:
        self._send = send
        self._asked: dict[int, Taken] = {}

    def list_folder(self, path: str, take: Taken) -> None:
        """What is in a folder; `take` gets it, or why not."""
        self._asked[self._send(ListFolder(path=path))] = take

    def preview(self, path: str, take: Taken, target: tuple[str, ...] = ()) -> None:
        """What a file holds; `take` gets it, or why not."""
        self._asked[self._send(Preview(path=path, target=target))] = take

    def hear(self, told: Answer | Problem) -> None:
        """What the engine says."""
        take = self._asked.pop(told.id, None) if told.id is not None else None
        if take is None:
            return
        if isinstance(told, Problem):
            take(told)
        elif told.found is not None:
            take(told.found)
