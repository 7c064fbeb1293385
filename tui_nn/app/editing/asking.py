"""What becomes of changes that no file holds, asked before something else takes their place."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar, Literal

from textual.binding import Binding, BindingType

from tui_nn.app.box import Box
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Palette

Choice = Literal["save", "leave"]
KEYS = ("s save", "n don't save", "escape stay")


class Question(Box[Choice | None]):
    """None: nothing is left."""

    WIDTH = 72
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,enter", "dismiss('save')", show=False),
        Binding("n", "dismiss('leave')", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str], palette: Palette) -> None:
        super().__init__(title, palette)
        self._lines = lines

    def keys(self) -> Sequence[str]:
        return KEYS

    def rows(self, width: int) -> int:
        return len(self._wrapped(width))

    def paint(self, canvas: Canvas) -> None:
        for row, line in enumerate(self._wrapped(canvas.width)):
            canvas.put(row, 0, line)

    def _wrapped(self, width: int) -> list[str]:
        return [part for line in self._lines for part in wrap(line, width) or [""]]
