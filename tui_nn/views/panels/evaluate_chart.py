"""One chart of a run: a band of what each batch gave, lines, marks, the crosshair, words below."""

import numpy as np

from tui_nn.plot.cells import RGB, cell_width
from tui_nn.plot.chart import MIN_HEIGHT, MIN_WIDTH, Band, Chart, Line, Mark, chart
from tui_nn.runs.history import as_marks
from tui_nn.spec.protocol import Changed
from tui_nn.views.canvas import Canvas
from tui_nn.views.curves import Drawn, Plot, Scene, scene, smoothed
from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK, Palette, mixed
from tui_nn.views.numbers import plain
from tui_nn.views.panels.evaluate_words import paint_words
from tui_nn.views.world import World

LOW_ROWS = 10
"""With fewer the labels of the x axis stand in it."""
FEW_ROWS, FEW_COLUMNS = MIN_HEIGHT + 1, MIN_WIDTH + 2
MOST_MARKS, MOST_WORDS = 24, 4
BAND, MEAN = 0.35, 0.7
"""How much of a line's colour the band and the mean of the batches have."""


def paint_plot(canvas: Canvas, plot: Plot, world: World, desk: Desk) -> None:
    """Fill the canvas; with words alone where there is no room for lines."""
    if canvas.width >= FEW_COLUMNS and canvas.height >= FEW_ROWS:
        shown = scene(world, desk, plot)
        drawn = _chart(canvas, shown, world, desk)
        canvas.chart(drawn.rows, 0, 1)
        _mark_best(canvas, drawn, shown)
    paint_words(canvas, plot, world, desk)


def _chart(canvas: Canvas, shown: Scene, world: World, desk: Desk) -> Chart:
    palette = canvas.palette
    width, height = canvas.width - 2, canvas.height - 1
    bands, lines = [], []
    for found in shown.drawn:
        colour = _colour(palette, found)
        if not found.trace.is_noisy:
            lines.append(_line(found, shown, colour))
            continue
        if not len(found.seen):
            continue
        bands.append(_band(found, shown, palette, colour))
        if desk.smoothing:
            x, y = smoothed(found, shown.ends, 2 * width, desk.smoothing)
            faded = mixed(palette.ground, colour, MEAN) if found.trace.line == 2 else colour
            lines.insert(0, Line("", x, y, faded, found.trace.line))
    word = shown.plot.name
    return chart(
        lines,
        width,
        height,
        x_label=shown.by,
        y_label=word if cell_width(word) <= min(8, width // 6) else "",
        log_y=shown.log and shown.y_ends is not None,
        marks=_marks(palette, shown, world, desk, width),
        bands=bands,
        compact=height < LOW_ROWS,
        x_limits=shown.ends,
        y_limits=shown.y_ends,
        ascii_only=palette.ascii_only,
    )


def columns_of(size: tuple[int, int], plot: Plot, world: World, desk: Desk) -> int:
    """Columns between the ends of the x axis, where a plot fills a canvas of that size."""
    canvas = Canvas(*size, DARK)
    if canvas.width < FEW_COLUMNS or canvas.height < FEW_ROWS:
        return max(2, canvas.width)
    return _chart(canvas, scene(world, desk, plot), world, desk).layout.canvas.width


def _colour(palette: Palette, found: Drawn) -> RGB:
    """Of a trace: the batches are of the training part, and have its colour."""
    return palette.lines[0 if found.trace.series == "loss" else found.trace.line]


def _line(found: Drawn, shown: Scene, colour: RGB) -> Line:
    steps, values = found.seen.points()
    return Line("", shown.at(steps), values, colour, found.trace.line)


def _band(found: Drawn, shown: Scene, palette: Palette, colour: RGB) -> Band:
    steps, values = found.seen.points()
    faded = mixed(palette.ground, colour, BAND)
    return Band(shown.at(steps), values, faded, sparse=not palette.colour)


def _marks(palette: Palette, shown: Scene, world: World, desk: Desk, width: int) -> list[Mark]:
    """Where something was changed, where numbers broke, the goal, the crosshair."""
    low, high = shown.ends
    marks = []
    here = None if desk.crosshair is None else shown.x(min(desk.crosshair, world.present.step))
    if here is not None and low <= here <= high:
        changed = _changed_at(shown, world, here, (high - low) / width) or [""]
        marks += [Mark(text, x=here, colour=palette.accent) for text in changed[:MOST_WORDS]]
    if shown.goal is not None and _has_room_for(shown, shown.goal):
        marks.append(Mark("goal", y=shown.goal, colour=palette.good))
    for found in shown.drawn:
        broken = world.series.broken(found.trace.series, world.way)
        if broken and low <= shown.x(broken[0]) <= high:
            words = f"{found.trace.name} {plain(broken[1])} from step {broken[0]:,}"
            marks.append(Mark(words, x=shown.x(broken[0]), colour=palette.bad))
    places = {shown.x(step): None for step, _ in _changes(world)}
    inside = [x for x in places if low <= x <= high]
    marks += [Mark("", x=x, colour=palette.warm) for x in inside[-MOST_MARKS:]]
    return marks


def _has_room_for(shown: Scene, goal: float) -> bool:
    ends = shown.y_ends
    return ends is not None and ends[0] <= goal <= ends[1]


def _changes(world: World) -> list[tuple[int, str]]:
    """The steps at which something was changed, and what in words: `Adam(lr=0.03)`."""
    return [(change.step, _word(change)) for change in as_marks(world.changes)]


def _word(change: Changed) -> str:
    from tui_nn.spec.drawing import in_words  # with the catalog: not at the start

    if change.key == "data":
        return in_words(str(change.new))
    new = str(change.new)
    return new if new.endswith(")") else f"{change.key.split('.')[-1]} {new}"


def _changed_at(shown: Scene, world: World, x: float, column: float) -> list[str]:
    """What was changed there, or no farther off than a column."""
    return [words for step, words in _changes(world) if abs(shown.x(step) - x) <= column]


def _mark_best(canvas: Canvas, drawn: Chart, shown: Scene) -> None:
    """A ring round the best evaluation, of validation where there is one."""
    metric = shown.plot.metric
    held = [found for found in shown.drawn if not found.trace.is_noisy and found.seen.count.any()]
    if metric is None or not held or drawn.layout.x is None:
        return
    seen = held[-1].seen
    if metric.higher_is_better:
        place = int(np.argmax(seen.high))
        step, value = seen.high_at[place], float(seen.high[place])
    else:
        place = int(np.argmin(seen.low))
        step, value = seen.low_at[place], float(seen.low[place])
    cell = drawn.cell(shown.x(float(step)), value)
    if cell is not None:
        colour = canvas.palette.lines[held[-1].trace.line]
        canvas.mark(cell[0], cell[1] + 1, "◉", colour)
