"""A painted rectangle as a Textual widget: only rows that changed are sent to the terminal."""

from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui_nn.plot.cells import RGB
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Ink


class Pane(Widget):
    """Shows a canvas."""

    DEFAULT_CSS = "Pane { width: auto; height: auto; }"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.cells = Region()
        """Where it stands on the screen."""
        self.level = 0
        """What has a higher one lies over it."""
        self._rows: list[tuple[tuple[str, Ink], ...]] = []
        self._width = 0

    def show(self, canvas: Canvas) -> None:
        """Show a canvas; what is the same as before is not sent again."""
        rows = [canvas.row(y) for y in range(canvas.height)]
        self._width = canvas.width
        if len(rows) != len(self._rows):
            self._rows = rows
            self.refresh()
            return
        changed = [y for y, (new, old) in enumerate(zip(rows, self._rows, strict=True))
                   if new != old]  # fmt: skip
        self._rows = rows
        if changed:
            self.refresh(*(Region(0, y, canvas.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        if y >= len(self._rows):
            return Strip.blank(self.size.width, Style())
        segments = [Segment(text, style(ink)) for text, ink in self._rows[y]]
        return Strip(segments, self._width)


@lru_cache(maxsize=2_048)
def style(ink: Ink) -> Style:
    """Rich's style of an ink."""
    return Style(color=_colour(ink.fg), bgcolor=_colour(ink.bg), bold=ink.bold)


@lru_cache(maxsize=1_024)
def _colour(rgb: RGB) -> Color:
    return Color.from_rgb(*rgb)
