"""Records as a run leaves them, without training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tui_nn.runs.log import Log
from tui_nn.spec.protocol import Array, Changed, Phase, Record, Stepped


def stepped(first: int, losses: Sequence[float], branch: int = 0, **fields: float) -> Stepped:
    """Steps from `first` on with their losses; lr 0.1 throughout."""
    loss = Array.of(np.array(losses, np.float32))
    lr = Array.of(np.full(len(losses), 0.1, np.float32))
    return Stepped(
        branch=branch, first=first, step=first + len(losses) - 1, loss=loss, lr=lr, **fields
    )


def changed(
    branch: int, step: int, key: str, *, parent: int | None = None, old: Any = None, new: Any = None
) -> Changed:
    """A change of a setting after `step`."""
    return Changed(
        branch=branch, step=step, key=key, old=old, new=new, phase=Phase.EVALUATE, parent=parent
    )


def write_log(path: Path, records: Sequence[Record]) -> bytes:
    """The log of some records; its bytes."""
    with Log(path) as log:
        for record in records:
            log.write(record)
    return path.read_bytes()
