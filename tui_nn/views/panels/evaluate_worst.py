"""8 Evaluate: the samples that are furthest from right."""

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from tui_nn.plot.cells import cell_width, shortened
from tui_nn.spec.protocol.frames import PredictionsFrame, Probes, Samples, SamplesFrame
from tui_nn.views import pictures
from tui_nn.views.arrays import Floats, kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.kinds import picture_side
from tui_nn.views.numbers import fixed, plain
from tui_nn.views.panels.evaluate_curves import watched
from tui_nn.views.panels.evaluate_looks import (
    PREDICTIONS,
    note,
    paint_age,
    part_of,
    predictions,
    sampled,
)
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.pictures import paint, paint_coloured
from tui_nn.views.reading import class_count, class_name
from tui_nn.views.world import World

ALL = 262_144
"""Of so many numbers a part is fetched at once; of a larger one the worst samples, where training
stands.
"""
WIDEST_GAP = 3
ENOUGH = 12
"""Pictures; with more room than for so many they are larger."""
LONGEST = 12
NUMBER = 9


@dataclass(frozen=True)
class Mistake:
    """One of the worst samples, in words."""

    sample: int
    truth: str
    answer: str
    loss: float
    is_wrong: bool


def _mistakes(world: World, frame: PredictionsFrame) -> list[Mistake]:
    rows = zip(
        frame.worst.numpy().tolist(),
        frame.worst_truths.numpy(),
        frame.worst_answers.numpy(),
        frame.worst_losses.numpy().tolist(),
        strict=True,
    )
    found = []
    for sample, truth, answer, loss in rows:
        is_wrong = class_count(world) > 0 and int(truth) != int(answer)
        words = _word(world, truth), _word(world, answer)
        found.append(Mistake(sample, *words, loss, is_wrong))
    return found


def _word(world: World, value: NDArray[np.generic]) -> str:
    """A class's name, or values."""
    if class_count(world):
        return class_name(world, int(value))
    return " ".join(plain(float(one), 4) for one in np.ravel(value)[:3])


def _samples_probe(world: World) -> Samples | None:
    """What brings the worst samples themselves."""
    started, known = world.started, world.samples
    if started is None or known is None:
        return None
    part = part_of(world)
    size = prod(known.x.shape[1:])
    count = started.val_count if part == "val" else started.train_count
    if count * size <= ALL:
        return Samples(part=part, most=max(1, count * size))
    frame = predictions(world)
    if frame is None or world.running:
        return None
    return Samples(part=part, samples=tuple(frame.worst.numpy().tolist()), most=ALL)


def _inputs(world: World) -> dict[int, Floats]:
    """The inputs of the samples that are known, by their number."""
    probe = _samples_probe(world)
    frame: SamplesFrame | None = world.frame(probe) if probe is not None else None
    if frame is None:
        return {}
    return dict(zip(frame.samples.numpy().tolist(), kept(frame.x), strict=True))


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    frame = predictions(world)
    if frame is None:
        canvas.put(0, 1, "·", canvas.palette.quiet)
        return
    first = desk.cursor.get(8, 0)
    found = _mistakes(world, frame)
    found = found[min(first, max(0, len(found) - 1)) :]
    if world.kind == "picture":
        _paint_pictures(canvas, world, found)
    else:
        _paint_table(canvas, world, found)
    _paint_words(canvas, world, frame)


def _paint_pictures(canvas: Canvas, world: World, found: list[Mistake]) -> None:
    """Tiles beside and below each other: the picture, what it was seen as and what it is."""
    palette, inputs = canvas.palette, _inputs(world)
    shape = _picture_shape(world)
    if shape is None:
        return
    words = [_caption(mistake) for mistake in found]
    longest = min(LONGEST, max((cell_width(text) for text in words), default=1))
    tiles = _tiles(canvas, shape, longest)
    if tiles is None:
        return
    most = max((float(np.nanmax(values)) for values in inputs.values()), default=1.0) or 1.0
    for place, mistake in enumerate(found[: tiles.across * tiles.down]):
        row = place // tiles.across * (tiles.size.rows + 1)
        column = 1 + place % tiles.across * tiles.step
        values = inputs.get(mistake.sample)
        if values is not None:
            picture = np.clip(values.reshape(shape) / most, 0, 1)
            if len(picture) == 3:
                paint_coloured(canvas, picture, row, column, tiles.size)
            else:
                paint(canvas, picture.mean(0), row, column, tiles.size)
        ink = palette.ink(palette.bad) if mistake.is_wrong else palette.quiet
        text = shortened(words[place], tiles.columns, ascii_only=False)
        canvas.put(row + tiles.size.rows, column, text, ink)


def _caption(mistake: Mistake) -> str:
    if mistake.answer == mistake.truth:
        return f"seen {mistake.answer} ✓"
    return f"seen {mistake.answer}, is {mistake.truth}"


@dataclass(frozen=True)
class Tiles:
    """How pictures lie beside and below each other."""

    across: int
    down: int
    columns: int
    """Of each, as wide as its words."""
    step: int
    """From one to the next."""
    size: pictures.Size


def _tiles(canvas: Canvas, shape: tuple[int, int, int], longest: int) -> Tiles | None:
    """The largest pictures of which `ENOUGH` have room, else the least; None if none has."""
    found = None
    for size in pictures.sizes(*shape[1:]):
        columns = max(size.columns, longest)
        across, down = canvas.width // (columns + 1), (canvas.height - 1) // (size.rows + 1)
        if across * down < (ENOUGH if found else 1):
            break
        step = min(columns + WIDEST_GAP, canvas.width // across)
        found = Tiles(across, down, columns, step, size)
    return found


def _picture_shape(world: World) -> tuple[int, int, int] | None:
    """Channels, rows and columns of a sample's picture."""
    known = world.samples
    if known is None:
        return None
    side = picture_side(known)
    shape = (1, side, side) if side else tuple(known.x.shape[1:])
    if len(shape) == 2:
        shape = (1, *shape)
    return (shape[0], shape[1], shape[2]) if len(shape) == 3 else None


def _paint_table(canvas: Canvas, world: World, found: list[Mistake]) -> None:
    """A row a sample: which, what it is, what was answered, its loss; then its inputs."""
    palette, known, inputs = canvas.palette, world.samples, _inputs(world)
    texts = [text for mistake in found for text in (mistake.truth, mistake.answer)]
    wide = max(6, min(LONGEST, max(map(cell_width, texts), default=0)))
    heads = ["sample", "truth", "answer", "loss", *(known.input_names if known else ())]
    widths = [6, wide, wide, NUMBER, *[NUMBER] * (len(heads) - 4)]
    edges = [sum(widths[: i + 1]) + i + 1 for i in range(len(widths))]
    shown = sum(edge <= canvas.width for edge in edges)
    for head, width, edge in zip(heads[:shown], widths, edges, strict=False):
        canvas.right(0, shortened(head, width, ascii_only=False), palette.quiet, edge=edge)
    for row, mistake in enumerate(found[: max(0, canvas.height - 2)], 1):
        values = inputs.get(mistake.sample, np.empty(0)).ravel()[: len(heads) - 4].tolist()
        cells = [str(mistake.sample), mistake.truth, mistake.answer, fixed(mistake.loss, NUMBER, 4)]
        cells += [fixed(value, NUMBER, 3) for value in values]
        inks = [palette.quiet, palette.plain, palette.plain, palette.plain]
        inks += [palette.quiet] * len(values)
        if mistake.is_wrong:
            inks[2] = palette.ink(palette.bad)
        for text, ink, width, edge in zip(cells[:shown], inks, widths, edges, strict=False):
            canvas.right(row, shortened(text.strip(), width, ascii_only=False), ink, edge=edge)


def _paint_words(canvas: Canvas, world: World, frame: PredictionsFrame) -> None:
    name = world.samples.sample_name if world.samples else "sample"
    words = f"{frame.part}: the {name}s with the largest loss, the worst first"
    room = paint_age(canvas, world, frame)
    for text in (words, f"largest loss in {frame.part}"):
        text = f"{text}   {sampled(frame)}".rstrip()
        if 1 + cell_width(text) <= room:
            canvas.put(canvas.height - 1, 1, text, canvas.palette.quiet)
            return


def _probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    samples = _samples_probe(world)
    found: tuple[Probes, ...] = (*watched(world, desk, size), PREDICTIONS)
    return found if samples is None else (*found, samples)


def _press(world: World, desk: Desk, key: str) -> bool:
    if key not in ("up", "down", "home"):
        return False
    ways = {"up": -1, "down": 1, "home": -desk.cursor.get(8, 0)}
    desk.cursor[8] = min(PREDICTIONS.worst - 1, max(0, desk.cursor.get(8, 0) + ways[key]))
    return True


WORST = View(
    "worst",
    _paint,
    suits=lambda world: world.samples is not None,
    probes=_probes,
    note=note,
    press=_press,
    keys=(("up down", "further mistakes"),),
)
