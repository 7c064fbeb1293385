"""Settings of an experiment, changed one by one while it is trained."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_nn.app.box import Box
from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.form import Form
from tui_nn.spec.errors import InvalidInput
from tui_nn.views.canvas import Canvas
from tui_nn.views.field import Subject
from tui_nn.views.ink import Palette
from tui_nn.views.settings_form import BESIDE, Setting, paint_settings, settings_of

KEYS = ("enter edit", "x leave out", "u U undo", "a another optimizer", "q done")


class SettingsForm(Box[None]):
    """A list of keys; each change is made at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("2,3,4", "leave", show=False),
        Binding("down,j", "move_cursor(1)", show=False),
        Binding("up,k", "move_cursor(-1)", show=False),
        Binding("enter", "edit", show=False),
        Binding("delete,backspace,x", "leave_out", show=False),
        Binding("a", "add", show=False),
        Binding("u,ctrl+z", "take_back('undo')", show=False),
        Binding("U,upper_u,ctrl+y", "take_back('redo')", show=False),
    ]

    def __init__(self, title: str, panel: int | None, changing: Changing, palette: Palette) -> None:
        super().__init__(title, palette)
        self._panel, self._changing = panel, changing
        self._cursor, self._words = 0, ""

    @property
    def _settings(self) -> tuple[Setting, ...]:
        return settings_of(self._changing.settings, self._panel)

    def keys(self) -> Sequence[str]:
        return KEYS

    def rows(self, width: int) -> int:
        return len(self._settings) + BESIDE

    def paint(self, canvas: Canvas) -> None:
        settings = self._settings
        self._cursor = max(0, min(self._cursor, len(settings) - 1))
        paint_settings(canvas, settings, self._cursor, self._words)

    def turn(self, way: int) -> None:
        self.action_move_cursor(way)

    def action_move_cursor(self, way: int) -> None:
        self._cursor = max(0, min(self._cursor + way, len(self._settings) - 1))
        self._say("")

    def _say(self, words: str) -> None:
        self._words = words
        self.lay_out()

    def action_take_back(self, way: str) -> None:
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
        self.app.push_screen(Form(subject, text, self.palette), take)

    def _apply(self, values: Mapping[str, Any]) -> None:
        try:
            self._say(self._changing.apply(values))
        except InvalidInput as error:
            self._say(str(error))

    def hit(self, row: int, *, twice: bool) -> None:
        if row < len(self._settings):
            self._cursor = row
            self._say("")
            if twice:
                self.action_edit()
