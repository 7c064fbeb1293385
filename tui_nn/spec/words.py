"""Words of messages: what was meant by a name, and what a value is."""

import difflib
from collections.abc import Iterable
from math import isfinite
from typing import Any

from tui_nn.spec.call import write


def near(word: str, known: Iterable[str]) -> str:
    """ "did you mean x?" with the names most like `word`, or an empty text."""
    folded = {name.lower(): name for name in known}
    if word.lower() in folded:
        return f"did you mean {folded[word.lower()]}?"
    close = difflib.get_close_matches(word.lower(), folded, n=3, cutoff=0.6)
    if not close:
        close = [name for name in folded if len(word) > 2 and word.lower() in name][:3]
    return f"did you mean {' or '.join(folded[name] for name in close)}?" if close else ""


def say(value: Any) -> str:
    """A value for a message, its end left out where it is long."""
    text = write(value)
    return text if len(text) <= 40 else text[:37] + "…"


def power(value: float) -> str:
    """One digit and its power of ten: `2e-3`; 0, inf and nan as they are."""
    if not isfinite(value) or value == 0:
        return f"{value:g}"
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit}e{int(exponent)}"
