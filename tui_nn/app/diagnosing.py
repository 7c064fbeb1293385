"""What is wrong with the run, and what helps: a remedy is one key, and can be taken back."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_nn.app.box import Box
from tui_nn.app.editing.changing import Changing
from tui_nn.spec.errors import InvalidInput
from tui_nn.views.canvas import Canvas
from tui_nn.views.diagnosis import Line, Treatable, all_remedies, found, lines, paint
from tui_nn.views.ink import Palette
from tui_nn.views.world import World

LOOK_S = 0.25
"""So often it looks again, while it is open."""


class Diagnosis(Box[None]):
    """Findings with their numbers, under each the changes that help."""

    WIDTH = 84
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move_cursor(1)", show=False),
        Binding("up,k", "move_cursor(-1)", show=False),
        Binding("enter", "treat", show=False),
        *(Binding(str(number), f"treat({number})", show=False) for number in range(1, 10)),
        Binding("u", "take_back('undo')", show=False),
        Binding("U,upper_u", "take_back('redo')", show=False),
    ]

    def __init__(self, world: World, changing: Changing, palette: Palette) -> None:
        super().__init__("diagnosis", palette)
        self._world, self._changing = world, changing
        self._found: tuple[Treatable, ...] = ()
        self._lines: list[Line] = []
        self._cursor = self._first = 0

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(LOOK_S, self.lay_out)

    def keys(self) -> Sequence[str]:
        if not all_remedies(self._found):
            return ("u U undo", "q back")
        return ("enter apply", "↑↓ another", "1-9 apply", "u U undo", "q back")

    def rows(self, width: int) -> int:
        self._found = found(self._world)
        count = len(all_remedies(self._found))
        self._cursor = max(0, min(self._cursor, count - 1))
        step = self._world.present.step
        self._lines = lines(self._found, self._cursor, width, self.palette, step)
        return len(self._lines)

    def paint(self, canvas: Canvas) -> None:
        at = next((i for i, line in enumerate(self._lines) if line.remedy == self._cursor), 0)
        last = len(self._lines) - canvas.height
        self._first = max(0, min(at - canvas.height // 2, last))
        paint(canvas, self._lines[self._first :], self._cursor)

    def turn(self, way: int) -> None:
        self.action_move_cursor(way)

    def action_move_cursor(self, way: int) -> None:
        self._cursor += way
        self._say("")

    def action_treat(self, number: int | None = None) -> None:
        """Apply the remedy of a number, else the one that is chosen."""
        remedies = all_remedies(self._found)
        at = self._cursor if number is None else number - 1
        if at >= len(remedies):
            return
        self._cursor, remedy = at, remedies[at]
        try:
            self._changing.apply(remedy.values, anew=remedy.anew)
            self._say(f"{remedy.words}: u takes it back")
        except InvalidInput as error:
            self._say(error.message)

    def action_take_back(self, way: str) -> None:
        self._say(self._changing.turn(way))

    def hit(self, row: int, *, twice: bool) -> None:
        at = row + self._first
        remedy = self._lines[at].remedy if at < len(self._lines) else None
        if remedy is not None:
            self._cursor = remedy
            self._say("")
            if twice:
                self.action_treat()

    def _say(self, words: str) -> None:
        self.said = words
        self.lay_out()
