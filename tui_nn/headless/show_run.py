"""A run's page: what was trained, how it ended, what became of it; told from its records alone."""

import os
import time
from pathlib import Path
from typing import Any

from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.runs import print_json_lines, row_json
from tui_nn.headless.summary import count, ending, loss_curve, number_table
from tui_nn.headless.tables import (
    aligned,
    folded,
    seconds_text,
    setting_text,
    size_text,
    value_text,
    wrapped,
)
from tui_nn.runs.compare import Told, last_numbers, read_run, settings
from tui_nn.runs.folder import RUNS, Folder, find_run, list_folders, match_run
from tui_nn.runs.history import History
from tui_nn.spec import catalog
from tui_nn.spec.catalog.metrics import METRICS
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.experiment import Goal
from tui_nn.spec.finding import near_file, preset_names, read_text
from tui_nn.spec.protocol import Changed, Ended, Started
from tui_nn.spec.shapes import show as show_shape
from tui_nn.spec.words import near

NOTICES = 10
_LISTS = "`nn-tui presets` and `nn-tui runs` list them"


def run_of(word: str, runs: Path) -> Folder | None:
    """The run that `word` names, broken or not, where it isn't rather a preset or a file.

    InvalidInput where it is the end or beginning of several runs' names, or names nothing at all.
    """
    if word in preset_names():
        return None
    found = find_run(word, runs, whole=False)
    if found is not None or os.path.exists(word):
        return found
    found = match_run(word, runs)
    path = Path(word)
    if found is None and not path.suffix and len(path.parts) == 1:
        names = [folder.name for folder in list_folders(runs)]
        raise InvalidInput(
            f"there is no preset, file or run {word}",
            hint=near_file(word) or near(word, names) or _LISTS,
        )
    return found


def print_toml(folder: Folder) -> None:
    """The experiment a run trains, as it was before the first step."""
    print_bytes(read_text(folder.experiment).encode())


def print_run(folder: Folder, as_json: bool) -> None:
    """A run's page for a person, or all of it but its curves as one JSON object."""
    told = read_run(folder)
    if as_json:
        print_json_lines([run_json(told)])
        return
    curve = loss_curve(told.history)
    print_text("\n".join([*run_page(told), *(["", curve] if curve else []), *_tail(told)]))


def run_page(told: Told) -> list[str]:
    """The experiment, how the run ended, its numbers."""
    started = told.started
    lines = [printable(started.title)]
    about = started.experiment.get("about")
    if isinstance(about, str):
        lines += wrapped(printable(" ".join(about.split())))
    lines += ["", *layer_table(started)]
    lines.append("")
    for name, text in setting_lines(started):
        lines += wrapped(text, begin=f"{name:<11} ")
    lines += ["", *_end(told)]
    numbers = last_numbers(told.history)
    if numbers is not None:
        lines += ["", *number_table(numbers, started)]
    return lines


def layer_table(started: Started) -> list[str]:
    """A row a layer, as `show` prints it before training."""
    rows: list[tuple[str, ...]] = [("", "layer", "output", "parameters", "multiply-adds")]
    rows += [
        (
            str(index),
            printable(layer.call),
            show_shape(layer.output_shape),
            f"{layer.parameters:,}" if layer.parameters else "·",
            f"{layer.multiply_adds:,}" if layer.multiply_adds else "·",
        )
        for index, layer in enumerate(started.layers)
    ]
    parameters = sum(layer.parameters for layer in started.layers)
    work = sum(layer.multiply_adds for layer in started.layers)
    rows.append(("", "in all", "", f"{parameters:,}", f"{work:,}"))
    freeze = settings(started)["train.freeze"]
    if isinstance(freeze, list) and freeze:
        frozen = ["frozen" if index in freeze else "" for index in range(len(started.layers))]
        rows = [(*row, word) for row, word in zip(rows, ["", *frozen, ""], strict=True)]
    return folded(rows, left=(1, 2, 5))


def setting_lines(started: Started) -> list[tuple[str, str]]:
    """The settings it began with, a name and a text each."""
    flat = settings(started)
    text = {key: value_text(value) for key, value in flat.items()}
    parts = [
        ("train", started.train_count),
        ("val", started.val_count),
        ("test", started.test_count),
    ]
    clip = text["train.clip_norm"]
    training = [
        f"{count(started.epochs, 'epoch')} of {count(started.steps_per_epoch, 'step')}",
        f"batch {started.batch_size:,}",
        "in order" if flat["train.shuffle"] is False else "shuffled",
        f"seed {text['train.seed']}",
        *([] if clip == "none" else [f"gradient clipped to {clip}"]),
        text["train.dtype"],
    ]
    schedule = text.get("schedule", "none")
    if schedule != "none":
        schedule += f", each {text['train.schedule_every']}"
    return [
        ("data", text.get("data", "none")),
        ("samples", ", ".join(f"{name} {number:,}" for name, number in parts if number)),
        ("loss", text.get("loss", "none")),
        ("optimizer", text.get("optimizer", "none")),
        ("schedule", schedule),
        ("init", text.get("init") or "torch's default"),
        ("training", ", ".join(training)),
        ("evaluation", _evaluation(flat)),
        ("goal", _goal(flat)),
        ("machine", f"{printable(started.device)}, {count(started.threads, 'thread')}, "
                    f"torch {printable(started.torch)}"),
    ]  # fmt: skip


def _evaluation(flat: dict[str, Any]) -> str:
    every, patience = flat["train.eval_every"], flat["train.patience"]
    if not isinstance(every, int) or not every:
        return "never"
    text = "each epoch" if every == 1 else f"every {every:,} epochs"
    return text + (f", stops after {patience} without a better one" if patience else "")


def _goal(flat: dict[str, Any]) -> str:
    for metric in METRICS:
        wanted = flat.get(f"goal.{metric.name}")
        if isinstance(wanted, int | float):
            return str(Goal(metric.name, wanted))
    return "none"


def _end(told: Told) -> list[str]:
    """What came of it, or how far it has come."""
    history, row = told.history, told.row
    name = printable(told.folder.name)
    if history.ended is not None and row.how != "running":
        how = wrapped(f"{name}: {ending(history.ended)}")
        return [*how, *wrapped(printable(history.ended.message))]
    steps, epochs, seconds = row.step or 0, row.epoch or 0, row.seconds or 0.0
    so_far = f"{count(steps, 'step')}, {count(epochs, 'epoch')}, {seconds:.1f} s"
    if row.how == "running":
        return wrapped(f"{name}: running ({so_far} so far)")
    return [*wrapped(f"{name}: cut off ({so_far})"), "It never ended: its process was killed."]


def _tail(told: Told) -> list[str]:
    """Changes, notices, checkpoints, the way to go on."""
    lines = []
    changes = told.history.marks()
    if changes:
        lines += ["", "changes", *aligned(list(map(change_row, changes)), left=(0, 1, 2))]
    notices = list(told.history.noticed)[-NOTICES:]
    if notices:
        lines += ["", *(f"note: {printable(notice.message)}" for notice in notices)]
    rows = checkpoint_rows(told.folder, told.history)
    if rows:
        lines += ["", "checkpoints", *aligned(rows, left=(0, 1))]
    branches = branch_rows(told)
    if len(branches) > 1:
        lines += ["", "branches", *folded(branches, left=range(len(branches[0])))]
    if told.row.how in ("cut off", "stopped") and told.folder.last.is_file():
        lines += ["", f"nn-tui train --resume {printable(_shortest(told.folder))} goes on"]
    return lines


def _shortest(folder: Folder) -> str:
    """A word that names a run to the commands: its name where they look for it."""
    is_here = folder.path.resolve().parent == RUNS.resolve()
    return folder.name if is_here else str(folder.path)


def change_row(change: Changed) -> tuple[str, str, str]:
    """A change in three cells: when, what, from what to what."""
    return (
        f"  step {change.step:,}",
        printable(change.key),
        f"{setting_text(change.key, change.old)} → {setting_text(change.key, change.new)}",
    )


def branch_rows(told: Told) -> list[tuple[str, str, str, str, str]]:
    """Each branch in five cells: number, where it left which, how far it came, how good, why.

    A star is at the one that is shown.
    """
    history, metric = told.history, catalog.metric(told.row.metric)
    rows = []
    for number, branch in sorted(history.lineage.branches.items()):
        star = "*" if number == history.branch else " "
        left = "" if branch.parent is None else f"from {branch.parent} at step {branch.start:,}"
        values = history.evaluations(told.row.part, metric.name, number)[1]
        value = f"{metric.label} {metric.show(float(values[-1]))}" if len(values) else ""
        why = "" if branch.parent is None else ", ".join(
            f"{printable(change.key)} → {setting_text(change.key, change.new)}"
            for change in branch.changes
            if change.step == branch.start
        )  # fmt: skip
        rows.append((f"{star} {number}", left, f"to step {branch.head:,}", value, why))
    return rows


def checkpoint_rows(folder: Folder, history: History) -> list[tuple[str, str, str, str]]:
    """Each checkpoint that is there: name, step, size, age."""
    rows = []
    for name, path in (("last", folder.last), ("best", folder.best), ("init", folder.init)):
        try:
            found = path.stat()
        except OSError:
            continue
        saved = history.saved.get(name)
        step = f"step {saved.step:,}" if saved else ""
        ago = f"{seconds_text(time.time() - found.st_mtime)} ago"
        rows.append((f"  {name}", step, size_text(found.st_size), ago))
    return rows


def run_json(told: Told) -> dict[str, Any]:
    """All that is known of a run but its curves."""
    started, numbers = told.started, last_numbers(told.history)
    checkpoints = {
        name: {"step": saved.step, "bytes": saved.size}
        for name, saved in told.history.saved.items()
    }
    return row_json(told.row) | {
        "experiment": started.experiment,
        "device": started.device,
        "threads": started.threads,
        "torch": started.torch,
        "train": numbers.train if numbers else None,
        "val": numbers.val if numbers else None,
        "test": numbers.test if isinstance(numbers, Ended) else None,
        "changed": [
            {"step": c.step, "key": c.key, "old": c.old, "new": c.new} for c in told.history.marks()
        ],
        "branch": told.history.branch,
        "branches": [
            {"branch": b.number, "parent": b.parent, "start": b.start, "head": b.head}
            for b in told.history.lineage.branches.values()
        ],
        "checkpoints": checkpoints,
    }
