"""8 Evaluate: which class was taken for which."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.panels.panel import View
from tui_nn.views.world import World


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    canvas.put(0, 1, f"step {world.step}")


CONFUSION = View("confusion", _paint, suits=lambda world: True)
