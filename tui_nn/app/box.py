"""What lies over the home screen: a box with a title, what is painted in it, and its keys."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget

from tui_nn.plot.cells import shortened
from tui_nn.views.canvas import Canvas, in_ascii
from tui_nn.views.footer import key_count
from tui_nn.views.ink import Palette
from tui_nn.views.pane import Pane

BORDER, SIDES = 2, 4
"""Rows of the border; columns of it and of what is left free beside it."""
CORNERS = 6
"""Columns of the border that a title or keys don't take."""
GAPS = "   ", "  "
"""Between keys: the smaller one where not all have room."""


class Box(ModalScreen[ScreenResultType]):
    """As wide and high as it wants to be, where the screen has room.

    It is left by escape, by a click beside it, and by q where nothing is typed.
    """

    WIDTH: ClassVar[int] = 110
    """Columns at most."""
    DEFAULT_CSS = """
    Box { align: center middle; }
    Box > Vertical { padding: 0 1; }
    Box Input, Box Input:focus { border: none; height: 1; padding: 0; background: transparent; }
    Box Input:nocolor > .input--cursor { text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", show=False)]

    def __init__(self, heading: str, palette: Palette, *above: Widget) -> None:
        """`above`: widgets of one row each over what is painted; the last takes what is typed."""
        super().__init__()
        self.heading, self.palette = heading, palette
        self.said = ""
        """What was done, in words that stand where the keys were."""
        self._above, self._pane = above, Pane("box")

    def keys(self) -> Sequence[str]:
        """The keys that hold, the most wanted first; the last, by which it is left, always has
        room.
        """
        raise NotImplementedError

    def rows(self, width: int) -> int:
        """How many rows it would paint, so wide."""
        raise NotImplementedError

    def paint(self, canvas: Canvas) -> None:
        """What it shows; `rows` has been asked before, `keys` will be."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical():
            yield from self._above
            yield self._pane

    def on_mount(self) -> None:
        palette, box = self.palette, self.query_one(Vertical)
        frame = Color(*palette.accent)
        box.styles.border = ("ascii" if palette.ascii_only else "round", frame)
        for widget in (box, *self._above):
            widget.styles.color = Color(*palette.text)
        box.styles.background = Color(*palette.ground)
        self.lay_out()

    def on_resize(self) -> None:
        self.lay_out()

    def lay_out(self) -> None:
        """Show what it is now."""
        columns, rows = self.app.size
        width = min(self.WIDTH, columns)
        inner = max(1, width - SIDES)
        around = BORDER + len(self._above)
        height = min(rows, self.rows(inner) + around)
        box = self.query_one(Vertical)
        box.border_title = Content(self._in_ascii(self.heading))
        box.styles.width, box.styles.height = width, height
        self._pane.display = height > around
        size = inner, max(1, height - around)
        self._pane.styles.width, self._pane.styles.height = size
        canvas = Canvas(*size, self.palette)
        self.paint(canvas)
        self._pane.show(canvas)
        box.border_subtitle = self._footer(width - CORNERS)

    def _footer(self, room: int) -> Content:
        """The keys that have room, in another colour than what they do; what was said instead."""
        *entries, last = map(self._in_ascii, self.keys())
        words = Color(*self.palette.text).hex
        if self.said:
            said = shortened(self.said, room - len(last) - len(GAPS[0]), ascii_only=True)
            return Content.assemble((self._in_ascii(said), words), GAPS[0], *_coloured(last, words))
        gap = next((gap for gap in GAPS if len(gap.join([*entries, last])) <= room), GAPS[-1])
        shown: list[str] = []
        for entry in entries:
            if len(gap.join([*shown, entry, last])) <= room:
                shown.append(entry)
        parts: list[str | tuple[str, str]] = []
        for entry in (*shown, last):
            parts += [*([gap] if parts else []), *_coloured(entry, words)]
        return Content.assemble(*parts)

    def _in_ascii(self, text: str) -> str:
        return in_ascii(text) if self.palette.ascii_only else text

    def action_leave(self) -> None:
        self.dismiss(None)

    def on_click(self, click: Click) -> None:
        if click.widget is self:
            self.action_leave()
        elif click.widget is self._pane:
            self.hit(click.y, twice=click.chain == 2)

    def hit(self, row: int, *, twice: bool) -> None:
        """A row of what is painted was clicked."""

    def turn(self, way: int) -> None:
        """The wheel was turned down (1) or up (−1)."""

    def on_mouse_scroll_down(self) -> None:
        self.turn(1)

    def on_mouse_scroll_up(self) -> None:
        self.turn(-1)


def _coloured(entry: str, words: str) -> tuple[str, tuple[str, str]]:
    """Keys, and what they do in a colour of its own."""
    split, count = entry.split(" "), key_count(entry)
    return " ".join(split[:count]), (f" {' '.join(split[count:])}", words)
