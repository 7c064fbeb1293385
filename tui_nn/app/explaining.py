"""`?`: what the cursor is on, then the panel's keys, then all keys."""

import re
from textwrap import wrap
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Click
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_nn.app.keys import ACTIONS
from tui_nn.spec.call import parse
from tui_nn.spec.errors import InvalidInput
from tui_nn.views.canvas import in_ascii
from tui_nn.views.desk import Desk
from tui_nn.views.gradient_words import explained
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.world import World

ABOUT = {
    0: "What the author of this experiment wants you to see.",
    5: "Forward: a sample goes through the layers and gives an answer; with the truth it gives the "
       "loss. Here stands what each part adds.",
    6: "Gradient: how much the loss would change with each parameter. loss.backward() computes it "
       "from the last layer to the first.",
    7: "Update: the optimizer moves every parameter a little against its gradient. One update is "
       "one step.",
    8: "Evaluate: the whole training and validation part through the weights of now. Training "
       "doesn't learn from it; goals and schedules look at it.",
}  # fmt: skip
GRADIENT = 6
WIDTH, FRAME = 86, 6
"""Columns of the box at most; of its border, padding and scrollbar."""
UNWRAPPED = 10_000
"""Columns of a page that is to be wrapped by the box."""
KEY = re.compile(r" *(\S+ )*\S+ {2,}(?=\S)|  +")
"""What stands before the words of a line: a key or a name, or blanks."""


class Explanation(ModalScreen[None]):
    """Pages of text over the home screen; the same key turns them."""

    DEFAULT_CSS = """
    Explanation { align: center middle; }
    Explanation > VerticalScroll {
        max-width: 100%; height: auto; max-height: 90%; border: round $primary;
        padding: 0 1; background: $surface; scrollbar-gutter: stable;
    }
    Explanation.ascii > VerticalScroll { border: ascii $primary; scrollbar-size: 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "turn", show=False),
        Binding("escape,q,space,enter", "dismiss", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, pages: list[tuple[str, str]], *, ascii_only: bool = False) -> None:
        super().__init__(classes="ascii" if ascii_only else "")
        self._pages, self._page = pages, 0
        if ascii_only:
            self._pages = [(in_ascii(title), in_ascii(text)) for title, text in pages]

    def compose(self) -> ComposeResult:
        box = VerticalScroll(Static(id="page", markup=False))
        box.styles.width = WIDTH
        yield box

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        title, text = self._pages[self._page]
        box = self.query_one(VerticalScroll)
        box.border_title = title
        box.border_subtitle = f"? {self._page + 1} of {len(self._pages)}   q back"
        width = max(1, min(WIDTH, self.app.size.width) - FRAME)
        self.query_one("#page", Static).update(hung(text, width))

    def on_click(self, click: Click) -> None:
        """Beside it: back."""
        if click.widget is self:
            self.dismiss()

    def action_turn(self) -> None:
        if self._page + 1 == len(self._pages):
            self.dismiss()
            return
        self._page += 1
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def hung(text: str, width: int) -> str:
    """Its lines wrapped at `width`, what goes on below the words that it belongs to."""
    lines = []
    for line in text.split("\n"):
        key = KEY.match(line)
        indent = key.end() if key and key.end() <= width // 2 else 0
        lines += wrap(line, width, subsequent_indent=" " * indent, break_on_hyphens=False) or [""]
    return "\n".join(lines)


def pages(panel: Panel, view: View, world: World, desk: Desk) -> list[tuple[str, str]]:
    """What the cursor is on, the panel's keys, all keys: a title and a text each; none is empty."""
    found = [
        (panel.title, _about(panel, world, desk)),
        (f"keys in {panel.title}", _keys_of(panel, view, world)),
        ("all keys", all_keys()),
    ]
    return [(title, text) for title, text in found if text]


def _about(panel: Panel, world: World, desk: Desk) -> str:
    from tui_nn.reference import entry_page  # knows all of the catalog: not at the start

    written = _under_the_cursor(panel, world, desk)
    if panel.number == GRADIENT and (words := explained(world)):
        return f"{words}\n\n{ABOUT[GRADIENT]}"
    if not written:
        return ABOUT.get(panel.number, "")
    try:
        return entry_page(parse(written).name, UNWRAPPED)
    except InvalidInput:
        return ABOUT.get(panel.number, written)


def _under_the_cursor(panel: Panel, world: World, desk: Desk) -> str:
    """A call as it is written; empty where the panel shows none."""
    key = {1: "network", 2: "data", 3: "loss", 4: "optimizer"}.get(panel.number)
    found: Any = world.setting(key) if key else ""
    if isinstance(found, list):
        found = found[min(desk.cursor.get(panel.number, 0), len(found) - 1)] if found else ""
    return str(found or "")


def _keys_of(panel: Panel, view: View, world: World) -> str:
    lines = [f"views, changed by v and V: {', '.join(v.name for v in panel.suiting(world))}", ""]
    keys = [
        *view.keys,
        (str(panel.number), "here; again: on the whole screen; again: back"),
        ("arrows hjkl", "move inside the panel"),
    ]
    longest = max(len(key) for key, _ in keys)
    lines += [f"{key:<{longest}}  {words}" for key, words in keys]
    return "\n".join(lines)


def all_keys() -> str:
    """Every action with its key, by head."""
    lines: list[str] = []
    for head in dict.fromkeys(action.head for action in ACTIONS):
        lines += ["", head]
        lines += [f"  {action.key:<10} {action.words}" for action in ACTIONS if action.head == head]
    lines += ["", "The mouse: click a panel, twice for the whole screen; the wheel moves inside.",
              "shift+drag selects text in most terminals. frozen? ctrl+q"]  # fmt: skip
    return "\n".join(lines[1:])
