"""1 Network as matrices: each tensor of weights, kernels one by one."""

from collections.abc import Sequence
from math import prod

from tui_nn.spec.protocol.frames import Probes, Weights
from tui_nn.spec.shapes import show
from tui_nn.views.architecture import LayerRow, layer_rows
from tui_nn.views.arrays import floats
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.matrices import Block, paint_blocks
from tui_nn.views.numbers import counted
from tui_nn.views.panels.network_layers import move, selected
from tui_nn.views.panels.panel import Size
from tui_nn.views.world import World

MOST_NUMBERS = 4096
"""A tensor of more is not looked at."""


def weights_of(row: LayerRow) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Its tensors of two sides or more."""
    return tuple((name, shape) for name, shape in row.tensors if len(shape) >= 2)


def _rows(world: World, desk: Desk) -> list[LayerRow]:
    """The layers with such tensors, from the one in focus on."""
    rows = layer_rows(world)
    at = max(0, selected(rows, desk))
    found = [row for row in rows[at:] if weights_of(row)]
    return found or [row for row in rows if weights_of(row)][-1:]


def suits(world: World) -> bool:
    """Whether there is such a tensor."""
    return any(weights_of(row) for row in layer_rows(world))


def probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    """Every tensor that is small enough, and has room for a row at least."""
    tensors = [tensor for row in _rows(world, desk) for tensor in weights_of(row)]
    small = [name for name, shape in tensors if prod(shape) <= MOST_NUMBERS]
    return tuple(Weights(tensor=name) for name in small[: max(1, size[1])])


def paint(canvas: Canvas, world: World, desk: Desk) -> None:
    """As many as have room."""
    rows = _rows(world, desk)
    blocks = blocks_of(world, rows)
    shown = paint_blocks(canvas, blocks)
    if shown < len(blocks):
        left = counted(len(blocks) - shown, "more tensor")
        canvas.right(canvas.height - 1, f" {left} ", canvas.palette.quiet)


def blocks_of(world: World, rows: Sequence[LayerRow]) -> list[Block]:
    """Their tensors; of a large one, or one not yet known, its name and shape alone."""
    blocks = []
    for row in rows:
        for name, shape in weights_of(row):
            title = f"{name}  {show(shape)}"
            frame = world.frame(Weights(tensor=name)) if prod(shape) <= MOST_NUMBERS else None
            if frame is None or frame.value.shape != shape:
                blocks.append(Block(title, ()))
                continue
            values = floats(frame.value).reshape(-1, *(shape if len(shape) == 2 else shape[2:]))
            if values.ndim == 2:  # kernels of one dimension
                values = values[:, None]
            kernels = values.reshape(-1, values.shape[-2], values.shape[-1])
            blocks.append(Block(title, tuple(kernels)))
    return blocks


def press(world: World, desk: Desk, key: str) -> bool:
    """Up and down: begin at another layer."""
    return key in ("up", "down") and move(world, desk, 1 if key == "down" else -1)
