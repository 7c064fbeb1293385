"""Other settings tried on what is trained now: all that an engine would refuse, without one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json import dumps
from typing import Any

from tui_nn.spec.call import Call, parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import Shape
from tui_nn.spec.changes import changed
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment, check
from tui_nn.spec.files import experiment_of
from tui_nn.spec.network import walk
from tui_nn.spec.resolve import DataFacts, Plan, resolve

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
    """Why the next one doesn't."""

    @property
    def output(self) -> Shape | None:
        """None where nothing comes out."""
        return None if self.error or not self.shapes else self.shapes[-1]


def walked(calls: Sequence[str], input_shape: Shape, tokens: int | None = None) -> Walked:
    """The shapes behind each layer; `tokens` as in `network.walk`."""
    shapes: list[Shape] = []
    counts: list[int] = []
    for call in calls:
        try:
            layer = bind_call("layer", parse(call))
            [row] = walk([layer], shapes[-1] if shapes else input_shape, tokens)
        except InvalidInput as error:
            reason = InvalidInput(error.message, hint=error.hint)
            return Walked(tuple(shapes), tuple(counts), reason)
        if layer.entry.name == "Embedding":
            tokens = None
        shapes.append(row.size.output_shape)
        counts.append(row.size.parameters)
    return Walked(tuple(shapes), tuple(counts))


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


def calls_of(text: str) -> tuple[str, ...]:
    """The layers of a text: one call, several with commas between, or a whole `Sequential(…)`.

    Raises InvalidInput for anything else.
    """
    inner = _ASSIGNED.sub("", text.strip()).rstrip(", ")
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
