"""The home screen: panes in their places, repainted when what they show has changed."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from tui_nn.app.places import Places
from tui_nn.spec.protocol.frames import Probes
from tui_nn.views import frame
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import Palette
from tui_nn.views.layout import CHOICES, FOOT, HEAD, Home, Slot, arrange
from tui_nn.views.pane import Pane
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import World

FRAME = ("flow", "headline", "moment", "footer")


class Board(Widget, can_focus=True):
    """All panes; a click says what it hit."""

    DEFAULT_CSS = "Board { width: 100%; height: 100%; }"

    class Clicked(Message):
        """A pane was clicked: a panel's number or a name of the frame, and the cell within."""

        def __init__(self, pane: str, x: int, y: int, count: int) -> None:
            super().__init__()
            self.pane, self.x, self.y, self.count = pane, x, y, count

    class Scrolled(Message):
        """The wheel turned over a pane: 1 down, −1 up."""

        def __init__(self, pane: str, way: int) -> None:
            super().__init__()
            self.pane, self.way = pane, way

    def __init__(self, world: World, desk: Desk, palette: Palette) -> None:
        super().__init__()
        self.world, self.desk, self.palette = world, desk, palette
        self.home = Home(0, 0, ())
        self._layout = Places()
        self._panes = {name: Pane(name) for name in (*map(str, PANELS), *FRAME)}

    @property
    def layout(self) -> Places:
        return self._layout

    def compose(self) -> ComposeResult:
        yield from self._panes.values()

    def on_resize(self) -> None:
        self.paint()

    def paint(self) -> None:
        """Bring every pane up to date."""
        width, height = self.size
        needs = self._needs(width)
        home = arrange(width, height, self.desk, needs)
        if home != self.home:
            self.home = home
            self._move()
        if home.is_too_small:
            self._paint_too_small(width, height)
            return
        for slot in home.slots:
            self._panes[str(slot.panel)].show(self._painted(slot))
        self._paint_frame(width, height)

    def probes(self) -> Sequence[Probes]:
        """What has to be watched for all that is visible, each once."""
        found: dict[Probes, None] = {}
        for slot in self.home.slots:
            view = PANELS[slot.panel].view(self.world, self.desk)
            found |= dict.fromkeys(view.probes(self.world, self.desk, slot.inner))
        return tuple(found)

    def _needs(self, width: int) -> dict[int, tuple[int, int]]:
        columns = 40 if width >= 160 else 34
        needs = {}
        for number in CHOICES:
            view = PANELS[number].view(self.world, self.desk)
            if number or self.world.setting("about"):
                needs[number] = view.rows(self.world, columns)
        return needs

    @property
    def _first(self) -> Slot:
        """The slot of 5 Forward, or the only one."""
        return next((slot for slot in self.home.slots if slot.panel == 5), self.home.slots[0])

    def _move(self) -> None:
        width, height = self.home.width, self.home.height
        places = {str(s.panel): Region(s.x, s.y, s.width, s.height) for s in self.home.slots}
        places |= {
            "flow": Region(0, 0, width, 1),
            "headline": Region(0, 1, width, 1),
            "moment": Region(0, max(HEAD, height - FOOT), width, 2),
            "footer": Region(0, max(HEAD, height - 1), width, 1),
        }
        for name, pane in self._panes.items():
            pane.cells = places.get(name, Region())
            pane.display = bool(pane.cells.area)
        self.refresh(layout=True)

    def _painted(self, slot: Slot) -> Canvas:
        panel = PANELS[slot.panel]
        view = panel.view(self.world, self.desk)
        canvas = Canvas(slot.width, slot.height, self.palette)
        frame.paint_title(
            canvas, slot, panel, view, self.world, self.desk,
            focused=self.desk.focus == slot.panel,
        )  # fmt: skip
        columns, rows = slot.inner
        inner = Canvas(columns, max(0, rows), self.palette)
        if self.world.started is not None:
            view.paint(inner, self.world, self.desk)
        elif self.world.problem is not None and slot == self._first:
            frame.paint_problem(inner, self.world.problem)
        canvas.draw(inner, 1, slot.width - columns)
        return canvas

    def _paint_frame(self, width: int, height: int) -> None:
        flow, headline, footer = (Canvas(width, 1, self.palette) for _ in range(3))
        moment = Canvas(width, 2, self.palette)
        frame.paint_flow(flow, self.world, self.desk)
        frame.paint_headline(headline, self.world)
        frame.paint_moment(moment, self.world, self.desk, self.home)
        frame.paint_footer(footer, self.world, self.desk)
        for name, canvas in zip(FRAME, (flow, headline, moment, footer), strict=True):
            self._panes[name].show(canvas)

    def _paint_too_small(self, width: int, height: int) -> None:
        for name in FRAME:
            self._panes[name].show(Canvas(width, 1, self.palette))
        canvas = Canvas(width, 1, self.palette)
        canvas.put(0, 0, "too small: 24x6 at least")
        self._panes["flow"].show(canvas)

    def on_click(self, event: events.Click) -> None:
        pane = self._pane_at(event.screen_x, event.screen_y)
        if pane is not None:
            x, y = event.screen_x - pane.cells.x, event.screen_y - pane.cells.y
            self.post_message(self.Clicked(pane.name or "", x, y, event.chain))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scrolled(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scrolled(event, -1)

    def _scrolled(self, event: events.MouseEvent, way: int) -> None:
        pane = self._pane_at(event.screen_x, event.screen_y)
        if pane is not None:
            self.post_message(self.Scrolled(pane.name or "", way))

    def _pane_at(self, x: int, y: int) -> Pane | None:
        for pane in reversed(self._panes.values()):
            if pane.display and pane.cells.contains(x, y):
                return pane
        return None
