"""What a rule has found, and a change that helps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Name = Literal[
    "diverged", "nonfinite", "exploding", "vanishing", "asleep", "idle", "dead", "saturated",
    "too fast", "too slow", "plateau", "overfitting", "collapse", "imbalanced", "unscaled",
    "wrong loss",
]  # fmt: skip
Sign = Literal["!", "✗"]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong: ✗ where it keeps the network from learning, else !."""

    name: Name
    sign: Sign
    said: str
    """One sentence, with its numbers."""
    why: str
    """One sentence."""
    layer: str = ""
    """Where it is seen; empty where it is no layer's."""
    short: str = ""
    """What a narrow panel says, in at most 34 cells; empty where none does."""


@dataclass(frozen=True)
class Remedy:
    """A change of the experiment."""

    words: str
    values: Mapping[str, Any]
    """By key, as an experiment's file would hold them; None leaves a key out."""
    anew: bool = False
    """Whether training begins anew with it, though a run could go on with it."""
