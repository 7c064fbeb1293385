"""The last line: keys that hold now."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.frame import INSIDE
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import World

LAYER = "n N layer"
PAUSED = ("space run", LAYER, "p P phase", "s S step", "e E epoch", ", . lr", "u undo",
          "r reset", "enter open", "? explain", ": all")  # fmt: skip
PAUSED_NARROW = ("space run", "p phase", "s step", "e epoch", "P S E back", "u undo", "? explain",
                 ": all")  # fmt: skip
RUNNING = ("space pause", "s S step", "e E epoch", "capitals go back", "- + pace", ", . lr",
           "v view", "f full", "? explain", ": all")  # fmt: skip
RUNNING_NARROW = ("space pause", "s step", "e epoch", "S E back", ", . lr", "v view", "? explain",
                  ": all")  # fmt: skip
REPLAYING = ("space pause", "← → by 1 %", "< > by 10 %", "- + speed", "v view", "f full",
             "? explain", ": all", "q leave")  # fmt: skip
REPLAYING_NARROW = ("space pause", "← → 1 %", "< > 10 %", "- + speed", "v view", "? explain",
                    ": all")  # fmt: skip
OFFLINE = ("space start the engine again", "? explain", ": all", "q leave")
BROKEN = ("? explain", ": all", "q leave")
SLIDES = "( ) slide"
SPARED = frozenset({"enter open", "f full"})
SPARED_NARROW = frozenset({"u undo", "v view"})
"""Entries in whose place that of a lesson stands."""
ARROWS = {"left": "←", "right": "→"}


def paint_footer(canvas: Canvas, world: World, desk: Desk) -> None:
    """Keys that hold now."""
    palette = canvas.palette
    for column, part in _parts(canvas.width, world, desk):
        words, keys = part.split(" "), key_count(part)
        end = canvas.put(0, column, " ".join(words[:keys]), palette.ink(palette.accent))
        canvas.put(0, end, " " + " ".join(words[keys:]), palette.plain)


def key_at(column: int, width: int, world: World, desk: Desk) -> str:
    """The key whose entry stands there in the footer, as a person reads it; else nothing."""
    for begin, part in _parts(width, world, desk):
        if begin <= column < begin + len(part):
            before = part[: column - begin + 1].count(" ")
            keys = part.split(" ")[: key_count(part)]
            return keys[before] if before < len(keys) else keys[0]
    return ""


def _parts(width: int, world: World, desk: Desk) -> list[tuple[int, str]]:
    """The footer's entries that have room, each with its column."""
    wide, narrow = _entries(world, desk)
    ways = ((wide, 3), (wide, 2), (narrow, 2))
    fitting = (way for way in ways if len((" " * way[1]).join(way[0])) < width)
    parts, gap = next(fitting, ways[-1])
    found, column = [], 1
    for part in parts:
        if column + len(part) > width:
            break
        found.append((column, part))
        column += len(part) + gap
    return found


def _entries(world: World, desk: Desk) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What holds now, at length and in short."""
    if world.playing is not None:
        taken = _taken_keys(world, desk)
        return _playing(REPLAYING, world, taken), _playing(REPLAYING_NARROW, world, taken)
    if world.present.state == "offline":
        return (OFFLINE,) * 2
    if world.is_broken:
        return (BROKEN,) * 2
    wide: tuple[str, ...] = RUNNING if world.running else PAUSED
    narrow: tuple[str, ...] = RUNNING_NARROW if world.running else PAUSED_NARROW
    if world.kind == "neuron":  # of one layer
        wide = tuple(part for part in wide if part != LAYER)
    if not world.running and _is_for_a_learner(world):
        wide, narrow = ((parts[1], parts[0], *parts[2:]) for parts in (wide, narrow))
    if world.lesson is not None:
        wide = tuple(SLIDES if part in SPARED else part for part in wide)
        narrow = tuple(SLIDES if part in SPARED_NARROW else part for part in narrow)
    return wide, narrow


def _playing(parts: tuple[str, ...], world: World, taken: set[str]) -> tuple[str, ...]:
    if not world.running:
        parts = ("space play", *parts[1:])
    return tuple(part for part in parts if not taken & {*part.split(" ")[: key_count(part)]})


def _is_for_a_learner(world: World) -> bool:
    """Whether it is to be gone through phase by phase: one neuron, at a pace."""
    return world.kind == "neuron" and bool(world.setting("view.pace"))


def _taken_keys(world: World, desk: Desk) -> set[str]:
    """Keys that the view on the whole screen answers, before they move a recording."""
    if not desk.full or desk.focus in INSIDE:
        return set()
    keys = " ".join(keys for keys, _ in PANELS[desk.focus].view(world, desk).keys)
    return {ARROWS.get(key, key) for key in keys.split()}


def key_count(part: str) -> int:
    """How many of the first words of a footer's entry are keys."""
    words = part.split(" ")
    keys = 1
    while keys < len(words) - 1 and len(words[keys]) == 1:
        keys += 1
    return keys
