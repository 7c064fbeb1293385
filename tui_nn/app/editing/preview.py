"""A file of data before it is opened: what it holds, and what is to be predicted."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Label

from tui_nn.app.box import Box
from tui_nn.app.editing.line import Line
from tui_nn.spec.protocol.disk import Contents
from tui_nn.spec.words import near
from tui_nn.views.canvas import Canvas
from tui_nn.views.contents import paint_contents
from tui_nn.views.ink import Palette

HEIGHT = 28
PREDICT = "predict: a column, or several with commas between"


class PreviewForm(Box[tuple[str, ...] | None]):
    """Gives the columns to predict; none where the reader has no choice."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "take", show=False)]

    def __init__(
        self, contents: Contents, palette: Palette, again: Callable[[tuple[str, ...]], None]
    ) -> None:
        """`again` asks what the file comes to with other targets."""
        self._contents, self._again = contents, again
        keys = {
            "enter": self.action_take,
            "down": lambda: self._move(1),
            "up": lambda: self._move(-1),
        }
        is_table = contents.reader == "csv"
        self._label = Label(PREDICT, markup=False)
        self._line = Line(", ".join(contents.target), keys) if is_table else None
        above = (self._label, self._line) if self._line else ()
        super().__init__(contents.path, palette, *above)

    def keys(self) -> Sequence[str]:
        if self._line is None:
            return ["enter opens it", "q back"]
        return ["enter opens it", "↑↓ another column", "escape back"]

    def rows(self, width: int) -> int:
        return HEIGHT

    def paint(self, canvas: Canvas) -> None:
        paint_contents(canvas, self._contents)

    def show(self, contents: Contents) -> None:
        """What the file comes to now."""
        self._contents = contents
        self._label.update(PREDICT)
        self.lay_out()

    @property
    def _names(self) -> list[str]:
        return [column.name for column in self._contents.columns]

    @property
    def _typed(self) -> tuple[str, ...]:
        text = self._line.value if self._line is not None else ""
        return tuple(word.strip() for word in text.split(",") if word.strip())

    def _move(self, way: int) -> None:
        """The next column as the one to predict."""
        names = self._names
        if self._line is None or not names:
            return
        at = names.index(self._typed[0]) if self._typed and self._typed[0] in names else -1
        self._line.value = names[(at + way) % len(names)]
        self._line.cursor_position = len(self._line.value)
        self._again(self._typed)

    def action_take(self) -> None:
        wrong = [name for name in self._typed if name not in self._names]
        if wrong:
            hint = near(wrong[0], self._names) or f"there are {', '.join(self._names[:6])}"
            self._label.update(f"there is no column {wrong[0]}: {hint}")
        else:
            self.dismiss(self._typed)
