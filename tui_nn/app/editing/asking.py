"""What becomes of changes that no file holds, asked before something else takes their place."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen
from textual.widgets import Label

Choice = Literal["save", "leave"]


class Question(ModalScreen[Choice | None]):
    """None: nothing is left."""

    DEFAULT_CSS = """
    Question { align: center middle; }
    Question > Vertical {
        width: 72; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $primary; background: $surface;
    }
    Question.ascii > Vertical { border: ascii $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,enter", "dismiss('save')", show=False),
        Binding("n", "dismiss('leave')", show=False),
        Binding("escape,q", "dismiss", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str], *, ascii_only: bool) -> None:
        super().__init__(classes="ascii" if ascii_only else "")
        self._title, self._lines = title, lines

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._title
            box.border_subtitle = "s save   n don't save   escape stay"
            for line in self._lines:
                yield Label(line, markup=False)

    def on_click(self, click: Click) -> None:
        """Beside it: back."""
        if click.widget is self:
            self.dismiss(None)
