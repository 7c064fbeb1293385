"""Look for: what a preset's author wants to be seen."""

from textwrap import wrap

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.numbers import percent, plain
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.world import World

SHARES = ("accuracy", "f1")


def _lines(world: World, width: int) -> list[str]:
    about = str(world.setting("about", "")).split("\n")
    return [line for paragraph in about for line in wrap(paragraph.strip(), max(10, width - 1))]


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    lines = _lines(world, canvas.width)
    for row, line in enumerate(lines[desk.text_line : desk.text_line + canvas.height]):
        canvas.put(row, 0, line)


def _goal(world: World, desk: Desk) -> str:
    goals = {k: v for k, v in dict(world.setting("goal", {})).items() if k != "times"}
    for metric, wanted in goals.items():
        if metric in SHARES:
            return f"goal {percent(wanted)}"
        return f"goal {metric} {plain(wanted, 3)}"
    return ""


def _rows(world: World, width: int) -> tuple[int, int]:
    count = len(_lines(world, width))
    return min(2, count), count


LOOK_FOR = Panel(0, "Look for", (View("text", _paint, note=_goal, rows=_rows),))
