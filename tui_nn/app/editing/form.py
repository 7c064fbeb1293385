"""The field in which a call or a value is typed, with help under it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen

from tui_nn.app.editing.line import Line
from tui_nn.spec.errors import InvalidInput
from tui_nn.views.canvas import Canvas
from tui_nn.views.field import Subject, Typed, offers, paint_field, remedy, stepped_value
from tui_nn.views.ink import Palette
from tui_nn.views.pane import Pane

WIDTH, HEIGHT = 86, 22
KEYS = "enter takes it  tab completes  ↑↓ value  ctrl+u empties  escape back"
FRAME = 4
"""Rows of the box that are not the pane's, and columns of its border and padding."""


class Form(ModalScreen[str | None]):
    """One field; gives its text when it can be taken, None where it is left."""

    DEFAULT_CSS = """
    Form { align: center middle; }
    Form > Vertical { border: round $primary; background: $surface; padding: 0 1; }
    Form.ascii > Vertical { border: ascii $primary; }
    Form Line, Form Line:focus { border: none; height: 1; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", show=False),
    ]

    def __init__(self, subject: Subject, text: str, palette: Palette) -> None:
        super().__init__(classes="ascii" if palette.ascii_only else "")
        self._subject, self._palette = subject, palette
        self._pane = Pane("help")
        self._line = Line(text, {
            "enter": self._take, "tab": self._complete,
            "down": lambda: self._move(1), "up": lambda: self._move(-1),
        })  # fmt: skip
        self._selected = 0

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._subject.title
            box.border_subtitle = KEYS
            yield self._line
            yield self._pane

    def on_mount(self) -> None:
        self._line.focus()
        text = self._line.value  # inside the brackets, where values are
        self._line.cursor_position = len(text) - text.endswith(")")
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        columns, rows = self.app.size
        width, height = min(WIDTH, columns), min(HEIGHT, rows)
        box = self.query_one(Vertical)
        box.styles.width, box.styles.height = width, height
        self._room = max(1, width - FRAME), max(1, height - FRAME + 1)
        self._pane.styles.width, self._pane.styles.height = self._room
        self._paint()

    _room = (1, 1)

    def _paint(self) -> None:
        canvas = Canvas(*self._room, self._palette)
        paint_field(canvas, self._subject, self._line.typed, self._selected)
        self._pane.show(canvas)

    def on_input_changed(self) -> None:
        self._selected = 0
        self._paint()

    def on_key(self) -> None:
        """The cursor may have moved."""
        self.call_after_refresh(self._paint)

    def on_click(self, click: Click) -> None:
        """Beside it: back."""
        if click.widget is self:
            self.dismiss(None)

    def _move(self, way: int) -> None:
        """Another line of the list; else another value where the cursor is."""
        found = offers(self._subject, self._line.typed)
        if found:
            self._selected = (self._selected + way) % len(found)
        elif (new := stepped_value(self._subject, self._line.typed, -way)) is not None:
            self._line.write(new)
        self._paint()

    def _complete(self) -> None:
        """Write what is offered: the remedy of what is wrong, else the chosen line."""
        typed = self._line.typed
        found = offers(self._subject, typed)
        if found and not (typed.is_named and self._fix()):
            chosen = found[min(self._selected, len(found) - 1)]
            self._line.write(Typed(chosen.text, chosen.cursor))
        elif fix := self._fix():
            self._line.write(Typed(fix, len(fix)))

    def _fix(self) -> str:
        try:
            self._subject.check(self._line.value)
        except InvalidInput as error:
            return remedy(error, self._subject.kind)
        return ""

    def _take(self) -> None:
        """Take it; a name without its values is completed first."""
        typed = self._line.typed
        if self._subject.kind and not typed.is_named and offers(self._subject, typed):
            self._complete()
            return
        try:
            self._subject.check(typed.text)
        except InvalidInput:
            return  # why stands under the field
        self.dismiss(typed.text)
