"""Look for: what a preset's author wants to be seen."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.layout import Heights
from tui_nn.views.moment import label, shown
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.world import World
from tui_nn.views.wrapping import wrapped

MORE = "▾"
AGAIN = {2: " twice"}
"""How often in a row a goal has to be met, in words."""


def _lines(world: World, width: int) -> tuple[str, ...]:
    return wrapped(str(world.setting("about", "")), max(10, width - 1))


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    lines = _lines(world, canvas.width)
    first = max(0, min(desk.text_line, len(lines) - canvas.height))
    for row, line in enumerate(lines[first : first + canvas.height]):
        canvas.put(row, 0, line)
    if first + canvas.height < len(lines):
        canvas.right(canvas.height - 1, MORE, canvas.palette.ink(canvas.palette.accent))


def _goal(world: World, desk: Desk) -> str:
    goal = dict(world.setting("goal", {}) or {})
    times = int(goal.pop("times", 1) or 1)
    for name, wanted in goal.items():
        words = shown(name, float(wanted))
        if name != "accuracy":
            words = f"{label(name)} {words}"
        return f"goal {words}{AGAIN.get(times, f' {times} times' if times > 1 else '')}"
    return ""


def _rows(world: World, width: int) -> Heights:
    count = len(_lines(world, width))
    return Heights(min(2, count), need=range(3, count + 1))


def _press(world: World, desk: Desk, key: str) -> bool:
    """Up and down through a text that is longer than the panel."""
    ways = {"up": -1, "down": 1, "home": -desk.text_line}
    if key not in ways:
        return False
    desk.text_line = max(0, min(desk.text_line + ways[key], len(_lines(world, 200)) + 20))
    return True


LOOK_FOR = Panel(
    0, "Look for",
    (View("text", _paint, note=_goal, rows=_rows, press=_press, keys=(("↑ ↓", "scroll"),)),),
)  # fmt: skip
