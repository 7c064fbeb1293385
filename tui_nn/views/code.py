"""Lines of code: those of one layer stand out, long ones go on below, comments are quiet."""

import re
from collections.abc import Sequence
from textwrap import wrap

from tui_nn.spec.script.layout import INDENT
from tui_nn.spec.script.lines import Line
from tui_nn.views.canvas import Canvas

COMMENT = re.compile(r"(^|  )# ")
GLUE = "\xa0"
EDGE = 2
"""Columns before the code."""


def folded(lines: Sequence[Line], width: int) -> list[Line]:
    """The lines in a room so wide."""
    found = []
    for line in lines:
        code = line.text.lstrip()
        indent = line.text[: len(line.text) - len(code)]
        code, mark, note = code.partition("  # ")
        if mark:  # which goes on to the next line as a whole
            code += "  " + f"# {note}".replace(" ", GLUE)
        room = max(len(indent) + 2 * len(INDENT), width - EDGE)
        rows = wrap(
            code, room, initial_indent=indent, subsequent_indent=indent + INDENT,
            break_long_words=False, break_on_hyphens=False, drop_whitespace=True,
        )  # fmt: skip
        found += [Line(row.replace(GLUE, " "), line.layer) for row in rows or [""]]
    return found


def begun(lines: Sequence[Line], layer: int, first: int, room: int) -> int:
    """The line to begin with so that the layer is seen: `first`, where it is seen already."""
    first = max(0, min(first, len(lines) - room))
    places = [row for row, line in enumerate(lines) if line.layer == layer]
    if not places or any(first <= row < first + room for row in places):
        return first
    return max(0, min(places[0] - 1, len(lines) - room))


def paint_code(canvas: Canvas, lines: Sequence[Line], layer: int, room: int) -> None:
    """As many of the lines as there is room for."""
    palette = canvas.palette
    for row, line in enumerate(lines[:room]):
        here = line.layer == layer
        comment = COMMENT.search(line.text)
        end = comment.start() if comment else len(line.text)
        ink = palette.strong if here else palette.plain
        canvas.put(row, 0, "▸" if here else " ", palette.ink(palette.accent))
        column = canvas.put(row, EDGE, line.text[:end], ink)
        canvas.put(row, column, line.text[end:], palette.quiet)
