"""The network as a list that is edited: calls, shapes, and what is wrong where."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_nn.plot.cells import shortened
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.resolve import DataFacts
from tui_nn.spec.shapes import show
from tui_nn.spec.trial import Stream, Walked, walked
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Ink
from tui_nn.views.layer_names import window
from tui_nn.views.numbers import counted

BELOW = 3
"""Rows under the layers."""
SHAPES = 16
"""Columns at the right of the shapes."""


@dataclass(frozen=True)
class Layer:
    """One layer as it is written."""

    call: str
    frozen: bool = False


@dataclass(frozen=True)
class Draft:
    """Layers as they are written, and the one the cursor is on."""

    layers: tuple[Layer, ...]
    cursor: int = 0

    @property
    def calls(self) -> tuple[str, ...]:
        return tuple(layer.call for layer in self.layers)

    @property
    def frozen(self) -> tuple[int, ...]:
        """The places of those that don't train."""
        return tuple(index for index, layer in enumerate(self.layers) if layer.frozen)

    def put(self, index: int, calls: Sequence[str]) -> "Draft":
        """With other calls in one's place; the last of them is as frozen as that one was."""
        new = [*map(Layer, calls[:-1]), Layer(calls[-1], self.layers[index].frozen)]
        found = (*self.layers[:index], *new, *self.layers[index + 1 :])
        return Draft(found, index + len(new) - 1)

    def with_new(self, index: int, calls: Sequence[str]) -> "Draft":
        """With more calls before the one at `index`; the cursor is on the last of them."""
        found = (*self.layers[:index], *map(Layer, calls), *self.layers[index:])
        return Draft(found, max(0, index + len(calls) - 1))

    def without(self) -> "Draft":
        """Without the one at the cursor."""
        found = (*self.layers[: self.cursor], *self.layers[self.cursor + 1 :])
        return Draft(found, max(0, min(self.cursor, len(found) - 1)))

    def moved(self, way: int) -> "Draft":
        """With the one at the cursor one place on or back."""
        to = self.cursor + way
        if not self.layers or not 0 <= to < len(self.layers):
            return self
        found = list(self.layers)
        found[self.cursor], found[to] = found[to], found[self.cursor]
        return Draft(tuple(found), to)

    def turned(self) -> "Draft":
        """With the one at the cursor frozen, or no longer."""
        layer = self.layers[self.cursor]
        new = replace(layer, frozen=not layer.frozen)
        found = (*self.layers[: self.cursor], new, *self.layers[self.cursor + 1 :])
        return replace(self, layers=found)

    def at(self, cursor: int) -> "Draft":
        """With the cursor on another layer."""
        return replace(self, cursor=max(0, min(cursor, len(self.layers) - 1)))


def draft_of(calls: Sequence[str], frozen: Sequence[int] = ()) -> Draft:
    """A draft with the cursor on the first layer."""
    return Draft(tuple(Layer(call, index in frozen) for index, call in enumerate(calls)))


@dataclass(frozen=True)
class Ends:
    """What a network stands between."""

    facts: DataFacts
    loss: str

    def walked(self, calls: Sequence[str]) -> Walked:
        return walked(calls, self.loss, self.facts)

    def before(self, calls: Sequence[str], index: int) -> Stream | None:
        """What reaches the layer at `index`; None where that isn't known."""
        try:
            first = Stream(self.facts.input_shape, self.facts.tokens)
            return first.behind(calls[:index])[0]
        except InvalidInput:
            return None


def fix_of(found: Walked) -> tuple[str, ...]:
    """The layers to write in the place of the one that doesn't fit; empty where none is known."""
    if found.error is None or found.at is None:
        return ()
    return tuple(map(str, found.error.fix or ()))


def paint_network_form(canvas: Canvas, draft: Draft, ends: Ends, verdict: str) -> None:
    """The layers with what each gives; below what is wrong, or `verdict`, which begins with `!`
    where something else is.
    """
    palette, found = canvas.palette, ends.walked(draft.calls)
    room = max(1, canvas.height - 1 - BELOW)
    canvas.put(0, 4, "input", palette.quiet)
    edge = canvas.width - SHAPES
    canvas.right(0, show(ends.facts.input_shape), palette.quiet, edge=edge)
    row = 1
    for index in window(len(draft.layers), min(room, len(draft.layers)), draft.cursor):
        layer, here = draft.layers[index], index == draft.cursor
        ink = palette.strong if here else palette.quiet if layer.frozen else palette.plain
        if found.error is not None and index == found.at:
            ink = palette.ink(palette.bad, bold=here)
        canvas.put(row, 0, "▸" if here else " ", palette.ink(palette.accent))
        canvas.put(row, 1, f"{index:>2}", palette.quiet)
        _put(canvas, row, 4, layer.call, ink, edge - 10)
        if index < len(found.shapes):
            canvas.right(row, f" {show(found.shapes[index])}", palette.plain, edge=edge)
            count = f"{found.counts[index]:,}" if found.counts[index] else ""
            canvas.right(row, f"{count}{' frozen' * layer.frozen}", palette.quiet)
        row += 1
    paint_verdict(canvas, found, verdict, row + 1)


def paint_verdict(canvas: Canvas, found: Walked, verdict: str, row: int) -> None:
    """What is wrong and how it is mended, or what comes of the layers."""
    palette = canvas.palette
    if found.error is not None:
        place = f"{found.at}: " if found.at is not None else ""
        _put(canvas, row, 1, place + found.error.message, palette.ink(palette.bad), canvas.width)
        fix = fix_of(found)
        if fix:
            words = f" writes {', '.join(fix)}"
            canvas.put(row + 1, 1, "tab", palette.ink(palette.accent))
            _put(canvas, row + 1, 4, words, palette.plain, canvas.width)
        else:
            _put(canvas, row + 1, 1, found.error.hint, palette.plain, canvas.width)
    elif verdict.startswith("!"):
        _put(canvas, row, 1, verdict[1:], palette.ink(palette.bad), canvas.width)
    else:
        words = f"{counted(sum(found.counts), 'parameter')}   {verdict}"
        _put(canvas, row, 1, words, palette.ink(palette.good), canvas.width)


def _put(canvas: Canvas, row: int, column: int, text: str, ink: Ink, edge: int) -> None:
    """A text that ends before a column, its end marked where it has no room."""
    room = max(0, edge - column)
    canvas.put(row, column, shortened(text, room, ascii_only=canvas.palette.ascii_only), ink)
