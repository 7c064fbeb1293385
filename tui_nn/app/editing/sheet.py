"""A screen to draw on, over all of the home screen: training goes on behind it, and is seen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui_nn.app.editing.changing import Changing
from tui_nn.app.showing import Showing
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol.frames import Probes
from tui_nn.views.canvas import Canvas
from tui_nn.views.pane import Pane

WAIT = "a moment: the samples are being exchanged"


class Sheet(ModalScreen[None]):
    """Keys and mouse draw; the app paints it whenever something was told."""

    DEFAULT_CSS = "Sheet { background: black; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", show=False),
        Binding("u,ctrl+z", "turn('undo')", show=False),
        Binding("U,upper_u,ctrl+y", "turn('redo')", show=False),
        Binding("enter", "put", show=False),
        Binding("up,k", "move(0, -1)", show=False),
        Binding("down,j", "move(0, 1)", show=False),
        Binding("left,h", "move(-1, 0)", show=False),
        Binding("right,l", "move(1, 0)", show=False),
        Binding("less_than_sign", "move(-10, 0)", show=False),
        Binding("greater_than_sign", "move(10, 0)", show=False),
        Binding("ctrl+r", "run", show=False),
        Binding("p", "do(\"go('phase')\")", show=False),
        Binding("s", "do(\"go('step')\")", show=False),
        Binding("e", "do(\"go('epoch')\")", show=False),
        *(Binding(str(digit), f"label({digit})", show=False) for digit in range(10)),
    ]

    def __init__(self, app: Showing, changing: Changing) -> None:
        super().__init__()
        self._app, self._changing = app, changing
        self._pane = Pane("sheet")

    def compose(self) -> ComposeResult:
        yield self._pane

    def on_mount(self) -> None:
        self.paint()

    def on_resize(self) -> None:
        self.paint()

    @property
    def probes(self) -> tuple[Probes, ...]:
        """What has to be watched while it is open."""
        raise NotImplementedError

    def painted(self, size: tuple[int, int]) -> Canvas:
        """All of it."""
        raise NotImplementedError

    def paint(self) -> None:
        """Show where things stand."""
        columns, rows = self.app.size
        self._pane.styles.width, self._pane.styles.height = columns, rows
        self._pane.show(self.painted((columns, rows)))

    def show(self) -> None:
        """Show what a key has done, and have watched what it needs."""
        self._app._show()

    def action_move(self, right: int, down: int) -> None:
        raise NotImplementedError

    def action_label(self, digit: int) -> None:
        raise NotImplementedError

    def action_put(self) -> None:
        raise NotImplementedError

    async def action_run(self) -> None:
        await self._app.run_action("run_pause")

    async def action_do(self, action: str) -> None:
        """What the same key does on the home screen."""
        await self._app.run_action(action)

    def action_turn(self, way: str) -> None:
        self._app.say(self._changing.turn(way))

    def change(self, words: str, data: str) -> bool:
        """Ask for the dataset's call with other samples; whether that can be."""
        if self._app.world.present.state == "offline":
            self._app.say("there is no engine")
            return False
        try:
            self._changing.draw(words, data)
        except InvalidInput as error:
            self._app.say(str(error))
            return False
        self._app.say(words)
        return True
