"""Textual's driver for a browser's window, which may go away as a terminal may."""

import os
from contextlib import suppress
from typing import Any

from textual.drivers.web_driver import WebDriver

from tui_nn.app.driver import HANGUP


class BrowserDriver(WebDriver):
    """Ends the app when the server that stands between is gone."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._write = self._write_or_end  # type: ignore[assignment]

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._end()

    def _write_or_end(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self.fileno, data) :]
        except OSError:
            self._end()

    def _end(self) -> None:
        """In any thread."""
        with suppress(RuntimeError):  # the app has ended already
            self._loop.call_soon_threadsafe(self._app.exit, HANGUP)
