"""What a pencil draws on: the plane of two inputs, or the line of one with its value upwards."""

from dataclasses import dataclass, replace
from math import ceil, log10, prod

import numpy as np
from numpy.typing import NDArray

from tui_nn.spec.protocol.frames import Map, SamplesFrame
from tui_nn.views.arrays import Floats, kept
from tui_nn.views.canvas import Canvas
from tui_nn.views.line_picture import Plot, plot_of
from tui_nn.views.panels import forward_line, forward_plane
from tui_nn.views.plane import Range, Window, widened, window
from tui_nn.views.reading import class_count
from tui_nn.views.world import World

MARGIN = 0.25
"""Of the points' extent, on each side: room to draw in."""
Cells = NDArray[np.intp]
Place = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """Two inputs; what is put there has a class."""

    window: Window

    names = "x1", "x2"
    has_labels = True
    left = 0
    """Columns before the first in which can be drawn."""

    @property
    def columns(self) -> int:
        return self.window.columns

    @property
    def rows(self) -> int:
        return self.window.pixels // 2

    def place(self, column: int, row: int) -> Place:
        """The middle of a cell, with no more digits than the cell can tell."""
        shown = self.window
        x = shown.x[0] + (column + 0.5) / shown.columns * (shown.x[1] - shown.x[0])
        y = shown.y[1] - (2 * row + 1) / shown.pixels * (shown.y[1] - shown.y[0])
        return _rounded(x, shown.x, shown.columns), _rounded(y, shown.y, self.rows)

    def cells(self, samples: SamplesFrame) -> tuple[Cells, Cells]:
        """The columns and rows of samples; some may lie outside."""
        assert samples.points is not None
        across, down = self.window.places(kept(samples.points))
        return across, down // 2

    def zoomed(self, times: float, middle: Place) -> "Plane":
        """So many times as much of it, a place where it was."""
        shown = self.window

        def around(value: float, ends: Range) -> Range:
            return value - (value - ends[0]) * times, value + (ends[1] - value) * times

        return Plane(replace(shown, x=around(middle[0], shown.x), y=around(middle[1], shown.y)))

    def fitted(self, columns: int, rows: int) -> "Plane":
        """The same in another number of cells."""
        ends = np.array([self.window.x, self.window.y], float).T
        return Plane(window(ends, columns, rows, 0.0))

    @property
    def probe(self) -> Map:
        """What the network is asked about."""
        return forward_plane.probe_of(self.window)

    def paint(self, canvas: Canvas, world: World) -> None:
        """What it says there, under the samples."""
        frame, shown = world.frame(self.probe), self.window
        forward_plane.paint_class_map(canvas, world, world.samples, shown, frame, discrete=False)


@dataclass(frozen=True)
class Line:
    """One input, and upwards the value of what is put there."""

    plot: Plot

    names = "x", "y"
    has_labels = False

    @property
    def left(self) -> int:
        return self.plot.left

    @property
    def columns(self) -> int:
        return self.plot.columns

    @property
    def rows(self) -> int:
        return self.plot.rows

    def place(self, column: int, row: int) -> Place:
        x, y = (self.plot.x.low, self.plot.x.high), (self.plot.y.low, self.plot.y.high)
        across = x[0] + (column + 0.5) / self.columns * (x[1] - x[0])
        up = y[1] - (row + 0.5) / self.rows * (y[1] - y[0])
        return _rounded(across, x, self.columns), _rounded(up, y, self.rows)

    def cells(self, samples: SamplesFrame) -> tuple[Cells, Cells]:
        assert samples.points is not None
        x, y = kept(samples.points)[:, 0], kept(samples.y).reshape(-1)
        across = (x - self.plot.x.low) / (self.plot.x.high - self.plot.x.low)
        down = (self.plot.y.high - y) / (self.plot.y.high - self.plot.y.low)
        return _whole(across * self.columns), _whole(down * self.rows)

    def zoomed(self, times: float, middle: Place) -> "Line":
        """As it is: its axes have round steps."""
        return self

    def fitted(self, columns: int, rows: int) -> "Line":
        x, y = self.plot.x, self.plot.y
        return Line(plot_of((x.low, x.high), (y.low, y.high), columns, rows))

    @property
    def probe(self) -> Map:
        return forward_line.probe_of(self.plot)

    def paint(self, canvas: Canvas, world: World) -> None:
        frame = world.frame(self.probe)
        forward_line.paint_line(canvas, world, frame, world.samples, discrete=False, plot=self.plot)


Ground = Plane | Line


def ground_of(world: World, columns: int, rows: int) -> Ground | None:
    """What is drawn on where an experiment has such inputs and answers, with room around it."""
    samples = world.samples
    if samples is None or samples.points is None:
        return None
    points, count = kept(samples.points), class_count(world)
    if points.shape[1] == 2 and count:
        return Plane(window(points, columns, rows, MARGIN))
    if points.shape[1] == 1 and not count and prod(samples.y.shape[1:]) == 1:
        x, y = widened(points[:, 0], MARGIN), widened(kept(samples.y).reshape(-1), MARGIN)
        return Line(plot_of(x, y, columns, rows))
    return None


def _rounded(value: float, ends: Range, cells: int) -> float:
    """To a tenth of a cell's side, at least."""
    side = (ends[1] - ends[0]) / max(1, cells)
    return round(value, max(0, ceil(-log10(side)) + 1)) + 0.0


def _whole(places: Floats) -> Cells:
    return np.asarray(np.floor(np.nan_to_num(places, nan=-1.0).clip(-1e6, 1e6)), np.intp)
