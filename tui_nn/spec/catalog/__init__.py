"""All that can be chosen, one file a kind; one entry serves every part that names it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tui_nn.spec.call import Call
from tui_nn.spec.catalog.datasets import DATASETS
from tui_nn.spec.catalog.drawn import AnyOf
from tui_nn.spec.catalog.entry import Bound, Entry, bind
from tui_nn.spec.catalog.inits import INITS
from tui_nn.spec.catalog.layers import LAYERS
from tui_nn.spec.catalog.lists import Listed, Schedule
from tui_nn.spec.catalog.losses import LOSSES
from tui_nn.spec.catalog.metrics import METRICS, Metric
from tui_nn.spec.catalog.optimizers import OPTIMIZERS
from tui_nn.spec.catalog.schedules import FUNCTIONS, SCHEDULES
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import near

MAX_NAMES = 20
"""So many names still fit into a message of one line."""

CATALOG: dict[str, dict[str, Entry]] = {
    kind: {entry.name: entry for entry in entries}
    for kind, entries in (
        ("layer", LAYERS),
        ("loss", LOSSES),
        ("optimizer", OPTIMIZERS),
        ("schedule", SCHEDULES),
        ("init", INITS),
        ("dataset", DATASETS),
    )
}


def entries() -> Iterator[Entry]:
    """Every entry, kind by kind."""
    for kind in CATALOG.values():
        yield from kind.values()


def find(kind: str, name: str) -> Entry:
    """The entry, or InvalidInput with the nearest names of that kind."""
    known = CATALOG[kind]
    if name in known:
        return known[name]
    if kind == "schedule" and name in FUNCTIONS:
        raise InvalidInput(
            f"{name} {FUNCTIONS[name]}", hint="there are MultiStepLR, LinearLR, SequentialLR, …"
        )
    elsewhere = [entry for entry in entries() if entry.name == name]
    if elsewhere:
        other = elsewhere[0].kind
        raise InvalidInput(
            f"{name} is {_article(other)}, not {_article(kind)}",
            hint=_there_are(known),
        )
    raise InvalidInput(f"there is no {kind} {name}", hint=near(name, known) or _there_are(known))


def bind_call(kind: str, call: Call) -> Bound:
    """Look up and check a call and those inside it: layers, schedules, the data that is edited."""
    bound = bind(find(kind, call.name), call)
    inner = []
    for index, argument in enumerate(_calls_inside(bound)):
        try:
            inner.append(bind_call(kind, argument))
        except InvalidInput as error:
            raise error.at(f"{call.name}[{index}]") from None
    return replace(bound, inner=tuple(inner))


def _calls_inside(bound: Bound) -> tuple[Call, ...]:
    values = bound.call.args if bound.entry.variadic else ()
    for parameter in bound.entry.parameters:
        if isinstance(parameter.rule, Listed) and isinstance(parameter.rule.rule, Schedule):
            values = bound[parameter.name]
        elif isinstance(parameter.rule, AnyOf):
            values = (bound[parameter.name],)
    return tuple(value for value in values if isinstance(value, Call))


def metric(name: str) -> Metric:
    """The metric, or InvalidInput with the nearest names."""
    for candidate in METRICS:
        if candidate.name == name:
            return candidate
    names = [candidate.name for candidate in METRICS]
    raise InvalidInput(
        f"there is no metric {name}", hint=near(name, names) or f"there are {', '.join(names)}"
    )


def _there_are(names: Iterable[str]) -> str:
    shown = list(names)
    some = [*shown[:MAX_NAMES], "…"] if len(shown) > MAX_NAMES else shown
    return f"there are {', '.join(some)}"


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
