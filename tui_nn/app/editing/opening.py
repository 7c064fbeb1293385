"""What to open next: presets in the order of the course, runs, files."""

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen

from tui_nn.app.editing.disk import Disk
from tui_nn.app.editing.form import FRAME
from tui_nn.app.editing.line import Line
from tui_nn.spec.protocol.disk import Contents, Listing
from tui_nn.spec.protocol.messages import Problem
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Palette
from tui_nn.views.pane import Pane
from tui_nn.views.shelf import (
    Item,
    files_in,
    folder_of,
    kept_runs,
    matching,
    paint_shelf,
    presets,
)

WIDTH = 96


class OpenForm(ModalScreen[tuple[str, bool] | None]):
    """A field, and what fits what was typed; gives the word to open, and whether it is data."""

    DEFAULT_CSS = """
    OpenForm { align: center middle; }
    OpenForm > Vertical { border: round $primary; background: $surface; padding: 0 1; }
    OpenForm.ascii > Vertical { border: ascii $primary; }
    OpenForm Line, OpenForm Line:focus { border: none; height: 1; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", show=False),
    ]

    def __init__(self, here: str, runs: str | None, palette: Palette, disk: Disk) -> None:
        """`here`: the preset that is open; the list begins at the one after it."""
        super().__init__(classes="ascii" if palette.ascii_only else "")
        self._palette, self._disk = palette, disk
        self._listings: dict[str, Listing | None] = {}
        """By what was typed of their paths; None while one is asked for, or where there is none."""
        self._pane = Pane("shelf")
        self._line = Line("", {
            "enter": self._take, "tab": self._complete,
            "down": lambda: self._move(1), "up": lambda: self._move(-1),
            "pagedown": lambda: self._move(10), "pageup": lambda: self._move(-10),
        })  # fmt: skip
        self._runs = runs
        self._all = presets()
        names = [item.word for item in self._all]
        self._selected = names.index(here) + 1 if here in names[:-1] else 0
        self._rows: list[int | None] = []

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "open a preset, a run or a file"
            box.border_subtitle = "enter opens it   tab completes a path   escape back"
            yield self._line
            yield self._pane

    def on_mount(self) -> None:
        self._line.focus()
        self.run_worker(self._add_runs())
        self._ask()
        self._lay_out()

    async def _add_runs(self) -> None:
        """Those that were kept come when they are read: of many that takes a while."""
        kept, reached = await asyncio.to_thread(kept_runs, self._runs)
        self._all = [*presets(reached), *kept]
        self._paint()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        columns, rows = self.app.size
        width, height = min(WIDTH, columns), max(6, rows - 4 if rows > 12 else rows)
        box = self.query_one(Vertical)
        box.styles.width, box.styles.height = width, height
        self._room = max(1, width - FRAME), max(1, height - 3)
        self._pane.styles.width, self._pane.styles.height = self._room
        self._paint()

    _room = (1, 1)

    @property
    def _found(self) -> list[Item]:
        typed = self._line.value
        found = matching(typed, self._all)
        if found and not {"/", "."} & {*typed}:
            return found
        listing = self._listings.get(folder_of(typed))
        return [*found, *(files_in(listing, typed) if listing is not None else [])]

    def _ask(self) -> None:
        """What is in the folder that was typed, once."""
        folder = folder_of(self._line.value)
        if folder in self._listings:
            return
        self._listings[folder] = None

        def take(found: Listing | Contents | Problem) -> None:
            if isinstance(found, Listing) and self.is_attached:
                self._listings[folder] = found
                self._paint()

        self._disk.list_folder(folder, take)

    def _paint(self) -> None:
        found = self._found
        self._selected = max(0, min(self._selected, len(found) - 1))
        canvas = Canvas(*self._room, self._palette)
        if not found:
            canvas.put(0, 1, "nothing is called so", self._palette.quiet)
        self._rows = paint_shelf(canvas, found, self._selected)
        self._pane.show(canvas)

    def on_input_changed(self) -> None:
        if self._line.value:
            self._selected = 0
        self._ask()
        self._paint()

    def _move(self, way: int) -> None:
        count = len(self._found)
        step = self._selected + way
        self._selected = step % count if count and abs(way) == 1 else step
        self._paint()

    def _complete(self) -> None:
        found = self._found
        if found:
            self._line.value = found[self._selected].word
            self._line.cursor_position = len(self._line.value)

    def _take(self) -> None:
        found = self._found
        chosen = found[self._selected] if found else Item(self._line.value, "", "")
        if chosen.word.endswith("/"):
            self._complete()  # on into the folder
        elif chosen.word:
            self.dismiss((chosen.word, chosen.title == "data"))

    def on_click(self, click: Click) -> None:
        """Beside it: back."""
        if click.widget is self:
            self.dismiss(None)
        elif click.widget is self._pane and click.y < len(self._rows):
            index = self._rows[click.y]
            if index is not None:
                self._selected = index
                self._paint()
                if click.chain == 2:
                    self._take()
