"""Checks: what a lesson may wait for, as plain data; `views/judge.py` says when it has happened.

A check is a list of conditions that hold at one moment. Each is a table that begins with its kind:
`{ step = 4 }`, `{ number = "accuracy", at_least = 1 }`, `{ setting = "optimizer", call = "Adam" }`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, get_args

from tui_nn.spec.catalog.entry import Choice, Either, Parameter, Real, Whole, optional
from tui_nn.spec.catalog.metrics import METRICS
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.keys import SECTIONS, TOP, Switch, Text, Texts, fill
from tui_nn.spec.protocol.flow import STATE_AFTER, Phase, State
from tui_nn.spec.words import near, say

Scalar = str | float | bool
Part = Literal["train", "val"]
INSIDE = tuple(Phase)[4:]
"""The phases that repeat."""
SETTINGS = (
    *(key.name for key in TOP),
    *(f"{section}.{key.name}" for section, keys in SECTIONS.items() for key in keys),
)


@dataclass(frozen=True)
class Reached:
    """So many steps or epochs are done, or more."""

    unit: Literal["step", "epoch"]
    count: int
    is_recorded: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"{self.unit} {self.count:,}"


@dataclass(frozen=True)
class InPhase:
    """This phase has happened last."""

    phase: Phase
    is_recorded: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"phase {self.phase}"


@dataclass(frozen=True)
class InState:
    """Training is running, paused, at its goal, diverged …"""

    state: State

    @property
    def is_recorded(self) -> bool:
        """A run's records tell how it ended, not when it stood still."""
        return self.state in STATE_AFTER.values()

    def __str__(self) -> str:
        return self.state


@dataclass(frozen=True)
class WentBack:
    """Training went back: a phase, steps, to the beginning."""

    is_recorded: ClassVar[bool] = False

    def __str__(self) -> str:
        return "going back"


@dataclass(frozen=True)
class Number:
    """A metric of an evaluation, or the learning rate, lies between limits."""

    name: str
    part: Part | None = None
    """None: the part that decides, validation where there is one."""
    at_least: float | None = None
    at_most: float | None = None
    is_recorded: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"{f'{self.part} ' if self.part else ''}{self.name}{_limits(self)}"


@dataclass(frozen=True)
class Setting:
    """A key of the experiment holds a value; without one, another than it began with."""

    key: str
    value: Scalar | tuple[str, ...] | None = None
    call: str | None = None
    """The name of the call that it holds: `Adam`."""
    at_least: float | None = None
    at_most: float | None = None
    is_recorded: ClassVar[bool] = True

    def __str__(self) -> str:
        if self.value is not None:
            return f"{self.key} {say(self.value).strip(chr(39))}"
        if self.call is not None:
            return f"{self.key} {self.call}"
        return f"{self.key}{_limits(self) or ' changed'}"


def _limits(of: Number | Setting) -> str:
    low = "" if of.at_least is None else f" ≥ {of.at_least:g}"
    return low + ("" if of.at_most is None else f" ≤ {of.at_most:g}")


Condition = Reached | InPhase | InState | WentBack | Number | Setting
Check = tuple[Condition, ...]
"""All of them, at one moment; none: there is nothing to wait for."""

_LIMITS = (
    Parameter("at_least", optional(Real()), "the smallest value that will do", None),
    Parameter("at_most", optional(Real()), "the largest value that will do", None),
)
CONDITIONS = {
    "step": (Parameter("step", Whole(0), "so many steps are done"),),
    "epoch": (Parameter("epoch", Whole(0), "so many epochs are done"),),
    "phase": (
        Parameter("phase", Choice(tuple(map(str, INSIDE))), "the phase that has happened last"),
    ),
    "state": (Parameter("state", Choice(get_args(State)), "how training stands"),),
    "back": (Parameter("back", Switch(), "true: training went back since this slide began"),),
    "number": (
        Parameter("number", Choice((*(m.name for m in METRICS), "lr")), "a metric, or lr"),
        Parameter("part", optional(Choice(get_args(Part))), "of which part", None),
        *_LIMITS,
    ),
    "setting": (
        Parameter("setting", Text(), "a key of the experiment"),
        Parameter(
            "value", optional(Either((Text(), Texts(), Switch(), Real()))), "what it holds", None
        ),
        Parameter("call", optional(Text()), "the name of the call that it holds", None),
        *_LIMITS,
    ),
}
"""The keys of each kind of condition, the one that names it first."""


def read_condition(table: Any, place: Callable[[str], str], prefix: str) -> Condition:
    """The condition that a table describes; `prefix` stands before the places of its keys."""
    where = place(prefix.rstrip("."))
    if not isinstance(table, Mapping):
        raise InvalidInput(f"is {say(table)}, not a table", where=where, hint="{ step = 4 }")
    kinds = [kind for kind in CONDITIONS if kind in table]
    if len(kinds) != 1:
        said = f"has {' and '.join(kinds)}" if kinds else "says nothing that can be checked"
        hint = "write one table for each" if kinds else near(next(iter(table), ""), CONDITIONS)
        raise InvalidInput(said, where=where, hint=hint or f"one of {', '.join(CONDITIONS)}")
    [kind] = kinds
    keys = CONDITIONS[kind]
    refuse_others(table, [key.name for key in keys], place, prefix)
    values = fill(keys, table, place, prefix)
    found = _condition(kind, values)
    if isinstance(found, Number) and found.at_least is None and found.at_most is None:
        raise InvalidInput("has no limit", where=where, hint="add at_least or at_most")
    if isinstance(found, Setting) and found.key not in SETTINGS:
        raise InvalidInput(
            "there is no such key", where=place(f"{prefix}setting"),
            hint=near(found.key, SETTINGS) or "e.g. optimizer, train.batch_size",
        )  # fmt: skip
    if kind == "back" and not values["back"]:
        raise InvalidInput("is false", where=place(f"{prefix}back"), hint="leave it out")
    return found


def _condition(kind: str, values: dict[str, Any]) -> Condition:
    limits = {key: None if (v := values.get(key)) is None else float(v) for key in _LIMIT_NAMES}
    match kind:
        case "step" | "epoch":
            return Reached(kind, values[kind])
        case "phase":
            return InPhase(Phase(values["phase"]))
        case "state":
            return InState(values["state"])
        case "back":
            return WentBack()
        case "number":
            return Number(values["number"], values["part"], **limits)
        case _:
            return Setting(values["setting"], values["value"], values["call"], **limits)


_LIMIT_NAMES = tuple(key.name for key in _LIMITS)


def write_condition(condition: Condition) -> dict[str, Any]:
    """The table that `read_condition` reads."""
    match condition:
        case Reached():
            return {condition.unit: condition.count}
        case InPhase():
            return {"phase": str(condition.phase)}
        case InState():
            return {"state": condition.state}
        case WentBack():
            return {"back": True}
    first = (
        {"number": condition.name} if isinstance(condition, Number) else {"setting": condition.key}
    )
    others = {field.name: getattr(condition, field.name) for field in fields(condition)[1:]}
    return first | {key: value for key, value in others.items() if value is not None}


def refuse_others(
    table: Mapping[str, Any], known: list[str], place: Callable[[str], str], prefix: str = ""
) -> None:
    """InvalidInput where a table has a key that is not known."""
    for key in table:
        if key not in known:
            hint = near(key, known) or f"keys: {', '.join(known)}"
            raise InvalidInput("there is no such key", where=place(prefix + key), hint=hint)
