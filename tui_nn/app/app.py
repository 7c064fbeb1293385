"""The app: one screen, driven by keys and mouse, fed by an engine."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from tui_nn.app.board import Board
from tui_nn.app.driving import Driving
from tui_nn.app.keys import ACTIONS
from tui_nn.app.link import Link
from tui_nn.client import engine_command
from tui_nn.spec.protocol import Started
from tui_nn.spec.protocol.commands import Grain, Load, Pause
from tui_nn.spec.protocol.flow import Phase
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Present
from tui_nn.views.desk import Desk
from tui_nn.views.ink import PALETTES, ThemeName
from tui_nn.views.layout import CHOICES, NARROW
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import SAMPLES, World

PHASES = tuple(Phase)


@dataclass(frozen=True)
class Settings:
    """How the app was started."""

    experiment: str
    text: str | None = None
    """The experiment's TOML, where its file lies here and the engine may be elsewhere."""
    changes: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    runs: str | None = "runs"
    command: Sequence[str] = ()
    """The engine's; empty: a child of this machine."""
    attach: bool = False
    """Whether the engine trains already, and its run is to be followed."""
    theme: ThemeName = "dark"
    ascii_only: bool = False
    fps: float = 20.0
    pace: float | None = None


class Workbench(App[int]):
    """One experiment on the screen."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { layers: base; overflow: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(",".join(action.keys), action.name, action.words, show=False)
            for action in ACTIONS
        ),
        Binding("ctrl+c", "interrupt", "stop training, then leave", show=False, priority=True),
        Binding("ctrl+q", "nothing", show=False, priority=True),
        *(Binding(key, f"press('{name}')", show=False) for key, name in (
            ("up,k", "up"), ("down,j", "down"), ("left,h", "left"), ("right,l", "right"),
            ("enter", "enter"), ("escape", "escape"), ("a", "a"), ("A,upper_a", "A"),
            ("x", "x"), ("z", "z"), ("d", "d"), ("less_than_sign", "<"),
            ("greater_than_sign", ">"), ("home", "home"), ("end", "end"),
        )),
    ]  # fmt: skip

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.world, self.desk = World(), Desk()
        palette = PALETTES[settings.theme]
        if settings.ascii_only or "NO_COLOR" in os.environ:
            from dataclasses import replace

            palette = replace(
                palette, ascii_only=settings.ascii_only, colour="NO_COLOR" not in os.environ
            )
        self.board = Board(self.world, self.desk, palette)
        self._link: Link | None = None
        self._is_due = False

    def compose(self) -> ComposeResult:
        yield self.board

    def on_mount(self) -> None:
        self._link = Link(self.world, self._changed)
        self.driving = Driving(self.world, self._link.send, self.settings.pace)
        self.board.focus()
        self.board.paint()
        self.call_after_refresh(self._start)
        self.set_interval(1 / self.settings.fps, self._tick)

    def _start(self) -> None:
        assert self._link
        settings = self.settings
        self._link.start(list(settings.command) or engine_command())
        if not settings.attach:
            self._link.send(
                Load(
                    experiment=settings.experiment,
                    text=settings.text,
                    changes=settings.changes,
                    target=settings.target,
                    runs=settings.runs,
                )  # fmt: skip
            )

    # What the engine tells

    def _changed(self, told: Told) -> None:
        """An event was taken in: shown at once while training stands, else with the next frame."""
        self._is_due = True
        if isinstance(told, Started):
            self.desk.focus = 1
        if isinstance(told, Present) and told.state == "paused":
            self.desk.focus = PHASES.index(told.phase) + 1 if told.step else self.desk.focus
        if not self.world.running:
            self.call_later(self._paint)

    def _tick(self) -> None:
        if self._is_due:
            self._paint()

    def _paint(self) -> None:
        if not self._is_due or self._link is None:
            return
        self._is_due = False
        self.board.paint()
        if self.world.started is not None:
            self._link.watch((SAMPLES, *self.board.probes()))
        self._link.acknowledge()

    def _show(self) -> None:
        """The desk has changed."""
        self._is_due = True
        self._paint()

    # What keys do

    def action_run_pause(self) -> None:
        if self.world.present.state == "offline":
            self._start()
        else:
            self.driving.run_or_pause()

    def action_go(self, by: Grain) -> None:
        self.driving.forward(by)

    def action_go_back(self, by: Grain) -> None:
        self.driving.back(by)

    def action_layer(self, way: int) -> None:
        self.desk.cursor[5] = max(0, self.desk.cursor.get(5, 0) + way)
        self._show()

    def action_pace(self, way: int) -> None:
        pace = self.driving.change_pace(way)
        self.notify(f"{pace:g} steps a second" if pace else "flat out")

    def action_reset(self) -> None:
        self.driving.reset()

    def action_new_seed(self) -> None:
        self.driving.reset(new_seed=True)

    def action_undo(self) -> None:
        self.notify(self.driving.undo())

    def action_redo(self) -> None:
        self.notify(self.driving.redo())

    def action_rate(self, way: int) -> None:
        why_not = self.driving.change_rate(way)
        if why_not:
            self.notify(why_not)

    def action_panel(self, number: int) -> None:
        desk = self.desk
        again = desk.focus == number
        narrow = self.size.width < NARROW and number in CHOICES
        if narrow and desk.open != number and not desk.full:
            desk.open = number
        elif again:
            desk.full = not desk.full
        if not narrow:
            desk.open = None
        desk.focus = number
        self._show()

    def action_next_panel(self, way: int) -> None:
        visible = [slot.panel for slot in self.board.home.slots]
        if self.desk.full:
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
        names = list(PALETTES)
        name = names[(names.index(self.board.palette.name) + 1) % len(names)]
        from dataclasses import replace

        old = self.board.palette
        self.board.palette = replace(PALETTES[name], colour=old.colour, ascii_only=old.ascii_only)
        self._show()

    def action_press(self, key: str) -> None:
        view = PANELS[self.desk.focus].view(self.world, self.desk)
        if view.press(self.world, self.desk, key):
            self._show()
        elif key == "escape":
            self.action_close_top()

    def action_close_top(self) -> bool:
        """Close what lies over the home screen; whether there was something."""
        if self.desk.full or self.desk.open is not None:
            self.desk.full, self.desk.open = False, None
            self._show()
            return True
        return False

    def action_save(self) -> None:
        self.driving.save()

    def action_capture(self) -> None:
        self.notify(f"saved {self.save_screenshot()}")

    def action_explain(self) -> None:
        pass

    def action_list_all(self) -> None:
        pass

    def action_nothing(self) -> None:
        pass

    def action_close(self) -> None:
        if not self.action_close_top():
            self.exit(0)

    def action_interrupt(self) -> None:
        if self.world.running and self._link:
            self._link.send(Pause())
            self.notify("paused: ctrl+c again leaves")
        else:
            self.exit(0)

    def on_board_clicked(self, clicked: Board.Clicked) -> None:
        if clicked.pane.isdigit():
            self.desk.focus = int(clicked.pane)
            if clicked.count == 2:
                self.desk.full = not self.desk.full
            self._show()

    def on_unmount(self) -> None:
        if self._link is not None:
            self._link.close()
