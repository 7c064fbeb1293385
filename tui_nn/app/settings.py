"""What the app is started with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """What is opened, and through which engine."""

    experiment: str
    text: str | None = None
    """The experiment's TOML, where its file lies here and the engine may be elsewhere."""
    begun: bool = False
    """Whether no file holds it: it is begun anew, or was pasted."""
    changes: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    runs: str | None = "runs"
    command: Sequence[str] = ()
    """The engine's; empty: a child of this machine."""
    attach: bool = False
    """Whether the engine trains already, and its run is to be followed."""
    pace: float | None = None
    """Steps a second; None: as the experiment says."""
    recording: Path | None = None
    """A run's events.jsonl, to be played in place of an engine."""
    speed: float | None = None
    """Of the recording; None: so that it can be watched."""
    grows: Callable[[], bool] | None = None
    """Whether somebody still writes to the recording, where that may be."""
