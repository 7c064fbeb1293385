"""Textual's driver for a terminal that may go away."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

PATIENCE_S = 2.0
"""So long a terminal that reads nothing is waited for when the app ends."""
HANGUP = 129
"""The exit code of what a terminal's end ends: 128 + SIGHUP."""


class SturdyDriver(LinuxDriver):
    """Ends the app when its terminal is gone."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file = Outlet(self._file, self._end)  # type: ignore[assignment]

    def _end(self) -> None:
        """In the thread that writes."""
        with suppress(RuntimeError):  # the app has ended already
            self._loop.call_soon_threadsafe(self._app.exit, HANGUP)

    def close(self) -> None:
        """Wait until what was written is out, where the terminal takes it."""
        closing = threading.Thread(target=super().close, name="closing", daemon=True)
        closing.start()
        closing.join(PATIENCE_S)


class Outlet:
    """A file that is written to until that fails: from then on what comes is let go."""

    def __init__(self, file: Any, lost: Callable[[], object]) -> None:
        """`lost` is called once, when it fails."""
        self._file, self._lost = file, lost
        self._is_open = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, text: str) -> None:
        self._try(lambda: self._file.write(text))

    def flush(self) -> None:
        self._try(self._file.flush)

    def _try(self, action: Callable[[], object]) -> None:
        if not self._is_open:
            return
        try:
            action()
        except OSError:
            self._is_open = False
            self._lost()
