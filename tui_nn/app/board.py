"""The home screen: panes in their places, repainted when what they show has changed."""

import time
from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from tui_nn.app.pacing import Pacing
from tui_nn.app.places import Places
from tui_nn.spec.protocol.frames import Probes
from tui_nn.views.desk import Desk
from tui_nn.views.frame import frame_probes
from tui_nn.views.home import is_first, paint_frame, paint_panel, plan
from tui_nn.views.ink import Palette
from tui_nn.views.layout import FOOT, HEAD, Home
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
        self.pacing = Pacing()
        self._painted_in, self._focus = palette, desk.focus
        self._panes = {name: Pane(name) for name in (*map(str, PANELS), *FRAME)}

    @property
    def layout(self) -> Places:
        return self._layout

    def compose(self) -> ComposeResult:
        yield from self._panes.values()

    def on_resize(self) -> None:
        self.paint()

    def paint(self, *, touched: bool = True) -> bool:
        """Bring every pane up to date; while training runs, those that are due, and what a person
        has `touched`: the panel in focus, and the one that was. Whether none is left for later.
        """
        if not self.world.running or self.palette is not self._painted_in:
            self.pacing.forget(PANELS)
        elif touched:
            self.pacing.forget((self._focus, self.desk.focus))
        self._painted_in, self._focus = self.palette, self.desk.focus
        home = plan(self.world, self.desk, self.size)
        self.desk.size = next(
            (slot.inner for slot in home.slots if slot.panel == self.desk.focus), self.desk.size
        )
        if home != self.home:
            self.home = home
            self._move()
            self.pacing.forget(PANELS)
        is_whole = True
        for slot in home.slots if not home.is_too_small else ():
            began = time.monotonic()
            is_due = self.pacing.is_due(slot.panel, began)
            is_whole &= is_due
            if is_due:
                canvas = paint_panel(
                    slot, self.world, self.desk, self.palette, first=is_first(home, slot)
                )
                self._panes[str(slot.panel)].show(canvas)
                self.pacing.painted(slot.panel, began, time.monotonic())
        for name, canvas in paint_frame(home, self.world, self.desk, self.palette).items():
            self._panes[name].show(canvas)
        return is_whole

    def probes(self) -> Sequence[Probes]:
        """What has to be watched for all that is visible, each once."""
        if self.world.started is None:
            return ()
        found: dict[Probes, None] = dict.fromkeys(frame_probes(self.world))
        for slot in self.home.slots:
            view = PANELS[slot.panel].view(self.world, self.desk)
            found |= dict.fromkeys(view.probes(self.world, self.desk, slot.inner))
        return tuple(found)

    def _move(self) -> None:
        width, height = self.home.width, self.home.height
        places = {str(s.panel): Region(s.x, s.y, s.width, s.height) for s in self.home.slots}
        places |= {
            "flow": Region(0, 0, width, 1),
            "headline": Region(0, 1, width, 1),
            "moment": Region(0, max(HEAD, height - FOOT), width, 2),
            "footer": Region(0, max(HEAD, height - 1), width, 1),
        }
        levels = {str(slot.panel): level for level, slot in enumerate(self.home.slots)}
        for name, pane in self._panes.items():
            pane.level = levels.get(name, 0)
            pane.cells = places.get(name, Region())
            pane.display = bool(pane.cells.area)
            pane.refresh(layout=True)  # which lets the board forget how it had arranged them

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
        for pane in sorted(self._panes.values(), key=lambda pane: -pane.level):
            if pane.display and pane.cells.contains(x, y):
                return pane
        return None
