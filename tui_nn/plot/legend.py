"""The line below a chart: which line is which, what has been left out, what has no other place."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_nn.plot.cells import RGB, Grid, cell_width, shortened

_GAP = "  "


@dataclass(frozen=True)
class Key:
    """How a line looks ("╌╌"), its name and its colour."""

    sample: str
    name: str
    colour: RGB | None

    @property
    def text(self) -> str:
        return f"{self.sample} {self.name}"


@dataclass(frozen=True)
class Legend:
    """What the line says: keys, then extras, then one note."""

    keys: Sequence[Key]
    notes: Sequence[str]
    """Wordings of the same note, from the clearest to the shortest; empty for no note."""
    extras: Sequence[str] = ()


def left_out(not_positive: int, infinite: int, *, ascii_only: bool) -> tuple[str, ...]:
    """Wordings of how many values could not be drawn, and why; () if all could."""
    reasons = ((not_positive, "<= 0" if ascii_only else "≤ 0"), (infinite, "infinite"))
    given = [(count, reason) for count, reason in reasons if count]
    if not given:
        return ()
    total = not_positive + infinite
    clear = ", ".join(
        f"{count:,} {'value' if count == 1 else 'values'} {reason}" for count, reason in given
    )
    short = ", ".join(f"{count:,} {reason}" for count, reason in given)
    return f"{clear} left out", f"{short} left out", f"{total:,} left out"


def draw_legend(
    grid: Grid, column: int, legend: Legend, colour: RGB | None, *, ascii_only: bool
) -> None:
    """Write it into the last row, from `column` on or, for want of room, from left of it.

    The note is always there. Keys without room are counted ("+3"), extras left away.
    """
    room = grid.width
    texts = [key.text for key in legend.keys]
    fitting = (note for note in legend.notes if _length([*texts, note]) <= room)
    note = next(fitting, legend.notes[-1]) if legend.notes else ""
    notes = [note] if note else []
    room_for_keys = room - (_length(["", *notes]) if notes else 0)
    keys = _fitting(legend.keys, room_for_keys, ascii_only)
    extras: list[str] = []
    for extra in legend.extras:
        if _length([text for text, _ in keys] + [*extras, extra, *notes]) <= room:
            extras.append(extra)
    parts = [*keys, *((text, colour) for text in (*extras, *notes))]
    column = max(0, min(column, room - _length([text for text, _ in parts])))
    for text, part_colour in parts:
        grid.put(grid.height - 1, column, text, part_colour)
        column += cell_width(text) + len(_GAP)


def _length(texts: Sequence[str]) -> int:
    return sum(map(cell_width, texts)) + len(_GAP) * (len(texts) - 1)


def _fitting(keys: Sequence[Key], room: int, ascii_only: bool) -> list[tuple[str, RGB | None]]:
    """As many keys as fit, then how many more there are; the first one shortened if it must be."""
    for count in range(len(keys), 0, -1):
        parts = [(key.text, key.colour) for key in keys[:count]]
        if count < len(keys):
            parts.append((f"+{len(keys) - count}", None))
        if _length([text for text, _ in parts]) <= room:
            return parts
    if not keys or room < 1:
        return []
    return [(shortened(keys[0].text, room, ascii_only=ascii_only), keys[0].colour)]
