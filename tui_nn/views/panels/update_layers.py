"""7 Update: update / weight per layer, and one weight with the optimizer's state."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.panels.panel import View
from tui_nn.views.world import World


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    canvas.put(0, 1, f"step {world.step}")


LAYERS = View("update / weight", _paint, suits=lambda world: True)
