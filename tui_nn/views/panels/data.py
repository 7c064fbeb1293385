"""2 Data: the call, the split and a picture of it."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.numbers import counted
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.world import World


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    started = world.started
    if started is None:
        return
    canvas.put(0, 1, str(world.setting("data", "")))
    canvas.put(1, 1, f"train {started.train_count:,}   val {started.val_count:,}")


def _note(world: World, desk: Desk) -> str:
    started = world.started
    if started is None:
        return ""
    count = started.train_count + started.val_count + started.test_count
    return counted(count, world.samples.sample_name if world.samples else "sample")


DATA = Panel(2, "Data", (View("split", _paint, note=_note, rows=lambda world, width: (2, 8)),))
