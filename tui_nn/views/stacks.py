"""Stages of pictures as stacks of maps that grow smaller and more."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, sqrt

from tui_nn.spec.shapes import show
from tui_nn.views.architecture import LayerRow
from tui_nn.views.canvas import Canvas

GAP = 1
LEAST = 3
"""Rows of the largest stack at least, its edges included."""
MOST_EDGES = 5
"""Of a stack, one more for every doubling of its maps."""


@dataclass(frozen=True)
class Stack:
    """What stands between two layers."""

    name: str
    """The layer that makes it; empty for the input."""
    shape: tuple[int, ...]

    @property
    def edges(self) -> int:
        """Maps that are seen behind the first."""
        maps = self.shape[0] if len(self.shape) == 3 else 1
        return min(MOST_EDGES, round(log2(max(1, maps))))


def stacks(rows: Sequence[LayerRow], *, brief: bool) -> list[Stack]:
    """The input and whatever has another shape than what was before; `brief`: only what layers
    with parameters make.
    """
    if not rows or rows[0].input_shape is None:
        return []
    found = [Stack("", rows[0].input_shape)]
    for row in rows:
        changes = row.output_shape != found[-1].shape
        if changes and row.depth == 0 and (row.parameters or not brief):
            found.append(Stack(f"{row.name} {row.kind}", row.output_shape))
    return found


def paint_stacks(canvas: Canvas, rows: Sequence[LayerRow], top: int, height: int) -> bool:
    """Paint all stacks into `height` rows; whether they had room.

    Of those that have none at any size only what layers with parameters make.
    """
    for brief in (False, True):
        found = stacks(rows, brief=brief)
        for most in range(height - 2, LEAST - 1, -1):
            sizes = [_size(stack, found, most) for stack in found]
            widths = [_width(stack, size) for stack, size in zip(found, sizes, strict=True)]
            room = canvas.width - 2 - sum(widths)
            if found and room >= GAP * (len(found) - 1):
                gap = min(8, room // max(1, len(found) - 1))
                _paint(canvas, found, sizes, widths, gap, top, most + 2)
                return True
    return False


def _size(stack: Stack, all_stacks: Sequence[Stack], most: int) -> tuple[int, int]:
    """Columns and rows of one map, or of a column of numbers: by the root of their sides."""
    if len(stack.shape) < 2:
        largest = max(s.shape[0] for s in all_stacks if len(s.shape) == 1)
        return 1, max(1, round(most * sqrt(stack.shape[0] / largest)))
    largest = max(max(s.shape[-2:]) for s in all_stacks if len(s.shape) >= 2)
    tall, wide = (sqrt(side / largest) for side in stack.shape[-2:])
    return max(1, round(2 * most * wide) - 4), max(1, round(most * tall) - 2)


def _width(stack: Stack, size: tuple[int, int]) -> int:
    picture = size[0] + (2 + stack.edges if len(stack.shape) >= 2 else 0)
    return max(picture, len(show(stack.shape)), len(stack.name.partition(" ")[2]))


def _paint(
    canvas: Canvas, found: Sequence[Stack], sizes: Sequence[tuple[int, int]],
    widths: Sequence[int], gap: int, top: int, height: int,
) -> None:  # fmt: skip
    palette, column = canvas.palette, 1
    for stack, (wide, tall), width in zip(found, sizes, widths, strict=True):
        if len(stack.shape) < 2:
            for row in range(tall):
                at = top + (height - 2 - tall) // 2 + row
                canvas.put(at, column + width // 2, "│", palette.strong)
        else:
            left = column + (width - wide - 2 - stack.edges) // 2
            first = top + (height - 4 - tall) // 2
            more = stack.edges
            canvas.put(first, left, f"┌{'─' * wide}┐{'┐' * more}")
            for row in range(tall):
                canvas.put(first + 1 + row, left, f"│{' ' * wide}│{'│' * more}")
            canvas.put(first + 1 + tall, left, f"└{'─' * wide}┘{'┘' * more}")
        for row, words in enumerate((show(stack.shape), stack.name.partition(" ")[2])):
            begin = column + (width - len(words)) // 2
            ink = palette.quiet if row else palette.plain
            canvas.put(top + height - 2 + row, begin, words, ink)
        column += width + gap
