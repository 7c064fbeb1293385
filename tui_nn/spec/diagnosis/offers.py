"""Changes of an experiment that are tried before they are offered: none of them is refused."""

from collections.abc import Iterable

from tui_nn.spec.changes import changed
from tui_nn.spec.diagnosis.finding import Remedy
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.resolve import Plan, resolve
from tui_nn.spec.trial import written


def changes_of(remedy: Remedy) -> tuple[str, ...]:
    """As `key=value`, which the command line and the engine take."""
    return tuple(written(key, value) for key, value in remedy.values.items())


def fitting(plan: Plan, remedies: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """Those that fit the experiment and its data, and change something."""
    return tuple(remedy for remedy in remedies if _fits(plan, remedy))


def _fits(plan: Plan, remedy: Remedy) -> bool:
    try:
        experiment = changed(plan.experiment, changes_of(remedy))
        return experiment.table != plan.experiment.table and bool(resolve(experiment, plan.facts))
    except InvalidInput:
        return False
