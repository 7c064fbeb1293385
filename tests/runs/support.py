"""Records as a run leaves them, without training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tui_nn.runs.folder import Folder, create, mend_latest
from tui_nn.runs.log import Log
from tui_nn.spec.protocol import (
    Array,
    Baseline,
    Changed,
    Ended,
    Evaluated,
    GoalResult,
    Layer,
    Numbers,
    Phase,
    Reason,
    Record,
    Started,
    Stepped,
)


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


STARTED = Started(
    step=0,
    name="moons",
    title="Two moons",
    experiment={
        "title": "Two moons",
        "data": "csv('gone.csv')",
        "network": ["Linear(2, 6)", "Tanh()", "Linear(6, 1)"],
        "loss": "BCEWithLogitsLoss()",
        "optimizer": "SGD(lr=0.1)",
        "train": {"batch_size": 10, "epochs": 4, "val": 0.2, "eval_every": 1},
        "goal": {"accuracy": 0.97},
    },
    layers=(
        Layer("Linear(2, 6)", (6,), 18, 12), Layer("Tanh()", (6,), 0, 0),
        Layer("Linear(6, 1)", (1,), 7, 6),
    ),
    train_count=40,
    val_count=10,
    baseline=Baseline("always 0", {"train": {"accuracy": 0.5}, "val": {"accuracy": 0.4}}),
    batch_size=10,
    steps_per_epoch=4,
    epochs=4,
    metric="accuracy",
    device="cpu",
    threads=1,
    torch="2.13.0",
)  # fmt: skip


def evaluated(epoch: int, val: float | None, loss: float = 0.5) -> Evaluated:
    """The accuracy of validation after an epoch of 4 steps; 0.25 s each."""
    train: Numbers = {"loss": loss, "accuracy": 0.9}
    return Evaluated(
        step=4 * epoch, epoch=epoch, lr=0.1, train=train, elapsed_s=epoch / 4,
        val={"loss": 2 * loss, "accuracy": val},
    )  # fmt: skip


def ended(reason: Reason = "epochs", val: float = 0.8, met: bool = False) -> Ended:
    """After 4 epochs, with a goal of 97 %."""
    return Ended(
        step=16, reason=reason, epoch=4, elapsed_s=1.0, train={"loss": 0.5, "accuracy": 0.9},
        val={"loss": 1.0, "accuracy": val}, seconds=1.0, message="All 4 epochs done.",
        train_count=40, val_count=10, right={"val": round(10 * val)},
        goal=GoalResult(metric="accuracy", wanted=0.97, value=val, met=met),
    )  # fmt: skip


def a_whole_run(end: Ended | None = None, started: Started = STARTED) -> list[Record]:
    """Four epochs of four steps; the third evaluation is the best."""
    records: list[Record] = [started]
    for epoch, accuracy in enumerate((0.5, 0.6, 0.9, 0.7), 1):
        records.append(stepped(4 * epoch - 3, [5 - epoch] * 4, elapsed_s=epoch / 4))
        records.append(evaluated(epoch, accuracy, loss=1 / epoch))
    return [*records, ended() if end is None else end]


def keep(runs: Path, name: str, records: Sequence[Record]) -> Folder:
    """A run folder with records, of just that name; those of changes lie in their own log too."""
    folder = create(runs, "x", 'title = "Two moons"\n')
    write_log(folder.events, records)
    write_log(folder.changes, [record for record in records if isinstance(record, Changed)])
    moved = Folder(folder.path.rename(runs / name))
    mend_latest(runs)
    return moved
