"""5 Forward over a plane or a line: the map of answers with its points."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.panels.panel import View
from tui_nn.views.world import World


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    canvas.put(0, 1, f"step {world.step}")


MAP = View("map", _paint, suits=lambda world: world.kind in ("plane", "line"))
