"""The network as a list that is edited: calls, shapes, and what is wrong where."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_nn.spec.catalog.entry import Shape
from tui_nn.spec.shapes import show
from tui_nn.spec.trial import Walked, walked
from tui_nn.views.canvas import Canvas
from tui_nn.views.field import remedy
from tui_nn.views.layer_names import window
from tui_nn.views.numbers import counted


@dataclass(frozen=True)
class Draft:
    """Layers as they are written, and the one the cursor is on."""

    calls: tuple[str, ...]
    cursor: int = 0

    def put(self, index: int, call: str) -> "Draft":
        """With another call in one's place."""
        return Draft((*self.calls[:index], call, *self.calls[index + 1 :]), index)

    def with_new(self, index: int, calls: Sequence[str]) -> "Draft":
        """With more calls before the one at `index`; the cursor is on the last of them."""
        found = (*self.calls[:index], *calls, *self.calls[index:])
        return Draft(found, max(0, index + len(calls) - 1))

    def without(self) -> "Draft":
        """Without the one at the cursor."""
        found = (*self.calls[: self.cursor], *self.calls[self.cursor + 1 :])
        return Draft(found, max(0, min(self.cursor, len(found) - 1)))

    def moved(self, way: int) -> "Draft":
        """With the one at the cursor one place on or back."""
        to = self.cursor + way
        if not self.calls or not 0 <= to < len(self.calls):
            return self
        found = list(self.calls)
        found[self.cursor], found[to] = found[to], found[self.cursor]
        return Draft(tuple(found), to)

    def at(self, cursor: int) -> "Draft":
        """With the cursor on another layer."""
        return replace(self, cursor=max(0, min(cursor, len(self.calls) - 1)))


@dataclass(frozen=True)
class Inputs:
    """What one sample is."""

    shape: Shape
    tokens: int | None = None

    def walked(self, calls: Sequence[str]) -> Walked:
        return walked(calls, self.shape, self.tokens)

    def before(self, calls: Sequence[str], index: int) -> "Inputs | None":
        """What reaches the layer at `index`; None where that isn't known."""
        found = self.walked(calls[:index])
        if found.error is not None:
            return None
        has_embedding = any(call.lstrip().startswith("Embedding") for call in calls[:index])
        tokens = None if has_embedding else self.tokens
        return Inputs(found.shapes[-1] if found.shapes else self.shape, tokens)


def paint_network_form(canvas: Canvas, draft: Draft, inputs: Inputs, verdict: str) -> None:
    """The layers with what each gives; below what is wrong, or `verdict`, which begins with `!`
    where something else is.
    """
    palette, found = canvas.palette, inputs.walked(draft.calls)
    room = max(1, canvas.height - 4)
    canvas.put(0, 3, "input", palette.quiet)
    shapes = canvas.width - 12
    canvas.right(0, show(inputs.shape), palette.quiet, edge=shapes)
    row = 1
    for index in window(len(draft.calls), min(room, len(draft.calls)), draft.cursor):
        here, wrong = index == draft.cursor, index == len(found.shapes)
        ink = palette.ink(palette.bad, bold=here) if wrong and found.error else None
        canvas.put(row, 0, "▸" if here else " ", palette.ink(palette.accent))
        canvas.put(row, 1, f"{index:>2}", palette.quiet)
        canvas.put(row, 4, draft.calls[index], ink or (palette.strong if here else palette.plain))
        if index < len(found.shapes):
            canvas.right(row, f" {show(found.shapes[index])}", palette.plain, edge=shapes)
            count = found.counts[index]
            canvas.right(row, f"{count:,}" if count else "", palette.quiet)
        row += 1
    _paint_verdict(canvas, found, verdict, row + 1)


def _paint_verdict(canvas: Canvas, found: Walked, verdict: str, row: int) -> None:
    palette = canvas.palette
    if found.error is not None:
        place = f"{len(found.shapes)}: {found.error.message}"
        canvas.put(row, 1, place, palette.ink(palette.bad))
        fix = remedy(found.error, "layer")
        if fix:
            canvas.spans(row + 1, 1, ("tab", palette.ink(palette.accent)), f" writes {fix}")
        else:
            canvas.put(row + 1, 1, found.error.hint)
    elif verdict.startswith("!"):
        canvas.put(row, 1, verdict[1:], palette.ink(palette.bad))
    else:
        words = f"{counted(sum(found.counts), 'parameter')}   {verdict}"
        canvas.put(row, 1, words, palette.ink(palette.good))
