"""What an engine can be told to do; every command carries an id that its answer repeats."""

from typing import Annotated, Literal

import msgspec

from tui_nn.spec.protocol.frames import Probes

Grain = Literal["layer", "phase", "step", "epoch"]
"""By `layer` training stands in turn at each layer inside forward and gradient, in gradient from
the last one to the first, then at the phase's end: the loss, the gradient as a whole."""
Rate = Annotated[float, msgspec.Meta(gt=0)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag=str.lower):
    """What every command carries."""

    id: int = 0


class Load(Command, frozen=True, kw_only=True):
    """Take up an experiment: a preset, a file, data of one's own or a run folder.

    A run goes on from its last save. What was loaded before ends.
    """

    experiment: str
    text: str | None = None
    """The experiment's TOML itself; `experiment` is then only its name."""
    changes: tuple[str, ...] = ()
    """`key=value`, as on the command line."""
    target: tuple[str, ...] = ()
    """Columns of a table to predict."""
    runs: str | None = "runs"
    """The folder in which the run is kept; None keeps nothing."""


class Run(Command, frozen=True, kw_only=True):
    """Train on, until something ends it or `pause`."""

    pace: float = 0.0
    """Steps a second; 0: flat out."""


class Pause(Command, frozen=True, kw_only=True):
    """Stop where training stands; `run` and `step` go on. Where updates are watched, a run flat out
    makes one step more, of which its update is known.
    """


class Step(Command, frozen=True, kw_only=True):
    """Go on by so many layers, phases, steps or epochs, then stop."""

    by: Grain = "step"
    count: int = 1


class Back(Command, frozen=True, kw_only=True):
    """Go back by so many layers, phases, steps or epochs."""

    by: Grain = "step"
    count: int = 1


class GoTo(Command, frozen=True, kw_only=True):
    """Go to the state after `step` steps: at the end of a branch with the changes made there, else
    before those.
    """

    step: int
    branch: int | None = None
    """None: the present one."""


class Reset(Command, frozen=True, kw_only=True):
    """Back to the first step, with the settings of now."""

    seed: int | None = None
    """New weights, order, dropout and split; None: the same weights."""


class Change(Command, frozen=True, kw_only=True):
    """Another setting from here on: `optimizer=SGD(lr=0.1)`, `train.batch_size=8`."""

    changes: tuple[str, ...]
    anew: bool = False
    """Whether training begins anew with it: what a run is built on can only so be another."""
    continues: bool = False
    """Whether it goes on with the change before it: both are one mark on curves."""


class Watch(Command, frozen=True, kw_only=True):
    """Look at something again and again; frames carry the watch's number.

    The next frame waits until the last one was `seen`.
    """

    watch: int
    """Chosen by the client; one in use is replaced."""
    probe: Probes
    rate: Rate = 20.0
    """Frames a second at most."""


class Unwatch(Command, frozen=True, kw_only=True):
    """Look no more."""

    watch: int


class Seen(Command, frozen=True, kw_only=True):
    """A frame has arrived; it has no answer."""

    watch: int
    number: int


class Inspect(Command, frozen=True, kw_only=True):
    """Look once, now; the answer carries the frame."""

    probe: Probes


class ListFolder(Command, frozen=True, kw_only=True, tag="list_folder"):
    """What is in a folder of the engine's disk. Training goes on meanwhile."""

    path: str = ""
    """Empty: the folder in which the engine was started."""


class Preview(Command, frozen=True, kw_only=True):
    """What a file or folder of the engine's disk holds. Training goes on meanwhile."""

    path: str
    """Data, an experiment, a preset's name or a run."""
    target: tuple[str, ...] = ()
    """Columns of a table to predict; empty: guessed."""
    limit: Limit = 20
    """So many rows or pictures at most."""


class Save(Command, frozen=True, kw_only=True):
    """Write the last and the best checkpoint."""


class Drive(Command, frozen=True, kw_only=True):
    """Take the wheel from another connection."""


class Stop(Command, frozen=True, kw_only=True):
    """Save, end the run and leave."""


Commands = (
    Load
    | Run
    | Pause
    | Step
    | Back
    | GoTo
    | Reset
    | Change
    | Watch
    | Unwatch
    | Seen
    | Inspect
    | ListFolder
    | Preview
    | Save
    | Drive
    | Stop
)

FOR_ALL = (Watch, Unwatch, Seen, Inspect, ListFolder, Preview, Drive)
"""What every connection may send; the other commands are for the one that drives."""
