"""What a person changes, tried here and then asked of the engine; each change can be undone."""

from collections.abc import Mapping
from typing import Any

from tui_nn.app.driving import Driving
from tui_nn.spec.call import parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.changes import FIRST_STEP_ONLY, changed
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.resolve import DataFacts, Plan
from tui_nn.spec.targets import Classes, Values
from tui_nn.spec.trial import experiment_of_settings, tried, written
from tui_nn.views.settings_form import KINDS
from tui_nn.views.world import World

SPLITS = frozenset({"data", "train.val", "train.test", "train.seed"})
"""What decides which samples there are, and in which part."""


class Changing:
    """Changes of the experiment that is trained."""

    def __init__(self, world: World, driving: Driving) -> None:
        self._world, self._driving = world, driving

    @property
    def settings(self) -> Mapping[str, Any]:
        return self._world.settings

    @property
    def facts(self) -> DataFacts | None:
        """Of the data that is trained on; None where the engine didn't tell them."""
        started = self._world.started
        if started is None or started.input_shape is None:
            return None
        kind = Values(started.target_shape) if started.classes is None else Classes(started.classes)
        return DataFacts(
            started.input_shape, kind, started.train_count, started.val_count,
            started.test_count, started.tokens,
        )  # fmt: skip

    def check(self, values: Mapping[str, Any]) -> str:
        """What comes of other values, in words; InvalidInput where it can't be."""
        plan = self._tried(values)
        if plan is None:
            return "the engine will tell"
        for key, value in values.items():
            kind = KINDS.get(key.partition("[")[0])
            if kind and isinstance(value, str) and kind != "dataset":
                return plan.notices[0] if plan.notices else _summary(kind, value)
        if "network" in values:
            return plan.notices[0] if plan.notices else f"fits {plan.experiment.loss.entry.name}"
        facts = plan.facts
        words = f"train {facts.train_count:,}   val {facts.val_count:,}   test {facts.test_count:,}"
        return plan.notices[0] if plan.notices else words

    def refused(self, values: Mapping[str, Any]) -> str:
        """Why other values can't be, in words; empty where they can."""
        try:
            self._tried(values)
        except InvalidInput as error:
            return error.message
        return ""

    def _tried(self, values: Mapping[str, Any]) -> Plan | None:
        changes, facts = _written(values), self.facts
        if facts is None:
            return None
        if SPLITS & values.keys():
            from tui_nn.data.prepare import prepare  # reads and makes data: only where it changes

            return prepare(changed(experiment_of_settings(self.settings), changes)).plan
        return tried(self.settings, changes, facts)

    def apply(self, values: Mapping[str, Any]) -> str:
        """Ask for it; the words for what was asked. InvalidInput where it can't be."""
        self._tried(values)
        old = {key: self._now(key) for key in values}
        if all(old[key] == value for key, value in values.items()):
            return "as it was"
        anew = bool({key.partition("[")[0] for key in values} & FIRST_STEP_ONLY)
        words = ", ".join(_said(key, value) for key, value in values.items())
        self._driving.change(words, _written(values), _written(old), anew=anew)
        return words + (": training begins anew, u takes it back" if anew else "")

    def turn(self, way: str) -> str:
        """Undo or redo."""
        return self._driving.undo() if way == "undo" else self._driving.redo()

    def setting(self, key: str) -> Any:
        """One of the settings of now; None where it is left out."""
        return self._world.setting(key)

    def _now(self, key: str) -> Any:
        name, _, index = key.rstrip("]").partition("[")
        found = self._world.setting(name)
        return found[int(index)] if index else found


def _written(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(written(key, value) for key, value in values.items())


def _said(key: str, value: Any) -> str:
    if value is None or value == "":
        return f"{key} left out"
    return f"{len(value)} layers" if key == "network" else f"{key.rpartition('.')[2]} {value}"


def _summary(kind: str, text: str) -> str:
    return bind_call(kind, parse(text)).entry.summary
