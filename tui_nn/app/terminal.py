"""What the terminal does with characters whose width is ambiguous, asked of itself."""

from textual.events import CursorPosition

ROW = 1
"""Where it is tried, counted from 0: there no key's sequence is like the answer."""
WIDTH_ASKED = f"\x1b7\x1b[{ROW + 1};1H●\x1b[6n\x1b[2K\x1b8"
"""Prints ● at a line's begin, asks where the cursor is, takes it away again."""


def says_wide(answer: CursorPosition) -> bool:
    """Whether ● has taken two cells."""
    return (answer.x, answer.y) == (2, ROW)
