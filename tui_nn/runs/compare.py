"""What differs between runs: their experiments, what was changed on the way, what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tui_nn.runs.folder import Folder
from tui_nn.runs.history import By, Curve, History
from tui_nn.runs.listing import Row, as_text, row_of
from tui_nn.runs.log import read_records
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.keys import SECTIONS, TOP, TRAIN
from tui_nn.spec.protocol import Ended, Evaluated, Numbers, Started

FEW = 3
"""Points of a curve that is worth drawing."""
_WORDS = frozenset({"title", "about", "view"})
"""Keys that change nothing about training."""
_ORDER = (*(key.name for key in TOP), *SECTIONS)


@dataclass(frozen=True)
class Told:
    """A run, read whole."""

    folder: Folder
    started: Started
    history: History
    row: Row


@dataclass(frozen=True)
class Difference:
    """A setting that isn't the same in all runs; None where a run doesn't have it."""

    key: str
    values: tuple[Any, ...]


def read_run(folder: Folder) -> Told:
    """Everything that a run's logs tell; InvalidInput where they are broken or tell nothing."""
    row = row_of(folder)
    if row.problem:
        raise InvalidInput(row.problem, where=str(folder.path), hint="`nn-tui runs` lists others")
    history = History()
    for record in read_records(folder.events):
        history.take(record)
    if history.started is None:
        raise InvalidInput(
            "this run has not started", where=str(folder.path), hint="`nn-tui runs` lists others"
        )
    return Told(folder, history.started, history, row)


def differences(told: Sequence[Told]) -> list[Difference]:
    """The settings that differ, in the order of an experiment's file, then the machine's.

    Networks differ layer by layer where they have as many layers or one begins as the other;
    else as a whole.
    """
    whole = not _are_alike([_layers(run.started) for run in told])
    tables = [settings(run.started, whole) for run in told]
    keys = sorted({key for table in tables for key in table}, key=_place)
    found = [Difference(key, tuple(table.get(key) for table in tables)) for key in keys]
    return [d for d in found if any(value != d.values[0] for value in d.values)]


def _layers(started: Started) -> Sequence[Any]:
    layers = started.experiment.get("network")
    return layers if isinstance(layers, list | tuple) else ()


def _are_alike(networks: Sequence[Sequence[Any]]) -> bool:
    """Whether all have as many layers, or all begin as the shortest."""
    shortest = min(map(len, networks))
    begin = {tuple(map(str, layers[:shortest])) for layers in networks}
    return len(begin) == 1 or len({*map(len, networks)}) == 1


def _place(key: str) -> tuple[int, int, str]:
    """Where an experiment's file has a key; at the end what isn't in it."""
    root, _, index = key.partition("[")
    root = root.partition(".")[0]
    rank = _ORDER.index(root) if root in _ORDER else len(_ORDER)
    return rank, int(index.rstrip("]") or 0) if index[:1].isdigit() else 0, key


def _told(default: Any) -> Any:
    """A default as a record would hold it."""
    return list(default) if isinstance(default, tuple) else default


def settings(started: Started, whole: bool = False) -> dict[str, Any]:
    """A run's settings, a key each: `optimizer`, `train.batch_size`, `network[2]`; device, torch.

    What the file left out has its default; several optimizers are one text. `whole`: the network
    is one setting, not one a layer.
    """
    flat: dict[str, Any] = {f"train.{key.name}": _told(key.default) for key in TRAIN}
    for key, value in started.experiment.items():
        if key in _WORDS:
            continue
        if isinstance(value, Mapping):
            flat |= {f"{key}.{name}": part for name, part in value.items()}
        elif key == "network" and isinstance(value, list | tuple) and not whole:
            flat |= {f"{key}[{index}]": layer for index, layer in enumerate(_layers(started))}
        else:
            flat[key] = as_text(value) if key == "optimizer" else value
    samples = {"train samples": started.train_count, "val samples": started.val_count}
    machine = {"device": started.device, "threads": started.threads, "torch": started.torch}
    return flat | samples | machine


def last_numbers(history: History) -> Ended | Evaluated | None:
    """What holds the latest numbers of a run: its end, else its last evaluation."""
    if history.ended is not None and history.ended.train is not None:
        return history.ended
    return history.evaluated[-1] if history.evaluated else None


def last_value(run: Told) -> float | None:
    """The main metric as it was last, of the part that `row.part` names."""
    numbers = last_numbers(run.history)
    if numbers is None:
        return None
    part: Numbers | None = numbers.val if run.row.part == "val" else numbers.train
    return part.get(run.row.metric) if part else None


def curves(told: Sequence[Told], metric: str, by: By) -> tuple[str, list[Curve]]:
    """A metric of each run for one picture, and what it is: `val loss`.

    Of validation where all runs have it, else of training, else (loss only) of each batch. The
    list is empty where there is nothing to draw for some run.
    """
    for part in ("val", "train"):
        found = [run.history.evaluations(part, metric, by=by) for run in told]
        if all(np.isfinite(y).sum() >= FEW for _, y in found):
            return f"{part} {metric}", found
    if metric == "loss":
        found = [run.history.losses(by=by) for run in told]
        if any(np.isfinite(y).any() for _, y in found):
            return "batch loss", found
    return metric, []


def shared_metric(told: Sequence[Told]) -> str | None:
    """The main metric of all runs besides the loss; None where they have no such one."""
    metrics = {run.started.metric for run in told}
    return metrics.pop() if len(metrics) == 1 and metrics != {"loss"} else None
