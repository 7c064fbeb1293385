"""Settings exchanged while a run trains: from `key=value` to what differs, and back again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment, Table, check
from tui_nn.spec.files import apply_changes

FIRST_STEP_ONLY = frozenset({"network", "init", "train.val", "train.test"})
"""What can be another only before the first step of a run."""
BUILT_ON = FIRST_STEP_ONLY | {"data"}
"""What a run is built on; later its data may be exchanged for some of the same form."""


@dataclass(frozen=True)
class Difference:
    """One key with its values as a file would hold them; None where it is left out."""

    key: str
    old: Any
    new: Any


def changed(experiment: Experiment, changes: Iterable[str]) -> Experiment:
    """The resolved experiment with `key=value` changes, to be resolved again.

    Raises InvalidInput for a key or value that can't be.
    """
    table, keys = apply_changes(experiment.table, changes)
    if "schedule" in keys and "train.schedule_every" not in keys:
        table["train"] = {k: v for k, v in table["train"].items() if k != "schedule_every"}

    def place(key: str) -> str:
        root = key.split("[", maxsplit=1)[0]
        return (
            f"change: {key}" if root in {k.split("[")[0] for k in keys} else experiment.place(key)
        )

    return check(table, experiment.name, place, experiment.folder)


def with_values(experiment: Experiment, values: Iterable[tuple[str, Any]]) -> Experiment:
    """The resolved experiment with the values of recorded changes."""
    table: dict[str, Any] = dict(experiment.table)
    for key, value in values:
        root, _, leaf = key.partition(".")
        if leaf:
            section = {k: v for k, v in dict(table.get(root, {})).items() if k != leaf}
            table[root] = section | ({} if value is None else {leaf: _frozen(value)})
        else:
            table = {k: v for k, v in table.items() if k != root}
            table |= {} if value is None else {root: _frozen(value)}
    return check(table, experiment.name, experiment.place, experiment.folder)


def starts_alike(one: Experiment, other: Experiment) -> bool:
    """Whether initial weights that were given for one experiment are those of the other, too."""
    return (one.network, one.train.seed) == (other.network, other.train.seed)


def _frozen(value: Any) -> Any:
    """Lists as the tuples that an experiment's table holds."""
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def differences(old: Table, new: Table) -> tuple[Difference, ...]:
    """The keys whose values differ, in the order in which a file has them."""
    before, after = dict(_flat(old)), dict(_flat(new))
    keys = dict.fromkeys([*before, *after])
    return tuple(
        Difference(key, before.get(key), after.get(key))
        for key in keys
        if before.get(key) != after.get(key)
    )


def _flat(table: Table) -> Iterable[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{leaf}", part) for leaf, part in value.items())
        else:
            yield key, value


def refuse_too_late(found: Sequence[Difference], step: int) -> None:
    """InvalidInput where a key can't be changed after `step` steps."""
    for difference in found:
        if step and difference.key in FIRST_STEP_ONLY:
            raise InvalidInput(
                f"can't be changed after step {step:,}: a run is built on it",
                where=f"change: {difference.key}",
                hint="reset first, or start another run",
            )
