"""`?`: what the cursor is on, then the panel's keys, then all keys."""

import re
from collections.abc import Sequence
from contextlib import suppress
from textwrap import wrap
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_nn.app.box import Box
from tui_nn.app.keys import ACTIONS
from tui_nn.spec.catalog import metric
from tui_nn.spec.catalog.metrics import METRICS
from tui_nn.spec.catalog.phases import PHASES
from tui_nn.spec.errors import InvalidInput
from tui_nn.views.architecture import layer_rows
from tui_nn.views.calls import name_of
from tui_nn.views.canvas import Canvas, in_ascii
from tui_nn.views.desk import Desk
from tui_nn.views.gradient_words import explained
from tui_nn.views.ink import Palette
from tui_nn.views.panels.network_layers import selected
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.panels.update_next import NAME, optimizer_at
from tui_nn.views.rules import calls
from tui_nn.views.world import World

GRADIENT, EVALUATE = 6, 8
OPENED, MATRICES = (5, 6, 7), "matrices"
"""Panels, and a view of 1 Network, whose numbers enter opens."""
LOOK_FOR = "What the author of this experiment wants you to see."
UNWRAPPED = 10_000
"""Columns of a page that is to be wrapped by the box."""
KEY = re.compile(r" *(\S+ )*\S+ {2,}(?=\S)|  +")
"""What stands before the words of a line: a key or a name, or blanks."""


class Explanation(Box[None]):
    """Pages of text over the home screen; the same key turns them."""

    WIDTH = 84
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "turn", show=False),
        Binding("space,enter", "leave", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, pages: list[tuple[str, str]], palette: Palette) -> None:
        super().__init__(pages[0][0], palette)
        self._pages, self._page = pages, 0
        self._lines: list[str] = []
        self._first = self._room = 0
        """The line at the top, and how many there is room for."""

    def keys(self) -> Sequence[str]:
        count, last = len(self._lines), self._first + self._room
        lines = [f"↑↓ line {min(last, count)} of {count}"] if self._room < count else []
        return [f"? page {self._page + 1} of {len(self._pages)}", *lines, "q back"]

    def rows(self, width: int) -> int:
        text = self._pages[self._page][1]
        if self.palette.ascii_only:
            text = in_ascii(text)
        self._lines = hung(text, width)
        return len(self._lines)

    def paint(self, canvas: Canvas) -> None:
        self._room = canvas.height
        self._first = max(0, min(self._first, len(self._lines) - self._room))
        for row, line in enumerate(self._lines[self._first : self._first + canvas.height]):
            canvas.put(row, 0, line)

    def action_turn(self) -> None:
        if self._page + 1 == len(self._pages):
            self.dismiss(None)
            return
        self._page, self._first = self._page + 1, 0
        self.heading = self._pages[self._page][0]
        self.lay_out()

    def action_scroll(self, lines: int) -> None:
        self._first += lines
        self.lay_out()

    def turn(self, way: int) -> None:
        self.action_scroll(3 * way)


def hung(text: str, width: int) -> list[str]:
    """Its lines wrapped at `width`, what goes on below the words that it belongs to."""
    lines = []
    for line in text.split("\n"):
        key = KEY.match(line)
        indent = key.end() if key and key.end() <= width // 2 else 0
        lines += wrap(line, width, subsequent_indent=" " * indent, break_on_hyphens=False) or [""]
    return lines


def pages(panel: Panel, view: View, world: World, desk: Desk) -> list[tuple[str, str]]:
    """What the cursor is on, the panel's keys, all keys: a title and a text each; none is empty."""
    return [
        *((panel.title, text) for text in _about(panel, view, world, desk)),
        (f"keys in {panel.title}", _keys_of(panel, view, world)),
        ("all keys", all_keys()),
    ]


def _about(panel: Panel, view: View, world: World, desk: Desk) -> list[str]:
    """What the catalog says of the calls under the cursor; where there are none, of the phase."""
    from tui_nn.reference import entry_page, phase_page  # all of the catalog: not at the start

    found = []
    for call in _under_the_cursor(panel.number, view, world, desk):
        with suppress(InvalidInput):
            found.append(entry_page(name_of(call), UNWRAPPED))
    if found:
        return found
    phases = [phase_page(phase, UNWRAPPED) for phase in PHASES if phase.number == panel.number]
    words = explained(world) if panel.number == GRADIENT else ""
    if words:
        phases = [f"{words}\n\n{phase}" for phase in phases]
    return [*phases, *_metrics(panel, world)] or [LOOK_FOR]


def _metrics(panel: Panel, world: World) -> list[str]:
    """All numbers of this experiment's evaluations, as one page."""
    from tui_nn.reference import metric_page

    if panel.number != EVALUATE or world.started is None:
        return []
    main = metric(world.started.metric)
    suiting = [one for one in METRICS if one.for_classes in (None, main.for_classes)]
    return ["\n\n".join(metric_page(one, UNWRAPPED) for one in suiting)]


def _under_the_cursor(number: int, view: View, world: World, desk: Desk) -> list[str]:
    """Calls as they are written; none where the panel is about what happens."""
    match number:
        case 1:
            rows = layer_rows(world)
            return [rows[max(0, selected(rows, desk))].call] if rows else []
        case 2 | 3:
            return calls(world.setting("data" if number == 2 else "loss"))
        case 7:
            name = optimizer_at(world, desk) if view.name == NAME else ""
            return [f"{name}()"] if name else []
        case 4:
            return [*calls(world.setting("optimizer")), *calls(world.setting("schedule"))]
    return []


def _keys_of(panel: Panel, view: View, world: World) -> str:
    lines = [f"views, changed by v and V: {', '.join(v.name for v in panel.suiting(world))}", ""]
    opens = panel.number in OPENED or view.name == MATRICES
    keys = [
        *view.keys,
        *([("enter", "open the number at the cursor: what it came of")] if opens else []),
        (str(panel.number), "here; again: on the whole screen; again: back"),
        ("arrows hjkl", "move inside the panel"),
    ]
    longest = max(len(key) for key, _ in keys)
    lines += [f"{key:<{longest}}  {words}" for key, words in keys]
    return "\n".join(lines)


def all_keys() -> str:
    """Every action with its key, by head."""
    lines: list[str] = []
    for head in dict.fromkeys(action.head for action in ACTIONS if action.key):
        lines += ["", head]
        lines += [
            f"  {action.key:<10} {action.words}"
            for action in ACTIONS
            if action.head == head and action.key
        ]
    lines += ["", "The mouse: click a panel, twice for the whole screen; the wheel moves inside.",
              "shift+drag selects text in most terminals. frozen? ctrl+q"]  # fmt: skip
    return "\n".join(lines[1:])
