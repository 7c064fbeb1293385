"""Look for: what a preset's author wants to be seen."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK, Palette
from tui_nn.views.layout import Heights
from tui_nn.views.moment import label, shown
from tui_nn.views.panels import lesson
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.world import World
from tui_nn.views.wrapping import wrapped

MORE = "▾"
BEGINS = ") begins the lesson"
USUAL = 8
"""Rows that most slides do with."""
KEYS = (("↑ ↓", "scroll; among answers: choose, enter takes it"), ("( )", "slide back, next"))
AGAIN = {2: " twice"}
"""How often in a row a goal has to be met, in words."""


def _about(world: World, width: int) -> tuple[str, ...]:
    return wrapped(str(world.setting("about", "")), max(10, width - 1))


def _lines(world: World, desk: Desk, width: int, palette: Palette) -> list[lesson.Line]:
    slide = lesson.slide_of(world, desk)
    if slide is not None:
        return lesson.lines_of(world, desk, slide, max(10, width - 1), palette)
    lines = [(line, palette.plain) for line in _about(world, width)]
    if world.lesson is not None:
        lines.append((BEGINS, palette.ink(palette.accent)))
    return lines


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    lines = _lines(world, desk, canvas.width, canvas.palette)
    first = max(0, min(desk.text_line, len(lines) - canvas.height))
    for row, (line, ink) in enumerate(lines[first : first + canvas.height]):
        canvas.put(row, 0, line, ink)
    if first + canvas.height < len(lines):
        canvas.right(canvas.height - 1, MORE, canvas.palette.ink(canvas.palette.accent))


def _note(world: World, desk: Desk) -> str:
    return _goal(world) if lesson.slide_of(world, desk) is None else lesson.note_of(world, desk)


def _goal(world: World) -> str:
    goal = dict(world.setting("goal", {}) or {})
    times = int(goal.pop("times", 1) or 1)
    for name, wanted in goal.items():
        words = shown(name, float(wanted))
        if name != "accuracy":
            words = f"{label(name)} {words}"
        return f"goal {words}{AGAIN.get(times, f' {times} times' if times > 1 else '')}"
    return ""


def _rows(world: World, width: int) -> Heights:
    count, most = len(_about(world, width)), 0
    if world.lesson is not None:
        most = lesson.longest(world, max(10, width - 1))
        count = max(count + 1, min(most, USUAL))
    return Heights(min(2, count), need=range(3, count + 1), more=range(count + 1, most + 1))


def _press(world: World, desk: Desk, key: str) -> bool:
    """Choose an answer; up and down through a text that is longer than the panel."""
    guess = lesson.question_of(world, desk)
    if guess is not None and lesson.press_in_question(guess, desk, key):
        return True
    ways = {"up": -1, "down": 1, "home": -desk.text_line}
    if key not in ways:
        return False
    most = len(_lines(world, desk, 24, DARK))
    desk.text_line = max(0, min(desk.text_line + ways[key], most))
    return True


LOOK_FOR = Panel(
    0, "Look for",
    (View("text", _paint, note=_note, rows=_rows, press=_press, keys=KEYS),),
)  # fmt: skip
