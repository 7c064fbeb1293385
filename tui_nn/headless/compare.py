"""Runs side by side, as text or JSON: what differs, what came of it, their curves."""

from collections.abc import Sequence
from typing import Any

from tui_nn.headless.output import print_text
from tui_nn.headless.runs import print_json_lines, row_json
from tui_nn.headless.show_run import change_row
from tui_nn.headless.summary import drawn
from tui_nn.headless.tables import (
    aligned,
    folded,
    seconds_text,
    terminal_width,
    value_text,
    wrapped,
)
from tui_nn.plot.cells import RGB, cell_width
from tui_nn.plot.chart import Line
from tui_nn.runs.compare import (
    Told,
    curves,
    differences,
    last_value,
    read_run,
    shared_metric,
)
from tui_nn.runs.folder import Folder
from tui_nn.runs.history import By
from tui_nn.spec import catalog
from tui_nn.spec.errors import InvalidInput, printable

LABELS = "abcdefghijklmnopqrstuvwxyz"
"""A letter a run, as a chart of many lines names them."""
COLOURS: tuple[RGB, ...] = (
    (86, 180, 233), (230, 159, 0), (0, 158, 115), (213, 94, 0), (204, 121, 167), (0, 114, 178),
    (240, 228, 66),
)  # fmt: skip
"""Told apart by colour-blind people too (Okabe and Ito)."""


def compare(folders: Sequence[Folder], by: By, as_json: bool) -> None:
    """Print what differs between runs and what came of them."""
    if len({folder.path.resolve() for folder in folders}) < 2:
        raise InvalidInput("one run alone can't be compared", hint="name two runs or more")
    if len(folders) > len(LABELS):
        raise InvalidInput(f"{len(folders)} runs are too many", hint=f"name {len(LABELS)} at most")
    told = [read_run(folder) for folder in folders]
    if as_json:
        print_json_lines(_objects(told))
        return
    page = [*_names(told), "", *_differences(told), *_changes(told), "", *_results(told)]
    charts = [_chart(told, metric, by) for metric in ("loss", shared_metric(told)) if metric]
    print_text("\n\n".join(["\n".join(page), *filter(None, charts)]))


def _names(told: Sequence[Told]) -> list[str]:
    return [
        f"{label}  {printable(run.folder.name)}" for label, run in zip(LABELS, told, strict=False)
    ]


def _differences(told: Sequence[Told]) -> list[str]:
    """A row a setting and a column a run; those too long for it below, a line for each value."""
    found = differences(told)
    if not found:
        return ["their experiments are the same"]
    labels = LABELS[: len(told)]
    rows = [[printable(d.key), *map(value_text, d.values)] for d in found]
    short, long = _that_fit(rows, labels)
    lines = aligned([["", *labels], *short], left=range(len(told) + 1)) if short else []
    for key, *values in long:
        who: dict[str, list[str]] = {}
        for label, value in zip(labels, values, strict=True):
            who.setdefault(value, []).append(label)
        lines.append(key)
        for value, runs in who.items():
            lines += wrapped(value, begin=f"  {' '.join(runs)}  ")
    return lines


def _that_fit(rows: list[list[str]], labels: str) -> tuple[list[list[str]], list[list[str]]]:
    """The rows that make a table as wide as the terminal at most, and the longest ones."""
    short, long = list(rows), []
    while short and max(map(cell_width, aligned([["", *labels], *short]))) > terminal_width():
        longest = max(short, key=lambda row: max(map(cell_width, row[1:])))
        short.remove(longest)
        long.append(longest)
    return short, [row for row in rows if row in long]


def _changes(told: Sequence[Told]) -> list[str]:
    rows = [
        (label, *(cell.strip() for cell in change_row(change)))
        for label, run in zip(LABELS, told, strict=False)
        for change in run.history.marks()
    ]
    return ["", "changed on the way", *aligned(rows, left=range(4))] if rows else []


def _results(told: Sequence[Told]) -> list[str]:
    """How each ended, how long it took, how good it got."""
    rows = [["", "ended", "steps", "time", "metric", "best", "last"]]
    for label, run in zip(LABELS, told, strict=False):
        metric = catalog.metric(run.row.metric)
        best, last = (
            "" if value is None else metric.show(value) for value in (run.row.best, last_value(run))
        )
        part = "val " if run.row.part == "val" else ""
        steps, time = f"{run.row.step or 0:,}", seconds_text(run.row.seconds or 0.0)
        rows.append([label, run.row.how, steps, time, part + metric.label, best, last])
    return folded(rows, left=(0, 1, 4))


def _chart(told: Sequence[Told], metric: str, by: By) -> str:
    """The curves of all runs in one picture; empty where some have none."""
    name, found = curves(told, metric, by)
    if not found:
        return ""
    lines = [
        Line(label, x, y, COLOURS[index % len(COLOURS)])
        for index, (label, (x, y)) in enumerate(zip(LABELS, found, strict=False))
    ]
    label = name.replace(metric, catalog.metric(metric).label)
    losses = {value_text(run.started.experiment.get("loss")) for run in told}
    differ = metric == "loss" and len(losses) > 1
    note = f"\nthe losses differ ({', '.join(sorted(losses))}): mind the scale" if differ else ""
    curve = drawn(lines, by, label, log=metric == "loss")
    return curve and curve + note


def _objects(told: Sequence[Told]) -> list[dict[str, Any]]:
    """An object a run: its row, the settings that differ, its changes, its last value."""
    found = differences(told)
    return [
        row_json(run.row)
        | {
            "last": last_value(run),
            "differs": {d.key: d.values[index] for d in found},
            "changed": [
                {"step": c.step, "key": c.key, "old": c.old, "new": c.new}
                for c in run.history.marks()
            ],
        }
        for index, run in enumerate(told)
    ]
