"""5 Forward of a picture: the input, what each stage makes of it, and the classes."""

from functools import lru_cache

import numpy as np

from tui_nn.plot.cells import cell_width
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import ActivationsFrame, Probes, Weights, WeightsFrame
from tui_nn.views import sampled
from tui_nn.views.arrays import Floats, floats
from tui_nn.views.calls import name_of
from tui_nn.views.canvas import Canvas
from tui_nn.views.classes import Answer, answer_of, paint_says, paint_says_below, title_of
from tui_nn.views.classes import paint as paint_classes
from tui_nn.views.desk import Desk
from tui_nn.views.kinds import picture_side
from tui_nn.views.layer_names import order
from tui_nn.views.panels.forward_picture_pairs import kernel_probe, paint_pairs, pairs
from tui_nn.views.panels.forward_picture_plan import Classes, plan
from tui_nn.views.panels.forward_picture_stage import paint_stage
from tui_nn.views.panels.panel import Size as Cells
from tui_nn.views.panels.panel import View
from tui_nn.views.pictures import Size, paint, paint_coloured
from tui_nn.views.stages import Stage, as_picture, stages
from tui_nn.views.world import World


def suits(world: World) -> bool:
    """Whether inputs are pictures."""
    return world.kind == "picture"


def picture_shape(world: World) -> tuple[int, int, int]:
    """Channels, rows and columns of an input."""
    samples = world.samples
    if samples is None:
        return 1, 0, 0
    shape = samples.x.shape[1:]
    if len(shape) == 1:
        return 1, picture_side(samples), picture_side(samples)
    return shape[0] if len(shape) > 2 else 1, shape[-2], shape[-1]


def first_weights(world: World) -> Weights | None:
    """The tensor whose rows are pictures: of a network that reads pixels as a list."""
    if world.started is None:
        return None
    for index, layer in enumerate(world.started.layers):
        kind = name_of(layer.call)
        if kind in ("Linear", "LazyLinear"):
            return Weights(tensor=f"{index}.weight")
        if kind not in ("Flatten", "Dropout", "Identity"):
            return None
    return None


def weights_stage(world: World, probe: Weights) -> Stage | None:
    """The weights of each neuron of that tensor, laid out as the picture they read."""
    assert world.started is not None
    name = probe.tensor.removesuffix(".weight")
    layer = world.started.layers[int(name)]
    frame: WeightsFrame | None = world.frame(probe)
    channels, tall, wide = picture_shape(world)
    values = None
    if frame is not None:
        if frame.value.shape[1:] != (channels * tall * wide,):
            return None
        values = floats(frame.value)
        values = values.reshape(len(values), channels, tall, wide).mean(1)
    answers = int(name) == len(world.started.layers) - 1
    classes = answers and layer.output_shape[0] > 1
    return Stage(
        name=name,
        title=f"{name} {name_of(layer.call)} weights",
        short=f"{name} {name_of(layer.call)}",
        shape=(layer.output_shape[0], tall, wide),
        values=values,
        signed=True,
        nouns=("class", "classes") if classes else ("neuron", "neurons"),
    )


def all_stages(world: World, desk: Desk) -> tuple[Stage, ...]:
    """What is shown, from the layer in focus on."""
    likeness = sampled.likeness_of(world, desk)
    if likeness is None:
        return ()
    known = sampled.frame_of(world, desk)
    found = stages((known or likeness).layers, known=known is not None)
    probe = first_weights(world)
    weights = weights_stage(world, probe) if probe is not None else None
    return found if weights is None else (weights, *found)


def _in_focus(stages: tuple[Stage, ...], desk: Desk) -> int:
    """The stage of the layer in focus; the first where none is."""
    before = [index for index, stage in enumerate(stages) if order(stage.name) <= order(desk.layer)]
    return before[-1] if before and desk.layer else 0


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    channels, tall, wide = picture_shape(world)
    likeness = sampled.likeness_of(world, desk)
    if likeness is None or not tall:
        canvas.put(0, 1, "·", canvas.palette.quiet)
        return
    frame = sampled.frame_of(world, desk)
    found = all_stages(world, desk)
    if pairs(likeness):
        paint_pairs(canvas, world, frame or likeness, found, known=frame is not None)
        return
    found = found[_in_focus(found, desk) :]
    answer = answer_of(world, frame)
    placed = plan(canvas.width, canvas.height, (tall, wide), found, answer)
    _paint_input(canvas, frame, (channels, tall, wide), placed.input)
    for one in placed.stages:
        paint_stage(canvas, one)
    if placed.classes is not None:
        _paint_answer(canvas, world, likeness, answer, placed.classes)


def _paint_input(
    canvas: Canvas, frame: ActivationsFrame | None, shape: tuple[int, int, int], size: Size | None
) -> None:
    words = ("input " + "x".join(map(str, shape)), "input")
    width = size.columns if size else canvas.width - 1
    name = next((name for name in words if len(name) <= width), "")
    canvas.put(0, 1, name, canvas.palette.strong)
    if frame is None or size is None or np.prod(frame.input.shape) != np.prod(shape):
        return
    picture = _picture(frame.input, shape)
    if len(picture) == 3:
        paint_coloured(canvas, picture, 1, 1, size)
    else:
        paint(canvas, picture.mean(0), 1, 1, size)


@lru_cache(maxsize=8)
def _picture(array: Array, shape: tuple[int, int, int]) -> Floats:
    return as_picture(floats(array).reshape(shape))


def _paint_answer(
    canvas: Canvas, world: World, frame: ActivationsFrame, answer: Answer, where: Classes
) -> None:
    """The classes, and what the network says."""
    box = where.box
    if where.has_label and frame.layers:
        last = frame.layers[-1]
        name = f"{last.name} {name_of(last.call)}"
        words = (f"{name} {title_of(world)}".rstrip(), name)
        found = next((text for text in words if cell_width(text) <= box.columns), "")
        canvas.put(box.row - 1, box.column, found, canvas.palette.strong)
    if box.rows:
        paint_classes(canvas, answer, box.row, box.column, box.rows, where.columns)
    row, column = where.says
    width = canvas.width - column
    if not (where.says_below and paint_says_below(canvas, answer, row, column, width)):
        paint_says(canvas, answer, row, column, width)


def _probes(world: World, desk: Desk, size: Cells) -> tuple[Probes, ...]:
    weights = first_weights(world) or kernel_probe(world)
    probe = sampled.probe_of(world, desk)
    return (probe,) if weights is None else (probe, weights)


def note(world: World, desk: Desk) -> str:
    """`sample 706, val, a 3`."""
    words, frame = sampled.words(world, desk), sampled.frame_of(world, desk)
    if frame is None or world.samples is None or world.samples.class_counts is None:
        return words
    vowel = frame.truth[:1] in "aeiouAEIOU8" or frame.truth in ("11", "18")
    return f"{words}, {'an' if vowel else 'a'} {frame.truth}"


def _press(world: World, desk: Desk, key: str) -> bool:
    if key not in ("up", "down", "N", "n"):
        return sampled.press(world, desk, key)
    found = all_stages(world, desk)
    if not found:
        return False
    names = list(dict.fromkeys(stage.name for stage in found))
    at = names.index(found[_in_focus(found, desk)].name)
    desk.layer = names[max(0, min(len(names) - 1, at + (1 if key in ("down", "n") else -1)))]
    return True


MAPS = View(
    "maps",
    _paint,
    suits=suits,
    probes=_probes,
    note=note,
    press=_press,
    keys=(("↑ ↓", "previous, next layer"), *sampled.KEYS),
)
