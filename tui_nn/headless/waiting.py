"""A line on the terminal for what takes a while before training; gone once it is over."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tui_nn.spec.errors import printable


@contextmanager
def waiting(quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Gives what takes the words; only a terminal that can take them back shows them."""
    stream = sys.stderr
    if quiet or not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda words: None
        return

    said = False

    def tell(words: str) -> None:
        nonlocal said
        said = True
        width = shutil.get_terminal_size().columns - 3
        stream.write(f"\r\x1b[K{printable(words)[:width]}")
        stream.flush()

    # The default would end the process without taking the line back.
    ending = (signal.SIGTERM, signal.SIGHUP)
    heard = [number for number in ending if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _leave) for number in heard}
    try:
        yield tell
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if said:
            tell("")


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
