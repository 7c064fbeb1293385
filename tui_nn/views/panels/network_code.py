"""1 Network as the code that builds it in PyTorch: one nn.Sequential, or a class of its own."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from tui_nn.views.architecture import layer_rows
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.panels.network_layers import PANEL, selected
from tui_nn.views.world import World

if TYPE_CHECKING:
    from tui_nn.spec.script.lines import Line
    from tui_nn.spec.script.spelling import Spelling

Painter = Callable[[Canvas, World, Desk], None]


def suits(world: World) -> bool:
    """Whether the engine has told what goes in."""
    return bool(world.started and world.started.input_shape and layer_rows(world))


def painter(way: "Spelling") -> Painter:
    """What paints one way to write it."""
    return partial(_paint, way=way)


def _paint(canvas: Canvas, world: World, desk: Desk, *, way: "Spelling") -> None:
    from tui_nn.views.code import begun, folded, paint_code

    started = world.started
    if started is None or not suits(world):
        return
    calls = tuple(world.setting("network", ()))
    frozen = tuple(world.setting("train.freeze") or ())
    spelled = _spelled(way, calls, started.input_shape or (), started.tokens, frozen)
    lines = folded(spelled, canvas.width)
    rows = layer_rows(world)
    at = selected(rows, desk) if desk.focus == PANEL else -1
    place = int(rows[at].name.partition(".")[0]) if at >= 0 else -1
    first = begun(lines, place, 0, canvas.height)
    paint_code(canvas, lines[first:], place, canvas.height)


@lru_cache(maxsize=8)
def _spelled(
    way: "Spelling",
    calls: tuple[str, ...],
    input_shape: tuple[int, ...],
    tokens: int | None,
    frozen: tuple[int, ...],
) -> "list[Line]":
    """The code; it changes only where the experiment does."""
    from tui_nn.spec.script.spelling import code_of  # with the catalog: not at the start

    return code_of(way, calls, input_shape, tokens, frozen)
