"""The app: one screen, driven by keys and mouse, fed by an engine."""

import asyncio
import signal
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from tui_nn.app.board import Board
from tui_nn.app.driving import Driving
from tui_nn.app.explaining import Explanation, pages
from tui_nn.app.keys import ACTIONS, MOVES
from tui_nn.app.link import Link
from tui_nn.app.listing import ActionList
from tui_nn.app.settings import Settings
from tui_nn.spec.exits import Exit
from tui_nn.spec.protocol import Started
from tui_nn.spec.protocol.commands import Grain
from tui_nn.spec.protocol.flow import Phase
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present
from tui_nn.views.desk import Desk
from tui_nn.views.ink import PALETTES, Palette
from tui_nn.views.layout import CHOICES, NARROW
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import SAMPLES, World

PHASES = tuple(Phase)
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Workbench(App[int]):
    """One experiment on the screen."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { overflow: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(",".join(action.keys), action.name, show=False) for action in ACTIONS),
        *(Binding(keys, f"press('{name}')", show=False) for keys, name in MOVES),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+q", "nothing", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False),
    ]

    def __init__(
        self, settings: Settings, palette: Palette, fps: float, views: dict[int, str]
    ) -> None:
        super().__init__()
        self.settings = settings
        self.last_words = ""
        """To be said when the terminal is the shell's again."""
        self.world, self.desk = World(), Desk(chosen=dict(views))
        self.board = Board(self.world, self.desk, palette)
        self._fps = fps
        self._is_due = self._is_touched = True
        self._link: Link | None = None

    def compose(self) -> ComposeResult:
        yield self.board

    def on_mount(self) -> None:
        self._obey_theme()
        self._link = Link(self.settings, self.world, self._changed)
        self.driving = Driving(self.world, self._link.send, self.settings.pace)
        self.board.focus()
        self.set_interval(1 / self._fps, self._paint)
        self.call_after_refresh(self._link.start)
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self.exit, 128 + number)

    def let_go(self) -> None:
        """Have the engine save and end, or leave it to its work; called when the app has ended."""
        if self._link is not None:
            self.last_words = self._link.close() or self.last_words

    # What the engine tells

    def _changed(self, told: Told) -> None:
        """An event was taken in: shown at once while training stands, else with the next frame."""
        self._is_due = True
        if isinstance(told, Started):
            self.desk.focus, self.desk.chosen_phase = 1, 0
        elif isinstance(told, Present | Answer):
            self._follow(told if isinstance(told, Present) else told.present)
        if not self.world.running:
            self.call_later(self._paint)

    def _follow(self, present: Present) -> None:
        """The focus goes with the phase, step by step through the loop."""
        place = (present.branch, present.step, present.phase, present.look)
        moved = present.state == "paused" and place != self._place
        if moved and present.phase in PHASES[4:] and not self.desk.full:
            self.desk.focus, self.desk.open = PHASES.index(present.phase) + 1, None
        self._place = place

    _place: tuple[object, ...] = ()

    def _paint(self) -> None:
        if not self._is_due or self._link is None:
            return
        if self.world.running and not self._is_touched and self._is_behind():
            return  # what is on its way first: a frame that comes late makes keys late
        self.board.paint(touched=self._is_touched)
        self._is_due = self._is_touched = False
        if self.world.started is not None:
            self._link.watch((SAMPLES, *self.board.probes()))
        self._link.acknowledge()

    def _show(self) -> None:
        """The desk has changed."""
        self._is_due = self._is_touched = True
        self._paint()

    def _is_behind(self) -> bool:
        """Whether the terminal has not taken all that was painted; False where nobody knows."""
        writer = getattr(self._driver, "_writer_thread", None)
        queue = getattr(writer, "_queue", None)
        return queue is not None and queue.qsize() > 0

    # Driving

    def action_run_pause(self) -> None:
        assert self._link
        if self.world.present.state == "offline":
            self._link.start_again()
        elif self._link.recording is not None:
            self._link.play_or_pause()
        else:
            self.driving.run_or_pause()

    def action_go(self, by: Grain) -> None:
        if by == "phase" and self._turn_choices(1):
            return
        self.driving.forward(by)

    def action_go_back(self, by: Grain) -> None:
        if by == "phase" and self._turn_choices(-1):
            return
        self.driving.back(by)

    def _turn_choices(self, way: int) -> bool:
        """Before the first step the phases are the choices 1 … 4; whether there was another."""
        wanted = self.desk.chosen_phase + way
        if self.world.present.state != "ready" or wanted not in range(4):
            return False
        self.desk.chosen_phase, self.desk.focus = wanted, wanted + 1
        self._show()
        return True

    def action_layer(self, way: int) -> None:
        view = PANELS[5].view(self.world, self.desk)
        if view.press(self.world, self.desk, "n" if way > 0 else "N"):
            self._show()

    def action_pace(self, way: int) -> None:
        view = PANELS[self.desk.focus].view(self.world, self.desk)
        if self.desk.full and view.press(self.world, self.desk, "+" if way > 0 else "-"):
            self._show()
            return
        pace = self.driving.change_pace(way)
        self.notify(f"{pace:g} steps a second" if pace else "flat out", timeout=2)

    def action_reset(self) -> None:
        self.driving.reset()

    def action_new_seed(self) -> None:
        self.driving.reset(new_seed=True)

    def action_undo(self) -> None:
        self.notify(self.driving.undo(), timeout=2)

    def action_redo(self) -> None:
        self.notify(self.driving.redo(), timeout=2)

    def action_rate(self, way: int) -> None:
        self.notify(self.driving.change_rate(way), timeout=2)

    def action_save(self) -> None:
        self.driving.save()

    # The screen

    def action_panel(self, number: int) -> None:
        desk = self.desk
        over = self.size.width < NARROW and number in CHOICES and not desk.full
        if over and desk.open != number:
            desk.open = number
        elif desk.focus == number:
            desk.full, desk.open = not desk.full, None
        if not over:
            desk.open = None
        desk.focus = number
        self._show()

    def action_next_panel(self, way: int) -> None:
        visible = [slot.panel for slot in self.board.home.slots]
        if len(visible) < 2:
            visible = [*range(1, 9)]
        here = visible.index(self.desk.focus) if self.desk.focus in visible else 0
        self.desk.focus = visible[(here + way) % len(visible)]
        self._show()

    def action_full(self) -> None:
        self.desk.full = not self.desk.full
        self._show()

    def action_view(self, way: int) -> None:
        panel = PANELS[self.desk.focus]
        views = panel.suiting(self.world)
        here = views.index(panel.view(self.world, self.desk))
        self.desk.chosen[panel.number] = views[(here + way) % len(views)].name
        self._show()

    def action_theme(self) -> None:
        names, old = list(PALETTES), self.board.palette
        name = names[(names.index(old.name) + 1) % len(names)]
        self.board.palette = replace(PALETTES[name], colour=old.colour, ascii_only=old.ascii_only)
        self._obey_theme()
        self._show()
        self.notify(f"theme {name}", timeout=2)

    def _obey_theme(self) -> None:
        """What lies over the home screen has the same colours."""
        self.theme = "textual-light" if self.board.palette.name == "light" else "textual-dark"

    def action_press(self, key: str) -> None:
        view = PANELS[self.desk.focus].view(self.world, self.desk)
        if view.press(self.world, self.desk, key):
            self._show()
        elif key == "escape":
            self._close_top()

    def _close_top(self) -> bool:
        """Close what lies over the home screen; whether there was something."""
        if self.desk.full or self.desk.open is not None:
            self.desk.full, self.desk.open = False, None
            self._show()
            return True
        return False

    def action_capture(self) -> None:
        try:
            self.notify(f"saved {self.save_screenshot()}")
        except OSError as error:
            self.notify(f"no picture: {error.strerror}", severity="error")

    def action_explain(self) -> None:
        panel = PANELS[self.desk.focus]
        view = panel.view(self.world, self.desk)
        self.push_screen(Explanation(pages(panel, view, self.world, self.desk)))

    async def _do(self, name: str | None) -> None:
        if name:
            await self.run_action(name)

    def action_list_all(self) -> None:
        self.push_screen(ActionList(), self._do)

    def action_nothing(self) -> None:
        """ctrl+q thaws a terminal that ctrl+s froze: it is no key to leave by."""

    def action_close(self) -> None:
        if not self._close_top():
            self.exit(Exit.DONE)

    def action_interrupt(self) -> None:
        if self.world.running and self._link and self._link.recording is None:
            self.driving.run_or_pause()
            self.notify("training stands: ctrl+c again leaves", timeout=3)
        else:
            self.exit(Exit.DONE)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.notify("pasted text does nothing here", timeout=3)

    def on_board_clicked(self, clicked: Board.Clicked) -> None:
        if clicked.pane.isdecimal():
            self.desk.focus = int(clicked.pane)
            if clicked.count == 2 or clicked.y == 0:
                self.desk.full = not self.desk.full if clicked.count == 2 else self.desk.full
            self._show()

    def on_board_scrolled(self, scrolled: Board.Scrolled) -> None:
        if scrolled.pane.isdecimal():
            self.desk.focus = int(scrolled.pane)
            self.action_press("down" if scrolled.way > 0 else "up")
