"""What is built and chosen from the home screen: forms, opening, saving, pasted texts."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from tui_nn.app.driving import Driving
from tui_nn.app.hands import PASTED
from tui_nn.app.link import Link
from tui_nn.app.replaying import Replaying
from tui_nn.app.settings import Settings
from tui_nn.app.showing import Showing
from tui_nn.spec.protocol.frames import Probes
from tui_nn.views.desk import Desk
from tui_nn.views.ink import Palette

if TYPE_CHECKING:
    from tui_nn.app.editing.editor import Editor
    from tui_nn.app.editing.sheet import Sheet
    from tui_nn.app.opened import Opened

EDITED = (1, 2, 3, 4)
"""Panels that show what was chosen."""
NO_ENGINE = "there is no engine: space starts it again"


def drives(action: Callable[..., None]) -> Callable[..., None]:
    """An action that changes what an engine does: a recording has none."""

    @wraps(action)
    def answer(self: "Building", *arguments: Any) -> None:
        if self.replaying is not None:
            self.say("a recording: space, ← → < > and - + move it, nothing changes it")
        elif self.world.present.state == "offline":
            self.say(NO_ENGINE)
        elif not self.world.is_broken:  # why it is stays on the screen
            action(self, *arguments)

    return answer


class Building(Showing):
    """An app whose experiment can be changed, or another one opened."""

    driving: Driving

    def __init__(self, settings: Settings, desk: Desk, palette: Palette) -> None:
        super().__init__(desk, palette)
        self.settings = settings
        self._link: Link | None = None
        self._editor: Editor | None = None
        self._sheet: Sheet | None = None
        """What is drawn on, over the home screen."""
        self._opened: Opened | None = None
        """The number that is looked into, over the home screen."""
        self.also_watched: tuple[Probes, ...] = ()
        """What lies over the home screen looks at, beside what the panels show."""
        self._offered: Callable[[], Settings | None] | None = None
        """What enter does with what is offered, before anything else is done."""

    @property
    def replaying(self) -> Replaying | None:
        return self._link.replaying if self._link else None

    def _forms(self) -> "Editor":
        if self._editor is None:
            from tui_nn.app.editing.editor import Editor  # with the catalog: not at the start

            self._editor = Editor(self, self.driving)
        return self._editor

    @drives
    def action_edit(self, panel: int | None = None) -> None:
        """The form of a panel 1 … 4, of all settings where it is None."""
        if self.world.started is None:
            self.say("nothing is loaded yet")
        else:
            self._forms().open(panel)

    def action_edit_here(self) -> None:
        """What a pasted text is good for; the form of the panel in focus; behind a goal what comes
        next.
        """
        if self._take_offer():
            return
        if self.desk.focus in EDITED:
            self.action_edit(self.desk.focus)
        elif self.world.present.state == "goal":
            self.action_open()

    @drives
    def action_draw(self) -> None:
        """Points into a plane, or a picture to be classified."""
        if self.world.started is None or self._sheet is not None:
            return
        from tui_nn.app.editing.drawing import sheet_for  # with the catalog: not at the start

        sheet = sheet_for(self, self.driving)
        if isinstance(sheet, str):
            self.say(sheet)
            return
        self._sheet = sheet
        self.push_screen(sheet, self._put_away)

    def _put_away(self, _: None) -> None:
        self._sheet = None
        self._show()

    def action_open_number(self) -> None:
        """The arithmetic of the number at the cursor."""
        if not self._open_number():
            self.say("no number is at the cursor here: 5, 6 and 7 have some")

    def _open_number(self) -> bool:
        """Whether there is one; while training runs it stops first."""
        link = self._link
        if self.world.started is None or link is None or self._opened is not None:
            return False
        from tui_nn.views.opening import number_at  # with the catalog: not at the start

        level = number_at(self.world, self.desk)
        if level is None:
            return False
        if self.replaying is not None:
            self.say("a recording holds no tensors to look into")
        elif self.world.present.state == "offline":
            self.say(NO_ENGINE)
        else:
            if self.world.running:
                self.driving.run_or_pause()
            from tui_nn.app.opened import Opened

            self._opened = Opened(self, level, link.inspect)
            self.push_screen(self._opened, self._close_number)
        return True

    def _close_number(self, _: None) -> None:
        self._opened = None

    @drives
    def action_diagnose(self) -> None:
        """What is wrong with the run; as long as that is open, it is looked at for it."""
        from tui_nn.app.diagnosing import Diagnosis  # with the catalog: not at the start
        from tui_nn.app.editing.changing import Changing
        from tui_nn.views.evidence import wanted

        if self.world.started is None:
            self.say("nothing is loaded yet")
            return

        def close(_: None) -> None:
            self.also_watched = ()
            self._show()

        self.also_watched = wanted(self.world)
        changing = Changing(self.world, self.driving)
        self.push_screen(Diagnosis(self.world, changing, self.board.palette), close)
        self._show()

    def action_open(self) -> None:
        if self.replaying is not None or self.settings.attach:
            self.say("this shows one run: start nn-tui anew to open something else")
        elif self.world.present.state == "offline":
            self.say(NO_ENGINE)
        else:
            self._forms().choose(self.settings, self._open)

    def _open(self, settings: Settings) -> None:
        assert self._link
        self.settings = settings
        self.driving.forget()
        self.driving.pace = None
        self.desk.forget()
        self.world.lesson = self.world.judge = None
        self._link.open(settings)

    def _take_paste(self, text: str) -> None:
        """A text does nothing by itself; what it is can be opened."""
        words, self._offered = "", None
        if self.replaying is None and self.world.started is not None:
            words, self._offered = self._forms().offer(text, self.settings)
        if not words:
            self._offered = None
        self.say(words or PASTED)

    async def run_action(self, *arguments: Any, **named: Any) -> bool:
        """What was offered is over once something else is done."""
        if arguments[0] not in ("press('enter')", "edit_here"):
            self._offered = None
        return await super().run_action(*arguments, **named)

    def _take_offer(self) -> bool:
        """Do what was offered; whether something was."""
        offered, self._offered = self._offered, None
        if offered is None:
            return False
        settings = offered()
        if settings is not None:
            self._open(settings)
        return True
