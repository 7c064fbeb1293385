"""Lines of code that know which layer they are about."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tui_nn.spec.script.layout import INDENT


class Line(NamedTuple):
    """A line of code."""

    text: str
    layer: int | None = None
    """The place in the network of the layer that it is about."""


INPUT = -1
Notes = Mapping[int, str]
"""What is said behind the code of a layer, by its place; where x is first named, by `INPUT`."""


def about(layer: int, texts: Iterable[str], notes: Notes | None = None) -> list[Line]:
    """Lines of one layer, its note behind the last."""
    found = [Line(text, layer) for text in texts]
    if found:
        found[-1] = Line(noted(found[-1].text, notes or {}, layer), layer)
    return found


def noted(text: str, notes: Notes, place: int) -> str:
    """With the note of a place as a comment."""
    return f"{text}  # {notes[place]}" if place in notes else text


def indented(lines: Iterable[Line], by: int = 1) -> list[Line]:
    """The lines further to the right."""
    return [Line(f"{INDENT * by}{text}", layer) for text, layer in lines]


def texts(lines: Iterable[Line]) -> list[str]:
    """The code alone."""
    return [line.text for line in lines]
