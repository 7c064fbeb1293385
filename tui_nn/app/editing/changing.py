"""What a person changes, tried here and then asked of the engine; each change can be undone."""

from collections.abc import Mapping, Sequence
from typing import Any

from tui_nn.app.driving import Driving
from tui_nn.spec.call import parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.files import PATHS
from tui_nn.spec.changes import BUILT_ON, changed
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.fitting import fitted
from tui_nn.spec.resolve import DataFacts, Plan, resolve
from tui_nn.spec.trial import experiment_of_settings, tried, written
from tui_nn.views.numbers import counted
from tui_nn.views.panels.optimizer_rate import Course, course_with
from tui_nn.views.settings_form import KINDS
from tui_nn.views.world import World

BEGINNING = ("Linear(1, 16)", "ReLU()", "Linear(16, 1)")
"""Made to fit, where the network that is there can't be."""
LEFT_OUT_AT_MOST = 5
SPLITS = frozenset({"data", "train.val", "train.test", "train.seed"})
"""What decides which samples there are, and in which part."""
ANEW = BUILT_ON | {"train.seed", "train.dtype"}
"""With what training begins anew: a seed is asked for to have other weights."""


class Changing:
    """Changes of the experiment that is trained."""

    def __init__(self, world: World, driving: Driving) -> None:
        self.world, self._driving = world, driving
        self._known: dict[tuple[object, ...], DataFacts] = {}

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.world.settings

    @property
    def facts(self) -> DataFacts | None:
        """Of the data that is trained on; None where the engine didn't tell them."""
        return self.world.facts

    def with_what_fits(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values, and where they bring other data what has to change with it: network and loss
        as little as they can, settings that the data has no use for left out. InvalidInput where
        nothing helps.
        """
        found = dict(values)
        if "data" not in values:
            return found
        before = experiment_of_settings(self.settings)
        facts = self._facts_with(changed(before, _written(values)))
        if facts is None:
            return found
        fit = fitted(before.network, before.loss, facts)
        if fit is None:
            beginning = tuple(bind_call("layer", parse(call)) for call in BEGINNING)
            fit = fitted(beginning, before.loss, facts)
        if fit is not None and fit.network != before.network:
            found["network"] = [str(layer.call) for layer in fit.network]
        if fit is not None and fit.loss != before.loss:
            found["loss"] = str(fit.loss.call)
        for _ in range(LEFT_OUT_AT_MOST):
            try:
                resolve(changed(before, _written(found)), facts)
                return found
            except InvalidInput as error:
                key = error.where.rpartition(": ")[2]
                if not key.startswith(("goal.", "train.")) or key in found:
                    raise
                found[key] = None
        return found

    def check(self, values: Mapping[str, Any]) -> str:
        """What comes of other values, in words; InvalidInput where it can't be."""
        found = self.with_what_fits(values)
        plan = self._tried(found)
        if plan is None:
            return "the engine will tell"
        for key, value in values.items():
            kind = KINDS.get(key.partition("[")[0])
            if kind and isinstance(value, str) and kind != "dataset":
                return plan.notices[0] if plan.notices else _summary(kind, value)
        also = [
            f"network {', '.join(_new(value, self.settings.get(key, ())))}" if key == "network"
            else said(key, value)
            for key, value in found.items() if key not in values
        ]  # fmt: skip
        if "network" in values:
            return plan.notices[0] if plan.notices else f"fits {plan.experiment.loss.entry.name}"
        facts = plan.facts
        words = f"train {facts.train_count:,}   val {facts.val_count:,}   test {facts.test_count:,}"
        if also:
            return f"{words}   also {', '.join(also)}"
        return plan.notices[0] if plan.notices else words

    def _facts_with(self, experiment: Experiment) -> DataFacts | None:
        """What other data comes to: made once, however often it is asked while typing. None for
        files: they lie where the engine is, and it knows from which folder.
        """
        if any(parameter.rule in PATHS for parameter in experiment.data.entry.parameters):
            return None
        train = experiment.train
        key = (str(experiment.data.call), train.val, train.test, train.seed)
        if key not in self._known:
            from tui_nn.data.prepare import facts_of  # reads and makes data: only where it changes

            self._known = {key: facts_of(experiment)}
        return self._known[key]

    def refused(self, values: Mapping[str, Any]) -> str:
        """Why other values can't be, in words; empty where they can."""
        try:
            self._tried(values)
        except InvalidInput as error:
            return error.message
        return ""

    def course(self, values: Mapping[str, Any]) -> Course | None:
        """What the rates would follow from; None where nobody can say here. InvalidInput."""
        plan = self._tried(values)
        return course_with(self.world, plan.experiment, values) if plan else None

    def _tried(self, values: Mapping[str, Any]) -> Plan | None:
        changes, facts = _written(values), self.facts
        if facts is None:
            return None
        if SPLITS & values.keys():
            experiment = changed(experiment_of_settings(self.settings), changes)
            known = self._facts_with(experiment)
            return None if known is None else resolve(experiment, known)
        return tried(self.settings, changes, facts)

    def apply(self, values: Mapping[str, Any], *, anew: bool = False) -> str:
        """Ask for it; the words for what was asked. InvalidInput where it can't be. `anew`:
        training begins with it, though it could go on.
        """
        values = self.with_what_fits(values)
        self._tried(values)
        old = {key: self._now(key) for key in values}
        if all(old[key] == value for key, value in values.items()):
            return "as it was"
        anew = anew or bool({key.partition("[")[0] for key in values} & ANEW)
        words = ", ".join(said(key, value) for key, value in values.items())
        self._driving.change(words, _written(values), _written(old), anew=anew)
        return words + (": training begins anew, u takes it back" if anew else "")

    def draw(self, words: str, data: str) -> None:
        """Ask for a dataset's call with other samples: training goes on with the weights it has.

        InvalidInput where it can't be.
        """
        values = self.with_what_fits({"data": data})
        self._tried(values)
        old = {key: self._now(key) for key in values} | {"data": self._driving.data}
        self._driving.draw(words, _written(values), _written(old), data)

    @property
    def data(self) -> str:
        """The dataset's call, as it is once the engine has answered what it was asked."""
        return self._driving.data

    @property
    def is_waiting(self) -> bool:
        """Whether the engine has not answered all that was drawn."""
        return bool(self.data != self.setting("data"))

    @property
    def is_split(self) -> bool:
        """Whether some samples are held out of training."""
        return bool(self.setting("train.val") or self.setting("train.test"))

    def turn(self, way: str) -> str:
        """Undo or redo."""
        return self._driving.undo() if way == "undo" else self._driving.redo()

    def setting(self, key: str) -> Any:
        """One of the settings of now; None where it is left out."""
        return self.world.setting(key)

    def _now(self, key: str) -> Any:
        name, _, index = key.rstrip("]").partition("[")
        found = self.world.setting(name)
        return found[int(index)] if index else found


def _written(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(written(key, value) for key, value in values.items())


def said(key: str, value: Any) -> str:
    """A setting's new value, in words."""
    if value is None or value == "":
        return f"{key} left out"
    if key == "network":
        return counted(len(value), "layer")
    return f"{key.rpartition('.')[2]} {value}"


def _new(layers: Sequence[str], before: Sequence[str]) -> list[str]:
    """The layers that were not there before."""
    return [layer for layer in layers if layer not in before]


def _summary(kind: str, text: str) -> str:
    return bind_call(kind, parse(text)).entry.summary
