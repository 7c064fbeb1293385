"""8 Evaluate: what its looks at the validation part have in common."""

import numpy as np

from tui_nn.plot.cells import cell_width
from tui_nn.spec.protocol.frames import AnyFrame, Part, Predictions, PredictionsFrame
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.panels.evaluate_words import as_of, latest
from tui_nn.views.world import World

PREDICTIONS = Predictions(part="val", most=500, worst=24)
GAP = 3
"""Cells before an age."""


def part_of(world: World) -> Part:
    """The part that is judged: validation where there is one."""
    return "val" if world.started is not None and world.started.val_count else "train"


def predictions(world: World) -> PredictionsFrame | None:
    """Answers beside truths, and the worst; None before they came."""
    found: PredictionsFrame | None = world.frame(PREDICTIONS)
    return found


def note(world: World, desk: Desk) -> str:
    """`val accuracy 93.0%` of the latest evaluation, which may be older than the look beside it."""
    words, when = latest(world), "" if world.running else as_of(world)
    return f"{words} {when.removeprefix('as ')}" if words and when else words


def age(world: World, frame: AnyFrame) -> str:
    """`as of epoch 6`, `as of step 247`, where what is shown is not of the weights of now; while
    training runs they are others in a moment.
    """
    present = world.present
    is_now = (frame.branch, frame.step) == (present.branch, present.step)
    if is_now and not world.running:
        return ""
    epoch = float(world.history.epochs(np.array([frame.step], np.float64), frame.branch)[0])
    if frame.step and abs(epoch - round(epoch)) < 1e-9:
        return f"as of epoch {round(epoch):,}"
    return f"as of step {frame.step:,}"


def sampled(frame: AnyFrame) -> str:
    """`of 2,000 of 60,000 samples`, where not all were looked at."""
    return f"of {frame.sampled}" if frame.sampled else ""


def paint_age(canvas: Canvas, world: World, frame: AnyFrame) -> int:
    """Its age at the end of the last row, in a short form if need be; the columns that are left
    before it.
    """
    words = age(world, frame)
    if not words:
        return canvas.width
    short = words.removeprefix("as of ")
    some, edge = (words, canvas.width - 1) if cell_width(words) < canvas.width else (short, None)
    begin = canvas.right(
        canvas.height - 1, some, canvas.palette.ink(canvas.palette.warm), edge=edge
    )
    return max(0, begin - GAP)
