"""What screens to draw on have in common: their title, the words and the keys below."""

from collections.abc import Sequence

from tui_nn.plot.cells import shortened
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Ink
from tui_nn.views.layout import NARROW
from tui_nn.views.panels.data_words import call_of, train_spans
from tui_nn.views.world import World

HEAD, FOOT = 2, 2
"""Rows of words above and below what is drawn."""
KEYS = frozenset({"arrows", "enter", "del", "-", "+", "u", "U", "space", "q", "x", "ctrl+r"})


def paint_title(canvas: Canvas, world: World, name: str) -> None:
    """The rule at the top, with what is edited and how much."""
    from tui_nn.spec.drawing import in_words  # with the catalog: not at the start

    palette = canvas.palette
    canvas.put(0, 0, "━" * canvas.width, palette.ink(palette.accent))
    end = canvas.put(0, 1, f" 2 Data: {name} ", palette.ink(palette.accent, bold=True))
    words = f" {in_words(call_of(world))} "
    if end + len(words) < canvas.width:
        canvas.right(0, words, palette.quiet, edge=canvas.width - 1)


def paint_status(canvas: Canvas, world: World, words: str, *parts: tuple[str, Ink] | str) -> None:
    """What was said or refused, else where things stand; how many samples are trained on."""
    palette, row = canvas.palette, canvas.height - FOOT
    counts = train_spans(world, palette) if world.started else []
    begin = canvas.width - 1 - sum(len(text) for text, _ in counts)
    if world.problem is not None:
        parts = ((world.problem.message, palette.ink(palette.bad)),)
    elif words:
        parts = (words,)
    column = 1
    for part in parts:
        text, ink = (part, palette.plain) if isinstance(part, str) else part
        room = max(0, begin - 2 - column)
        text = shortened(text, room, ascii_only=palette.ascii_only)
        column = canvas.put(row, column, text, ink)
    canvas.spans(row, begin, *counts)


def paint_keys(canvas: Canvas, parts: Sequence[str]) -> None:
    """The keys that hold now."""
    palette, row, column = canvas.palette, canvas.height - 1, 1
    for entry in parts:
        if column + len(entry) > canvas.width:
            return
        words = entry.split(" ")
        keys = [word for word in words if word in KEYS or word[0].isdigit()]
        end = canvas.put(row, column, " ".join(keys), palette.ink(palette.accent))
        canvas.put(row, end, " " + " ".join(words[len(keys) :]), palette.plain)
        column += len(entry) + (3 if canvas.width >= NARROW else 2)
