"""6 Gradient: how the gradients, weights or activations of the layer in focus are spread."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.protocol.frames import Layers, LayersFrame, LayerStatistics, Probes
from tui_nn.views.calls import fitted
from tui_nn.views.canvas import EIGHTHS, Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.layer_names import LAYERS
from tui_nn.views.numbers import short
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.scale import rounded
from tui_nn.views.world import World

NUMBER = 6
BINS = 120
Which = Literal["gradient", "weight", "output"]
WORDS: dict[Which, str] = {"gradient": "gradients", "weight": "weights", "output": "activations"}


def _layer(world: World, desk: Desk) -> LayerStatistics | None:
    """The one in focus, else the first; None before the layers are known."""
    frame: LayersFrame | None = world.frame(LAYERS)
    rows = frame.layers if frame is not None else ()
    return next((row for row in rows if row.name == desk.layer), rows[0] if rows else None)


def _probe(world: World, desk: Desk) -> Layers | None:
    layer = _layer(world, desk)
    return Layers(focus=layer.name, bins=BINS) if layer else None


def _counts(
    row: LayerStatistics, which: Which
) -> tuple[NDArray[np.float64], tuple[float, float]] | None:
    """How many numbers lie in each bin (bins,), and its ends; None where there are none."""
    packed = {
        "gradient": row.gradient_histogram,
        "weight": row.weight_histogram,
        "output": row.output_histogram,
    }[which]
    ends = row.ranges.get(which)
    return None if packed is None or ends is None else (packed.numpy().astype(np.float64), ends)


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    layer, probe = _layer(world, desk), _probe(world, desk)
    frame: LayersFrame | None = world.frame(probe) if probe else None
    if layer is None or not canvas.height:
        return
    words = WORDS[desk.histogram]
    end = canvas.put(0, 1, fitted(f"{layer.call}", canvas.width - 2), canvas.palette.strong)
    if end + len(words) + 3 <= canvas.width:
        canvas.right(0, words, canvas.palette.quiet, edge=canvas.width - 1)
    rows = frame.layers if frame is not None else ()
    row = next((row for row in rows if row.name == layer.name), None)
    found = _counts(row, desk.histogram) if row is not None else None
    if row is None or canvas.height < 2:
        return
    if found is None:
        of = {"gradient": "frozen: no gradient" if row.frozen else "no gradient yet"}
        of = of if row.weight is not None else {}
        word = row.nonfinite.get(desk.histogram)
        text = f"all {word}" if word else of.get(desk.histogram, "no parameters here")
        canvas.put(1, 1, text if len(text) < canvas.width else "", canvas.palette.quiet)
        return
    _paint_bars(canvas, *found)


def _axis(low: float, high: float) -> tuple[float, float]:
    """Round numbers around both, 0 where all lie on one side of it."""
    left = -rounded(-low, up=True) if low < 0 else 0.0
    right = rounded(high, up=True) if high > 0 else 0.0
    return (left, right) if right > left else (-1.0, 1.0)


def _paint_bars(canvas: Canvas, counts: NDArray[np.float64], ends: tuple[float, float]) -> None:
    """Bars over a round axis, as high as numbers lie densely, below them its ends and its 0."""
    palette, width = canvas.palette, canvas.width - 2
    axis = canvas.height >= 4
    height = canvas.height - 1 - axis
    if width < 4:
        return
    left, right = _axis(*ends)
    edges = np.linspace(left, right, width + 1)
    below = np.concatenate([[0.0], np.cumsum(counts)])
    heights = np.diff(np.interp(edges, np.linspace(*ends, len(counts) + 1), below))
    most = heights.max(initial=0.0)
    eighths = np.ceil(heights / most * 8 * height) if most else heights
    middles = (edges[:-1] + edges[1:]) / 2
    for y in range(height):
        levels = np.clip(eighths - 8 * (height - 1 - y), 0, 8).astype(int).tolist()
        for sign in (-1, 1):
            line = "".join(
                EIGHTHS[level] if sign * middle > 0 else "\0"
                for level, middle in zip(levels, middles.tolist(), strict=True)
            )
            begin = len(line) - len(line.lstrip("\0"))
            canvas.put(1 + y, 1 + begin, line.strip("\0"), palette.ink(palette.of_sign(sign)))
    if axis:
        _paint_axis(canvas, left, right, width)


def _paint_axis(canvas: Canvas, left: float, right: float, width: int) -> None:
    row, quiet = canvas.height - 1, canvas.palette.quiet
    first, last = short(left), short(right)
    if len(first) + len(last) + 2 > width:
        return
    end = canvas.put(row, 1, first, quiet)
    begin = canvas.right(row, last, quiet, edge=1 + width)
    zero = 1 + round(-left / (right - left) * (width - 1))
    if end < zero < begin - 1:
        canvas.put(row, zero, "0", quiet)


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    probe = _probe(world, desk)
    return (LAYERS, probe) if probe else (LAYERS,)


def _note(world: World, desk: Desk) -> str:
    layer = _layer(world, desk)
    return f"{WORDS[desk.histogram]} of layer {layer.name}" if layer else ""


def _press(world: World, desk: Desk, key: str) -> bool:
    frame: LayersFrame | None = world.frame(LAYERS)
    layer = _layer(world, desk)
    if key in ("a", "A"):
        kinds = list(WORDS)
        step = 1 if key == "a" else -1
        desk.histogram = kinds[(kinds.index(desk.histogram) + step) % len(kinds)]
        return True
    if frame is None or layer is None or key not in ("up", "down"):
        return False
    names = [row.name for row in frame.layers]
    index = names.index(layer.name) + (1 if key == "down" else -1)
    desk.layer = names[max(0, min(len(names) - 1, index))]
    return True


HISTOGRAM = View(
    "histogram",
    _paint,
    probes=_probes,
    note=_note,
    press=_press,
    keys=(("a A", "gradients, weights, activations"), ("↑ ↓", "layer")),
)
