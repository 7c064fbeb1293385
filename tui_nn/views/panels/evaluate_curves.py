"""8 Evaluate: curves of losses, metrics, lr and |gradient|."""

from collections.abc import Callable

from tui_nn.runs.history import By
from tui_nn.spec.protocol.frames import Curves
from tui_nn.views.canvas import Canvas
from tui_nn.views.curves import (
    GRADIENT,
    LOSS,
    MOST_ZOOM,
    RATE,
    Plot,
    metric_of,
    metric_plot,
    moved,
    scene,
    step_of,
)
from tui_nn.views.desk import Desk, Smoothing
from tui_nn.views.panels.evaluate_chart import columns_of, paint_plot
from tui_nn.views.panels.evaluate_words import note
from tui_nn.views.panels.panel import Size, View
from tui_nn.views.world import World

GRID_COLUMNS, GRID_ROWS = 84, 18
"""From this size on four curves have room."""
WATCHED = (Curves(),)
NEXT_AXIS: dict[By, By] = {"epoch": "seconds", "seconds": "step", "step": "epoch"}
SMOOTHER: dict[Smoothing, Smoothing] = {0: 1, 1: 2, 2: 0}
STEPS = {"left": -1, "right": 1, "<": -10, ">": 10}
"""Columns of the chart that a key moves the crosshair."""
PlotOf = Callable[[World], Plot]


def watched(world: World, desk: Desk, size: Size) -> tuple[Curves, ...]:
    """The gradient's length is known only of steps that are looked at."""
    return WATCHED


def _paint(canvas: Canvas, world: World, desk: Desk) -> None:
    width, top = _first((canvas.width, canvas.height))
    if width == canvas.width:
        paint_plot(canvas, LOSS, world, desk)
        return
    left = width + 1
    for index, plot in enumerate((LOSS, metric_plot(world), RATE, GRADIENT)):
        is_below, is_right = divmod(index, 2)
        columns = canvas.width - left if is_right else width
        part = Canvas(columns, canvas.height - top if is_below else top, canvas.palette)
        paint_plot(part, plot, world, desk)
        canvas.draw(part, top * is_below, left * is_right)


def _first(size: Size) -> Size:
    """Of the first of four curves, where these have room; of the only one else."""
    columns, rows = size
    has_four = columns >= GRID_COLUMNS and rows >= GRID_ROWS
    return (columns // 2 - 1, rows - rows // 2) if has_four else size


def _view(name: str, plot_of: PlotOf, suits: Callable[[World], bool]) -> View:
    def paint(canvas: Canvas, world: World, desk: Desk) -> None:
        paint_plot(canvas, plot_of(world), world, desk)

    def press(world: World, desk: Desk, key: str) -> bool:
        if key in STEPS:
            size = _first(desk.size) if name == "curves" else desk.size
            if desk.crosshair is None:
                desk.crosshair = float(world.present.step)
                return True
            plot = plot_of(world)
            columns = columns_of(size, plot, world, desk)
            desk.crosshair = moved(world, desk, plot, columns, STEPS[key])
            return True
        return _press(plot_of(world), world, desk, key)

    return View(
        name,
        _paint if name == "curves" else paint,
        suits=suits,
        probes=watched,
        note=note,
        press=press,
        keys=KEYS,
    )


def _press(plot: Plot, world: World, desk: Desk, key: str) -> bool:
    match key:
        case "a":
            desk.x_axis = NEXT_AXIS[desk.x_axis]
        case "A":
            desk.y_log = not scene(world, desk, plot).log
        case "x":
            desk.smoothing = SMOOTHER[desk.smoothing]
        case "z":
            desk.zoom = 0
        case "+" | "-":
            desk.zoom = min(MOST_ZOOM, max(0, desk.zoom + (1 if key == "+" else -1)))
        case "home":
            shown = scene(world, desk, plot)
            desk.crosshair = step_of(shown, shown.ends[0], world.present.step)
        case "end":
            desk.crosshair = float(world.present.step)
        case "escape":
            if desk.crosshair is None:
                return False
            desk.crosshair = None
        case _:
            return False
    return True


KEYS = (
    ("a", "x axis: step, epoch, seconds"),
    ("A", "y axis: linear, logarithmic"),
    ("x", "smoothing off, light, strong"),
    ("+ -", "zoom, in full screen"),
    ("z", "the whole run"),
    ("left right < >", "crosshair, by 1 or 10 columns"),
)
CURVES = _view("curves", lambda world: LOSS, lambda world: True)
METRIC = _view("metric", metric_plot, lambda world: metric_of(world) is not None)
LR = _view("lr", lambda world: RATE, lambda world: True)
LENGTH = _view("|gradient|", lambda world: GRADIENT, lambda world: True)
