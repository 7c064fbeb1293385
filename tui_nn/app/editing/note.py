"""A sentence about what is on the screen, which stays in sight."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen

from tui_nn.app.editing.line import Line


class Note(ModalScreen[str | None]):
    """One line at the bottom; None where it is left."""

    DEFAULT_CSS = """
    Note { align: center bottom; background: transparent; }
    Note > Vertical { height: 3; border: round $primary; background: $surface; padding: 0 1; }
    Note.ascii > Vertical { border: ascii $primary; }
    Note Line, Note Line:focus { border: none; height: 1; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", show=False)]

    def __init__(self, title: str, *, ascii_only: bool) -> None:
        super().__init__(classes="ascii" if ascii_only else "")
        self._title = title
        self._line = Line("", {"enter": self._take})

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._title
            box.border_subtitle = "enter marks it   escape back"
            yield self._line

    def on_mount(self) -> None:
        self._line.focus()

    def _take(self) -> None:
        text = " ".join(self._line.value.split())
        if text:
            self.dismiss(text)
        else:
            self.query_one(Vertical).border_title = "a mark needs a sentence"

    def on_click(self, click: Click) -> None:
        """Beside it: back."""
        if click.widget is self:
            self.dismiss(None)
