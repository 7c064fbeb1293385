"""1 Network: layers as PyTorch calls, and the graph."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.numbers import counted
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.world import World


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    if world.started is None:
        return
    for row, layer in enumerate(world.started.layers):
        canvas.put(row, 1, layer.call)
        canvas.right(row, "x".join(map(str, layer.output_shape)), edge=canvas.width - 1)


def _note(world: World, desk: Desk) -> str:
    if world.started is None:
        return ""
    return counted(sum(layer.parameters for layer in world.started.layers), "number")


def _rows(world: World, width: int) -> tuple[int, int]:
    count = len(world.started.layers) if world.started else 1
    return min(count, 12), count


NETWORK = Panel(1, "Network", (View("layers", _paint, note=_note, rows=_rows),))
