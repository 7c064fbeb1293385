"""The marks of an experiment: the slides of its lesson, to go to or to remove."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_nn.app.box import Box
from tui_nn.spec.lesson import Slide
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Palette
from tui_nn.views.layer_names import window

KEYS = ("enter goes there", "x removes", "q back")


class Marks(Box[tuple[int, bool] | None]):
    """Gives the number of a slide, and whether it is to be removed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("enter", "answer(False)", show=False),
        Binding("x,d,delete", "answer(True)", show=False),
    ]

    def __init__(self, name: str, slides: Sequence[Slide], at: int, palette: Palette) -> None:
        super().__init__(name, palette)
        self._slides, self._at = slides, at
        self._shown = range(0)

    def keys(self) -> Sequence[str]:
        return KEYS

    def rows(self, width: int) -> int:
        return len(self._slides)

    def paint(self, canvas: Canvas) -> None:
        palette, count = self.palette, len(self._slides)
        self._shown = window(count, min(canvas.height, count), self._at)
        for row, index in enumerate(self._shown):
            here = index == self._at
            canvas.put(row, 0, "▸" if here else " ", palette.ink(palette.accent))
            ink = palette.strong if here else palette.plain
            canvas.put(row, 1, line_of(index, self._slides[index]), ink)

    def action_move(self, way: int) -> None:
        self._at = max(0, min(self._at + way, len(self._slides) - 1))
        self.lay_out()

    def turn(self, way: int) -> None:
        self.action_move(way)

    def action_answer(self, is_removed: bool) -> None:
        if self._slides:
            self.dismiss((self._at, is_removed))

    def hit(self, row: int, *, twice: bool) -> None:
        if row < len(self._shown):
            self._at = self._shown[row]
            self.action_answer(is_removed=False)


def line_of(index: int, slide: Slide) -> str:
    """Where a slide stands, and what it says."""
    place = "" if slide.step is None else f"step {slide.step:,}"
    phase = "" if slide.phase is None else str(slide.phase)
    panel = "" if slide.panel is None else f"{slide.panel} {slide.view or ''}".strip()
    return f"{index + 1:2}  {place:<10} {phase:<9} {panel:<16} {slide.text}"
