"""`:`: every action by name."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_nn.app.box import Box
from tui_nn.app.editing.line import Line
from tui_nn.app.keys import ACTIONS, Action
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import PALETTES, Palette
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import World

HEIGHT = 28
KEYS = ("enter does it", "↑↓ another", "escape back")


class ActionList(Box[str | None]):
    """A field to type into, and the actions whose words hold all that was typed."""

    WIDTH = 72
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+p", "leave", show=False)]

    def __init__(self, actions: Sequence[Action], palette: Palette) -> None:
        self._actions, self._selected = actions, 0
        self._shown: list[int] = []
        """Which action each painted row is of."""
        self._line = Line("", {
            "enter": self._choose, "down": lambda: self.turn(1), "up": lambda: self.turn(-1),
        })  # fmt: skip
        self._line.placeholder = "type a few letters"
        super().__init__("every action", palette, self._line)

    def keys(self) -> Sequence[str]:
        return KEYS

    def rows(self, width: int) -> int:
        return HEIGHT

    @property
    def _found(self) -> list[Action]:
        return matching(self._line.value, self._actions)

    def paint(self, canvas: Canvas) -> None:
        palette = self.palette
        lines = [
            (index, line)
            for index, action in enumerate(self._found)
            for line in _lines(action, canvas.width - 2)
        ]
        at = next((row for row, (index, _) in enumerate(lines) if index == self._selected), 0)
        first = max(0, min(at - canvas.height // 2, len(lines) - canvas.height))
        shown = lines[first : first + canvas.height]
        self._shown = [index for index, _ in shown]
        for row, (index, line) in enumerate(shown):
            here = index == self._selected
            canvas.put(row, 2, line, palette.strong if here else palette.plain)
            if here and index not in self._shown[:row]:
                canvas.put(row, 0, "▸", palette.ink(palette.accent))
        if not shown:
            canvas.put(0, 2, "nothing is called so", palette.quiet)

    def on_input_changed(self) -> None:
        self._selected = 0
        self.lay_out()

    def turn(self, way: int) -> None:
        count = len(self._found)
        self._selected = (self._selected + way) % count if count else 0
        self.lay_out()

    def hit(self, row: int, *, twice: bool) -> None:
        if row < len(self._shown):
            self._selected = self._shown[row]
            self._choose()

    def _choose(self) -> None:
        found = self._found
        if found:
            self.dismiss(found[self._selected].name)


def every_action(world: World) -> list[Action]:
    """The actions that have keys; then each theme, and each view that has something to show."""
    themes = [Action(f"use_theme({name!r})", f"theme {name}", "Show", ()) for name in PALETTES]
    views = [
        Action(
            f"use_view({number}, {view.name!r})", f"view {view.name} in {panel.title}", "Show", ()
        )
        for number, panel in PANELS.items()
        for view in panel.suiting(world)
        if len(panel.suiting(world)) > 1
    ]
    return [*ACTIONS, *views, *themes]


def matching(typed: str, actions: Sequence[Action]) -> list[Action]:
    """Actions whose head or words hold every word that was typed."""
    words = typed.lower().split()
    return [a for a in actions if all(w in f"{a.head} {a.words}".lower() for w in words)]


def _lines(action: Action, width: int) -> list[str]:
    """Head, words and key in columns; without the head where it is narrow, long words hanging."""
    if width >= 65:
        return [f"{action.head:<8} {action.words:<46} {action.key}"]
    first, *others = wrap(action.words, max(8, width - 12)) or [""]
    return [f"{action.key:<9} {first}", *(f"{'':<10}{line}" for line in others)]
