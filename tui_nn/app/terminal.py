"""What the terminal makes of characters beyond ASCII, asked of itself; words for the shell's."""

import select
import sys
from contextlib import suppress

from textual.events import CursorPosition

ROW = 1
"""Where it is tried, counted from 0: there no key's sequence is like the answer."""
TRIED = "●α"
"""Both of ambiguous width; the bytes of the second are two characters where UTF-8 is not read."""
WIDTH_ASKED = f"\x1b7\x1b[{ROW + 1};1H{TRIED}\x1b[6n\x1b[2K\x1b8"
"""Prints them at a line's begin, asks where the cursor is, takes them away again."""
PATIENCE_S = 1.0
"""So long a terminal may take to read what it was sent before."""


def says_wide(answer: CursorPosition) -> bool:
    """Whether they have taken more cells than characters."""
    return answer.y == ROW and answer.x > len(TRIED)


def tell(words: str) -> None:
    """Say something on standard error; a terminal that is gone, or reads nothing, is let be."""
    with suppress(OSError):
        if _is_read():
            sys.stderr.write(f"nn-tui: {words}\n")
            sys.stderr.flush()


def _is_read() -> bool:
    try:
        return bool(select.select([], [sys.stderr], [], PATIENCE_S)[1])
    except (OSError, ValueError):
        return True  # no file of the system's: nothing to wait for
