"""5 Forward of a network that makes pictures of pictures: input, answer and truth side by side."""

import numpy as np

from tui_nn.spec.protocol.frames import ActivationsFrame, Weights, WeightsFrame
from tui_nn.views.arrays import Floats, floats
from tui_nn.views.calls import name_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.numbers import plain
from tui_nn.views.panels.forward_picture_plan import Box, place
from tui_nn.views.panels.forward_picture_stage import paint_stage
from tui_nn.views.pictures import Size, largest, paint
from tui_nn.views.stages import Stage, as_picture, by_largest
from tui_nn.views.world import World

GAP = 2
NUMBER = 6
"""Cells of a weight: `-0.05 `."""
PIXEL = 2
"""Cells of a weight's square."""


def pairs(frame: ActivationsFrame) -> bool:
    """Whether what is to be answered is a picture of the shape of the last layer's output."""
    shape = frame.layers[-1].shape if frame.layers else ()
    return len(shape) == 3 and frame.target.shape == shape


def kernel_probe(world: World) -> Weights | None:
    """The one kernel of a network of one convolution."""
    layers = world.started.layers if world.started else ()
    if len(layers) == 1 and name_of(layers[0].call) in ("Conv2d", "LazyConv2d"):
        return Weights(tensor="0.weight")
    return None


def paint_pairs(
    canvas: Canvas, world: World, frame: ActivationsFrame, stages: tuple[Stage, ...], *, known: bool
) -> None:
    """`frame`: the sample's own, or, where it is not `known`, another's."""
    tall, wide = frame.layers[-1].shape[-2:]
    size = largest(tall, wide, (canvas.width - 2 - 2 * GAP) // 3, canvas.height - 1)
    if size is None:
        canvas.put(0, 1, "·", canvas.palette.quiet)
        return
    last = frame.layers[-1]
    names = ("input", f"{last.name} {name_of(last.call)}", "truth")
    pictures = _pictures(frame) if known else [None] * 3
    column = 1
    for name, picture, signed in zip(names, pictures, (False, True, True), strict=True):
        if len(name) <= size.columns + GAP - 1:
            canvas.put(0, column, name, canvas.palette.strong)
        if picture is not None:
            paint(canvas, picture, 1, column, size, signed=signed)
        column += size.columns + GAP
    _paint_loss(canvas, frame, column + 1, known=known)
    top = 1 + size.rows
    probe = kernel_probe(world)
    if probe is not None:
        _paint_kernel(canvas, world.frame(probe), top)
    else:
        for placed in place(stages[:-1], Box(top, 1, canvas.width - 2, canvas.height - top)):
            paint_stage(canvas, placed)


def _pictures(frame: ActivationsFrame) -> list[Floats]:
    """The input 0 … 1; answer and truth −1 … 1, by the largest of the truth."""
    values = [floats(a) for a in (frame.input, frame.layers[-1].value)]
    truth = floats(frame.target)[0]
    scale = np.abs(np.nan_to_num(truth)).max(initial=0) or 1.0
    picture = as_picture(values[0])
    shown = picture.reshape(-1, *picture.shape[-2:]).mean(0)
    return [shown, np.clip(values[1][0] / scale, -1, 1), np.clip(truth / scale, -1, 1)]


def _paint_loss(canvas: Canvas, frame: ActivationsFrame, column: int, *, known: bool) -> None:
    """The loss of this sample, at the right of its pictures."""
    loss = frame.nonfinite.get("loss") or plain(frame.loss, 3)
    for row, words in enumerate(("loss", loss if known else "·"), 1):
        if column + 8 < canvas.width:
            canvas.put(row, column, words, canvas.palette.quiet if row == 1 else None)


def _paint_kernel(canvas: Canvas, frame: WeightsFrame | None, row: int) -> None:
    """Its weights as numbers, and as squares beside them."""
    if frame is None or len(frame.shape) != 4:
        return
    kernel = floats(frame.value)[0, 0]
    count = frame.shape[0] * frame.shape[1]
    name = "kernel of 0 Conv2d" if count == 1 else f"kernel 0 of {count} of 0 Conv2d"
    tall, wide = kernel.shape
    numbers = wide * (NUMBER + 1) + 1
    row += row + 2 + tall <= canvas.height
    if row + 1 + tall > canvas.height or numbers > canvas.width:
        return
    palette = canvas.palette
    if len(name) < canvas.width:
        canvas.put(row, 1, name, palette.strong)
    for y, line in enumerate(kernel.tolist(), row + 1):
        for x, value in enumerate(line):
            ink = palette.ink(palette.of_sign(value))
            canvas.put(y, 1 + x * (NUMBER + 1), _weight(value), ink)
    squares = Size(wide * PIXEL, tall * PIXEL)
    if numbers + 2 + squares.columns < canvas.width:
        shown = by_largest(kernel[None], 1.0)[0]
        paint(canvas, shown, row + 1, numbers + 2, squares, signed=True)


def _weight(value: float) -> str:
    """In six cells: `+0.05`."""
    if not np.isfinite(value):
        return plain(value).rjust(NUMBER)
    return (f"{value:+.2f}" if abs(value) < 99.995 else f"{value:+.0e}").rjust(NUMBER)
