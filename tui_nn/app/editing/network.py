"""The network's layers, edited as a list of calls."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Paste

from tui_nn.app.box import Box
from tui_nn.app.copying import copy
from tui_nn.app.editing.form import Form
from tui_nn.spec.call import parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import Entry
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.script.lines import Line, texts
from tui_nn.spec.script.spelling import Spelling, code_of
from tui_nn.spec.shapes import show
from tui_nn.spec.suggest import suggested
from tui_nn.spec.trial import calls_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.code import begun, folded, paint_code
from tui_nn.views.field import Subject
from tui_nn.views.ink import Palette
from tui_nn.views.network_form import (
    BELOW,
    Draft,
    Ends,
    draft_of,
    fix_of,
    paint_network_form,
    paint_verdict,
)
from tui_nn.views.numbers import counted

KEYS = ("a add", "enter edit", "d double", "x delete", "J K move", "u U undo", "v code", "y copy",
        "ctrl+r run", "z freeze", "q done")  # fmt: skip
KEYS_OF_CODE = ("v V other code", "y copy", "↑↓ layer", "a add", "enter edit", "x delete",
                "u U undo", "d double", "J K move", "q done")  # fmt: skip
TITLE = "1 Network"
SPELLINGS: dict[Spelling | None, str] = {
    None: "", "sequential": "as nn.Sequential", "module": "as nn.Module",
    "matrices": "as bare matrices",
}  # fmt: skip
"""How the layers are shown: as the list of their calls, or as code."""
PAGE = 10


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
        Binding("d", "double", show=False),
        Binding("v", "spell(1)", show=False),
        Binding("V,upper_v", "spell(-1)", show=False),
        Binding("y", "copy", show=False),
        Binding("pagedown", "scroll(1)", show=False),
        Binding("pageup", "scroll(-1)", show=False),
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
        self._spelling: Spelling | None = None
        self._code: Sequence[Line] = ()
        self._first = 0
        """The line of code at the top."""
        self._is_sought = True
        """Whether the layer at the cursor is to be seen."""

    def keys(self) -> Sequence[str]:
        return KEYS if self._spelling is None else KEYS_OF_CODE

    def rows(self, width: int) -> int:
        self._code = folded(self._spelled(), width) if self._spelling else []
        return (len(self._code) or 1 + len(self.draft.layers)) + BELOW

    def paint(self, canvas: Canvas) -> None:
        if self._spelling is None:
            paint_network_form(canvas, self.draft, self._ends, self._verdict())
            return
        room = max(1, canvas.height - BELOW)
        self._first = max(0, min(self._first, len(self._code) - room))
        if self._is_sought:
            self._first = begun(self._code, self.draft.cursor, self._first, room)
        paint_code(canvas, self._code[self._first :], self.draft.cursor, room)
        found = self._ends.walked(self.draft.calls)
        paint_verdict(canvas, found, self._verdict(), min(len(self._code), room) + 1)

    def _spelled(self) -> list[Line]:
        assert self._spelling
        facts, draft = self._ends.facts, self.draft
        return code_of(self._spelling, draft.calls, facts.input_shape, facts.tokens, draft.frozen)

    def action_spell(self, way: int) -> None:
        """The next way to show the layers."""
        all_of_them = list(SPELLINGS)
        here = all_of_them.index(self._spelling)
        self._spelling = all_of_them[(here + way) % len(all_of_them)]
        self._first = 0
        self._show()

    def action_scroll(self, way: int) -> None:
        self._first += way * PAGE
        self._is_sought = False
        self.lay_out()

    def action_copy(self) -> None:
        """What is shown."""
        text = "\n".join(texts(self._spelled())) if self._spelling else ",\n".join(self.draft.calls)
        self._show(copy(self.app, f"{text}\n", "network.py"))

    def _show(self, words: str = "") -> None:
        """The draft as it is now, with words about what was done."""
        self.heading, self.said = f"{TITLE} {SPELLINGS[self._spelling]}".rstrip(), words
        self._is_sought = True
        self.lay_out()

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
        self._show()

    def turn(self, way: int) -> None:
        self.action_move_cursor(way)

    def action_move_cursor(self, way: int) -> None:
        self._become(self.draft.at(self.draft.cursor + way))

    def action_double(self) -> None:
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
            self._show()

    def action_redo(self) -> None:
        if self._undone:
            self._past.append(self.draft)
            self.draft = self._undone.pop()
            self._show()

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
            self._show(error.message)
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
        layer = self._layer_at(row)
        if layer is not None:
            self._become(self.draft.at(layer))
            if twice:
                self.action_edit()

    def _layer_at(self, row: int) -> int | None:
        if self._spelling is None:
            return row - 1 if 0 < row <= len(self.draft.calls) else None
        at = self._first + row
        return self._code[at].layer if at < len(self._code) else None
