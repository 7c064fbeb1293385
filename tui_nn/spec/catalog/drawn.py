"""The datasets that are drawn by hand: points of one's own, and edits of what another one gives."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tui_nn.spec.call import Call
from tui_nn.spec.catalog.entry import (
    Bound,
    Entry,
    Parameter,
    Real,
    Whole,
    optional,
)
from tui_nn.spec.catalog.lists import Listed
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import near, say

LEVELS = "0123456789abcdefg"
"""Of a pixel, from 0 to 1 in steps of 1/16."""
MOST_CLASSES = 10
"""A class is chosen with one key."""


@dataclass(frozen=True)
class Point:
    """A place on the line or in the plane, and its answer."""

    def check(self, value: Any) -> None:
        if not isinstance(value, tuple) or len(value) not in (2, 3):
            raise ValueError(f"is {say(value)}")
        for number in value:
            Real().check(number)

    def __str__(self) -> str:
        return "(x1, x2, answer) or (x, answer)"


@dataclass(frozen=True)
class Sample:
    """A sample as its numbers, or its picture as a text, and its answer behind."""

    def check(self, value: Any) -> None:
        if not isinstance(value, tuple) or len(value) < 2:
            raise ValueError(f"is {say(value)}")
        *inputs, answer = value
        Real().check(answer)
        if isinstance(inputs[0], str):
            _check_picture(inputs)
            return
        for number in inputs:
            Real().check(number)

    def __str__(self) -> str:
        return "(x1, x2, answer), or ('00g…', class) for a picture"


def _check_picture(inputs: list[Any]) -> None:
    [text, *more] = inputs
    wrong = next((sign for sign in text if sign not in LEVELS), None)
    if more or not text or wrong is not None:
        raise ValueError(
            f"has a pixel {wrong!r}: 0 is empty, g full, 8 half" if wrong else f"is {say(text)}"
        )


@dataclass(frozen=True)
class AnyOf:
    """A call of one of these datasets."""

    names: tuple[str, ...]

    def check(self, value: Any) -> None:
        if not isinstance(value, Call):
            raise ValueError(f"is {say(value)}, not a dataset")
        if value.name not in self.names:
            hint = near(value.name, self.names)
            raise ValueError(f"is {say(value)}{f', {hint}' if hint else ''}")

    def __str__(self) -> str:
        return "a dataset that is no file of yours"


def drawn(others: Iterable[Entry], features: Parameter) -> tuple[Entry, ...]:
    """The entries, of which one edits what `others` give."""
    points = Entry(
        "dataset",
        "points",
        "tui_nn.data.drawn.points",
        "Points of your own, each with its class or its value.",
        (
            Parameter("samples", Listed(Point(), 2), "the points: class 1 is written 1, value 1.0"),
            Parameter(
                "classes",
                optional(Whole(2, MOST_CLASSES)),
                "how many classes; None: one more than the highest",
                None,
            ),
            features,
        ),
        relations=_alike,
    )
    edited = Entry(
        "dataset",
        "edited",
        "tui_nn.data.drawn.edited",
        "Another dataset with samples added or taken out by hand.",
        (
            Parameter("data", AnyOf((points.name, *(e.name for e in others))), "what is edited"),
            Parameter("add", Listed(Sample(), 0), "more samples, all for training", ()),
            Parameter(
                "remove",
                Listed(Whole(0), 0),
                "which of its samples are left out, counted from 0",
                (),
            ),
        ),
    )
    return points, edited


def _alike(bound: Bound) -> None:
    samples, count = bound["samples"], bound["classes"]
    if len({len(sample) for sample in samples}) > 1:
        raise InvalidInput(
            "points: some have two coordinates, some one", hint="write (x1, x2, answer) for all"
        )
    if len(samples[0]) == 2 and "features" in bound.given:
        raise InvalidInput("points: a line has no features", hint="take features out")
    answers = [sample[-1] for sample in samples]
    if not all(isinstance(answer, int) for answer in answers):
        if count is not None:
            raise InvalidInput(
                f"points: {count} classes, but an answer is no whole number",
                hint="write whole numbers, or take classes out",
            )
        return
    most = count or MOST_CLASSES
    wrong = next((answer for answer in answers if not 0 <= answer < most), None)
    if wrong is not None:
        raise InvalidInput(
            f"points: there is no class {wrong}: {most} classes are 0 to {most - 1}",
            hint=f"write {float(wrong)} for a value",
        )
