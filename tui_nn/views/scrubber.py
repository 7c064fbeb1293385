"""Where a recording is played: a bar with its time and its speed."""

from dataclasses import dataclass

from tui_nn.views.canvas import Canvas
from tui_nn.views.numbers import duration


@dataclass(frozen=True)
class Playing:
    """How a recording is played. Seconds of the recording."""

    at_s: float
    length_s: float
    speed: float
    """Times as fast as it was; 0: all at once."""
    follows: bool = False
    """Whether it is of a run that is still being trained, as far as is known."""

    @property
    def share(self) -> float:
        """How much of it has been played, 0 … 1."""
        return min(1.0, self.at_s / self.length_s) if self.length_s > 0 else 1.0


def paint_scrubber(canvas: Canvas, row: int, playing: Playing) -> None:
    """`▸ 12 s ━━━━━━●────── 30 s   × 2`."""
    palette = canvas.palette
    speed = f"speed {playing.speed:g}" if playing.speed else "all at once"
    left = _time(min(playing.at_s, playing.length_s), playing).rjust(8)
    right = f"{_time(playing.length_s, playing)}   {speed.ljust(11)}"
    width = canvas.width - 6 - len(left) - len(right)
    column = canvas.put(row, 1, f"{left}  ", palette.plain)
    if width >= 4:
        at = round(playing.share * (width - 1))
        column = canvas.put(row, column, "━" * at, palette.ink(palette.accent))
        column = canvas.put(row, column, "●", palette.ink(palette.accent, bold=True))
        column = canvas.put(row, column, "─" * (width - 1 - at), palette.ink(palette.rule)) + 2
    canvas.put(row, column, right, palette.plain)


def _time(seconds: float, playing: Playing) -> str:
    """With decimals where the whole takes less than a minute."""
    if playing.length_s >= 60:
        return duration(seconds)
    return f"{seconds:.{1 if playing.length_s >= 10 else 2}f} s"
