"""What can be opened: the course, runs that were kept, files of one's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import localtime, strftime

from tui_nn.plot.cells import shortened
from tui_nn.runs.listing import Row, list_rows
from tui_nn.spec.errors import NNError
from tui_nn.spec.files import load_experiment
from tui_nn.spec.finding import course
from tui_nn.spec.protocol.disk import FolderEntry, Listing
from tui_nn.views.canvas import Canvas
from tui_nn.views.numbers import short

RUNS_SHOWN = 30
NAME = 24


@dataclass(frozen=True)
class Item:
    """One thing to open."""

    word: str
    """As the command line names it."""
    title: str
    head: str
    """What it stands under; each begins where the one before ends."""
    note: str = ""


def presets(reached: Iterable[str] = ()) -> list[Item]:
    """The course in its order; of those in `reached` the goal was."""
    done, found = set(reached), []
    for chapter in course():
        head = f"{chapter.letter}  {chapter.title}"
        for name in chapter.presets:
            experiment = load_experiment(name)
            goal = f"goal {experiment.goal}" if experiment.goal else ""
            note = f"{goal} ✓" if experiment.title in done else goal
            found.append(Item(name, experiment.title, head, note))
    return found


def kept_runs(runs: str | None) -> tuple[list[Item], list[str]]:
    """The newest runs in a folder, and the titles of those that reached their goal."""
    if runs is None or not Path(runs).is_dir():
        return [], []
    try:
        rows = sorted(list_rows(Path(runs)), key=lambda row: row.begun or 0.0, reverse=True)
    except (NNError, OSError):
        return [], []
    items = [Item(str(row.folder.path), _title(row), "Runs, the newest first", _end(row))
             for row in rows[:RUNS_SHOWN]]  # fmt: skip
    return items, [row.title for row in rows if row.how == "goal"]


def _title(row: Row) -> str:
    begun = strftime("%d %b %H:%M", localtime(row.begun)) if row.begun else ""
    return f"{begun}  {row.title or row.folder.path.name}".strip()


def _end(row: Row) -> str:
    best = f"  {row.part} {row.metric} {short(row.best)}" if row.best is not None else ""
    return f"{row.how}{best}"


def folder_of(typed: str) -> str:
    """The folder to which a path that is being typed has come; empty: where the engine stands."""
    return typed[: typed.rfind("/") + 1]


def files_in(listing: Listing, typed: str) -> list[Item]:
    """What can be opened or gone into there, of that which begins as it was typed."""
    folder = folder_of(typed)
    begin = typed[len(folder) :].lower()
    head = f"Files in {listing.path}"
    return [
        Item(_word(listing, folder, entry), _words(entry), head)
        for entry in listing.entries
        if entry.name.lower().startswith(begin) and (entry.is_folder or entry.opens)
    ]


def _word(listing: Listing, folder: str, entry: FolderEntry) -> str:
    """As it is opened: in full where no folder was typed, for a preset may be called so, too."""
    if _is_way(entry):
        return f"{folder}{entry.name}/"
    return f"{folder or f'{listing.path}/'}{entry.name}"


def _is_way(entry: FolderEntry) -> bool:
    """Whether it is a folder to go into."""
    return entry.is_folder and not entry.opens


def _words(entry: FolderEntry) -> str:
    return entry.opens or "folder"


def matching(typed: str, items: Sequence[Item]) -> list[Item]:
    """Those whose name, title or head hold every word that was typed."""
    words = typed.lower().split()
    return [i for i in items if all(w in f"{i.word} {i.title} {i.head}".lower() for w in words)]


def paint_shelf(canvas: Canvas, items: Sequence[Item], selected: int) -> list[int | None]:
    """Items under their heads; which of them stands in each row."""
    palette = canvas.palette
    lines: list[int | None] = []
    for index, item in enumerate(items):
        if not index or item.head != items[index - 1].head:
            lines.append(None)
        lines.append(index)
    at = lines.index(selected) if selected in lines else 0
    first = max(0, min(at - canvas.height // 2, len(lines) - canvas.height))
    shown = lines[first : first + canvas.height]
    for row, at_row in enumerate(shown):
        if at_row is None:
            following = next(i for i in lines[first + row :] if i is not None)
            canvas.put(row, 0, items[following].head, palette.ink(palette.accent))
            continue
        item, here = items[at_row], at_row == selected
        name, title = _columns(item, canvas.width)
        canvas.put(row, 0, "▸" if here else " ", palette.ink(palette.accent))
        canvas.put(row, 2, name, palette.strong if here else palette.plain)
        canvas.put(row, 2 + NAME, title, palette.plain if here else palette.quiet)
        if canvas.width > 70:
            canvas.right(row, f" {item.note}", palette.quiet)
    return shown


def _columns(item: Item, width: int) -> tuple[str, str]:
    room = width - 2 - NAME - (len(item.note) + 2 if width > 70 else 0)
    name = Path(item.word).name + ("/" if item.word.endswith("/") else "")
    return (
        shortened(name, NAME - 1, ascii_only=False), shortened(item.title, max(0, room),
                                                               ascii_only=False)
    )  # fmt: skip
