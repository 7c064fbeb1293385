"""What to open next: presets in the order of the course, runs, files."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_nn.app.box import Box
from tui_nn.app.editing.disk import Disk
from tui_nn.app.editing.line import Line
from tui_nn.spec.protocol.disk import Contents, Listing
from tui_nn.spec.protocol.messages import Problem
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import Palette
from tui_nn.views.shelf import (
    Item,
    files_in,
    folder_of,
    kept_runs,
    matching,
    paint_shelf,
    presets,
)

HEIGHT = 29
KEYS = ("enter opens it", "tab completes a path", "escape back")


class OpenForm(Box[tuple[str, bool] | None]):
    """A field, and what fits what was typed; gives the word to open, and whether it is data."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "leave", show=False)]

    def __init__(self, here: str, runs: str | None, palette: Palette, disk: Disk) -> None:
        """`here`: the preset that is open; the list begins at the one after it."""
        self._disk = disk
        self._listings: dict[str, Listing | None] = {}
        """By what was typed of their paths; None while one is asked for, or where there is none."""
        self._line = Line("", {
            "enter": self._take, "tab": self._complete,
            "down": lambda: self._move(1), "up": lambda: self._move(-1),
            "pagedown": lambda: self._move(10), "pageup": lambda: self._move(-10),
        })  # fmt: skip
        super().__init__("open a preset, a run or a file", palette, self._line)
        kept, reached = kept_runs(runs)
        self._all = [*presets(reached), *kept]
        names = [item.word for item in self._all]
        self._selected = names.index(here) + 1 if here in names[:-1] else 0
        self._shown: list[int | None] = []

    def keys(self) -> Sequence[str]:
        return KEYS

    def rows(self, width: int) -> int:
        return HEIGHT

    def on_mount(self) -> None:
        self._ask()

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
                self.lay_out()

        self._disk.list_folder(folder, take)

    def paint(self, canvas: Canvas) -> None:
        found = self._found
        self._selected = max(0, min(self._selected, len(found) - 1))
        if not found:
            canvas.put(0, 1, "nothing is called so", self.palette.quiet)
        self._shown = paint_shelf(canvas, found, self._selected)

    def on_input_changed(self) -> None:
        if self._line.value:
            self._selected = 0
        self._ask()
        self.lay_out()

    def turn(self, way: int) -> None:
        self._move(way)

    def _move(self, way: int) -> None:
        count = len(self._found)
        step = self._selected + way
        self._selected = step % count if count and abs(way) == 1 else step
        self.lay_out()

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

    def hit(self, row: int, *, twice: bool) -> None:
        index = self._shown[row] if row < len(self._shown) else None
        if index is not None:
            self._selected = index
            self.lay_out()
            if twice:
                self._take()
