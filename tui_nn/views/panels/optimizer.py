"""4 Optimizer: the call, its rule, the schedule and the learning rate."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.numbers import short
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.world import World


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    optimizer = world.setting("optimizer", "")
    calls = optimizer if isinstance(optimizer, list) else [optimizer]
    for row, call in enumerate(calls):
        canvas.put(row, 1, str(call))
    schedule = str(world.setting("schedule", "none"))
    row = canvas.height - 1
    canvas.put(row, 1, f"schedule {schedule}")
    canvas.right(row, f"lr {short(world.present.lr)}", edge=canvas.width - 1)


OPTIMIZER = Panel(4, "Optimizer", (View("call", _paint, rows=lambda world, width: (2, 3)),))
