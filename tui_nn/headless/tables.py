"""Words for a terminal: columns, widths, values, sizes, times."""

import re
import shutil
import textwrap
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from tui_nn.headless.output import is_ascii_only
from tui_nn.plot.cells import cell_width, shortened
from tui_nn.spec.drawing import in_words
from tui_nn.spec.errors import printable

HELD = "\u00a0"
"""A space where no line is cut."""


def aligned(rows: Sequence[Sequence[str]], left: Iterable[int] = (), indent: int = 0) -> list[str]:
    """A line a row, two spaces between columns; those in `left` begin below each other.

    The others end below each other.
    """
    at_left = set(left)
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    return [" " * indent + "  ".join(_cells(row, widths, at_left)).rstrip() for row in rows]


def folded(rows: Sequence[Sequence[str]], left: Collection[int] = (), indent: int = 0) -> list[str]:
    """As `aligned`; columns that find no room come below the others, the first one repeated."""
    lines = aligned(rows, left, indent)
    if len(rows[0]) < 3 or _fits(lines):
        return lines
    counts = range(len(rows[0]) - 1, 2, -1)
    parts = (aligned([row[:count] for row in rows], left, indent) for count in counts)
    count = next((count for count, part in zip(counts, parts, strict=True) if _fits(part)), 2)
    kept = aligned([row[:count] for row in rows], left, indent)
    rest = [[row[0], *row[count:]] for row in rows if any(row[count:])]
    left_of_rest = {max(0, index - count + 1) for index in left if not 0 < index < count}
    return [*kept, "", *folded(rest, left_of_rest, indent)] if rest else kept


def _fits(lines: Sequence[str]) -> bool:
    return max(map(cell_width, lines)) <= terminal_width()


def wrapped(text: str, begin: str = "") -> list[str]:
    """Text behind its beginning, in lines of the terminal; calls stay whole."""
    whole = re.sub(r"\w\([^()]*\)", lambda call: call[0].replace(" ", HELD), text)
    lines = textwrap.wrap(
        whole, terminal_width(), initial_indent=begin, subsequent_indent=" " * len(begin),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [line.replace(HELD, " ") for line in lines]


def _cells(row: Sequence[str], widths: Sequence[int], left: set[int]) -> list[str]:
    cells = []
    for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
        space = " " * (width - cell_width(cell))
        cells.append(cell + space if index in left else space + cell)
    return cells


def terminal_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def cut(text: str, width: int) -> str:
    """Printable text of at most `width` cells."""
    return shortened(printable(text), width, ascii_only=is_ascii_only())


def value_text(value: Any) -> str:
    """A setting as an experiment's file writes it; `none` where there is none."""
    if value is None or value in ([], ()):
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return printable(", ".join(map(value_text, value)))
    return printable(str(value))


def setting_text(key: str, value: Any) -> str:
    """The same of one key; of drawn data how much was drawn."""
    return printable(in_words(value)) if key == "data" else value_text(value)


def size_text(size: int) -> str:
    """Bytes for a person: 12.3 kB."""
    if size < 1000:
        return f"{size} B"
    for unit, length in (("kB", 1e3), ("MB", 1e6)):
        if size < 999.5 * length:
            return f"{size / length:.3g} {unit}"
    return f"{size / 1e9:,.1f} GB"


def seconds_text(seconds: float) -> str:
    """A time for a person: 0.4 s, 12 s, 3 min, 2.5 h, 4 days."""
    if seconds < 10:
        return f"{max(0.0, seconds):.1f} s"
    for unit, length in (("s", 1), ("min", 60), ("h", 3600)):
        if seconds < 100 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 86400:.0f} days"
