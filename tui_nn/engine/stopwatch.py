"""Counts the seconds that were spent on training."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Stands still until something is timed."""

    def __init__(self) -> None:
        self._before = 0.0
        self._began: float | None = None

    @property
    def elapsed_s(self) -> float:
        """Seconds so far."""
        return self._before + (0.0 if self._began is None else time.monotonic() - self._began)

    def set(self, elapsed_s: float) -> None:
        """Count on from so many seconds; nothing may be timed meanwhile."""
        self._before = elapsed_s

    @contextmanager
    def timed(self) -> Iterator[None]:
        """What is done inside counts."""
        self._began = time.monotonic()
        try:
            yield
        finally:
            self._before, self._began = self.elapsed_s, None

    @contextmanager
    def untimed(self) -> Iterator[None]:
        """What is done inside something that is timed does not count."""
        self._before, self._began = self.elapsed_s, None
        try:
            yield
        finally:
            self._began = time.monotonic()
