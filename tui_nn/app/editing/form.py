"""The field in which a call or a value is typed, with help under it."""

from collections.abc import Sequence

from tui_nn.app.box import Box
from tui_nn.app.editing.line import Line
from tui_nn.spec.errors import InvalidInput
from tui_nn.views.canvas import Canvas
from tui_nn.views.field import Subject, Typed, offers, paint_field, remedy, stepped_value
from tui_nn.views.ink import Palette

HEIGHT = 19
"""Rows under the field, whatever is typed: the box stays where it is."""
KEYS = ("enter takes it", "tab completes", "↑↓ value", "ctrl+u empties", "escape back")


class Form(Box[str | None]):
    """One field; gives its text when it can be taken, None where it is left."""

    def __init__(self, subject: Subject, text: str, palette: Palette) -> None:
        self._line = Line(text, {
            "enter": self._take, "tab": self._complete,
            "down": lambda: self._move(1), "up": lambda: self._move(-1),
        })  # fmt: skip
        super().__init__(subject.title, palette, self._line)
        self._subject, self._selected = subject, 0

    def keys(self) -> Sequence[str]:
        return KEYS

    def rows(self, width: int) -> int:
        return HEIGHT

    def paint(self, canvas: Canvas) -> None:
        paint_field(canvas, self._subject, self._line.typed, self._selected)

    def on_mount(self) -> None:
        text = self._line.value  # inside the brackets, where values are
        self._line.cursor_position = len(text) - text.endswith(")")

    def on_input_changed(self) -> None:
        self._selected = 0
        self.lay_out()

    def on_key(self) -> None:
        """The cursor may have moved."""
        self.call_after_refresh(self.lay_out)

    def _move(self, way: int) -> None:
        """Another line of the list; else another value where the cursor is."""
        found = offers(self._subject, self._line.typed)
        if found:
            self._selected = (self._selected + way) % len(found)
        elif (new := stepped_value(self._subject, self._line.typed, -way)) is not None:
            self._line.write(new)
        self.lay_out()

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
