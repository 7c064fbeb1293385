"""A picture drawn with the mouse or the keys, and classified while training goes on."""

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import MouseDown, MouseMove, MouseUp

from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.sheet import Sheet
from tui_nn.app.showing import Showing
from tui_nn.spec.drawing import with_sample
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.frames import Probes
from tui_nn.views import pad
from tui_nn.views.canvas import Canvas
from tui_nn.views.pad import Pad
from tui_nn.views.panels.forward_picture import picture_shape
from tui_nn.views.reading import class_count, class_name

RIGHT_BUTTON = 3
MOST_STROKES = 200
"""That can be taken back."""


class PadSheet(Sheet):
    """The picture on the whole screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pen", show=False),
        Binding("x,backspace", "erase", show=False),
        Binding("delete", "clear", show=False),
    ]

    def __init__(self, app: Showing, changing: Changing) -> None:
        super().__init__(app, changing)
        _, tall, wide = picture_shape(app.world)
        self._pad = pad.pad_of(tall, wide)
        self._before: list[Pad] = []
        """What each stroke can be taken back to."""
        self._is_dragged = False

    @property
    def probes(self) -> tuple[Probes, ...]:
        return () if self._pad.is_empty else (pad.probe(self._pad, self._app.world),)

    def painted(self, size: tuple[int, int]) -> Canvas:
        app = self._app
        return pad.paint(self._pad, app.world, app.board.palette, size, app.desk.words)

    def _draw(self, new: Pad) -> None:
        """Another picture, of which the one before is kept."""
        if new.levels != self._pad.levels:
            self._before = [*self._before, self._pad][-MOST_STROKES:]
        self._pad = new
        self.show()

    def action_move(self, right: int, down: int) -> None:
        self._draw(self._pad.at(self._pad.row + down, self._pad.column + right))

    def action_pen(self) -> None:
        lifted = replace(self._pad, is_down=not self._pad.is_down)
        self._draw(lifted.inked() if lifted.is_down else lifted)

    def action_erase(self) -> None:
        self._draw(self._pad.erased())

    def action_clear(self) -> None:
        self._draw(self._pad.cleared())

    def action_label(self, digit: int) -> None:
        count = class_count(self._app.world)
        if digit >= count:
            self._app.say(f"this data has the classes 0 to {count - 1}")
            return
        self._pad = replace(self._pad, label=digit)
        self.show()

    def action_put(self) -> None:
        """Among the training samples; the pad is empty for the next one."""
        label = self._pad.label
        if self._pad.is_empty or label is None:
            self._app.say("draw it first" if self._pad.is_empty else "choose its class first: 0-9")
            return
        sample = (self._pad.text, label)
        try:
            data = with_sample(self._changing.data, sample, is_split=self._changing.is_split)
        except InvalidInput as error:
            self._app.say(str(error))
            return
        if self.change(f"a picture of {class_name(self._app.world, label)}", data):
            self._pad, self._before = self._pad.cleared(), []
            self.show()

    def action_turn(self, way: str) -> None:
        """Strokes first, then what was put among the samples."""
        if way == "undo" and self._before:
            levels = self._before.pop().levels
            self._pad = replace(self._pad, levels=levels, is_down=False)
            self.show()
        else:
            super().action_turn(way)

    def on_mouse_down(self, event: MouseDown) -> None:
        place = self._place(event.screen_x, event.screen_y)
        if place is None:
            return
        here = replace(self._pad, row=place[0], column=place[1], is_down=False)
        if event.button == RIGHT_BUTTON:
            self._draw(here.erased())
            return
        self._is_dragged = True
        self.capture_mouse()
        self._draw(here.inked())

    def on_mouse_move(self, event: MouseMove) -> None:
        place = self._place(event.screen_x, event.screen_y) if self._is_dragged else None
        if place is None:
            return
        drawn = replace(self._pad, is_down=True).at(*place)
        self._pad = replace(drawn, is_down=False)  # one stroke until the button is let go
        self.show()

    def on_mouse_up(self, event: MouseUp) -> None:
        self._is_dragged = False
        self.release_mouse()

    def _place(self, x: int, y: int) -> tuple[int, int] | None:
        size = self._app.size
        return pad.pixel_at(self._pad, (size.width, size.height), x, y)
