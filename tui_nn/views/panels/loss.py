"""3 Loss: the call and what it computes."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.world import World


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    canvas.put(0, 1, str(world.setting("loss", "")))


LOSS = Panel(3, "Loss", (View("call", _paint, rows=lambda world, width: (1, 2)),))
