"""2 Data as a table: each column's range and mean, in its own units; tokens as they are."""

from functools import lru_cache

import numpy as np

from tui_nn.plot.cells import cell_width, shortened
from tui_nn.spec.protocol import Array
from tui_nn.views.arrays import Floats, kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.layer_names import window
from tui_nn.views.numbers import plain
from tui_nn.views.panels.edge import paint_edge
from tui_nn.views.reading import class_count, class_name, input_names, target_name
from tui_nn.views.world import World

PANEL = 2
NUMBER = 7
MEASURES = ("min", "mean", "max", "std")
CHOICES = (MEASURES, MEASURES[:3], ("min", "max"))
"""The first with which every column's name has room."""
LEAST_NAME = 8
GAP = 2


@lru_cache(maxsize=8)
def _measured(array: Array) -> Floats:
    """(columns, 4): the least, the mean, the greatest and the deviation of each column."""
    values = kept(array).reshape(array.shape[0], -1)
    if not len(values):
        return np.full((values.shape[1], len(MEASURES)), np.nan)
    with np.errstate(invalid="ignore", over="ignore"):
        measures = (values.min(0), values.mean(0), values.max(0), values.std(0))
    return np.stack(measures, axis=1)


def lines(world: World) -> list[tuple[str, Floats]]:
    """Every column's name and measures, those to be predicted last."""
    samples = world.samples
    if samples is None:
        return []
    found = _measured(samples.x)
    rows = list(zip(input_names(world, len(found)), found, strict=True))
    if not class_count(world):
        rows += [(f"▸ {target_name(world, i)}", row) for i, row in enumerate(_measured(samples.y))]
    return rows


def paint_columns(canvas: Canvas, world: World, desk: Desk, top: int) -> None:
    """Their measures from row `top` on; as many as have room, around the cursor."""
    rows, palette = lines(world), canvas.palette
    height = canvas.height - top
    if height < 2 or not rows:
        return
    longest = max(cell_width(name) for name, _ in rows)
    heads = _heads(canvas.width - 1, longest)
    room = canvas.width - 1 - len(heads) * NUMBER
    wide = max(1, min(room, max(longest, min(room - 1, longest + GAP))))
    for index, head in enumerate(heads, 1):
        canvas.right(top, head, palette.quiet, edge=1 + wide + index * NUMBER)
    room = wide + (NUMBER - len(heads[0]) - 1 if heads else 0)
    _paint_head(canvas, top, world.samples.sampled if world.samples else "", room)
    at = desk.cursor.get(PANEL, 0)
    lines_shown = window(len(rows), min(height - 1, len(rows)), at)
    focused = desk.focus == PANEL and len(lines_shown) < len(rows)
    for row, index in enumerate(lines_shown, top + 1):
        paint_edge(canvas, row, index, lines_shown, len(rows), chosen=focused and index == at)
        name, measures = rows[index]
        canvas.put(row, 1, shortened(name, wide, ascii_only=palette.ascii_only))
        for column, head in enumerate(heads, 1):
            value = float(measures[MEASURES.index(head)])
            canvas.right(row, plain(value), edge=1 + wide + column * NUMBER)


def _paint_head(canvas: Canvas, row: int, sampled: str, width: int) -> None:
    """Over the names; of how many samples the measures are, where that isn't all of them."""
    fewer = f"of {sampled.partition(' ')[0]}"
    choices = (f"column   of {sampled}", f"of {sampled}", fewer) if sampled else ("column",)
    fitting = (words for words in choices if len(words) <= width)
    canvas.put(row, 1, next(fitting, ""), canvas.palette.quiet)


def _heads(width: int, longest: int) -> tuple[str, ...]:
    for heads in CHOICES:
        if longest + len(heads) * NUMBER <= width:
            return heads
    return CHOICES[-1] if width - 2 * NUMBER >= LEAST_NAME else ()


def paint_tokens(canvas: Canvas, world: World, top: int) -> None:
    """Samples of tokens, `14 3 ▸ 17`, in as many columns as have room."""
    samples, height = world.samples, canvas.height - top
    if samples is None or height < 1 or not samples.samples.shape[0]:
        return
    tokens = samples.x.numpy().reshape(samples.x.shape[0], -1)
    most = len(str(int(tokens.max())))
    answers = samples.y.numpy().reshape(len(tokens), -1)
    texts = []
    for line, answer in zip(tokens[:500].tolist(), answers[:500].tolist(), strict=True):
        said = class_name(world, int(answer[0])) if class_count(world) else plain(answer[0])
        texts.append(f"{' '.join(f'{token:{most}}' for token in line)} ▸ {said}")
    wide = max(map(cell_width, texts))
    across = max(1, (canvas.width - 1 + GAP) // (wide + GAP))
    for index, text in enumerate(texts[: across * height]):
        right, down = divmod(index, height)
        words = shortened(text, canvas.width - 1, ascii_only=canvas.palette.ascii_only)
        canvas.put(top + down, 1 + right * (wide + GAP), words)
