"""The network's layers, edited as a list of calls."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Paste

from tui_nn.app.box import Box
from tui_nn.app.editing.form import Form
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
from tui_nn.views.network_form import (
    BESIDE,
    Draft,
    Ends,
    draft_of,
    fix_of,
    paint_network_form,
)
from tui_nn.views.numbers import counted

KEYS = ("a add", "enter edit", "d copy", "x delete", "J K move", "u U undo", "ctrl+r run",
        "z freeze", "q done")  # fmt: skip
TITLE = "1 Network"


class NetworkForm(Box[tuple[Draft, bool] | None]):
    """Gives the layers and whether training is to run at once; None where nothing is to change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "leave", show=False),
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
        super().__init__(TITLE, palette)
        self.draft, self._original = draft, original
        self._ends, self._check = ends, check
        self._past: list[Draft] = []
        self._undone: list[Draft] = []

    def keys(self) -> Sequence[str]:
        return KEYS

    def rows(self, width: int) -> int:
        return len(self.draft.layers) + BESIDE

    def paint(self, canvas: Canvas) -> None:
        paint_network_form(canvas, self.draft, self._ends, self._verdict())

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
        self.draft, self.heading = draft, TITLE
        self.lay_out()

    def turn(self, way: int) -> None:
        self.action_move_cursor(way)

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
            self.lay_out()

    def action_redo(self) -> None:
        if self._undone:
            self._past.append(self.draft)
            self.draft = self._undone.pop()
            self.lay_out()

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
        self.app.push_screen(Form(subject, text, self.palette), put)

    def on_paste(self, paste: Paste) -> None:
        """A whole network, as it stands in a script."""
        paste.stop()
        try:
            calls = calls_of(paste.text)
        except InvalidInput as error:
            self.app.bell()
            self.heading = f"{TITLE}: {error.message}"
            self.lay_out()
            return
        self._become(draft_of(calls).at(len(calls) - 1))

    def action_leave(self) -> None:
        """Back, with what was changed."""
        self._leave(runs=False)

    def action_run(self) -> None:
        self._leave(runs=True)

    def _leave(self, *, runs: bool) -> None:
        if self.draft.layers == self._original.layers and not runs:
            self.dismiss(None)
        else:
            self.dismiss((self.draft, runs and self._is_sound))

    def hit(self, row: int, *, twice: bool) -> None:
        if 0 < row <= len(self.draft.calls):
            self._become(self.draft.at(row - 1))
            if twice:
                self.action_edit()
