"""The list of runs as text or JSON, and what takes runs away."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.tables import aligned, cut, seconds_text, size_text, terminal_width
from tui_nn.plot.cells import cell_width
from tui_nn.runs.folder import Folder, list_folders, need_run, remove_run
from tui_nn.runs.listing import Row, iso, list_rows, row_of
from tui_nn.spec import catalog
from tui_nn.spec.errors import InvalidInput, printable

KEEP = 20
"""Runs that `prune` leaves if it isn't told how many."""
NAME_WIDTH = 44
OPTIMIZER_WIDTH = 24
FAILED = ("failed", "diverged", "cut off", "broken")

_OPTIONAL = ("changes", "steps", "began", "size", "time", "optimizer")
"""Columns that a narrow terminal does without, the first one first."""
_COLUMNS: dict[str, Callable[[Row], str]] = {
    "run": lambda row: cut(row.folder.name, NAME_WIDTH),
    "ended": lambda row: row.how,
    "best": lambda row: best_text(row),
    "optimizer": lambda row: cut(row.optimizer, OPTIMIZER_WIDTH),
    "time": lambda row: "" if row.seconds is None else seconds_text(row.seconds),
    "size": lambda row: size_text(row.size),
    "began": lambda row: age(row.begun),
    "steps": lambda row: "" if row.step is None else f"{row.step:,}",
    "changes": lambda row: f"{row.changes:,}" if row.changes else "",
}
_LEFT = ("run", "ended", "best", "optimizer")


def print_runs(runs: Path, as_json: bool) -> None:
    """The runs in a folder, the newest first: a table, or a JSON object a line."""
    rows = list_rows(runs)
    if as_json:
        print_json_lines(map(row_json, rows))
    elif rows:
        print_text("\n".join(table(rows, terminal_width())))
    else:
        print_text(f"no runs in {printable(str(runs))}: nn-tui train EXPERIMENT keeps one there")


def table(rows: Sequence[Row], width: int) -> list[str]:
    """A line a run, in as many columns as fit; below, why some can't be read."""
    columns = dict(_COLUMNS)
    if not any(row.changes for row in rows):
        del columns["changes"]
    lines = _lines(rows, columns)
    for name in _OPTIONAL:
        if max(map(cell_width, lines)) <= width:
            break
        columns.pop(name, None)
        lines = _lines(rows, columns)
    broken = [f"{row.folder.name}: {row.problem}" for row in rows if row.problem]
    return [*lines, *(["", *map(printable, broken)] if broken else [])]


def _lines(rows: Sequence[Row], columns: dict[str, Callable[[Row], str]]) -> list[str]:
    left = [index for index, name in enumerate(columns) if name in _LEFT]
    return aligned([list(columns), *([tell(row) for tell in columns.values()] for row in rows)],
                   left)  # fmt: skip


def best_text(row: Row) -> str:
    """`val accuracy 98.3 %`; empty where nothing was evaluated."""
    if row.best is None:
        return ""
    metric = catalog.metric(row.metric)
    return f"{'val ' if row.part == 'val' else ''}{metric.label} {metric.show(row.best)}"


def age(begun: float | None) -> str:
    """How long ago; empty where it isn't known."""
    return "" if begun is None else f"{seconds_text(time.time() - begun)} ago"


def row_json(row: Row) -> dict[str, Any]:
    """A row for a program; what isn't known is null."""
    return {
        "run": row.folder.name,
        "path": str(row.folder.path),
        "title": row.title,
        "began": iso(row.begun) or None,
        "ended": row.how,
        "reason": row.reason,
        "metric": row.metric or None,
        "part": row.part or None,
        "best": row.best,
        "optimizer": row.optimizer or None,
        "changes": row.changes,
        "steps": row.step,
        "epochs": row.epoch,
        "seconds": row.seconds,
        "bytes": row.size,
        "problem": row.problem or None,
    }


def print_json_lines(objects: Iterable[dict[str, Any]]) -> None:
    """A JSON object a line."""
    lines = (json.dumps(found, ensure_ascii=False, default=str) + "\n" for found in objects)
    print_bytes("".join(lines).encode(errors="replace"))


def remove(words: Sequence[str], runs: Path) -> None:
    """Delete the runs that are named; none if one of them can't be found or is trained."""
    folders = {folder.path.resolve(): folder for folder in (_any_run(word, runs) for word in words)}
    rows = [row_of(folder) for folder in folders.values()]
    for row in rows:
        if row.how == "running":
            raise InvalidInput("is being trained", where=row.folder.name, hint="stop it first")
    for row in rows:
        _remove(row)


def _any_run(word: str, runs: Path) -> Folder:
    """The run of a name, broken or not."""
    for folder in list_folders(runs):
        if word in (folder.name, str(folder.path)):
            return folder
    return need_run(word, runs)


def _remove(row: Row) -> None:
    try:
        remove_run(row.folder)
    except OSError as error:
        raise InvalidInput(
            f"can't be removed ({error.strerror})", where=str(row.folder.path)
        ) from None
    print_text(printable(f"removed {row.folder.path} ({size_text(row.size)})"))


def prune(runs: Path, keep: int | None, failed: bool, dry_run: bool, yes: bool) -> None:
    """Delete old runs, or those that failed; lists them and asks first.

    The newest `keep` always stay: 20 if it is None, but none where only failed ones go. What is
    being trained stays.
    """
    stays = (0 if failed else KEEP) if keep is None else keep
    going = [row for row in list_rows(runs)[stays:] if row.how != "running"]
    if failed:
        going = [row for row in going if row.how in FAILED]
    if not going:
        print_text("nothing to remove")
        return
    print_text("\n".join(table(going, terminal_width())))
    total = f"{len(going):,} {'run' if len(going) == 1 else 'runs'}"
    total += f", {size_text(sum(row.size for row in going))}"
    if dry_run:
        print_text(f"{total} would be removed")
    elif yes or _agreed(total):
        for row in going:
            _remove(row)
    else:
        print_text("nothing removed")


def _agreed(what: str) -> bool:
    """A person's answer on a terminal; InvalidInput where there is none to ask."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        raise InvalidInput(
            f"won't remove {what} unasked", hint="--yes removes them, --dry-run only lists them"
        )
    sys.stdout.write(f"remove {what}? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
