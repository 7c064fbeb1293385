"""2 Data in words: the call, what a sample is, how many each part and each class has."""

from math import ceil

from tui_nn.plot.cells import cell_width
from tui_nn.spec.protocol.frames import Samples, SamplesFrame
from tui_nn.spec.shapes import show
from tui_nn.views.calls import fitted
from tui_nn.views.canvas import EIGHTHS, Canvas
from tui_nn.views.ink import Ink, Palette
from tui_nn.views.plane_picture import class_glyph, class_ink
from tui_nn.views.reading import class_count, class_name
from tui_nn.views.world import World

GAP, CLOSE = 3, 2
HIGHEST = 7
"""Eighths of a cell that the bar of the commonest class has: the rows stay apart."""
MOST_BARS = 20
"""More classes are not shown one by one."""
VAL_COUNTS = Samples(part="val", most=1)
"""Of the validation part how many of each class there are, with one sample."""


def call_of(world: World) -> str:
    """As the experiment's file has it, or would have it."""
    return str(world.setting("data", ""))


def brief_call(world: World, columns: int) -> str:
    """The call; where it has no room, of what was drawn how much, of others the beginning."""
    call = call_of(world)
    if cell_width(call) > columns and call.startswith(("edited(", "points(")):
        from tui_nn.spec.drawing import in_words  # with the catalog: not at the start

        call = in_words(call)
    return fitted(call, columns)


def paint_call(canvas: Canvas, row: int, world: World) -> None:
    """`digits()   1x8x8   10 classes`; the call alone where not all has room."""
    call, palette = brief_call(world, canvas.width - 1), canvas.palette
    more = _what(world)
    while more and 1 + cell_width(call) + sum(GAP + len(words) for words in more) > canvas.width:
        more.pop()
    end = canvas.put(row, 1, call)
    for words in more:
        end = canvas.put(row, end + GAP, words, palette.quiet)


def _what(world: World) -> list[str]:
    samples, count = world.samples, class_count(world)
    if samples is None or world.kind in ("plane", "line", "neuron"):
        return []
    shape = samples.x.shape[1:]
    if world.kind == "table":
        words = [f"{shape[0]} columns"]
    else:
        words = [f"{show(shape)} tokens" if world.kind == "tokens" else show(shape)]
    return [*words, f"{count} classes"] if count else words


def paint_split(canvas: Canvas, row: int, world: World) -> None:
    """`train 400 ○ 200 ● 200   val 100 ○ 48 ● 52`; bars in place of the numbers of more classes."""
    started, palette = world.started, canvas.palette
    if started is None:
        return
    parts = [train_spans(world, palette)]
    for name, count in (("val", started.val_count), ("test", started.test_count)):
        if count:
            of_val = world.frame(VAL_COUNTS) if name == "val" else None
            parts.append([(f"{name} {count:,}", palette.plain), *_balance(of_val, palette)])
    column = 1
    for part in parts:
        whole = sum(len(text) for text, _ in part)
        if column + whole > canvas.width and column > 1:
            part, whole = part[:1], len(part[0][0])
        if column + whole > canvas.width and column > 1:
            return
        column = canvas.spans(row, column, *part) + GAP


def train_spans(world: World, palette: Palette) -> list[tuple[str, Ink]]:
    """`train 400 ○ 200 ● 200`, `train 1,438 ▆▆▇▆▆▇▆▆▅▆`."""
    assert world.started is not None
    counted = (f"train {world.started.train_count:,}", palette.plain)
    return [counted, *_balance(world.samples, palette)]


def _balance(samples: SamplesFrame | None, palette: Palette) -> list[tuple[str, Ink]]:
    """How many of each class: of two their numbers, of more a bar for each."""
    counts = samples.class_counts.numpy().tolist() if samples and samples.class_counts else []
    if not 2 <= len(counts) <= MOST_BARS:
        return []
    found: list[tuple[str, Ink]] = []
    for index, count in enumerate(counts):
        colour = class_ink(palette, index, len(counts)) if palette.colour else palette.text
        ink = palette.ink(colour, bold=True)
        if len(counts) == 2:
            glyph = (class_glyph(index, 2), ink)
            found += [(" ", palette.plain), glyph, (f" {count:,}", palette.plain)]
        else:
            full = ceil(count / max(1, *counts) * HIGHEST)
            found += [("" if index else " ", palette.plain), (EIGHTHS[full], ink)]
    return found


def paint_classes(canvas: Canvas, row: int, world: World) -> None:
    """`47 setosa  57 versicolor`, or how many of each at least and at most."""
    samples, palette = world.samples, canvas.palette
    if samples is None or samples.class_counts is None:
        return
    counts = samples.class_counts.numpy().tolist()
    words = [f"{count:,} {class_name(world, index)}" for index, count in enumerate(counts)]
    column = 1
    if 1 + sum(map(cell_width, words)) + CLOSE * (len(words) - 1) <= canvas.width:
        for index, text in enumerate(words):
            colour = class_ink(palette, index, len(words)) if palette.colour else palette.text
            column = canvas.put(row, column, text, palette.ink(colour)) + CLOSE
    elif counts:
        low, high = min(counts), max(counts)
        of_each = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        canvas.put(row, column, f"{of_each} of each class in train", palette.quiet)
