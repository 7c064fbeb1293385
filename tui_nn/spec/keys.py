"""The keys of an experiment's file, with what each may be; one table for check, help and docs."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui_nn.spec.catalog.entry import REQUIRED, Choice, Either, Parameter, Real, Whole, optional
from tui_nn.spec.catalog.metrics import METRICS
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import say


@dataclass(frozen=True)
class Text:
    """A text."""

    def check(self, value: Any) -> None:
        if not isinstance(value, str):
            raise ValueError(f"is {say(value)}, not a text")

    def __str__(self) -> str:
        return "a text in quotes"


@dataclass(frozen=True)
class Texts:
    """A list of texts or, where `alone` is True, one text."""

    alone: bool = False

    def check(self, value: Any) -> None:
        if self.alone and isinstance(value, str):
            return
        if value == ():
            raise ValueError("is empty")
        if not isinstance(value, tuple) or not all(isinstance(v, str) for v in value):
            raise ValueError(f"is {say(value)}, not {self}")

    def __str__(self) -> str:
        return ("a text or " if self.alone else "") + "a list of texts"


@dataclass(frozen=True)
class Switch:
    """true or false, as TOML spells them."""

    def check(self, value: Any) -> None:
        if not isinstance(value, bool):
            raise ValueError(f"is {say(value)}, not true or false")

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Panels:
    """A list of panel numbers."""

    def check(self, value: Any) -> None:
        if not isinstance(value, tuple):
            raise ValueError(f"is {say(value)}, not a list")
        for panel in value:
            Whole(1, 8).check(panel)

    def __str__(self) -> str:
        return "a list of panel numbers, 1 to 8"


@dataclass(frozen=True)
class Indices:
    """A list of different places in `network`, from 0 on."""

    def check(self, value: Any) -> None:
        if not isinstance(value, tuple):
            raise ValueError(f"is {say(value)}, not a list")
        for index in value:
            Whole(0).check(index)
        if len(set(value)) < len(value):
            raise ValueError(f"is {say(value)}: one stands there twice")

    def __str__(self) -> str:
        return "a list of different layer numbers, from 0 on"


@dataclass(frozen=True)
class Device:
    """auto, cpu, cuda or cuda:N."""

    def check(self, value: Any) -> None:
        if not isinstance(value, str) or not _DEVICE.fullmatch(value):
            raise ValueError(f"is {say(value)}, not a device")

    def __str__(self) -> str:
        return "auto, cpu, cuda or cuda:1"


_DEVICE = re.compile(r"auto|cpu|cuda(:(0|[1-9][0-9]?))?")

TOP = (
    Parameter("title", Text(), "what the experiment is called", ""),
    Parameter("about", Text(), "what to look for, in two or three sentences", ""),
    Parameter("data", Text(), "the dataset, as a call: spiral(n=500)"),
    Parameter("network", Texts(), "the layers, as calls: Linear(2, 8)"),
    Parameter("loss", Text(), "the loss, as a call: MSELoss()"),
    Parameter("optimizer", Texts(alone=True), "the optimizer, or a list of them, as calls"),
    Parameter("schedule", optional(Text()), "how the learning rate changes, as a call", None),
    Parameter(
        "init", optional(Text()), "how weights of 2 or more dimensions start, norms apart", None
    ),
)

_evaluations = optional(Whole(1))

TRAIN = (
    Parameter(
        "batch_size", optional(Whole(0)),
        "samples in a step; 0: all of them (default: 32, or all where there are fewer)", None,
    ),
    Parameter("epochs", Whole(1, 10**9), "how often every sample is seen", 100),
    Parameter("seed", Whole(0, 2**63 - 2), "starts weights, batch order, dropout and split", 0),
    Parameter("shuffle", Switch(), "a new order of the samples in each epoch", True),
    Parameter("val", Real(0, 1, below=True), "share of the samples held out for validation", 0.0),
    Parameter("test", Real(0, 1, below=True), "share held out and seen once, at the end", 0.0),
    Parameter(
        "clip_norm", optional(Real(0, above=True)),
        "longest gradient; a longer one is shortened to it", None,
    ),
    Parameter(
        "freeze", Indices(),
        "layers whose parameters don't train, by their places in network; "
        "a frozen BatchNorm's running statistics go on as in torch", (),
    ),
    Parameter("device", Device(), "where to train; auto measures", "auto"),
    Parameter("dtype", Choice(("float32", "float64")), "precision of the numbers", "float32"),
    Parameter(
        "threads", optional(Whole(1, 1024)),
        "CPU threads (default: 1 for small steps, else all cores but one)", None,
    ),
    Parameter(
        "eval_every", optional(Whole(0)),
        "epochs between evaluations; 0: never (default: about 50 steps, at least an epoch)", None,
    ),
    Parameter(
        "schedule_every", optional(Choice(("epoch", "step", "evaluation"))),
        "when the schedule moves (default: epoch; step for OneCycleLR and CyclicLR, "
        "evaluation for ReduceLROnPlateau)", None,
    ),
    Parameter(
        "history_mb", optional(Whole(0)),
        "memory for going back; 0: one state (default: 256 in the app, else 0)", None,
    ),
    Parameter(
        "patience", _evaluations,
        "stop after this many evaluations without a better one; keep the best weights", None,
    ),
)  # fmt: skip

GOAL = (
    *(
        Parameter(m.name, optional(Real(m.low, m.high)), f"stop when {m.label} is this good", None)
        for m in METRICS
    ),
    Parameter("times", Whole(1), "evaluations in a row that must reach it", 1),
)

VIEW = (
    Parameter("pace", Either((Real(0), Whole(0))), "steps a second; 0: flat out", 0),
    Parameter("panel", optional(Whole(1, 8)), "the panel to start on", None),
    Parameter("hide", Panels(), "panels left out", ()),
)

SECTIONS = {"train": TRAIN, "goal": GOAL, "view": VIEW}


def fill(
    keys: Sequence[Parameter],
    table: Mapping[str, Any],
    place: Callable[[str], str],
    prefix: str = "",
) -> dict[str, Any]:
    """The values of a table's keys, defaults filled in; `prefix` stands before a key's place.

    Raises InvalidInput for a key that is missing or holds what it may not.
    """
    values: dict[str, Any] = {}
    for parameter in keys:
        where = place(prefix + parameter.name)
        if parameter.name not in table:
            if parameter.default is REQUIRED:
                raise InvalidInput("is missing", where=where, hint=parameter.help)
            values[parameter.name] = parameter.default
            continue
        try:
            parameter.rule.check(table[parameter.name])
        except ValueError as error:
            # TOML has no None: a key left out says it.
            rule = str(parameter.rule).removesuffix(" or None")
            raise InvalidInput(str(error), where=where, hint=f"write {rule}") from None
        values[parameter.name] = table[parameter.name]
    return values
