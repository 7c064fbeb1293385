"""1 Network: the layers as PyTorch calls, the graph of their units, their weights as matrices."""

from typing import Literal

from tui_nn.spec.protocol.frames import Probes, Weights
from tui_nn.views.architecture import Fan, fans, layer_rows
from tui_nn.views.arrays import floats
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.graph import Matrix, has_room, paint_graph
from tui_nn.views.layout import Heights
from tui_nn.views.matrices import paint_blocks
from tui_nn.views.numbers import counted
from tui_nn.views.panels import network_code, network_matrices
from tui_nn.views.panels.network_layers import PANEL, height_of, move, paint_layers
from tui_nn.views.panels.panel import Panel, Size, View
from tui_nn.views.reading import class_count, class_name, target_name
from tui_nn.views.stacks import paint_stacks
from tui_nn.views.world import World

LEAST_ROWS, MOST_ROWS = 4, 10
"""Of the graph under the layers, without its legend."""
LEAST_STACKS = 6
MOST_LAYERS = 12
"""Of a longer list a part is enough."""
LEAST_MATRICES = 3
SIGNS = " ── > 0   ╌╌ < 0   "
SHAPES = "out = channels x height x width"

Picture = Literal["graph", "matrices", "stacks", "words", ""]


def _units(found: tuple[Fan, ...]) -> list[int]:
    """Units in each column of the graph, the inputs first."""
    return [found[0].inputs, *(fan.outputs for fan in found)] if found else []


def _has_pictures(world: World) -> bool:
    return any(len(row.output_shape) >= 3 for row in layer_rows(world))


def _below(world: World, width: int, rows: int) -> Picture:
    """What so many rows under the layers show."""
    units = _units(fans(layer_rows(world)))
    if units and world.kind != "neuron":
        if rows >= LEAST_ROWS and has_room(units, width, rows):
            return "graph"
        return "matrices" if rows >= LEAST_MATRICES and max(units) > MOST_ROWS else ""
    if _has_pictures(world):
        return "stacks" if rows >= LEAST_STACKS else "words" if rows > 0 else ""
    return ""


def _init(world: World) -> str:
    return str(world.setting("init", "") or "")


def _rows_left(world: World, size: Size) -> int:
    used = height_of(layer_rows(world), *size)
    return size[1] - used - (bool(_init(world)) and size[1] > used)


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    size = canvas.width, canvas.height
    row = paint_layers(canvas, world, desk, canvas.height)
    init = _init(world)
    if init and row < canvas.height:
        canvas.put(row, 1, f"init {init}", canvas.palette.quiet)
    rows = _rows_left(world, size)
    _paint_picture(canvas, world, desk, _below(world, canvas.width, rows), canvas.height - rows)


def _paint_picture(canvas: Canvas, world: World, desk: Desk, what: Picture, top: int) -> None:
    rows = layer_rows(world)
    match what:
        case "graph":
            _paint_graph(canvas, world, desk, top)
        case "matrices":
            blocks = network_matrices.blocks_of(world, [r for r in rows if r.parameters])
            paint_blocks(canvas, blocks, top)
        case "stacks" | "words":
            height = canvas.height - top
            if what == "words" or not paint_stacks(canvas, rows, top, height):
                canvas.put(
                    top, 1 if canvas.width > len(SHAPES) else 0, SHAPES, canvas.palette.quiet
                )


def _paint_graph(canvas: Canvas, world: World, desk: Desk, top: int) -> None:
    found = fans(layer_rows(world))
    weights = [_matrix(world, fan) for fan in found]
    units, rows = _units(found), canvas.height - top
    has_legend = has_room(units, canvas.width, rows - 1)
    drawn = paint_graph(canvas, weights, units, top, rows - has_legend, _names(world))
    if has_legend:
        _paint_legend(canvas, canvas.height - 1, drawn.words if desk.focus == PANEL else "")


def _names(world: World) -> tuple[list[str], list[str]]:
    """Of the inputs and of the outputs."""
    samples, rows = world.samples, layer_rows(world)
    if samples is None or not rows:
        return [], []
    outputs, classes = rows[-1].output_shape[0], class_count(world)
    if classes and outputs == classes:
        return [*samples.input_names], [class_name(world, index) for index in range(classes)]
    if classes:
        return [*samples.input_names], []
    return [*samples.input_names], [target_name(world, index) for index in range(outputs)]


def _paint_legend(canvas: Canvas, row: int, words: str) -> None:
    palette = canvas.palette
    what = "" if words else "weight "
    if len(SIGNS) + len(words) > canvas.width:  # alone, where both have no room
        canvas.put(row, 1, words)
        return
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
    found: Matrix = floats(frame.value)
    return found


def _fan_probes(world: World) -> tuple[Probes, ...]:
    return tuple(Weights(tensor=fan.tensor) for fan in fans(layer_rows(world)))


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    match _below(world, size[0], _rows_left(world, size)):
        case "graph":
            return _fan_probes(world)
        case "matrices":
            return network_matrices.probes(world, Desk(), size)
    return ()


def _note(world: World, desk: Desk) -> str:
    if world.started is None:
        return ""
    count = sum(layer.parameters for layer in world.started.layers)
    return counted(count, "number" if world.kind == "neuron" else "parameter")


def _rows(world: World, width: int) -> Heights:
    rows = layer_rows(world)
    own = len(rows) + bool(_init(world))
    least = max(1, min(len(rows), MOST_LAYERS))
    units = _units(fans(rows))
    most = own + min(MOST_ROWS, max(units, default=0) + 2) + 1
    if not units:
        most = own + _has_pictures(world)
    seen = [h for h in range(own + 1, most + 1) if _below(world, width, h - own)]
    return Heights(least, want=[*range(least + 1, own + 1), *seen])


def _press(world: World, desk: Desk, key: str) -> bool:
    return key in ("up", "down") and move(world, desk, 1 if key == "down" else -1)


def _all_of(world: World, size: Size) -> Picture:
    """What the whole panel shows where the graph is wanted."""
    units = _units(fans(layer_rows(world)))
    if not units:
        return "stacks"
    return "graph" if has_room(units, *size) else "matrices"


def _paint_all(canvas: Canvas, world: World, desk: Desk) -> None:
    _paint_picture(canvas, world, desk, _all_of(world, (canvas.width, canvas.height)), 0)


def _all_probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    what = _all_of(world, size)
    if what == "matrices":
        return network_matrices.probes(world, Desk(), size)
    return _fan_probes(world) if what == "graph" else ()


def _has_graph(world: World) -> bool:
    return bool(fans(layer_rows(world))) or _has_pictures(world)


LAYERS = View(
    "layers", _paint, probes=_probes, note=_note, rows=_rows, press=_press,
    keys=(("up down", "layer"),),
)  # fmt: skip
GRAPH = View(
    "graph", _paint_all, suits=_has_graph, probes=_all_probes, note=_note, rows=_rows, press=_press
)
MATRICES = View(
    "matrices", network_matrices.paint, suits=network_matrices.suits,
    probes=network_matrices.probes, note=_note, rows=_rows, press=network_matrices.press,
    keys=(("up down", "begin at another layer"),),
)  # fmt: skip
SEQUENTIAL, MODULE = (
    View(
        way, network_code.painter(way), suits=network_code.suits, note=_note, rows=_rows,
        press=_press, keys=(("up down", "layer"),),
    )
    for way in ("sequential", "module")
)  # fmt: skip

NETWORK = Panel(PANEL, "Network", (LAYERS, GRAPH, MATRICES, SEQUENTIAL, MODULE))
