"""1 Network: the layers as PyTorch calls, the graph of their units, their weights as matrices."""

from tui_nn.spec.protocol.frames import Probes, Weights
from tui_nn.views.architecture import Fan, fans, layer_rows
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.graph import Matrix, has_room, paint_graph
from tui_nn.views.numbers import counted
from tui_nn.views.panels.network_layers import PANEL, move, paint_layers
from tui_nn.views.panels.panel import Panel, Size, View
from tui_nn.views.world import World

LEAST_ROWS, WANTED_ROWS = 4, 10
"""Of the graph, without its legend."""


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    row = paint_layers(canvas, world, desk, canvas.height)
    init = str(world.setting("init", ""))
    if init and row < canvas.height:
        canvas.put(row, 1, f"init {init}", canvas.palette.quiet)
        row += 1
    _paint_graph(canvas, world, desk, row)


def _units(found: tuple[Fan, ...]) -> list[int]:
    """Units in each column of the graph, the inputs first."""
    return [found[0].inputs, *(fan.outputs for fan in found)] if found else []


def _paint_graph(canvas: Canvas, world: World, desk: Desk, top: int) -> None:
    found = fans(layer_rows(world))
    rows = canvas.height - top - 1
    units = _units(found)
    if rows < LEAST_ROWS or not units or not has_room(units, canvas.width, rows):
        return
    weights = [_matrix(world, fan) for fan in found]
    drawn = paint_graph(canvas, weights, units, top, rows)
    _paint_legend(canvas, canvas.height - 1, drawn.words if desk.focus == PANEL else "")


def _paint_legend(canvas: Canvas, row: int, words: str) -> None:
    palette = canvas.palette
    what = "" if words else "weight "
    positive, negative = ("++", "--") if palette.ascii_only else ("──", "╌╌")
    canvas.spans(
        row, 1, (positive, palette.ink(palette.plus)), (f" {what}> 0", palette.quiet),
        "   " if words else "    ", (negative, palette.ink(palette.minus)),
        (f" {what}< 0", palette.quiet), "   ", (words, palette.plain),
    )  # fmt: skip


def _matrix(world: World, fan: Fan) -> Matrix | None:
    frame = world.frame(Weights(tensor=fan.tensor))
    if frame is None or frame.value.shape != (fan.outputs, fan.inputs):
        return None
    found: Matrix = frame.value.numpy().astype(float)
    return found


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    return tuple(Weights(tensor=fan.tensor) for fan in fans(layer_rows(world)))


def _note(world: World, desk: Desk) -> str:
    if world.started is None:
        return ""
    count = sum(layer.parameters for layer in world.started.layers)
    return counted(count, "number" if world.kind == "neuron" else "parameter")


def _rows(world: World, width: int) -> tuple[int, int]:
    rows = layer_rows(world)
    need = min(len(rows), 12)
    want = len(rows) + bool(world.setting("init"))
    units = _units(fans(rows))
    if len(units) > 2 and has_room(units, width, WANTED_ROWS):
        want += WANTED_ROWS + 1
    return max(1, need), max(1, want)


def _press(world: World, desk: Desk, key: str) -> bool:
    return key in ("up", "down") and move(world, desk, 1 if key == "down" else -1)


NETWORK = Panel(
    PANEL,
    "Network",
    (View("layers", _paint, probes=_probes, note=_note, rows=_rows, press=_press),),
)
