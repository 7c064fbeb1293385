"""What surrounds the panels: the flow bar, the headline, the moment; titles."""

import time
from collections.abc import Sequence
from textwrap import wrap

from tui_nn.plot.cells import cell_width, shortened
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import Curves, Device, DeviceFrame, Probes
from tui_nn.spec.protocol.messages import Problem
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import Ink, Palette
from tui_nn.views.layout import NARROW, WIDE, Home, Slot
from tui_nn.views.numbers import duration, rate, short
from tui_nn.views.panels.panel import Panel, View
from tui_nn.views.reading import row_in_turn
from tui_nn.views.scrubber import Playing, paint_scrubber
from tui_nn.views.world import World

FLOW = ("Network", "Data", "Loss", "Optimizer", "Forward", "Gradient", "Update", "Evaluate")
PHASES = tuple(Phase)
NEXT = {
    phase: f"{number} {FLOW[number - 1]}"
    for phase, number in zip(PHASES, (2, 3, 4, 5, 6, 7, 8, 5), strict=True)
}
"""What `p` leads to."""
CURVES, DEVICE = Curves(), Device()
STATE = 29
"""Cells behind the flow bar's words for the longest state and what stands beside it."""
LIT = 17
"""Cells of the flow bar without the name of the lit phase."""
SPARED = frozenset({"accuracy", "layers", "train,", "val,"})
"""Words that a title's note can do without."""
LEFT = 11
"""Cells of the time that is left."""
INSIDE = {5: "the forward pass", 6: "the gradient", 7: "the update"}
"""What panels show that no record holds."""
HELPS = "   i what helps"
"""The key that tells, behind how a run has diverged."""
ENDED = ("goal", "done", "stopped", "diverged", "failed")


def paint_flow(canvas: Canvas, world: World, desk: Desk) -> None:
    """The eight phases; the lit one has happened."""
    palette = canvas.palette
    lit = None if world.running else PHASES.index(world.lit(desk))
    begin, end = 0, 0
    words = _flow_words(canvas.width, lit)
    for index, (column, word) in enumerate(words):
        if index == lit:
            begin, end = column - 1, canvas.put(0, column, word, _lit(palette))
        else:
            canvas.put(0, column, word, palette.quiet if index < 4 else palette.plain)
        if index + 1 < len(words):
            canvas.put(0, column + len(word), _gap(canvas.width, index + 1), palette.quiet)
    column = words[-1][0] + len(words[-1][1])
    canvas.put(0, column, " ↺", palette.quiet)
    if lit is not None:
        canvas.put(0, begin, "▐", palette.ink(palette.accent))
        canvas.put(0, end, "▌", palette.ink(palette.accent))
    if _has_state(canvas.width):
        _paint_state(canvas, world, desk, column + 4)


def _has_state(width: int) -> bool:
    """Whether the state stands in the flow bar, else beside the name of what is trained."""
    column, word = _flow_words(width, None)[-1]
    return width >= max(NARROW, column + len(word) + STATE)


def _flow_words(width: int, lit: int | None) -> list[tuple[int, str]]:
    """The words of the flow bar, each with its column; numbers alone where even one has no room."""
    found, column = [], 1
    if lit is not None and width < LIT + len(FLOW[lit]) + (FLOW[lit] == FLOW[-1]):
        lit = None
    for index, name in enumerate(FLOW):
        column += len(_gap(width, index)) if index else 0
        word = f"{index + 1} {name}" if width >= 78 or index == lit else f"{index + 1}"
        found.append((column, word))
        column += len(word)
    return found


def _gap(width: int, index: int) -> str:
    """What stands before a word of the flow bar."""
    if width >= NARROW:
        return " ┃ " if index == 4 else " ▸ "
    return "┃" if index == 4 else " "


def phase_at(column: int, width: int, world: World, desk: Desk) -> int | None:
    """The number of the phase whose word stands there in the flow bar."""
    lit = None if world.running else PHASES.index(world.lit(desk))
    for number, (begin, word) in enumerate(_flow_words(width, lit), 1):
        if begin <= column < begin + len(word):
            return number
    return None


def _lit(palette: Palette) -> Ink:
    return palette.ink(palette.ground, bg=palette.accent, bold=True)


def _paint_state(canvas: Canvas, world: World, desk: Desk, least: int) -> None:
    state, palette = world.present.state, canvas.palette
    colours = {"goal": palette.good, "running": palette.accent}
    colours |= dict.fromkeys(("diverged", "failed", "offline"), palette.bad)
    colour = colours.get(state, palette.text)
    beside = ""
    if world.steps_per_s is not None:
        beside = rate(world.steps_per_s)
    elif state in ("paused", "ready") and world.playing is None:
        beside = f"p ▸ {NEXT[world.lit(desk)]}"
    width = max(14, len(beside))
    column = canvas.width - 1 - width
    canvas.right(0, beside, palette.quiet, edge=canvas.width - 1)
    if column - len(state) - 2 >= least:
        canvas.right(0, state, palette.ink(colour, bold=True), edge=column - 1)
    elif not beside:
        canvas.right(0, state, palette.ink(colour, bold=True), edge=canvas.width - 1)


def paint_headline(canvas: Canvas, world: World) -> None:
    """What is trained, how far it has come, how long it will take."""
    palette, started = canvas.palette, world.started
    if started is None:
        state = "can't be opened" if world.is_broken else world.present.state
        canvas.put(0, 1, world.present.words or state, palette.quiet)
        return
    state = world.present.state
    title = shortened(started.title or started.name, canvas.width - 1, ascii_only=False)
    column = canvas.put(0, 1, title, palette.strong)
    if not _has_state(canvas.width):
        column = canvas.put(0, column + 2, state, palette.ink(palette.accent, bold=True))
    parts = _progress(canvas, world)
    while parts and column + 2 + len("   ".join(parts)) > canvas.width - 1:
        parts.pop()
    begin = canvas.right(0, "   ".join(parts), edge=canvas.width - 1)
    about = _outcome(world) if world.playing is not None else ""  # else it stands in the moment
    if about and column + 2 + cell_width(about) < begin - 2:
        canvas.put(0, column + 2, about, palette.quiet)


def _outcome(world: World) -> str:
    """How training came to its end; nothing while it has none."""
    state = world.present.state
    return world.present.words if state in ENDED or state == "offline" else ""


def _progress(canvas: Canvas, world: World) -> list[str]:
    """The more important first: what has no room is left out from the end."""
    epochs = world.epochs
    epoch, within = world.place_in_epoch
    epoch = min(epoch, epochs) if epochs else epoch
    parts = [f"step {world.step:,}", f"epoch {epoch:,}"]
    if epochs:
        parts[-1] += f" of {epochs:,}"
    total = epochs * world.steps_per_epoch
    share = min(1.0, world.present.step / total) if total else 0.0
    if world.running or canvas.width >= WIDE:
        done = f"{100 * share:3.0f}%"
        parts.append(f"{_bar(share, 28)} {done}" if canvas.width >= NARROW else done)
    if speed := world.steps_per_s:
        parts.append(_left((total - world.present.step) / speed).rjust(LEFT))
    elif world.running:
        parts.append(" " * LEFT)  # will be known in a moment: the others stay where they are
    if not world.running:
        parts.append(f"lr {short(world.present.lr)}")
        if row := row_in_turn(world):
            parts[2:2] = [row]
        elif canvas.width >= NARROW:
            parts[2:2] = [f"step {within} of {world.steps_per_epoch} in it"]
        if canvas.width >= NARROW and world.started:
            parts += [world.started.device, f"seed {world.setting('train.seed', 0)}"]
    return parts


def _left(seconds: float) -> str:
    """In one unit: what is counted down takes no more cells on the way."""
    if seconds < 59.5:
        return f"{max(0, round(seconds))} s left"
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min left" if minutes < 100 else f"{round(minutes / 60):,} h left"


def _bar(share: float, width: int) -> str:
    full = round(share * width)
    return "█" * full + "░" * (width - full)


def paint_title(canvas: Canvas, slot: Slot, panel: Panel, view: View, world: World, desk: Desk,
                *, focused: bool) -> None:  # fmt: skip
    """The rule over a panel, with its name and a few words; and the column at its left."""
    palette = canvas.palette
    end = paint_rule(canvas, slot, panel.name, focused=focused)
    name = f"{view.name} " if focused and len(panel.suiting(world)) > 1 else ""
    name, note = _fitting(name, view.note(world, desk), slot.width - 1 - end)
    canvas.put(0, end, name, palette.quiet)
    canvas.right(0, note, palette.quiet, edge=slot.width - 1)


def _fitting(name: str, note: str, room: int) -> tuple[str, str]:
    """What a title has room for of its view's name and the note, which is the more important."""
    brief = " ".join(word for word in note.split(" ") if word not in SPARED)
    choices = [(name, note), (name, brief), ("", note), ("", brief)]
    for said, told in choices if note else [(name, "")]:
        padded = f" {told} " if told else ""
        if bool(said) + cell_width(said) + cell_width(padded) <= room:
            return said, padded
    return "", ""


def paint_rule(canvas: Canvas, slot: Slot, name: str, *, focused: bool) -> int:
    """A panel's rule with its name alone, and the column at its left; where the name ends."""
    palette = canvas.palette
    line = "━" if focused else "─"
    rule = palette.ink(palette.accent if focused else palette.rule)
    left = 1 if slot.edge else 0
    canvas.put(0, left, line * (slot.width - left), rule)
    if slot.arrow:
        canvas.put(0, left, slot.arrow, rule)
    for row, glyph in enumerate(slot.edge):
        canvas.put(row, 0, glyph, palette.ink(palette.rule))
    title = f"{slot.panel} {name}" if slot.panel else name
    ink = palette.ink(palette.accent, bold=True) if focused else palette.strong
    return canvas.put(0, left + 1, f" {title} ", ink)


def paint_moment(canvas: Canvas, world: World, desk: Desk, home: Home) -> None:
    """The PyTorch line of the phase over its mathematics, or over the run's facts."""
    palette, end = canvas.palette, 0
    canvas.put(0, 0, "━" * canvas.width, palette.ink(palette.rule))
    for column in home.joints:
        canvas.put(0, column, "┷", palette.ink(palette.rule))
    if world.started is not None:
        # Knows rules and catalog: loaded once there is something to say, after the first picture.
        from tui_nn.views.moment import facts, mathematics, torch_line

        line = torch_line(world, desk, canvas.width)
        end = canvas.put(0, 1, f" {line} ", palette.ink(palette.accent))
    if world.problem is not None:
        problem = world.problem
        words = f"{problem.where}: {problem.message}" if problem.where else problem.message
        words += f": {problem.hint}" if problem.hint else ""
        canvas.put(1, 1, _in_whole_words(words, canvas.width - 1), palette.ink(palette.bad))
    elif desk.words:
        words = _in_whole_words(desk.words, canvas.width - 1)
        canvas.put(1, 1, words, palette.ink(palette.accent, bold=True))
    elif world.playing is not None:
        paint_scrubber(canvas, 1, world.playing)
    elif world.started is None:
        return
    elif outcome := _outcome(world):
        helps = HELPS if world.present.state == "diverged" else ""
        room = canvas.width - 1 - len(helps)
        column = canvas.put(1, 1, _in_whole_words(outcome, room), palette.strong)
        canvas.put(1, column, helps, palette.ink(palette.accent))
    elif world.running:
        column = canvas.put(1, 1, facts(world, canvas.width))
        _paint_machine(canvas, world, column)
    else:
        words = mathematics(world, desk, canvas.width) or facts(world, canvas.width)
        _paint_hint(canvas, desk, (end, canvas.put(1, 1, words)))


def _paint_hint(canvas: Canvas, desk: Desk, ends: Sequence[int]) -> None:
    """In the first row that has room for it behind what stands there."""
    words = f" {desk.hint} " if desk.hint else ""
    rows = [row for row, end in enumerate(ends) if end + 2 + len(words) <= canvas.width]
    if words and rows:
        ink = canvas.palette.ink(canvas.palette.accent, bold=True)
        canvas.right(rows[0], words, ink, edge=canvas.width - 1)


def _in_whole_words(text: str, width: int) -> str:
    """As many of its words as there is room for, with a mark where there are more."""
    if cell_width(text) <= width:
        return text
    words = text.split(" ")
    while len(words) > 1 and cell_width(" ".join(words)) + 1 > width:
        words.pop()
    return shortened(f"{' '.join(words)}…", max(0, width), ascii_only=False)


def frame_probes(world: World) -> tuple[Probes, ...]:
    """What has to be watched for the moment; and for the machine: a GPU has more to say than its
    name.
    """
    started = world.started
    if started is None:
        return ()
    return (CURVES,) if started.device.startswith("cpu") else (CURVES, DEVICE)


def _paint_machine(canvas: Canvas, world: World, least: int) -> None:
    """At the right of the moment: when the run was saved, and above or beside it what a GPU does.

    What has no room is left out, the least important first.
    """
    palette = canvas.palette
    if world.saved_s is not None:
        saved = f" saved {duration(time.monotonic() - world.saved_s)} ago "
        if canvas.width >= NARROW:
            canvas.right(0, saved, palette.quiet, edge=canvas.width - 1)
    parts = _machine(world)
    while parts and least + 3 + len("   ".join(parts)) > canvas.width - 1:
        parts.pop()
    canvas.right(1, "   ".join(parts), palette.quiet, edge=canvas.width - 1)


def _machine(world: World) -> list[str]:
    """Memory, use, temperature of a GPU and samples a second, the more important first."""
    found: DeviceFrame | None = world.frame(DEVICE)
    if found is None or world.started is None:
        return []
    parts = []
    if speed := world.steps_per_s:
        parts.append(f"{speed * world.batch_size:>9,.0f} samples/s")
    if found.use is not None:
        parts.append(f"{found.use:3d} %")
    if found.memory_used_bytes is not None and found.memory_bytes:
        parts.append(
            f"{found.memory_used_bytes / 2**30:.1f} of {found.memory_bytes / 2**30:.0f} GiB"
        )
    if found.temperature_c is not None:
        parts.append(f"{found.temperature_c} °C")
    return [*parts, found.name] if found.name else parts


def paint_unrecorded(canvas: Canvas, panel: int, playing: Playing) -> None:
    """Why a recording leaves a panel empty, and where it would be filled."""
    palette = canvas.palette
    found = f"{INSIDE[panel]} of each step is not in a recording"
    hint = "nn-tui RUN opens the run itself, and goes to any step"
    if playing.follows:
        hint = "once training has ended, nn-tui RUN opens the run itself and goes to any step"
    _paint_lines(canvas, ((found, palette.plain), (hint, palette.quiet)))


def paint_problem(canvas: Canvas, problem: Problem) -> None:
    """Why there is nothing to be trained: the place, the reason and the way out."""
    palette = canvas.palette
    _paint_lines(
        canvas,
        (
            (problem.where, palette.quiet),
            (problem.message, palette.ink(palette.bad, bold=True)),
            (problem.hint, palette.plain),
        ),
    )


def _paint_lines(canvas: Canvas, texts: Sequence[tuple[str, Ink]]) -> None:
    row = 1
    for text, ink in texts:
        for line in wrap(text, max(8, canvas.width - 2)):
            canvas.put(row, 1, line, ink)
            row += 1
