"""The marks of an experiment: the slides of its lesson, to go to or to remove."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui_nn.spec.lesson import Slide


class Marks(ModalScreen[tuple[int, bool] | None]):
    """Gives the number of a slide, and whether it is to be removed."""

    DEFAULT_CSS = """
    Marks { align: center middle; }
    Marks > Vertical {
        width: 96; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; background: $surface;
    }
    Marks OptionList:nocolor > .option-list--option-highlighted { text-style: bold underline; }
    Marks.ascii > Vertical { border: ascii $primary; }
    Marks.ascii OptionList { scrollbar-size: 0 0; }
    Marks OptionList, Marks OptionList:focus {
        border: none; height: auto; max-height: 20; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", show=False),
        Binding("x,d,delete", "remove", show=False),
        Binding("j", "move('down')", show=False),
        Binding("k", "move('up')", show=False),
    ]

    def __init__(self, name: str, slides: Sequence[Slide], at: int, *, ascii_only: bool) -> None:
        super().__init__(classes="ascii" if ascii_only else "")
        self._name, self._slides, self._at = name, slides, at

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._name
            box.border_subtitle = "enter goes there   x removes   escape back"
            yield OptionList(
                *(Option(line_of(i, slide), id=str(i)) for i, slide in enumerate(self._slides)),
                markup=False,
            )

    def on_mount(self) -> None:
        listed = self.query_one(OptionList)
        listed.focus()
        listed.highlighted = self._at

    def action_move(self, way: str) -> None:
        listed = self.query_one(OptionList)
        listed.action_cursor_down() if way == "down" else listed.action_cursor_up()

    def action_remove(self) -> None:
        self._answer(is_removed=True)

    def on_option_list_option_selected(self) -> None:
        self._answer(is_removed=False)

    def _answer(self, *, is_removed: bool) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None:
            self.dismiss((at, is_removed))

    def on_click(self, click: Click) -> None:
        """Beside it: back."""
        if click.widget is self:
            self.dismiss(None)


def line_of(index: int, slide: Slide) -> str:
    """Where a slide stands, and what it says."""
    place = "" if slide.step is None else f"step {slide.step:,}"
    phase = "" if slide.phase is None else str(slide.phase)
    panel = "" if slide.panel is None else f"{slide.panel} {slide.view or ''}".strip()
    return f"{index + 1:2}  {place:<10} {phase:<9} {panel:<16} {slide.text}"
