"""Points put among the samples and taken out, while the network adapts."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import MouseDown

from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.sheet import WAIT, Sheet
from tui_nn.app.showing import Showing
from tui_nn.spec.drawing import with_sample, without_sample
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.frames import Probes
from tui_nn.views import pencil
from tui_nn.views.canvas import Canvas
from tui_nn.views.pencil import Pencil
from tui_nn.views.reading import class_count, class_name
from tui_nn.views.sheet import FOOT, HEAD
from tui_nn.views.world import SAMPLES


class PencilSheet(Sheet):
    """The plane, or the line with its values, on the whole screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "run", show=False),
        Binding("delete,backspace,x", "remove", show=False),
        Binding("plus,equals_sign", "zoom(-1)", show=False),
        Binding("minus", "zoom(1)", show=False),
    ]

    def __init__(self, app: Showing, changing: Changing, drawn_with: Pencil) -> None:
        super().__init__(app, changing)
        self._room = (app.size.width, app.size.height)
        self._pencil = drawn_with

    @property
    def probes(self) -> tuple[Probes, ...]:
        return (self._pencil.ground.probe,)

    def painted(self, size: tuple[int, int]) -> Canvas:
        if size != self._room:
            self._room, self._pencil = size, self._pencil.fitted(size)
        app = self._app
        return pencil.paint(self._pencil, app.world, app.board.palette, size, app.desk.words)

    def action_move(self, right: int, down: int) -> None:
        now = self._pencil
        self._pencil = now.at(now.column + right, now.row + down)
        self.show()

    def action_zoom(self, way: int) -> None:
        self._pencil = self._pencil.zoomed(pencil.ZOOM**way)
        self.show()

    def action_label(self, digit: int) -> None:
        count = class_count(self._app.world)
        if not count:
            self._app.say("the height is its value: there are no classes")
            return
        if digit >= count:
            self._app.say(f"this data has the classes 0 to {count - 1}")
            return
        self._pencil = pencil.with_label(self._pencil, digit)
        self.show()

    def action_put(self) -> None:
        try:
            data = with_sample(
                self._changing.data, self._pencil.sample, is_split=self._changing.is_split
            )
        except InvalidInput as error:
            self._app.say(str(error))
            return
        label = class_name(self._app.world, self._pencil.label)
        of = f" of class {label}" if self._pencil.ground.has_labels else ""
        self.change(f"a point{of}", data)

    def action_remove(self) -> None:
        self._remove(pencil.NEAR, "no point here")

    def _remove(self, near: int, nothing: str) -> None:
        world = self._app.world
        samples, started = world.samples, world.started
        if self._changing.is_waiting or world.lacks(SAMPLES):
            self._app.say(WAIT)
            return
        found = None if samples is None else pencil.point_at(samples, self._pencil, near)
        if samples is None or found is None or samples.in_data is None or started is None:
            self._app.say(nothing)
            return
        count = started.train_count + started.val_count + started.test_count
        index = int(samples.in_data.numpy()[found])
        try:
            data = without_sample(
                self._changing.data, index, count, is_split=self._changing.is_split
            )
        except InvalidInput as error:
            self._app.say(str(error))
            return
        self.change(f"a point{pencil.said(world, samples, found)} taken out", data)

    def on_mouse_down(self, event: MouseDown) -> None:
        """A point where there is none, out with it where there is one."""
        row = event.screen_y - HEAD
        if not 0 <= row < self._room[1] - HEAD - FOOT:
            return
        self._pencil = self._pencil.at(event.screen_x - self._pencil.ground.left, row)
        samples = self._app.world.samples
        if samples is not None and pencil.point_at(samples, self._pencil) is not None:
            self._remove(0, "no point here")
        else:
            self.action_put()
