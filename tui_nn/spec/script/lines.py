"""Lines of code that know which layer they are about."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tui_nn.spec.script.layout import INDENT


class Line(NamedTuple):
    """A line of code."""

    text: str
    layer: int | None = None
    """The place in the network of the layer that it is about."""


Notes = Mapping[int, str]
"""What is said behind the code of a layer, by its place."""


def about(layer: int, texts: Iterable[str], note: str = "") -> list[Line]:
    """Lines of one layer, with a comment behind the last."""
    found = [Line(text, layer) for text in texts]
    if note and found:
        found[-1] = Line(f"{found[-1].text}  # {note}", layer)
    return found


def indented(lines: Iterable[Line], by: int = 1) -> list[Line]:
    """The lines further to the right."""
    return [Line(f"{INDENT * by}{text}", layer) for text, layer in lines]


def texts(lines: Iterable[Line]) -> list[str]:
    """The code alone."""
    return [line.text for line in lines]
