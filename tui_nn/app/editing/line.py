"""A field of one line that can undo what was typed."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui_nn.views.field import Typed


class Line(Input):
    """An `Input` with ctrl+z and ctrl+y; every character that can be printed is text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "undo_typing", show=False),
        Binding("ctrl+y", "redo_typing", show=False),
        Binding("ctrl+u", "empty", show=False),
    ]

    def __init__(self, text: str) -> None:
        super().__init__(text, select_on_focus=False)
        self.cursor_blink = False
        self._past = [Typed(text, len(text))]
        self._at = 0

    @property
    def typed(self) -> Typed:
        return Typed(self.value, self.cursor_position)

    def write(self, typed: Typed) -> None:
        """Put another text in its place."""
        self.value = typed.text
        self.cursor_position = typed.cursor

    def watch_value(self, value: str) -> None:
        past: list[Typed] | None = getattr(self, "_past", None)
        if past is not None and value != past[self._at].text:
            del past[self._at + 1 :]
            past.append(Typed(value, len(value)))
            self._at += 1

    def action_empty(self) -> None:
        self.value = ""

    def action_undo_typing(self) -> None:
        self._go(-1)

    def action_redo_typing(self) -> None:
        self._go(1)

    def _go(self, way: int) -> None:
        if 0 <= self._at + way < len(self._past):
            self._at += way
            self.write(self._past[self._at])
