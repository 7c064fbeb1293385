"""Values as colours or shades: the scale around what the data spans, and its legend."""

from dataclasses import dataclass

import numpy as np

from tui_nn.views.arrays import Floats
from tui_nn.views.canvas import SHADES, Canvas
from tui_nn.views.numbers import plain
from tui_nn.views.plane import extent
from tui_nn.views.scale import rounded


@dataclass(frozen=True)
class Scale:
    """−1 … 1 for values between two ends; 0 in the middle."""

    low: float
    high: float

    def places(self, values: Floats) -> Floats:
        """Where values lie; NaN stays NaN."""
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        return np.asarray((values - middle) / (half or 1.0), np.float64)


def value_scale(values: Floats) -> Scale:
    """Between the least and the most; as far to both sides of 0 where it lies between."""
    low, high = extent(values)
    if low < 0 < high:
        most = max(-low, high)
        return Scale(-most, most)
    return Scale(low, high) if low < high else Scale(low - 1, high + 1)


def round_scale(values: Floats) -> Scale:
    """As far to both sides of 0 as the values reach, in steps of 1, 2, 5."""
    values = np.abs(values[np.isfinite(values)])
    most = float(values.max()) if len(values) else 0.0
    end = rounded(most, up=True)
    return Scale(-end, end)


def paint_scale(canvas: Canvas, row: int, name: str, scale: Scale) -> None:
    """A bar from the lowest to the highest value, with both."""
    palette = canvas.palette
    end = canvas.put(row, 1, f"{name}  {plain(scale.low, 3)} ", palette.quiet)
    width = min(24, canvas.width - end - 9)
    if width < 3:
        return
    if palette.has_pixels:
        colours = palette.diverging(np.linspace(-1, 1, width)[None].repeat(2, 0))
        canvas.picture(colours, row, end)
        end += width
    else:
        steps = np.linspace(0, len(SHADES) - 0.01, width).astype(int).tolist()
        end = canvas.put(row, end, f"│{''.join(SHADES[step] for step in steps)}│", palette.quiet)
    canvas.put(row, end + 1, plain(scale.high, 3), palette.quiet)
