"""A run told by hand to a world, and views painted as text; no torch."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from tui_nn.spec.protocol import Array, Evaluated, Phase, Started, Stepped
from tui_nn.spec.protocol.arrays import split_nonfinite
from tui_nn.spec.protocol.frames import SamplesFrame
from tui_nn.spec.protocol.messages import Present
from tui_nn.spec.protocol.records import Baseline, Layer
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK, Palette
from tui_nn.views.panels.panel import View
from tui_nn.views.world import SAMPLES, World

NO_COLOUR = replace(DARK, colour=False)
ASCII = replace(DARK, colour=False, ascii_only=True)
PALETTES = (DARK, NO_COLOUR, ASCII)
CLASS_BASELINE = Baseline(answer="always 0", numbers={"train": {"accuracy": 0.5, "f1": 0.3}})
VALUE_BASELINE = Baseline(
    answer="always the mean", numbers={"train": {"mae": 1.0, "rmse": 1.0, "r2": 0.0}}
)


def layer(call: str, *shape: int, parameters: int = 0) -> Layer:
    return Layer(call=call, output_shape=shape, parameters=parameters, multiply_adds=parameters)


def started(**changes: Any) -> Started:
    """40 steps an epoch, 300 epochs, classes, a validation part; changed as wanted."""
    fields: dict[str, Any] = {
        "step": 0, "name": "test", "title": "A test", "experiment": {}, "layers": (),
        "train_count": 400, "val_count": 100, "baseline": CLASS_BASELINE, "batch_size": 10,
        "steps_per_epoch": 40, "epochs": 300, "metric": "accuracy", "device": "cpu",
        "threads": 1, "torch": "2",
    }  # fmt: skip
    return Started(**(fields | changes))


def stepped(first: int, losses: Sequence[float], **changes: Any) -> Stepped:
    """The losses of the steps from `first` on; lr 0.01."""
    last = first + len(losses) - 1
    fields: dict[str, Any] = {
        "step": last,
        "first": first,
        "elapsed_s": last / 100,
        "loss": Array.of(np.array(losses, np.float32)),
        "lr": Array.of(np.full(len(losses), 0.01, np.float32)),
    }
    return Stepped(**(fields | changes))


def evaluated(
    step: int, train: dict[str, float], val: dict[str, float] | None = None, **changes: Any
) -> Evaluated:
    """An evaluation at the end of an epoch of 40 steps."""
    told, words = split_nonfinite({f"train.{name}": value for name, value in train.items()})
    told_val, words_val = split_nonfinite(
        {f"val.{name}": value for name, value in (val or {}).items()}
    )
    fields: dict[str, Any] = {
        "step": step,
        "epoch": step // 40,
        "elapsed_s": step / 100,
        "lr": 0.01,
        "train": {name.partition(".")[2]: value for name, value in told.items()},
        "val": {n.partition(".")[2]: v for n, v in told_val.items()} if val is not None else None,
        "nonfinite": words | words_val,
    }
    return Evaluated(**(fields | changes))


def present(step: int, state: str = "paused", **changes: Any) -> Present:
    fields: dict[str, Any] = {
        "state": state, "step": step, "epoch": step // 40, "phase": Phase.EVALUATE, "head": step,
        "lr": 0.01,
    }  # fmt: skip
    return Present(**(fields | changes))


def samples(x: Any, y: Any, **changes: Any) -> SamplesFrame:
    """Samples of the training part with classes 0 and 1, or values where `y` has decimals."""
    inputs, targets = np.asarray(x, np.float32), np.asarray(y)
    classes = targets.dtype.kind == "i"
    fields: dict[str, Any] = {
        "part": "train",
        "count": len(inputs),
        "samples": Array.of(np.arange(len(inputs))),
        "x": Array.of(inputs),
        "points": None,
        "y": Array.of(targets.astype(np.int64 if classes else np.float32)),
        "input_names": (),
        "class_names": (),
        "target_names": (),
        "sample_name": "row",
        "class_counts": Array.of(np.bincount(targets, minlength=2)) if classes else None,
    }
    return SamplesFrame(**(fields | changes))


def world_of(*told: Any, known: SamplesFrame | None = None) -> World:
    """A world that was told these."""
    world = World()
    for one in told:
        world.take(one)
    if known is not None:
        world.take(known, SAMPLES)
    return world


def painted(
    view: View,
    world: World,
    size: tuple[int, int],
    desk: Desk | None = None,
    palette: Palette = DARK,
) -> list[str]:
    """The view's rows as plain text; painting leaves the desk as it is."""
    canvas, desk = Canvas(*size, palette), desk or Desk()
    before = deepcopy(desk)
    view.paint(canvas, world, desk)
    assert desk == before
    return canvas.text().split("\n")


def paints_at_any_size(view: View, world: World, desk: Desk | None = None) -> None:
    """It never raises, and writes ASCII where nothing else is allowed."""
    wide = (*range(1, 61, 5), 90, 120)
    for palette in PALETTES:
        for columns, rows in product(wide, (1, 2, 3, 5, 6, 8, 13, 20, 40)):
            text = "\n".join(painted(view, world, (columns, rows), desk, palette))
            assert not palette.ascii_only or text.isascii(), text
    for columns, rows in product(range(1, 61, 3), range(1, 21, 4)):
        painted(view, world, (columns, rows), desk)


def columns_of(rows: Sequence[str], found: Callable[[str], bool]) -> list[int]:
    """The columns in which some row holds such a character."""
    return sorted({x for row in rows for x, character in enumerate(row) if found(character)})
