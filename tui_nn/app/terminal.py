"""What the terminal does with characters whose width is ambiguous, asked of itself."""

import os
import re
import select
import sys
import termios
import time
import tty

ASKED = "●"
WAIT_S = 0.15
_PLACE = re.compile(rb"\x1b\[\d+;(\d+)R")


def ambiguous_is_wide() -> bool:
    """Whether ● takes two cells; False where the terminal doesn't say.

    Prints it at the line's begin, asks where the cursor is, and takes it away again.
    """
    try:
        entry = sys.stdin.fileno()
        before = termios.tcgetattr(entry)
    except (OSError, ValueError, termios.error):
        return False
    try:
        tty.setcbreak(entry)
        sys.stdout.write(f"\r{ASKED}\x1b[6n")
        sys.stdout.flush()
        said = _answer(entry)
    finally:
        termios.tcsetattr(entry, termios.TCSANOW, before)
        sys.stdout.write("\r\x1b[K")
        sys.stdout.flush()
    place = _PLACE.search(said)
    return place is not None and int(place[1]) > 2


def _answer(entry: int) -> bytes:
    said, until = b"", time.monotonic() + WAIT_S
    while not _PLACE.search(said) and (left := until - time.monotonic()) > 0:
        if not select.select([entry], [], [], left)[0]:
            break
        said += os.read(entry, 64)
    return said
