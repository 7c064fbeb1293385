"""Standard output: words for people, bytes for programs."""

import sys

_IN_ASCII = str.maketrans(
    {"→": "->", "·": "-", "–": "-", "…": "...", "≥": ">=", "≤": "<=", "×": "x", "²": "2"}
)


def is_ascii_only() -> bool:
    """Whether standard output has no characters but those of ASCII."""
    return "utf" not in (sys.stdout.encoding or "").lower()


def print_text(text: str) -> None:
    """Write a line or more, at once, in signs that standard output can show."""
    sys.stdout.write((text.translate(_IN_ASCII) if is_ascii_only() else text) + "\n")
    sys.stdout.flush()


def print_bytes(data: bytes) -> None:
    """Write UTF-8 as it is, whatever the terminal can show: a program reads it."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
