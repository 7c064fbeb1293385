"""The last line: keys that hold now."""

from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.frame import INSIDE
from tui_nn.views.layout import NARROW
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
    wide = width >= NARROW
    parts: tuple[str, ...]
    if world.playing is not None:
        parts = REPLAYING if wide else REPLAYING_NARROW
        if not world.running:
            parts = ("space play", *parts[1:])
        taken = _taken_keys(world, desk)
        parts = tuple(part for part in parts if not taken & {*part.split(" ")[: key_count(part)]})
    elif world.present.state == "offline":
        parts = ("space start the engine again", "? explain", ": all", "q leave")
    elif world.is_broken:
        parts = ("? explain", ": all", "q leave")
    elif world.running:
        parts = RUNNING if wide else RUNNING_NARROW
    else:
        parts = PAUSED if wide else PAUSED_NARROW
        if world.kind == "neuron":  # of one layer
            parts = tuple(part for part in parts if part != LAYER)
        if _is_for_a_learner(world):
            parts = (parts[1], parts[0], *parts[2:])
    if world.lesson is not None:
        spared = SPARED if wide else SPARED_NARROW
        parts = tuple(SLIDES if part in spared else part for part in parts)
    found, column = [], 1
    for part in parts:
        if column + len(part) > width:
            break
        found.append((column, part))
        column += len(part) + (3 if wide or world.playing else 2)
    return found


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
