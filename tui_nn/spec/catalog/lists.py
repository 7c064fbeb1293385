"""Rules for lists: numbers one a class, milestones, schedules inside a schedule."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tui_nn.spec.call import Call
from tui_nn.spec.catalog.entry import Either, Nothing, Rule, Several
from tui_nn.spec.words import say


@dataclass(frozen=True)
class Listed:
    """A list of any length, at least `shortest`, of values that each keep to one rule."""

    rule: Rule
    shortest: int = 1
    rising: bool = False
    """Whether each value must be above the one before it."""

    def check(self, value: Any) -> None:
        if not isinstance(value, tuple):
            raise ValueError(f"is {say(value)}, not a list")
        if len(value) < self.shortest:
            raise ValueError("is an empty list")
        for part in value:
            self.rule.check(part)
        if self.rising and any(one >= other for one, other in pairwise(value)):
            raise ValueError(f"is {say(value)}: each must be above the one before it")

    def __str__(self) -> str:
        return f"a list, each {self.rule}{', rising' if self.rising else ''}"


@dataclass(frozen=True)
class MaybeOne(Either):
    """None, a value, or a list of one: what torch calls a tensor of one number."""

    def __str__(self) -> str:
        return f"{self.rules[0]}, alone or in a list, or None"


def maybe_one(rule: Rule) -> MaybeOne:
    """None, a value that keeps to `rule`, or a list of one such value."""
    return MaybeOne((rule, Several((rule,)), Nothing()))


@dataclass(frozen=True)
class MaybeListed(Either):
    """None, or a list."""

    def __str__(self) -> str:
        return f"None, or {self.rules[0]}"


def maybe_list(rule: Rule) -> MaybeListed:
    """None, or a list of values that each keep to `rule`."""
    return MaybeListed((Listed(rule), Nothing()))


@dataclass(frozen=True)
class Schedule:
    """A call of a schedule; what it may be is checked where schedules are looked up."""

    def check(self, value: Any) -> None:
        if not isinstance(value, Call):
            raise ValueError(f"is {say(value)}, not a schedule")

    def __str__(self) -> str:
        return "a schedule"
