"""A file of data before it is opened: what it holds, and what is to be predicted."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen
from textual.widgets import Label

from tui_nn.app.editing.form import FRAME
from tui_nn.app.editing.line import Line
from tui_nn.spec.protocol.disk import Contents
from tui_nn.spec.words import near
from tui_nn.views.canvas import Canvas
from tui_nn.views.contents import paint_contents
from tui_nn.views.ink import Palette
from tui_nn.views.pane import Pane

WIDTH, HEIGHT = 96, 30
KEYS = "enter opens it   ↑↓ another column   escape back"


class PreviewForm(ModalScreen[tuple[str, ...] | None]):
    """Gives the columns to predict; none where the reader has no choice."""

    DEFAULT_CSS = """
    PreviewForm { align: center middle; }
    PreviewForm > Vertical { border: round $primary; background: $surface; padding: 0 1; }
    PreviewForm.ascii > Vertical { border: ascii $primary; }
    PreviewForm Line, PreviewForm Line:focus { border: none; height: 1; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", show=False),
        Binding("enter", "take", show=False),
    ]

    def __init__(
        self, contents: Contents, palette: Palette, again: Callable[[tuple[str, ...]], None]
    ) -> None:
        """`again` asks what the file comes to with other targets."""
        super().__init__(classes="ascii" if palette.ascii_only else "")
        self._contents, self._palette, self._again = contents, palette, again
        self._pane = Pane("contents")
        keys = {
            "enter": self.action_take,
            "down": lambda: self._move(1),
            "up": lambda: self._move(-1),
        }
        is_table = contents.reader == "csv"
        self._line = Line(", ".join(contents.target), keys) if is_table else None

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._contents.path
            box.border_subtitle = KEYS if self._line else "enter opens it   escape back"
            if self._line is not None:
                yield Label("predict: a column, or several with commas between", markup=False)
                yield self._line
            yield self._pane

    def on_mount(self) -> None:
        if self._line is not None:
            self._line.focus()
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def show(self, contents: Contents) -> None:
        """What the file comes to now."""
        self._contents = contents
        self._lay_out()

    def _lay_out(self) -> None:
        columns, rows = self.app.size
        width, height = min(WIDTH, columns), min(HEIGHT, rows)
        box = self.query_one(Vertical)
        box.styles.width, box.styles.height = width, height
        size = max(1, width - FRAME), max(1, height - (4 if self._line else 2))
        self._pane.styles.width, self._pane.styles.height = size
        canvas = Canvas(*size, self._palette)
        paint_contents(canvas, self._contents)
        self._pane.show(canvas)

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
            box = self.query_one(Vertical)
            hint = near(wrong[0], self._names) or f"there are {', '.join(self._names[:6])}"
            box.border_title = f"there is no column {wrong[0]}: {hint}"
        else:
            self.dismiss(self._typed)

    def on_click(self, click: Click) -> None:
        """Beside it: back."""
        if click.widget is self:
            self.dismiss(None)
