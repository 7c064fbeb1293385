"""What can be opened: the course, runs that were kept, files of one's own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from time import localtime, strftime

from tui_nn.plot.cells import shortened
from tui_nn.runs.listing import Row, newest_first, row_of, title_at_goal
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Goal
from tui_nn.spec.files import read_toml
from tui_nn.spec.finding import course, presets_folder, read_text
from tui_nn.spec.protocol.disk import FolderEntry, Listing
from tui_nn.views.canvas import Canvas
from tui_nn.views.numbers import short

RUNS = "Runs, the newest first"
RUNS_SHOWN = 30
NAME = 24


@dataclass(frozen=True)
class Item:
    """One thing to open."""

    word: str
    """As the command line names it; empty: there is nothing to open."""
    title: str
    head: str
    """What it stands under; each begins where the one before ends."""
    note: str = ""


def presets(reached: Iterable[str] = ()) -> list[Item]:
    """The course in its order; of those in `reached` the goal was."""
    done = set(reached)
    return [
        replace(item, note=f"{item.note} ✓") if item.note and item.title in done else item
        for item in _course()
    ]


@cache
def _course() -> tuple[Item, ...]:
    """Read for what is shown alone: its files hold what a test has checked."""
    found = []
    for chapter in course():
        head = f"{chapter.letter}  {chapter.title}"
        for name in chapter.presets:
            table = read_toml(read_text(presets_folder() / f"{name}.toml"), name)
            found.append(Item(name, table["title"], head, _goal(table.get("goal", {}))))
    return tuple(found)


def _goal(table: Mapping[str, float]) -> str:
    return "".join(f"goal {Goal(key, wanted)}" for key, wanted in table.items() if key != "times")


def kept_runs(runs: str | None) -> tuple[list[Item], list[str]]:
    """The newest runs in a folder, and the titles of those that reached their goal; why it can't be
    read, where that is so. Reads many files: not while a person waits.
    """
    if runs is None:
        return [], []
    try:
        folders = newest_first(Path(runs))
    except InvalidInput as error:
        return [Item("", f"{error.where}: {error.message}", RUNS)], []
    rows = map(row_of, folders[:RUNS_SHOWN])
    items = [Item(str(row.folder.path), _title(row), RUNS, _end(row)) for row in rows]
    return items, [title for folder in folders if (title := title_at_goal(folder))]


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
