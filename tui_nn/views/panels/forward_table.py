"""5 Forward of a row: a sample through the layers."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.panels.panel import View
from tui_nn.views.world import World


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    canvas.put(0, 1, f"step {world.step}")


SAMPLE = View("sample", _paint, suits=lambda world: True)
