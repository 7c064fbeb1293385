"""What an engine is told and tells: one JSON object a line, both ways.

Commands go in; records (kept, in order, never dropped), frames (only while watched) and messages
come out.
"""

from tui_nn.spec.protocol.arrays import Array, Numbers, split_nonfinite
from tui_nn.spec.protocol.flow import STATE_AFTER, VERSION, Phase, Reason, State
from tui_nn.spec.protocol.lines import decode, decode_command, decode_told, encode
from tui_nn.spec.protocol.records import (
    Baseline,
    Built,
    Changed,
    Culprit,
    Ended,
    Evaluated,
    Event,
    GoalResult,
    Layer,
    Noticed,
    Record,
    Saved,
    Started,
    Stepped,
)

__all__ = [
    "STATE_AFTER",
    "VERSION",
    "Array",
    "Baseline",
    "Built",
    "Changed",
    "Culprit",
    "Ended",
    "Evaluated",
    "Event",
    "GoalResult",
    "Layer",
    "Noticed",
    "Numbers",
    "Phase",
    "Reason",
    "Record",
    "Saved",
    "Started",
    "State",
    "Stepped",
    "decode",
    "decode_command",
    "decode_told",
    "encode",
    "split_nonfinite",
]
