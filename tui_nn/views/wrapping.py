"""Text in lines, wrapped once however often it is painted."""

from functools import lru_cache
from textwrap import wrap

HELD = "\N{NO-BREAK SPACE}"


@lru_cache(maxsize=128)
def wrapped(text: str, width: int) -> tuple[str, ...]:
    """Its lines of at most `width` characters; each paragraph begins a new one, a number keeps its
    percent sign.
    """
    parts = text.replace(" %", f"{HELD}%").split("\n")
    return tuple(line.replace(HELD, " ") for part in parts for line in wrap(part.strip(), width))
