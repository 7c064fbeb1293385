"""Other settings tried on what is trained now: all that an engine would refuse, without one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from json import dumps
from typing import Any

from tui_nn.spec.call import Call, parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.changes import changed
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment, check
from tui_nn.spec.files import experiment_of
from tui_nn.spec.fitting import rows_and_misfit
from tui_nn.spec.network import walking
from tui_nn.spec.resolve import DataFacts, Plan, resolve

_IN_SCRIPT = re.compile(r"^[\w.]+\s*=\s*(?:\w+\.)*Sequential\(.*?^\)", re.ASCII | re.M | re.S)
"""A network over several lines of a script."""
_ASSIGNED = re.compile(r"[\w.]+\s*=\s*(?=[\w.]+\()", re.ASCII)
"""What stands before a network in a script."""
Settings = Mapping[str, Any]
"""An experiment as its file would hold it, lists where TOML has lists."""


def experiment_of_settings(settings: Settings) -> Experiment:
    """The experiment that settings say."""
    return check(_frozen(settings), str(settings.get("title", "")), lambda key: key)


def tried(settings: Settings, changes: Sequence[str], facts: DataFacts) -> Plan:
    """What comes of `key=value` changes; InvalidInput where one can't be."""
    return resolve(changed(experiment_of_settings(settings), changes), facts)


def written(key: str, value: Any) -> str:
    """`key=value` as the command line has it; a value that is None leaves the key out."""
    if value is None:
        return f"{key}=None"
    if isinstance(value, str):
        return f"{key}={value}"
    return f"{key}={dumps(list(value) if isinstance(value, tuple) else value)}"


@dataclass(frozen=True)
class Walked:
    """How far a list of layers can be walked."""

    shapes: tuple[Shape, ...]
    """What each layer gives, up to the first that doesn't fit."""
    counts: tuple[int, ...]
    """The parameters of each of these."""
    error: InvalidInput | None = None
    """What doesn't fit."""
    at: int | None = None
    """The layer that doesn't; None where it is the loss, or all fit."""


def walked(calls: Sequence[str], loss: str, facts: DataFacts) -> Walked:
    """The shapes behind each layer, and what doesn't fit, the loss included."""
    layers: list[Bound] = []
    refused: tuple[InvalidInput, int] | None = None
    for call in calls:
        try:
            layers.append(_layer(call))
        except InvalidInput as error:
            refused = error, len(layers)
            break
    rows, misfit = rows_and_misfit(layers, bind_call("loss", parse(loss)), facts)
    shapes = tuple(row.size.output_shape for row in rows)
    counts = tuple(row.size.parameters for row in rows)
    is_first = misfit is not None and misfit.index is not None and misfit.index < len(layers) - 1
    if refused and not is_first:
        return Walked(shapes, counts, *refused)
    if misfit is None:
        return Walked(shapes, counts)
    return Walked(shapes, counts, misfit.error, misfit.index)


@lru_cache(maxsize=512)
def _layer(call: str) -> Bound:
    """Of a network that is edited one layer is another, the rest as before."""
    return bind_call("layer", parse(call))


@dataclass(frozen=True)
class Stream:
    """What reaches a layer: one sample's shape, and how many tokens there are, where it is such."""

    shape: Shape
    tokens: int | None = None

    def behind(self, calls: Sequence[str]) -> tuple["Stream", int]:
        """What comes out of layers, and how many parameters they have; InvalidInput."""
        layers = [_layer(call) for call in calls]
        rows = tuple(walking(layers, self.shape, self.tokens))
        has_embedding = any(layer.entry.name == "Embedding" for layer in layers)
        shape = rows[-1].size.output_shape if rows else self.shape
        count = sum(row.size.parameters for row in rows)
        return Stream(shape, None if has_embedding else self.tokens), count


def calls_of(text: str) -> tuple[str, ...]:
    """The layers of a text: one call, several with commas between, a whole `Sequential(…)`, or the
    first of these in a script.

    Raises InvalidInput for anything else.
    """
    found = _IN_SCRIPT.search(text)
    inner = _ASSIGNED.sub("", found[0] if found else text.strip()).rstrip(", ")
    try:
        call = parse(inner)
    except InvalidInput as error:
        try:
            call = parse(f"Sequential({inner})")
        except InvalidInput:
            raise error from None
    if call.name != "Sequential":
        return (str(call),)
    layers = [value for value in call.args if isinstance(value, Call)]
    if len(layers) < len(call.args) or call.kwargs or not layers:
        raise InvalidInput(
            "isn't a list of layers", hint="write nn.Sequential(nn.Linear(2, 8), nn.ReLU())"
        )
    return tuple(map(str, layers))


def read_pasted(text: str) -> Experiment | tuple[str, ...] | None:
    """The experiment or the layers that a text is; None where it is neither.

    Terminals give returns for the ends of lines.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return experiment_of(text, "pasted", "pasted")
    except InvalidInput:
        pass
    try:
        layers = calls_of(text)
        for layer in layers:
            bind_call("layer", parse(layer))
    except InvalidInput:
        return None
    return layers


def _frozen(value: Any) -> Any:
    """Lists as the tuples that an experiment's table holds."""
    if isinstance(value, Mapping):
        return {key: _frozen(part) for key, part in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value
