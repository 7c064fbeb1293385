"""What was chosen for a run: its settings, with the changes in force, and what they come to."""

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui_nn.spec.protocol import Changed, Started

if TYPE_CHECKING:
    from tui_nn.spec.resolve import DataFacts, Plan


class Chosen:
    """Worked out once for each change."""

    def __init__(self) -> None:
        self.helps: dict[tuple[str, str], str] = {}
        """What is said to help against what, as long as the experiment is the same."""
        self._settings: tuple[tuple[int, int], dict[str, Any]] | None = None
        self._plan: tuple[Mapping[str, Any], Plan | None] | None = None

    def forget(self) -> None:
        """Another experiment is trained."""
        self._settings = None

    def settings(
        self, started: Started, branch: int, changes: Sequence[Changed]
    ) -> Mapping[str, Any]:
        """The experiment as its file would hold it, with the `changes` of a branch made."""
        key = (branch, len(changes))
        if self._settings is None or self._settings[0] != key:
            self._settings = (key, _with(started.experiment, changes))
        return self._settings[1]

    def plan(self, settings: Mapping[str, Any], facts: "DataFacts | None") -> "Plan | None":
        """The experiment held against its data; None where that is not known."""
        from tui_nn.spec.errors import InvalidInput
        from tui_nn.spec.trial import tried  # all of the catalog: not at the start

        if self._plan is None or self._plan[0] is not settings:
            self.helps.clear()
            try:
                self._plan = settings, tried(settings, (), facts) if facts else None
            except InvalidInput:
                self._plan = settings, None
        return self._plan[1]


def facts_of(started: Started | None) -> "DataFacts | None":
    """Of the data that is trained on; None where the engine didn't tell them."""
    from tui_nn.spec.resolve import DataFacts  # all of the catalog: not at the start
    from tui_nn.spec.targets import Classes, Values

    if started is None or started.input_shape is None:
        return None
    kind = Values(started.target_shape) if started.classes is None else Classes(started.classes)
    return DataFacts(
        started.input_shape, kind, started.train_count, started.val_count,
        started.test_count, started.tokens,
    )  # fmt: skip


def _with(experiment: dict[str, Any], changes: Sequence[Changed]) -> dict[str, Any]:
    settings = copy.deepcopy(experiment)
    for change in changes:
        *path, last = change.key.split(".")
        table = settings
        for word in path:
            table = table.setdefault(word, {})
        if change.new is None:
            table.pop(last, None)
        else:
            table[last] = change.new
    return settings
