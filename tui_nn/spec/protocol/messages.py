"""What an engine says besides records and frames."""

import msgspec

from tui_nn.spec.protocol.disk import Finds
from tui_nn.spec.protocol.flow import VERSION, Phase, State
from tui_nn.spec.protocol.frames import AnyFrame


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """Neither recorded nor acknowledged."""


class Hello(Message, frozen=True, kw_only=True):
    """The first line of an engine."""

    version: int = VERSION
    nn_tui: str
    pid: int
    drives: bool = True
    """Whether this connection may change anything; others watch."""


class Present(Message, frozen=True, kw_only=True):
    """Where training stands."""

    state: State
    branch: int = 0
    step: int = 0
    epoch: int = 0
    phase: Phase = Phase.OPTIMIZER
    """The phase that has happened last."""
    look: int = 0
    """Inside a step: which pass through forward and gradient (LBFGS makes several); else 0."""
    layer: str = ""
    """Inside forward and gradient: the layer at which it stands, as torch names it; empty: behind
    them all."""
    head: int = 0
    """The last recorded step of this branch; behind it nothing is recorded again."""
    changes: int | None = None
    """How many of the changes on the way to this branch and along it are in force; None: all that
    were made up to this step.
    """
    lr: float | None = None
    """Of the next step."""
    run: str = ""
    """The run's folder; empty where nothing is kept."""
    words: str = ""
    """How it came to this state, for a person."""


class Answer(Message, frozen=True, kw_only=True):
    """A command was carried out."""

    id: int
    present: Present
    frame: AnyFrame | None = None
    """Of an inspection."""
    found: Finds | None = None
    """Of a look at the disk."""


class Problem(Message, frozen=True, kw_only=True):
    """A command, or a line that was none, could not be carried out; nothing was changed by it."""

    id: int | None = None
    """None where the line had none."""
    message: str
    where: str = ""
    hint: str = ""


Messages = Hello | Present | Answer | Problem
