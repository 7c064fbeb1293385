"""The network's layers, edited as a list of calls."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click, Paste
from textual.screen import ModalScreen

from tui_nn.app.editing.form import FRAME, Form
from tui_nn.spec.call import parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import Entry
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.shapes import show
from tui_nn.spec.suggest import suggested
from tui_nn.spec.trial import calls_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.field import Subject
from tui_nn.views.ink import Palette
from tui_nn.views.network_form import Draft, Ends, draft_of, fix_of, paint_network_form
from tui_nn.views.numbers import counted
from tui_nn.views.pane import Pane

WIDTH = 96
KEYS = "a add  enter edit  d copy  x delete  J K move  z freeze  u U undo  ctrl+r run  q done"
KEYS_NARROW = "a add  enter edit  d copy  x delete  J K move  u undo  q done"


class NetworkForm(ModalScreen[tuple[Draft, bool] | None]):
    """Gives the layers and whether training is to run at once; None where nothing is to change."""

    DEFAULT_CSS = """
    NetworkForm { align: center middle; }
    NetworkForm > Vertical { border: round $primary; background: $surface; padding: 0 1; }
    NetworkForm.ascii > Vertical { border: ascii $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,1", "done", show=False),
        Binding("ctrl+r", "run", show=False),
        Binding("down,j", "move_cursor(1)", show=False),
        Binding("up,k", "move_cursor(-1)", show=False),
        Binding("a", "add", show=False),
        Binding("i", "add(0)", show=False),
        Binding("enter", "edit", show=False),
        Binding("d", "copy", show=False),
        Binding("delete,backspace,x", "delete", show=False),
        Binding("z", "freeze", show=False),
        Binding("J,upper_j,shift+down", "shift(1)", show=False),
        Binding("K,upper_k,shift+up", "shift(-1)", show=False),
        Binding("tab", "mend", show=False),
        Binding("u,ctrl+z", "undo", show=False),
        Binding("U,upper_u,ctrl+y", "redo", show=False),
    ]

    def __init__(
        self,
        draft: Draft,
        original: Draft,
        ends: Ends,
        check: Callable[[Draft], str],
        palette: Palette,
    ) -> None:
        """`check` says what comes of layers that fit each other, or raises InvalidInput."""
        super().__init__(classes="ascii" if palette.ascii_only else "")
        self.draft, self._original = draft, original
        self._ends, self._check, self._palette = ends, check, palette
        self._past: list[Draft] = []
        self._undone: list[Draft] = []
        self._pane = Pane("layers")

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "1 Network"
            yield self._pane

    def on_mount(self) -> None:
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        columns, rows = self.app.size
        width = min(WIDTH, columns)
        height = min(rows, max(12, len(self.draft.calls) + 8))
        box = self.query_one(Vertical)
        box.border_subtitle = KEYS if width >= len(KEYS) + FRAME else KEYS_NARROW
        box.styles.width, box.styles.height = width, height
        self._room = max(1, width - FRAME), max(1, height - 2)
        self._pane.styles.width, self._pane.styles.height = self._room
        canvas = Canvas(*self._room, self._palette)
        paint_network_form(canvas, self.draft, self._ends, self._verdict())
        self._pane.show(canvas)

    _room = (1, 1)

    def _verdict(self) -> str:
        if self._ends.walked(self.draft.calls).error is not None:
            return ""
        try:
            return self._check(self.draft)
        except InvalidInput as error:
            return f"!{error.message}{': ' if error.hint else ''}{error.hint}"

    @property
    def _is_sound(self) -> bool:
        fits = self._ends.walked(self.draft.calls).error is None
        return fits and bool(self.draft.calls) and not self._verdict().startswith("!")

    def _become(self, draft: Draft) -> None:
        """Another draft; the one before can be had again."""
        if draft.layers != self.draft.layers:
            self._past.append(self.draft)
            self._undone.clear()
        self.draft = draft
        self._lay_out()

    def action_move_cursor(self, way: int) -> None:
        self._become(self.draft.at(self.draft.cursor + way))

    def action_copy(self) -> None:
        if self.draft.layers:
            here = self.draft.cursor
            self._become(self.draft.with_new(here + 1, [self.draft.calls[here]]))

    def action_freeze(self) -> None:
        """Its parameters don't train, or do again."""
        if self.draft.layers:
            self._become(self.draft.turned())

    def action_delete(self) -> None:
        self._become(self.draft.without())

    def action_shift(self, way: int) -> None:
        self._become(self.draft.moved(way))

    def action_mend(self) -> None:
        """Write the calls that what is wrong asks for."""
        found = self._ends.walked(self.draft.calls)
        fix = fix_of(found)
        if fix and found.at is not None:
            is_there = found.at < len(self.draft.layers)
            new = self.draft.put if is_there else self.draft.with_new
            self._become(new(found.at, fix))

    def action_undo(self) -> None:
        if self._past:
            self._undone.append(self.draft)
            self.draft = self._past.pop()
            self._lay_out()

    def action_redo(self) -> None:
        if self._undone:
            self._past.append(self.draft)
            self.draft = self._undone.pop()
            self._lay_out()

    def action_add(self, behind: int = 1) -> None:
        """Behind the cursor; before it with `i`."""
        at = self.draft.cursor + behind if self.draft.calls else 0

        def put(text: str | None) -> None:
            if text is not None:
                self._become(self.draft.with_new(at, calls_of(text)))

        self._ask(at, "", "new layer", put)

    def action_edit(self) -> None:
        if not self.draft.calls:
            self.action_add()
            return
        at = self.draft.cursor

        def put(text: str | None) -> None:
            if text is not None:
                self._become(self.draft.put(at, calls_of(text)))

        self._ask(at, self.draft.calls[at], f"layer {at}", put)

    def _ask(self, at: int, text: str, title: str, put: Callable[[str | None], None]) -> None:
        before = self._ends.before(self.draft.calls, at)

        def check(text: str) -> str:
            calls = calls_of(text)
            if before is None:
                for call in calls:
                    bind_call("layer", parse(call))
                return "the layers before it don't fit yet"
            behind, count = before.behind(calls)
            return f"{show(before.shape)} ▸ {show(behind.shape)}   {counted(count, 'parameter')}"

        def fill(entry: Entry) -> str:
            try:
                layers = suggested(entry.name, before.shape, before.tokens) if before else ()
            except InvalidInput:
                return ""
            return ", ".join(str(layer.call) for layer in layers)

        subject = Subject(title, check, "layer", fill=fill if before else None)
        self.app.push_screen(Form(subject, text, self._palette), put)

    def on_paste(self, paste: Paste) -> None:
        """A whole network, as it stands in a script."""
        paste.stop()
        try:
            calls = calls_of(paste.text)
        except InvalidInput as error:
            self.app.bell()
            self.query_one(Vertical).border_title = f"1 Network: {error.message}"
            return
        self._become(draft_of(calls).at(len(calls) - 1))

    def action_done(self) -> None:
        """Back, with what was changed."""
        self._leave(runs=False)

    def action_run(self) -> None:
        self._leave(runs=True)

    def _leave(self, *, runs: bool) -> None:
        if self.draft.layers == self._original.layers and not runs:
            self.dismiss(None)
        else:
            self.dismiss((self.draft, runs and self._is_sound))

    def on_click(self, click: Click) -> None:
        """Beside it: back."""
        if click.widget is self:
            self.action_done()
        elif click.widget is self._pane and 0 < click.y <= len(self.draft.calls):
            self._become(self.draft.at(click.y - 1))
            if click.chain == 2:
                self.action_edit()
