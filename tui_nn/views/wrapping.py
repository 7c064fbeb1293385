"""Text in lines, wrapped once however often it is painted."""

from functools import lru_cache
from textwrap import wrap


@lru_cache(maxsize=128)
def wrapped(text: str, width: int) -> tuple[str, ...]:
    """Its lines of at most `width` characters; each paragraph begins a new one."""
    return tuple(line for part in text.split("\n") for line in wrap(part.strip(), width))
