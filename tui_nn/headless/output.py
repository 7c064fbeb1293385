"""Standard output: words for people, bytes for programs."""

import sys


def print_text(text: str) -> None:
    """Write a line or more, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def print_bytes(data: bytes) -> None:
    """Write UTF-8 as it is, whatever the terminal can show: a program reads it."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
