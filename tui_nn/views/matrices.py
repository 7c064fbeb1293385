"""Weights as matrices: numbers on coloured ground where there is room, else a picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tui_nn.plot.cells import RGB, cell_width
from tui_nn.views import pictures
from tui_nn.views.arrays import Floats
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Palette, mixed
from tui_nn.views.numbers import signed

NUMBER = 6
"""Cells of a number, with a blank before it."""
GAP = 2
LEAST = 5
"""Rows of a tensor at least, where several share the room."""
GROUND = 0.55
"""So much of the colour of its sign has the ground under the largest number."""


@dataclass(frozen=True)
class Block:
    """A tensor: one matrix, or a kernel for each pair of channels."""

    title: str
    kernels: tuple[Floats, ...]
    """(rows, columns) each; none where they are too many to look at."""

    @property
    def most(self) -> float:
        """The largest of them, without its sign."""
        sizes = [np.abs(kernel[np.isfinite(kernel)]) for kernel in self.kernels]
        return max((float(size.max()) for size in sizes if size.size), default=0.0) or 1.0


@dataclass(frozen=True)
class Form:
    """How a block stands in some cells: kernels side by side under its title."""

    columns: int
    """Of one kernel."""
    pixels: int
    """From top to bottom, two a row; of numbers one stands for two."""
    across: int
    shown: int
    gap: int
    numbers: bool

    @property
    def step(self) -> int:
        """Rows from one kernel to the one below it."""
        return (self.pixels + 1) // 2 + (self.pixels % 2 == 0)

    @property
    def height(self) -> int:
        """Rows of the kernels."""
        lines = -(-self.shown // self.across) if self.across else 0
        return lines * self.step - (self.pixels % 2 == 0) if lines else 0

    def width(self, block: Block) -> int:
        """Columns with the title."""
        across = min(self.across, self.shown)
        return max(cell_width(titled(block, self)), across * (self.columns + self.gap) - self.gap)


def form(block: Block, width: int, rows: int, *, numbers: bool) -> Form:
    """Of a block in so many columns and rows, its title's included.

    A single matrix that is larger is made smaller, of kernels fewer are shown.
    """
    if not block.kernels:
        return Form(0, 0, 0, 0, GAP, numbers)
    tall, wide = block.kernels[0].shape
    count = len(block.kernels)
    room = max(0, rows - 1)
    if numbers:
        columns, pixels, gap = wide * NUMBER, 2 * tall, GAP
    else:
        columns, pixels, gap = min(wide, max(1, width)), min(tall, max(1, 2 * room)), 1
    across = max(1, min(count, (width + gap) // (columns + gap)))
    one = Form(columns, pixels, across, 1, gap, numbers)
    lines = max(0, (room + (pixels % 2 == 0)) // one.step)
    return replace(one, shown=min(count, across * lines))


def titled(block: Block, shape: Form) -> str:
    """Its title, and what is left out or made smaller."""
    count = len(block.kernels)
    if 0 < shape.shown < count:
        return f"{block.title}  {shape.shown:,} of {count:,}"
    if count and not shape.numbers and (shape.pixels, shape.columns) != block.kernels[0].shape:
        return f"{block.title}  shrunk"
    return block.title


def _all_numbers(blocks: Sequence[Block], width: int, rows: int) -> bool:
    """Whether every number of every block has room."""
    row = column = tall = 0
    for block in blocks:
        shape = form(block, width, rows, numbers=True)
        wide = shape.width(block)
        if column and column + wide > width:
            row, column, tall = row + tall + 1, 0, 0
        column, tall = column + wide + GAP, max(tall, 1 + shape.height)
        if wide > width or shape.shown < len(block.kernels) or row + tall > rows:
            return False
    return True


def paint_blocks(canvas: Canvas, blocks: Sequence[Block], top: int = 0) -> int:
    """Paint as many as have room from row `top` on, beside and below each other; how many."""
    width, rows = canvas.width - 1, canvas.height - top
    numbers = _all_numbers(blocks, width, rows)
    if not numbers and not canvas.palette.has_pixels:
        blocks = [replace(b, kernels=tuple(k.repeat(2, 0) for k in b.kernels)) for b in blocks]
    most = rows if numbers or len(blocks) == 1 else max(LEAST, rows // 2)
    row = column = tall = 0
    for index, block in enumerate(blocks):
        shape = form(block, width, min(most, rows - row), numbers=numbers)
        if column and column + shape.width(block) > width:
            row, column, tall = row + tall + 1, 0, 0
            shape = form(block, width, min(most, rows - row), numbers=numbers)
        if row >= rows or (block.kernels and not shape.shown):
            return index
        _paint_block(canvas, block, shape, top + row, 1 + column)
        column += shape.width(block) + GAP
        tall = max(tall, 1 + shape.height)
    return len(blocks)


def _paint_block(canvas: Canvas, block: Block, shape: Form, row: int, left: int) -> None:
    canvas.put(row, left, titled(block, shape), canvas.palette.quiet)
    if not shape.shown:
        return
    most, kernels = block.most, block.kernels[: shape.shown]
    if not shape.numbers:
        sheet = _sheet([kernel / most for kernel in kernels], shape)
        size = pictures.Size(sheet.shape[1], sheet.shape[0])
        pictures.paint(canvas, sheet, row + 1, left, size, signed=True)
        return
    for index, kernel in enumerate(kernels):
        down, right = divmod(index, shape.across)
        at = row + 1 + down * shape.step, left + right * (shape.columns + shape.gap)
        _paint_numbers(canvas, kernel, most, *at)


def _sheet(kernels: Sequence[Floats], shape: Form) -> Floats:
    """One picture of all; NaN where there is none."""
    lines = -(-len(kernels) // shape.across)
    wide = shape.columns + shape.gap
    sheet = np.full((lines * 2 * shape.step, shape.across * wide), np.nan)
    for index, kernel in enumerate(kernels):
        down, right = divmod(index, shape.across)
        y, x = down * 2 * shape.step, right * wide
        if kernel.shape != (shape.pixels, shape.columns):
            kernel = pictures.scaled(kernel, shape.pixels, shape.columns)
        sheet[y : y + shape.pixels, x : x + shape.columns] = kernel
    return sheet[:, : -shape.gap]


def _paint_numbers(canvas: Canvas, kernel: Floats, most: float, row: int, column: int) -> None:
    palette = canvas.palette
    decimals = 2 if most < 10 else 1 if most < 100 else 0
    for y, line in enumerate(kernel.tolist()):
        for x, value in enumerate(line):
            ground = under(palette, value, most) if palette.colour else palette.ground
            text = signed(value, NUMBER - 1, decimals).rjust(NUMBER)
            canvas.put(row + y, column + x * NUMBER, text, palette.ink(bg=ground))


def under(palette: Palette, value: float, most: float) -> RGB:
    """The ground under a number: the colour of its sign, the stronger the larger it is."""
    share = min(1.0, abs(value) / most) if np.isfinite(value) else 0.0
    return (
        mixed(palette.ground, palette.of_sign(value), GROUND * share) if share else palette.ground
    )
