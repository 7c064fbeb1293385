"""The words of the flow: phases, states, reasons to end."""

from enum import StrEnum
from typing import Literal

VERSION = 2
"""Of the protocol; both sides of a pipe must speak the same."""

Reason = Literal[
    "goal", "epochs", "time", "plateau", "cycle", "stopped", "interrupted", "diverged", "failed"
]

State = Literal[
    "loading", "ready", "running", "paused", "goal", "done", "stopped", "diverged", "failed",
    "offline",
]  # fmt: skip
"""`offline` is a client's word: its engine is gone."""

STATE_AFTER: dict[Reason, State] = {
    "goal": "goal",
    "epochs": "done",
    "time": "stopped",
    "plateau": "stopped",
    "cycle": "stopped",
    "stopped": "stopped",
    "interrupted": "stopped",
    "diverged": "diverged",
    "failed": "failed",
}


class Phase(StrEnum):
    """The flow: what is chosen, then what repeats."""

    NETWORK = "network"
    DATA = "data"
    LOSS = "loss"
    OPTIMIZER = "optimizer"
    FORWARD = "forward"
    GRADIENT = "gradient"
    UPDATE = "update"
    EVALUATE = "evaluate"
