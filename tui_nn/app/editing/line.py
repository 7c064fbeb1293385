"""A field of one line that can undo what was typed."""

from collections.abc import Callable, Mapping

from textual.events import Key
from textual.widgets import Input

from tui_nn.views.field import Typed


class Line(Input):
    """An `Input` with ctrl+z, ctrl+y and ctrl+u; every character that can be printed is text.

    Keys are answered here, in the order in which they were pressed: a binding of the screen may be
    behind or before what was typed.
    """

    def __init__(self, text: str, keys: Mapping[str, Callable[[], None]]) -> None:
        """`keys`: what others do."""
        super().__init__(text, select_on_focus=False)
        self.cursor_blink = False
        self._past = [Typed(text, len(text))]
        self._at = 0
        self._keys: dict[str, Callable[[], None]] = {
            "ctrl+z": lambda: self._go(-1),
            "ctrl+y": lambda: self._go(1),
            "ctrl+u": lambda: self.write(Typed("", 0)),
            **keys,
        }

    @property
    def typed(self) -> Typed:
        return Typed(self.value, self.cursor_position)

    def write(self, typed: Typed) -> None:
        """Put another text in its place."""
        self.value = typed.text
        self.cursor_position = typed.cursor

    async def _on_key(self, event: Key) -> None:
        answer = self._keys.get(event.key)
        if answer is None:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        answer()

    def watch_value(self, value: str) -> None:
        past: list[Typed] | None = getattr(self, "_past", None)
        if past is not None and value != past[self._at].text:
            del past[self._at + 1 :]
            past.append(Typed(value, len(value)))
            self._at += 1

    def _go(self, way: int) -> None:
        if 0 <= self._at + way < len(self._past):
            self._at += way
            self.write(self._past[self._at])
