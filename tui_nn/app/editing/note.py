"""A sentence about what is on the screen, which stays in sight."""

from collections.abc import Sequence

from tui_nn.app.box import Box
from tui_nn.app.editing.line import Line
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Palette


class Note(Box[str | None]):
    """One line at the bottom; None where it is left."""

    DEFAULT_CSS = "Note { align: center bottom; background: transparent; }"

    def __init__(self, title: str, palette: Palette) -> None:
        self._line = Line("", {"enter": self._take})
        super().__init__(title, palette, self._line)

    def keys(self) -> Sequence[str]:
        return ("enter marks it", "escape back")

    def rows(self, width: int) -> int:
        return 0

    def paint(self, canvas: Canvas) -> None:
        """The line is all."""

    def _take(self) -> None:
        text = " ".join(self._line.value.split())
        if text:
            self.dismiss(text)
        else:
            self.said = "a mark needs a sentence"
            self.lay_out()
