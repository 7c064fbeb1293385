"""The app on a screen of a test's own, with a recording in place of an engine: no torch."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tests.views.support import evaluated, layer, started, stepped
from tui_nn.app.app import Workbench
from tui_nn.app.settings import Settings
from tui_nn.spec.protocol import Ended
from tui_nn.spec.protocol.commands import Commands
from tui_nn.spec.protocol.lines import encode
from tui_nn.views.ink import DARK

EXPERIMENT = {
    "data": "spiral(n=500)",
    "network": ["Linear(2, 8)", "Tanh()", "Linear(8, 1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "SGD(lr=0.1)",
    "train": {"seed": 0},
}
LAYERS = (
    layer("Linear(2, 8)", 8, parameters=24),
    layer("Tanh()", 8),
    layer("Linear(8, 1)", 1, parameters=9),
)


def written(folder: Path, told: list[Any]) -> Path:
    """A recording of these records."""
    path = folder / "events.jsonl"
    path.write_bytes(b"".join(encode(one) + b"\n" for one in told))
    return path


def recorded(folder: Path, epochs: int = 10) -> Path:
    """A run of so many epochs of 40 steps, each of which took 0.4 seconds."""
    told: list[Any] = [started(experiment=EXPERIMENT, layers=LAYERS, epochs=epochs)]
    for epoch in range(1, epochs + 1):
        told.append(stepped(40 * epoch - 39, [1 / epoch] * 40))
        told.append(evaluated(40 * epoch, {"loss": 1 / epoch, "accuracy": 0.9}))
    told.append(
        Ended(step=40 * epochs, elapsed_s=0.4 * epochs, reason="epochs", epoch=epochs,
              train=None, val=None, goal=None, seconds=0.4 * epochs, message="all done",
              train_count=400, val_count=100)
    )  # fmt: skip
    return written(folder, told)


class Sent:
    """What would go to an engine."""

    def __init__(self) -> None:
        self.commands: list[Commands] = []

    def __call__(self, command: Commands) -> int:
        self.commands.append(command)
        return len(self.commands)


Script = Callable[[Workbench, Pilot[int]], Awaitable[None]]


def on_screen(
    folder: Path,
    script: Script,
    size: tuple[int, int] = (120, 36),
    speed: float = 0.0,
    ends: bool = False,
) -> None:
    """Have a script use the app on a recording of ten epochs; played to its end, if it `ends` or
    speed is 0.
    """

    async def use() -> None:
        async with app.run_test(size=size) as pilot:
            to_the_end = ends or speed == 0
            while app.world.started is None or (to_the_end and app.world.present.state != "done"):
                await pilot.pause(0.01)
            await pilot.pause(0.1)
            await script(app, pilot)

    settings = Settings(experiment="test", recording=recorded(folder), speed=speed)
    app = Workbench(settings, DARK, 20.0, {})
    asyncio.run(use())
    app.let_go()


def row(app: Workbench, index: int) -> str:
    """A row of the screen as text; −1: the last."""
    strips = app.screen._compositor.render_strips()
    return "".join(segment.text for segment in strips[index])
