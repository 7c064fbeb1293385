"""What the doctor finds."""

from dataclasses import dataclass
from typing import Literal

State = Literal["fine", "better", "broken"]
"""`better`: it works, and could work better."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    value: str
    state: State = "fine"
    fix: str = ""
    """What to do about it; empty where nothing is wrong."""
