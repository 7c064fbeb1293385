"""An opened number: its arithmetic over the home screen, and the keys that follow it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_nn.app.box import Box
from tui_nn.app.copying import copy
from tui_nn.app.showing import Showing
from tui_nn.spec.protocol.frames import NumberFrame, Probes, WeightUpdateFrame
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present, Problem
from tui_nn.views.architecture import LayerRow, layer_rows
from tui_nn.views.canvas import Canvas
from tui_nn.views.opened import (
    Cell,
    Level,
    beside,
    in_layer,
    leading,
    level_of,
    moved,
    other_sample,
    place_at,
    probe_of,
    within,
)
from tui_nn.views.opened_page import paint_opened
from tui_nn.views.opened_words import title
from tui_nn.views.sampled import count_of

ROWS = 22
HELP = """\
The number in the title, and line by line what made it: each term is a product of numbers that \
torch holds. = torch ✓ says that they come to what torch holds itself; the last digits may differ \
(ulp: units in the last place), since sums in another order are rounded otherwise.

enter      open the number at the cursor: so from a loss down to an input
n N        follow the term that most comes from; back
← →        the number beside it in the arithmetic
home end   the first, the last of them
pgup pgdn  ten terms up, down
↑ ↓        the same place in the layer before, behind
< >        the number before it, behind it, in its tensor
, .        another sample; all together stand before the first
tab        forward (what it came of), gradient (what the loss says to it), update (what the \
optimizer's rule did to a weight)
a          the largest terms first, or as they follow each other
p P s S    a phase, a step; back: the number is looked at again
y          copy what is shown
q          back one number; escape closes"""

Ask = Callable[[Probes, Callable[[Answer | Problem], None]], None]


class Opened(Box[None]):
    """Numbers that were opened one out of the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,backspace,N,upper_n", "back", show=False),
        Binding("escape", "leave", show=False),
        Binding("enter", "deeper", show=False),
        Binding("n", "follow", show=False),
        Binding("left,h", "move(-1)", show=False),
        Binding("right,l", "move(1)", show=False),
        Binding("home", "move(-100000)", show=False),
        Binding("end", "move(100000)", show=False),
        Binding("pageup", "jump(-10)", show=False),
        Binding("pagedown", "jump(10)", show=False),
        Binding("up,k", "layer(-1)", show=False),
        Binding("down,j", "layer(1)", show=False),
        Binding("less_than_sign", "beside(-1)", show=False),
        Binding("greater_than_sign", "beside(1)", show=False),
        Binding("comma", "sample(-1)", show=False),
        Binding("full_stop", "sample(1)", show=False),
        Binding("tab,v", "way(1)", show=False),
        Binding("shift+tab,V,upper_v", "way(-1)", show=False),
        Binding("a", "order", show=False),
        Binding("y", "copy", show=False),
        Binding("question_mark,f1", "explain", show=False),
        Binding("p", "do(\"go('phase')\")", show=False),
        Binding("P,upper_p", "do(\"go_back('phase')\")", show=False),
        Binding("s", "do(\"go('step')\")", show=False),
        Binding("S,upper_s", "do(\"go_back('step')\")", show=False),
    ]

    def __init__(self, app: Showing, level: Level, ask: Ask) -> None:
        super().__init__("", app.board.palette)
        self._app, self._ask, self._trail = app, ask, [level]
        self._problem = ""
        self._asked: Probes | None = None
        self._place: tuple[object, ...] = ()

    @property
    def _level(self) -> Level:
        return self._trail[-1]

    @property
    def _rows(self) -> Sequence[LayerRow]:
        return layer_rows(self._app.world)

    def on_mount(self) -> None:
        self.look()

    def keys(self) -> Sequence[str]:
        level = self._level
        ways = ["tab way"] if len(level.ways) > 1 else []
        return [
            "enter deeper", "← → number", *ways, ", . sample", "↑ ↓ layer", "n N follow",
            "a order", "y copy", "? keys", "q back" if len(self._trail) > 1 else "q close",
        ]  # fmt: skip

    def rows(self, width: int) -> int:
        return ROWS

    def paint(self, canvas: Canvas) -> None:
        paint_opened(canvas, self._trail, self._rows, self._count, self._problem)

    def lay_out(self) -> None:
        self.heading = title(self._level, self._rows)
        super().lay_out()

    @property
    def _count(self) -> int:
        """Samples to choose from."""
        level = self._level
        if level.part is not None:
            return count_of(self._app.world, level.part)
        told = [one.frame.count for one in self._trail if isinstance(one.frame, NumberFrame)]
        return told[-1] if told else self._app.world.batch_size

    # What the engine tells

    def look(self) -> None:
        """Ask for the arithmetic of the number that is open."""
        present = self._app.world.present
        self._place = (present.branch, present.step, present.phase, present.look)
        probe = self._asked = probe_of(self._level, self._rows)
        self._ask(probe, lambda told: self._take(probe, told))

    def _take(self, probe: Probes, told: Answer | Problem) -> None:
        if probe != self._asked:
            return  # another number was opened meanwhile
        level = self._level
        if isinstance(told, Problem):
            level.frame = None
            self._problem = f"{told.message}: {told.hint}" if told.hint else told.message
        elif isinstance(told.frame, NumberFrame | WeightUpdateFrame):
            level.frame, self._problem = told.frame, ""
        if self.is_attached:
            self.lay_out()

    def hear(self, told: Told) -> None:
        """Training stands elsewhere: the same number there."""
        is_about_now = isinstance(told, Present | Answer) and not self._app.world.running
        if self._asked is None or not is_about_now:
            return
        present = self._app.world.present
        if (present.branch, present.step, present.phase, present.look) != self._place:
            self.look()

    # Keys

    def _open(self, cell: Cell | None) -> None:
        level = self._level
        place = place_at(level.frame, cell) if level.frame is not None else None
        if place is None:
            return
        inner = level_of(place, level.part)
        if (inner.place, inner.way) != (level.place, level.way):
            self._trail.append(inner)
            self.look()

    def action_deeper(self) -> None:
        if (frame := self._level.frame) is not None:
            self._open(within(self._level, frame))

    def action_follow(self) -> None:
        if (frame := self._level.frame) is not None:
            self._open(leading(frame))

    def action_back(self) -> None:
        if len(self._trail) == 1:
            self.action_leave()
            return
        self._trail.pop()
        self._problem = ""
        self.look()

    def action_move(self, way: int) -> None:
        frame = self._level.frame
        self._go_on(frame is not None and moved(self._level, frame, way))

    def action_jump(self, way: int) -> None:
        frame = self._level.frame
        self._go_on(frame is not None and moved(self._level, frame, way, whole=True))

    def _go_on(self, has_others: bool) -> None:
        """The cursor has moved, perhaps to terms that are to be asked for."""
        if has_others:
            self.look()
        else:
            self.lay_out()

    def action_layer(self, way: int) -> None:
        self._changed(in_layer(self._level, self._rows, way))

    def action_beside(self, way: int) -> None:
        self._changed(beside(self._level, self._rows, way))

    def action_sample(self, way: int) -> None:
        self._changed(other_sample(self._level, self._count, way))

    def action_way(self, way: int) -> None:
        level = self._level
        ways = level.ways
        level.begin(ways[(ways.index(level.way) + way) % len(ways)])
        self._changed(len(ways) > 1)

    def action_order(self) -> None:
        level = self._level
        level.order = "given" if level.order == "largest" else "largest"
        level.begin()
        self._changed(True)

    def _changed(self, is_another: bool) -> None:
        """Another number, or another side of it: what is shown stays until that is told."""
        if is_another:
            self.look()

    async def action_do(self, action: str) -> None:
        """What the same key does on the home screen."""
        await self._app.run_action(action)

    def action_copy(self) -> None:
        canvas = Canvas(self.WIDTH, 200, self.palette)
        self.paint(canvas)
        lines = [line for line in canvas.text().split("\n") if line]
        text = "\n".join([self.heading, *lines, ""])
        self.said = copy(self._app, text, "number.txt")
        self.lay_out()
        self.said = ""

    def action_explain(self) -> None:
        from tui_nn.app.explaining import Explanation

        self._app.push_screen(Explanation([("opened number", HELP)], self.palette))

    def turn(self, way: int) -> None:
        self.action_jump(way)
