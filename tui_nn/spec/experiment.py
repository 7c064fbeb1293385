"""An experiment: what its file says, checked as far as it can be without its data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tui_nn.spec import catalog
from tui_nn.spec.call import Value, parse
from tui_nn.spec.catalog.entry import Bound, Parameter
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.keys import SECTIONS, TOP, fill
from tui_nn.spec.words import near, say

Table = Mapping[str, Any]
"""What a TOML file holds: texts, numbers, tuples (lists) and tables."""


@dataclass(frozen=True)
class Train:
    """How to train; None where the data decides (see `resolve`)."""

    batch_size: int | None
    epochs: int
    seed: int
    shuffle: bool
    val: float
    test: float
    clip_norm: float | None
    freeze: tuple[int, ...]
    device: str
    dtype: str
    threads: int | None
    eval_every: int | None
    schedule_every: str | None
    history_mb: int | None
    patience: int | None


@dataclass(frozen=True)
class Goal:
    """Training ends when `metric` has reached `wanted` at `times` evaluations in a row."""

    metric: str
    wanted: float
    times: int = 1

    def __str__(self) -> str:
        sign = "≥" if catalog.metric(self.metric).higher_is_better else "≤"
        label, text = catalog.metric(self.metric).label, f"{self.wanted:g}"
        if catalog.metric(self.metric).for_classes:
            text = f"{100 * self.wanted:g} %"
        return f"{label} {sign} {text}"


@dataclass(frozen=True)
class View:
    """How the app shows it first."""

    pace: float
    panel: int | None
    hide: tuple[int, ...]


@dataclass(frozen=True)
class Experiment:
    """Everything a run needs, in plain data."""

    name: str
    title: str
    about: str
    data: Bound
    network: tuple[Bound, ...]
    loss: Bound
    optimizers: tuple[Bound, ...]
    schedule: Bound | None
    init: Bound | None
    train: Train
    goal: Goal | None
    view: View
    table: Table
    """The same as plain values, as a file would hold them."""
    place: Callable[[str], str]
    """Where a key was written: `presets/x.toml: train.val`."""
    folder: Path
    """Where relative paths of `data` start."""

    def with_data(self, **values: Value) -> "Experiment":
        """The experiment with some values of its data exchanged or added."""
        data = catalog.bind_call("dataset", self.data.call_with(**values))
        return replace(self, data=data, table=dict(self.table) | {"data": str(data.call)})

    def with_train(self, **values: Any) -> "Experiment":
        """The experiment with some of `train` decided."""
        table = dict(self.table)
        table["train"] = dict(table.get("train", {})) | values
        return replace(self, train=replace(self.train, **values), table=table)


def check(
    table: Table, name: str, place: Callable[[str], str], folder: Path = Path()
) -> Experiment:
    """The experiment a file describes; InvalidInput names the key that is wrong."""
    _check_names(table, place)
    top = _section(TOP, table, "", place)
    sections = {
        section: _section(keys, _subtable(table, section, place), section, place)
        for section, keys in SECTIONS.items()
    }
    optimizer = top["optimizer"]
    optimizers = (
        _calls("optimizer", optimizer, "optimizer", place)
        if isinstance(optimizer, tuple)
        else (_bind("optimizer", optimizer, place("optimizer")),)
    )
    return Experiment(
        name=name,
        title=printable(" ".join(top["title"].split())) or name,
        about=printable(" ".join(top["about"].split())),
        data=_bind("dataset", top["data"], place("data")),
        network=_calls("layer", top["network"], "network", place),
        loss=_bind("loss", top["loss"], place("loss")),
        optimizers=optimizers,
        schedule=_bind("schedule", top["schedule"], place("schedule")) if top["schedule"] else None,
        init=_bind("init", top["init"], place("init")) if top["init"] else None,
        train=Train(**sections["train"]),
        goal=_goal(sections["goal"], place),
        view=View(**sections["view"]),
        table=table,
        place=place,
        folder=folder,
    )


def _check_names(table: Table, place: Callable[[str], str]) -> None:
    known = [parameter.name for parameter in TOP] + list(SECTIONS)
    for key in table:
        if key not in known:
            hint = _home(key) or near(key, known) or near(key, _KEYS)
            raise InvalidInput(
                "there is no such key", where=place(key), hint=hint or f"keys: {', '.join(known)}"
            )


_KEYS = [f"{section}.{parameter.name}" for section, keys in SECTIONS.items() for parameter in keys]


def _home(key: str) -> str:
    """What to write for a key that stands in the wrong table."""
    if any(parameter.name == key for parameter in TOP):
        return f"write {key} at the top, above every [table]"
    homes = [full for full in _KEYS if full.partition(".")[2] == key]
    return f"write {homes[0]}" if homes else ""


def _subtable(table: Table, section: str, place: Callable[[str], str]) -> Table:
    found = table.get(section, {})
    if not isinstance(found, Mapping):
        raise InvalidInput(
            f"is {say(found)}, not a table", where=place(section), hint=f"[{section}]"
        )
    return found


def _section(
    keys: Sequence[Parameter], table: Table, section: str, place: Callable[[str], str]
) -> dict[str, Any]:
    """The values of one table, defaults filled in."""
    prefix = f"{section}." if section else ""
    names = [parameter.name for parameter in keys]
    for key in table if section else ():
        if key not in names:
            hint = _home(key) or near(key, names) or f"{section} has {', '.join(names)}"
            raise InvalidInput("there is no such key", where=place(prefix + key), hint=hint)
    return fill(keys, table, place, prefix)


def _calls(
    kind: str, texts: tuple[str, ...], key: str, place: Callable[[str], str]
) -> tuple[Bound, ...]:
    return tuple(_bind(kind, text, place(f"{key}[{index}]")) for index, text in enumerate(texts))


def _bind(kind: str, text: str, where: str) -> Bound:
    try:
        return catalog.bind_call(kind, parse(text))
    except InvalidInput as error:
        raise error.at(where) from None


def _goal(values: dict[str, Value], place: Callable[[str], str]) -> Goal | None:
    wanted = {key: value for key, value in values.items() if key != "times" and value is not None}
    if not wanted:
        return None
    if len(wanted) > 1:
        raise InvalidInput(
            f"has {len(wanted)} metrics ({', '.join(wanted)})", where=place("goal"), hint="keep one"
        )
    [(metric, value)] = wanted.items()
    times = values["times"]
    assert isinstance(value, int | float)
    assert isinstance(times, int)
    return Goal(metric, value, times)
