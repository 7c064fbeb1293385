"""What came of a run, as text: how it ended, the numbers, the loss curve."""

import os
import shutil
import sys

import numpy as np

from tui_nn.plot.chart import MIN_WIDTH, Line, chart
from tui_nn.runs.history import History
from tui_nn.spec import catalog
from tui_nn.spec.catalog.metrics import METRICS, Metric
from tui_nn.spec.protocol import Baseline, Ended, Numbers
from tui_nn.spec.resolve import Plan

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


def summary(plan: Plan, history: History) -> str:
    """The end of a run for a person."""
    ended = history.ended
    assert ended is not None
    assert history.started is not None
    lines = [
        f"{plan.experiment.title}: {HEADINGS[ended.reason]} ({_count(ended.step, 'step')}, "
        f"{_count(ended.epoch, 'epoch')}, {ended.seconds:.1f} s)",
        ended.message,
        "",
        *_table(ended, history.started.baseline),
    ]
    curve = _curve(history)
    return "\n".join([*lines, *(["", curve] if curve else [])])


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def _table(ended: Ended, baseline: Baseline) -> list[str]:
    """One row a part, one column a metric; last the baseline on the part that counts most."""
    named = (("train", ended.train), ("val", ended.val), ("test", ended.test))
    parts = [(name, numbers) for name, numbers in named if numbers]
    counts = {"train": ended.train_count, "val": ended.val_count, "test": ended.test_count}
    shown = [metric for metric in METRICS if any(metric.name in numbers for _, numbers in parts)]
    rows = [["", "samples", *(metric.label for metric in shown), ""]]
    for name, numbers in parts:
        right = ended.right.get(name)
        rows.append(
            [
                name,
                f"{counts[name]:,}",
                *(_cell(ended, name, numbers, metric.name) for metric in shown),
                "" if right is None else f"{right:,} of {counts[name]:,} right",
            ]
        )
    if parts:
        last = parts[-1][0]
        simplest = baseline.numbers[last]
        cells = [_baseline_cell(simplest, metric) for metric in shown]
        rows.append(["baseline", f"{counts[last]:,}", *cells, baseline.answer])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _baseline_cell(numbers: Numbers, metric: Metric) -> str:
    value = numbers.get(metric.name)
    return "" if value is None else metric.show(value)


def _cell(ended: Ended, part: str, numbers: Numbers, metric: str) -> str:
    value = numbers.get(metric)
    if value is None:
        return ended.nonfinite.get(f"{part}.{metric}", "")
    return catalog.metric(metric).show(value)


def _curve(history: History) -> str:
    """The loss of training and validation over epochs, else of each batch over steps."""
    train, val = history.evaluations("train", "loss"), history.evaluations("val", "loss")
    if len(train[0]) > 2:
        lines = [Line("train", *train, colour=TRAIN_COLOUR)]
        if len(val[0]):
            lines.append(Line("val", *val, colour=VAL_COLOUR))
        label = "epoch"
    else:
        lines, label = [Line("batch", *history.losses(), colour=TRAIN_COLOUR)], "step"
    values = np.concatenate([line.y for line in lines])
    finite = values[np.isfinite(values)]
    width = min(100, shutil.get_terminal_size((80, 24)).columns)
    if len(finite) < 2 or width < MIN_WIDTH:
        return ""
    log = bool((finite > 0).all() and finite.max() > LOG_RATIO * finite.min())
    drawn = chart(
        lines,
        width,
        CHART_HEIGHT,
        x_label=label,
        y_label="loss",
        log_y=log,
        ascii_only="utf" not in (sys.stdout.encoding or "").lower(),
    )
    return drawn.text(colour=_wants_colour())


def _wants_colour() -> bool:
    dumb = os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not dumb and "NO_COLOR" not in os.environ
