"""What came of a run, as text: how it ended, the numbers, the loss curve."""

import os
import sys
from collections.abc import Sequence

import numpy as np

from tui_nn.headless.output import is_ascii_only
from tui_nn.headless.tables import folded, terminal_width, wrapped
from tui_nn.plot.chart import MIN_WIDTH, Line, Mark, chart
from tui_nn.runs.history import History, as_marks
from tui_nn.spec import catalog
from tui_nn.spec.catalog.metrics import METRICS, Metric
from tui_nn.spec.errors import printable
from tui_nn.spec.protocol import Ended, Evaluated, Numbers, Started

TRAIN_COLOUR = (86, 180, 233)
VAL_COLOUR = (230, 159, 0)
CHART_HEIGHT = 12
LOG_RATIO = 30
"""A loss that falls by more than this factor is drawn on a log axis."""

HEADINGS = {
    "goal": "goal reached",
    "epochs": "done",
    "time": "stopped: the time is up",
    "plateau": "stopped: no progress",
    "cycle": "stopped: it repeats itself",
    "stopped": "stopped",
    "interrupted": "stopped by a signal",
    "diverged": "diverged",
    "failed": "failed",
}


def summary(history: History) -> str:
    """The end of a run for a person."""
    ended = history.ended
    assert ended is not None
    assert history.started is not None
    lines = [
        *wrapped(f"{printable(history.started.title)}: {ending(ended)}"),
        *wrapped(printable(ended.message)),
        "",
        *number_table(ended, history.started),
    ]
    curve = loss_curve(history)
    return "\n".join([*lines, *(["", curve] if curve else [])])


def ending(ended: Ended) -> str:
    """How a run ended and what it took."""
    return (
        f"{HEADINGS[ended.reason]} ({count(ended.step, 'step')}, {count(ended.epoch, 'epoch')}, "
        f"{ended.seconds:.1f} s)"
    )


def count(number: int, unit: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def number_table(told: Ended | Evaluated, started: Started) -> list[str]:
    """One row a part, one column a metric; last the baseline on the part that counts most."""
    test = told.test if isinstance(told, Ended) else None
    named = (("train", told.train), ("val", told.val), ("test", test))
    parts = [(name, numbers) for name, numbers in named if numbers]
    counts = {"train": started.train_count, "val": started.val_count, "test": started.test_count}
    shown = [metric for metric in METRICS if any(metric.name in numbers for _, numbers in parts)]
    rows = [["", "samples", *(metric.label for metric in shown), ""]]
    for name, numbers in parts:
        right = told.right.get(name) if isinstance(told, Ended) else None
        rows.append(
            [
                name,
                f"{counts[name]:,}",
                *(_cell(told, name, numbers, metric.name) for metric in shown),
                "" if right is None else f"{right:,} of {counts[name]:,} right",
            ]
        )
    if parts:
        last = parts[-1][0]
        simplest = started.baseline.numbers.get(last, {})
        cells = [_baseline_cell(simplest, metric) for metric in shown]
        rows.append(["baseline", f"{counts[last]:,}", *cells, printable(started.baseline.answer)])
    return folded(rows, indent=2)


def _baseline_cell(numbers: Numbers, metric: Metric) -> str:
    value = numbers.get(metric.name)
    return "" if value is None else metric.show(value)


def _cell(told: Ended | Evaluated, part: str, numbers: Numbers, metric: str) -> str:
    value = numbers.get(metric)
    if value is None:
        return told.nonfinite.get(f"{part}.{metric}", "")
    return catalog.metric(metric).show(value)


def loss_curve(history: History) -> str:
    """The loss of training and validation over epochs, else of each batch over steps."""
    train, val = history.evaluations("train", "loss"), history.evaluations("val", "loss")
    if len(train[0]) > 2:
        lines = [Line("train", *train, colour=TRAIN_COLOUR)]
        if len(val[0]):
            lines.append(Line("val", *val, colour=VAL_COLOUR))
        label = "epoch"
    else:
        lines, label = [Line("batch", *history.losses(), colour=TRAIN_COLOUR)], "step"
    return drawn(lines, label, "loss", marks=_marks(history, label))


def _marks(history: History, label: str) -> list[Mark]:
    """Where a setting was changed, on an axis of epochs or steps."""
    changes = as_marks(history.marks())
    at = np.array([change.step for change in changes], np.float64)
    if label == "epoch":
        at = history.epochs(at)
    return [Mark(change.key, x=float(x)) for change, x in zip(changes, at, strict=True)]


def drawn(
    lines: Sequence[Line], x_label: str, y_label: str, marks: Sequence[Mark] = (), log: bool = True
) -> str:
    """A chart as wide as the terminal, at most 100; empty where there is too little to draw.

    The y axis is logarithmic where the values span much, if `log` allows it.
    """
    values = np.concatenate([line.y for line in lines])
    finite = values[np.isfinite(values)]
    width = min(100, terminal_width())
    if len(finite) < 2 or width < MIN_WIDTH:
        return ""
    found = chart(
        lines,
        width,
        CHART_HEIGHT,
        x_label=x_label,
        y_label=y_label,
        log_y=log and bool((finite > 0).all() and finite.max() > LOG_RATIO * finite.min()),
        marks=marks,
        ascii_only=is_ascii_only(),
    )
    return found.text(colour=_wants_colour())


def _wants_colour() -> bool:
    dumb = os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not dumb and "NO_COLOR" not in os.environ
