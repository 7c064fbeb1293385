"""2 Data as pictures: samples that stay, each with what the network sees in it now."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tui_nn.plot.cells import cell_width, shortened
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Probes, Samples, SamplesFrame
from tui_nn.views import pictures
from tui_nn.views.arrays import Floats, kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.kinds import picture_side
from tui_nn.views.panels.evaluate_looks import PREDICTIONS, part_of, predictions
from tui_nn.views.plane import extent
from tui_nn.views.reading import class_count, class_name
from tui_nn.views.world import SAMPLES, World

PANEL = 2
GAP = 3
MOST_COLUMNS, MOST_COLUMNS_WIDE, WIDE = 14, 28, 100
"""Of a picture; where the panel has so many columns."""
LONGEST = 16
"""Cells of what stands below a picture."""


@dataclass(frozen=True)
class Grid:
    """How many pictures there are, and how large each is with its caption."""

    across: int
    down: int
    size: pictures.Size
    width: int
    """Columns of a picture with what stands below it, or beside it."""
    step: int
    """Rows of the same."""


def _probe(world: World) -> Samples:
    return Samples(part="val") if part_of(world) == "val" else SAMPLES


def probes(world: World) -> tuple[Probes, ...]:
    """The samples of the part that is judged, and what the network says of them."""
    judged = (PREDICTIONS,) if class_count(world) else ()
    probe = _probe(world)
    return judged if probe == SAMPLES else (probe, *judged)


def _pictures(array: Array, samples: SamplesFrame) -> Floats:
    """(n, channels, rows, columns)."""
    values, side = kept(array), picture_side(samples)
    if side:
        return values.reshape(-1, 1, side, side)
    shape = values.shape[1:]
    channels = shape[0] if len(shape) == 3 else 1
    return values.reshape(len(values), channels, -1, shape[-1])


def paint(canvas: Canvas, world: World, desk: Desk, top: int) -> bool:
    """As many samples as have room from row `top` on; whether one had."""
    samples: SamplesFrame | None = world.frame(_probe(world))
    if samples is None or not samples.samples.shape[0]:
        return True
    parts = _parts(samples)
    grid = _grid(world, parts, canvas.width, canvas.height - top)
    if grid is None:
        return False
    order, answers, size = _order(world, samples), _answers(world), grid.size
    count = grid.across * grid.down
    page = max(0, desk.cursor.get(PANEL, 0)) % -(-len(order) // count)
    ends = [extent(part) for part in parts]
    for place, index in enumerate(order[page * count : (page + 1) * count]):
        down, right = divmod(place, grid.across)
        row, column = top + down * grid.step, 1 + right * (grid.width + GAP)
        for number, part in enumerate(parts):
            at = column + number * (size.columns + GAP)
            _paint_one(canvas, part[index], ends[number], size, row, at)
            if number:
                canvas.put(row + size.rows // 2, at - 2, "▸", canvas.palette.quiet)
        if len(parts) == 1:
            _paint_caption(canvas, world, samples, index, answers, grid, row + size.rows, column)
    return True


def heights(world: World, width: int) -> tuple[int, ...]:
    """Rows of one line of pictures, the smallest first, then their largest; of two and of three."""
    samples = world.samples
    if samples is None or not samples.samples.shape[0]:
        return ()
    parts = _parts(samples)
    grids = [_grid(world, parts, width, height) for height in range(1, MOST_COLUMNS_WIDE)]
    found = [grid.step for grid in grids if grid is not None]
    return (min(found), *(lines * max(found) for lines in (1, 2, 3))) if found else ()


def _parts(samples: SamplesFrame) -> list[Floats]:
    """The pictures, and those that are to come of them, where targets are pictures."""
    both = (samples.x, samples.y) if len(samples.y.shape) >= 3 else (samples.x,)
    return [_pictures(array, samples) for array in both]


def _grid(world: World, parts: Sequence[Floats], width: int, height: int) -> Grid | None:
    *_, tall, wide = parts[0].shape
    most = min(MOST_COLUMNS_WIDE if width >= WIDE else MOST_COLUMNS, width - 1)
    below = 1 if len(parts) == 1 else 0
    size = pictures.largest(tall, wide, most, height - below)
    if size is None:
        return None
    words = _caption_width(world) if below else 0
    one = max(len(parts) * (size.columns + GAP) - GAP, words)
    across = (width - 1 + GAP) // (one + GAP)
    down = height // (size.rows + below)
    return Grid(across, down, size, one, size.rows + below) if across > 0 else None


def _paint_one(canvas: Canvas, values: Floats, ends: tuple[float, float], size: pictures.Size,
               row: int, column: int) -> None:  # fmt: skip
    """`values` (channels, rows, columns) between these ends, the brightest the higher one."""
    low, high = ends
    shown = np.clip((values - low) / ((high - low) or 1.0), 0, 1)
    if len(shown) == 3:
        pictures.paint_coloured(canvas, shown, row, column, size)
    else:
        pictures.paint(canvas, shown.mean(0), row, column, size)


def _order(world: World, samples: SamplesFrame) -> list[int]:
    """Places of samples: the first of each class, then the second of each, and so on."""
    if not class_count(world):
        return list(range(samples.samples.shape[0]))
    classes = samples.y.numpy().astype(int).tolist()
    seen = [0] * class_count(world)
    keys = []
    for index, truth in enumerate(classes):
        keys.append((seen[truth], truth, index))
        seen[truth] += 1
    return [index for _, _, index in sorted(keys)]


def _answers(world: World) -> dict[int, int]:
    """By sample, the class that it is taken for."""
    frame = predictions(world) if class_count(world) else None
    if frame is None:
        return {}
    samples, said = (array.numpy().astype(int).tolist() for array in (frame.samples, frame.answers))
    return dict(zip(samples, said, strict=True))


def _longest(world: World) -> int:
    names = (class_name(world, index) for index in range(class_count(world)))
    return max(map(cell_width, names), default=0)


def _says_class(world: World) -> bool:
    """Whether captions have room for the class that a picture is taken for."""
    return 2 * _longest(world) + len(" seen ") <= LONGEST


def _caption_width(world: World) -> int:
    longest = _longest(world)
    if not longest:
        return 0
    return 2 * longest + len(" seen ") if _says_class(world) else min(LONGEST, longest + 2)


def _paint_caption(
    canvas: Canvas, world: World, samples: SamplesFrame, index: int, answers: dict[int, int],
    grid: Grid, row: int, column: int,
) -> None:  # fmt: skip
    """`9 seen 5`; its class and whether it was found, where that is too long."""
    if not class_count(world):
        return
    palette = canvas.palette
    truth = int(samples.y.numpy()[index])
    said = answers.get(int(samples.samples.numpy()[index]))
    name = class_name(world, truth)
    ink = palette.quiet if said in (None, truth) else palette.ink(palette.bad, bold=True)
    words = f"{name} seen {'·' if said is None else class_name(world, said)}"
    if not _says_class(world):
        sign = "·" if said is None else "✓" if said == truth else "✗"
        name = shortened(name, grid.width - 2, ascii_only=palette.ascii_only)
        words = f"{name} {sign}"
    canvas.put(row, column, words, ink)
