"""What the terminal makes of characters beyond ASCII, asked of itself."""

import sys
import termios
from contextlib import suppress

from textual.driver import Driver
from textual.events import CursorPosition

ROW = 1
"""Where it is tried, counted from 0: there no key's sequence is like the answer."""
TRIED = "●α"
"""Both of ambiguous width; the bytes of the second are two characters where UTF-8 is not read."""
WIDTH_ASKED = f"\x1b7\x1b[{ROW + 1};1H{TRIED}\x1b[6n\x1b[2K\x1b8"
"""Prints them at a line's begin, asks where the cursor is, takes them away again."""


def says_wide(answer: CursorPosition) -> bool:
    """Whether they have taken more cells than characters."""
    return answer.y == ROW and answer.x > len(TRIED)


def give_back(driver: Driver | None) -> None:
    """Let the terminal's keys be what they were, where nothing can be written any more."""
    before = getattr(driver, "attrs_before", None)
    if before is not None and sys.__stdin__ is not None:
        with suppress(OSError, termios.error):
            termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, before)
