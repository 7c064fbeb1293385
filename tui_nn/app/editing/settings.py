"""Settings of an experiment, changed one by one while it is trained."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen

from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.form import FRAME, Form
from tui_nn.spec.errors import InvalidInput
from tui_nn.views.canvas import Canvas
from tui_nn.views.field import Subject
from tui_nn.views.ink import Palette
from tui_nn.views.pane import Pane
from tui_nn.views.settings_form import Setting, paint_settings, settings_of

WIDTH = 86
KEYS = "enter edit   x leave out   a another optimizer   u U undo   q done"
KEYS_NARROW = "enter edit   x leave out   u undo   q done"


class SettingsForm(ModalScreen[None]):
    """A list of keys; each change is made at once."""

    DEFAULT_CSS = """
    SettingsForm { align: center middle; }
    SettingsForm > Vertical { border: round $primary; background: $surface; padding: 0 1; }
    SettingsForm.ascii > Vertical { border: ascii $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,2,3,4", "dismiss", show=False),
        Binding("down,j", "move_cursor(1)", show=False),
        Binding("up,k", "move_cursor(-1)", show=False),
        Binding("enter", "edit", show=False),
        Binding("delete,backspace,x", "leave_out", show=False),
        Binding("a", "add", show=False),
        Binding("u,ctrl+z", "turn('undo')", show=False),
        Binding("U,upper_u,ctrl+y", "turn('redo')", show=False),
    ]

    def __init__(self, title: str, panel: int | None, changing: Changing, palette: Palette) -> None:
        super().__init__(classes="ascii" if palette.ascii_only else "")
        self._title, self._panel = title, panel
        self._changing, self._palette = changing, palette
        self._cursor, self._words = 0, ""
        self._pane = Pane("settings")

    @property
    def _settings(self) -> tuple[Setting, ...]:
        return settings_of(self._changing.settings, self._panel)

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._title
            yield self._pane

    def on_mount(self) -> None:
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def refresh_settings(self) -> None:
        """An engine has answered: what was asked for is so now."""
        self._lay_out()

    def _lay_out(self) -> None:
        columns, rows = self.app.size
        settings = self._settings
        self._cursor = max(0, min(self._cursor, len(settings) - 1))
        width, height = min(WIDTH, columns), min(rows, len(settings) + 6)
        box = self.query_one(Vertical)
        box.border_subtitle = KEYS if width >= len(KEYS) + FRAME else KEYS_NARROW
        box.styles.width, box.styles.height = width, height
        size = max(1, width - FRAME), max(1, height - 2)
        self._pane.styles.width, self._pane.styles.height = size
        canvas = Canvas(*size, self._palette)
        paint_settings(canvas, settings, self._cursor, self._words)
        self._pane.show(canvas)

    def action_move_cursor(self, way: int) -> None:
        self._cursor = max(0, min(self._cursor + way, len(self._settings) - 1))
        self._say("")

    def _say(self, words: str) -> None:
        self._words = words
        self._lay_out()

    def action_turn(self, way: str) -> None:
        self._say(self._changing.turn(way))

    def action_edit(self) -> None:
        one = self._settings[self._cursor]
        self._ask(one.key, one, one.text, lambda text: {one.key: text})

    def action_add(self) -> None:
        """Another optimizer beside those that are there."""
        here = self._settings[self._cursor]
        if here.kind != "optimizer":
            self._say("only optimizers can be several")
            return
        now = self._changing.settings.get("optimizer")
        before = list(now) if isinstance(now, list | tuple) else [now]
        self._ask("one more optimizer", here, "", lambda text: {"optimizer": [*before, text]})

    def action_leave_out(self) -> None:
        one = self._settings[self._cursor]
        key, _, index = one.key.rstrip("]").partition("[")
        if index:
            left = list(self._changing.settings[key])
            del left[int(index)]
            self._apply({key: left[0] if len(left) == 1 else left})
        else:
            self._apply({one.key: None})

    def _ask(
        self, title: str, one: Setting, text: str, values: Callable[[str], Mapping[str, Any]]
    ) -> None:
        def check(typed: str) -> str:
            return self._changing.check(values(typed))

        def take(typed: str | None) -> None:
            if typed is not None and typed != text:
                self._apply(values(typed))

        @cache
        def refused(name: str) -> str:
            return self._changing.refused(values(f"{name}()"))

        parameter = None if one.kind else one.parameter
        can_be_tried = one.kind in ("loss", "optimizer")
        subject = Subject(
            title, check, one.kind, parameter, refused=refused if can_be_tried else None
        )
        self.app.push_screen(Form(subject, text, self._palette), take)

    def _apply(self, values: Mapping[str, Any]) -> None:
        try:
            self._say(self._changing.apply(values))
        except InvalidInput as error:
            self._say(str(error))

    def on_click(self, click: Click) -> None:
        """Beside it: back."""
        if click.widget is self:
            self.dismiss()
        elif click.widget is self._pane and click.y < len(self._settings):
            self._cursor = click.y
            self._say("")
            if click.chain == 2:
                self.action_edit()
