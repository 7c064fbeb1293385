"""The app: one screen, driven by keys and mouse, fed by an engine."""

import asyncio
import gc
import signal
import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_nn.app.board import Board
from tui_nn.app.building import drives
from tui_nn.app.driving import Driving
from tui_nn.app.hands import SAID_S
from tui_nn.app.handshake import ENDING, Greeted, Interrupted, greet, interruptible
from tui_nn.app.hints import Hints
from tui_nn.app.keys import ACTIONS, MOVES
from tui_nn.app.leaving import STANDS_S, STILL_UNSAVED
from tui_nn.app.link import Link
from tui_nn.app.marking import Marking
from tui_nn.app.settings import Settings
from tui_nn.app.teaching import Teaching
from tui_nn.app.unsaved import Unsaved
from tui_nn.spec.errors import NNError
from tui_nn.spec.protocol import Started
from tui_nn.spec.protocol.commands import Grain
from tui_nn.spec.protocol.flow import Phase
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present, Problem
from tui_nn.views import frame
from tui_nn.views.desk import LOOK_FOR, Desk
from tui_nn.views.footer import key_at
from tui_nn.views.ink import Palette
from tui_nn.views.layout import NARROW
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import SAMPLES

PHASES = tuple(Phase)
DATA = 2
"""The panel in which samples are drawn."""


class Workbench(Marking):
    """One experiment on the screen."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { overflow: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(",".join(a.keys), a.name, show=False) for a in ACTIONS if a.keys),
        *(Binding(keys, f"press('{name}')", show=False) for keys, name in MOVES),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+q", "nothing", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False),
    ]

    def __init__(
        self,
        settings: Settings,
        palette: Palette,
        fps: float,
        views: dict[tuple[str, int], str],
        greeted: Greeted | None = None,
        *,
        is_first: bool = False,
    ) -> None:
        """`greeted`: an engine that was reached before the screen was taken; `is_first`: whether
        this person has never been here.
        """
        super().__init__(settings, Desk(chosen=dict(views)), palette)
        self.last_words = ""
        """To be said when the terminal is the shell's again."""
        self._fps = fps
        self._is_due = self._is_touched = True
        self._greeted = greeted
        self._hints = Hints(self.desk) if is_first else None
        self.unsaved = Unsaved(self.world, self.desk, lambda: self.driving.seeds)

    def compose(self) -> ComposeResult:
        yield self.board

    def on_mount(self) -> None:
        self._link = Link(self.settings, self.world, self._changed, self._greeted)
        self.driving = Driving(self.world, self._link.send, self.settings.pace)
        self.teaching = Teaching(self.world, self.desk, self._link.send)
        self.set_interval(1 / self._fps, self._paint)
        self.call_after_refresh(self._begin)
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self.exit, 128 + number)

    async def run_action(self, *arguments: Any, **named: Any) -> bool:
        """What was hinted at is over once it is done."""
        if self._hints is not None:
            self._hints.hear(arguments[0])
        return await super().run_action(*arguments, **named)

    def on_resize(self) -> None:
        """What is visible now may be something else, which has to be watched."""
        self._is_due = self._is_touched = True

    def _begin(self) -> None:
        """Behind the first picture: the engine, which takes longer, then what the panels show."""
        assert self._link
        self.unsaved.open(self.settings)
        self._link.start()
        gc.collect()
        gc.freeze()
        gc.enable()
        self.call_later(self._answer_keys)
        self.call_later(lambda: PANELS[self.desk.focus])

    def let_go(self) -> None:
        """Have the engine save and end, or leave it to its work; called when the app has ended."""
        words = [STILL_UNSAVED] if self.unsaved.let_go() else []
        if self._link is not None and (said := self._link.close()):
            words.insert(0, said)
        self.last_words = "; ".join(words) or self.last_words

    # What the engine tells

    def _changed(self, told: Told) -> None:
        """An event was taken in: shown at once while training stands, else with the next frame."""
        self._is_due = True
        self._is_interrupted &= self.world.running
        if isinstance(told, Answer | Problem):
            self.driving.hear(told)
            if self._editor is not None:
                self.call_later(self._editor.hear, told)  # a form may open
        if isinstance(told, Present | Answer):
            self._follow(told if isinstance(told, Present) else told.present)
        elif isinstance(told, Started) and self.replaying is None and self.world.lesson is None:
            if words := self.teaching.open(self.settings.experiment):
                self.say(words)
        elif isinstance(told, Problem) and told.id is not None:  # else of a watch that is over
            self.desk.words = ""
        if self._opened is not None:
            self._opened.hear(told)
        self.teaching.hear(told)
        self._look_for_unsaved(told)
        if not self.world.running and self.replaying is None:
            self.call_later(self._paint)

    def _follow(self, present: Present) -> None:
        """The focus goes with the phase, step by step through the loop."""
        place = (present.branch, present.step, present.phase, present.look)
        self.desk.layer = present.layer or self.desk.layer
        moved = present.state == "paused" and place != self._place
        if moved and present.phase in PHASES[4:] and not self.desk.full and self._sheet is None:
            self.desk.focus, self.desk.open = PHASES.index(present.phase) + 1, None
        self._place = place

    _place: tuple[object, ...] = ()

    def _paint(self) -> None:
        if self.replaying is not None:
            playing = self.replaying.playing
            self._is_due |= playing != self.world.playing
            self.world.playing = playing
        self._watch_forms()
        if not self._is_due or self._link is None:
            return
        if self.world.running and not self._is_touched and self._is_held():
            return
        if self._sheet is not None:
            self._sheet.paint()
            self._is_due = False
        else:
            self._is_due = not self.board.paint(touched=self._is_touched)
        self._is_touched = False
        if self.world.started is not None:
            seen = self.board.probes() if self._sheet is None else self._sheet.probes
            self._link.watch((SAMPLES, *seen, *self.also_watched))
        self._link.acknowledge()

    def _show(self) -> None:
        """The desk has changed."""
        self._is_due = self._is_touched = True
        self._paint()

    def _is_held(self) -> bool:
        """Whether a terminal that takes what was painted slowly is given time."""
        writer = getattr(self._driver, "_writer_thread", None)
        queue = getattr(writer, "_queue", None)  # Textual's own: where there is none, nobody knows
        now = time.monotonic()
        if queue is not None and queue.qsize() > 0:
            self.board.pacing.is_behind(now)
        return self.board.pacing.is_held(now)

    # Driving

    def action_run_pause(self) -> None:
        assert self._link
        if self.replaying is not None:
            self.replaying.play_or_pause()
        elif self.world.present.state == "offline":
            self._start_again(self._link)
        elif not self.world.is_broken:
            self.driving.run_or_pause()

    def _start_again(self, link: Link) -> None:
        """An engine elsewhere may ask for a password again: on the terminal, not under the app."""
        command, greeted = self.settings.command, None
        if command and not self.settings.attach:
            greeted = self._greet_again(command)
            if greeted is None:
                return
        self.driving.forget()
        self.unsaved.engine_is_gone()
        link.start_again(greeted)
        self.say("the engine is started again")

    def _greet_again(self, command: Sequence[str]) -> Greeted | None:
        """None where it won't be, which is said."""
        words = "not started: space tries again"
        screen = self.suspend() if self._driver and self._driver.can_suspend else nullcontext()
        with screen, interruptible():
            try:
                return greet(command)
            except NNError as error:
                words = str(error)
            except Interrupted as by:
                if by.number != signal.SIGINT:
                    self.exit(128 + by.number)
        self.say(words, 2 * SAID_S)
        return None

    @drives
    def action_go(self, by: Grain) -> None:
        if by in ("layer", "phase") and self._turn_choices(1):
            return
        self.driving.forward(by)

    @drives
    def action_go_back(self, by: Grain) -> None:
        if by in ("layer", "phase") and self._turn_choices(-1):
            return
        if not self.world.step and not self.world.running:
            self.say("nothing before the first step: capitals go back")
            return
        self.driving.back(by)

    def _turn_choices(self, way: int) -> bool:
        """Before the first step the phases are the choices 1 … 4; whether there was another."""
        wanted, present = self.desk.chosen_phase + way, self.world.present
        is_before = present.state in ("loading", "ready") and not present.step
        if not is_before or wanted not in range(4):
            return False
        self.desk.chosen_phase, self.desk.focus = wanted, wanted + 1
        if self.desk.open is not None:
            self.desk.open = self.desk.focus
        self._show()
        return True

    @drives
    def action_layer(self, way: int) -> None:
        by: Grain = "phase" if self.world.kind == "neuron" else "layer"
        if way > 0:
            self.action_go(by)
        else:
            self.action_go_back(by)

    def action_pace(self, way: int) -> None:
        view = PANELS[self.desk.focus].view(self.world, self.desk)
        takes = self.desk.full and not self._is_unrecorded
        if takes and view.press(self.world, self.desk, "+" if way > 0 else "-"):
            self._show()
        elif self.replaying is not None:
            self.replaying.change_speed(way)
            self._show()
        else:
            pace = self.driving.change_pace(way)
            steps = f"{pace:g} step{'' if pace == 1 else 's'} a second"
            self.say(f"pace: {steps if pace else 'flat out'}")

    @drives
    def action_reset(self) -> None:
        self.desk.chosen_phase = 0
        self.driving.reset()

    @drives
    def action_new_seed(self) -> None:
        self.desk.chosen_phase = 0
        self.driving.reset(new_seed=True)

    @drives
    def action_undo(self) -> None:
        self.say(self.driving.undo())

    @drives
    def action_redo(self) -> None:
        self.say(self.driving.redo())

    @drives
    def action_rate(self, way: int) -> None:
        self.say(self.driving.change_rate(way))

    def action_press(self, key: str) -> None:
        view = PANELS[self.desk.focus].view(self.world, self.desk)
        if (key == "enter" and self._take_offer()) or (
            (self._is_unrecorded or not self.desk.full) and self._seek(key)
        ):
            return
        if not self._is_unrecorded and view.press(self.world, self.desk, key):
            self.teaching.go_on()
            self._show()
        elif key == "enter":
            is_over = self.world.present.state == "goal"
            if is_over or not self._open_number():
                self.action_edit_here()
        elif key == "a" and self.desk.focus == DATA:
            self.action_draw()
        elif not self._seek(key) and key == "escape":
            self._close_top()

    @property
    def _is_unrecorded(self) -> bool:
        """Whether the panel in focus says that a recording holds nothing of it."""
        return self.replaying is not None and self.desk.focus in frame.INSIDE

    def action_optimizers(self) -> None:
        if self._is_unrecorded or self.replaying is not None:
            self.say("a recording holds nothing of it")
        elif self.world.started is None:
            self.say("nothing is trained yet")
        else:
            self.beside_each_other()

    def action_slide(self, way: int) -> None:
        is_narrow = self.size.width < NARROW and not self.desk.full
        if is_narrow and self.world.lesson is not None and self.desk.open != LOOK_FOR:
            self.desk.open = self.desk.focus = LOOK_FOR
            way = way if self.desk.slide is None else 0
        if words := self.teaching.turn(way) if way else "":
            self.say(words)
        elif self.teaching.covered:
            self.say(self.teaching.covered, STANDS_S)
        self._show()

    def _seek(self, key: str) -> bool:
        """Whether the key moves a recording."""
        return self.replaying is not None and self.replaying.answers(key)

    def action_nothing(self) -> None:
        """ctrl+q thaws a terminal that ctrl+s froze: it is no key to leave by."""

    # The mouse

    async def on_board_clicked(self, clicked: Board.Clicked) -> None:
        width = self.size.width
        if clicked.pane == "flow":
            if number := frame.phase_at(clicked.x, width, self.world, self.desk):
                self.action_panel(number)
        elif clicked.pane == "footer":
            await self._press_shown(key_at(clicked.x, width, self.world, self.desk))
        elif clicked.pane.isdecimal():
            self.desk.focus = int(clicked.pane)
            if clicked.count % 2 == 0:
                self.desk.full = not self.desk.full
            self._show()

    async def _press_shown(self, key: str) -> None:
        """Do what a key of the footer does, as a person reads it."""
        name = next((action.name for action in ACTIONS if action.key == key), "")
        if name and key != "enter":  # what that does depends on where the cursor is
            await self.run_action(name)
        elif key:
            self.action_press({"←": "left", "→": "right"}.get(key, key))

    def on_board_scrolled(self, scrolled: Board.Scrolled) -> None:
        if scrolled.pane.isdecimal():
            self.desk.focus = int(scrolled.pane)
            self.action_press("down" if scrolled.way > 0 else "up")
