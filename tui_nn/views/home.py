"""The home screen, painted piece by piece or as a whole: no terminal, no time."""

from weakref import WeakKeyDictionary

from tui_nn.views import frame
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.footer import paint_footer
from tui_nn.views.ink import Palette
from tui_nn.views.layout import CHOICES, LEFT, LEFT_WIDE, WIDE, Heights, Home, Needs, Slot, arrange
from tui_nn.views.panels.registry import NAMES, PANELS
from tui_nn.views.world import World

FIRST = 5
"""The panel in which it is told why an experiment is broken."""


def plan(world: World, desk: Desk, size: tuple[int, int]) -> Home:
    """Where everything stands on `size` (columns, rows)."""
    return arrange(*size, desk, _needs(world, desk, size[0]))


_known: WeakKeyDictionary[World, tuple[object, Needs]] = WeakKeyDictionary()
"""Of each world what its panels at the left have use for, and all that this was worked out from."""


def _needs(world: World, desk: Desk, width: int) -> Needs:
    if world.started is None:
        return dict.fromkeys((1, 2, 3, 4), Heights(2, want=range(3, 9)))
    columns = LEFT_WIDE if width >= WIDE else LEFT
    views = [desk.chosen.get((world.kind, number)) for number in CHOICES]
    source = (columns, views, world.started, world.settings, world.samples)
    known = _known.get(world)
    if known is None or known[0] != source:
        _known[world] = known = (source, _worked_out(world, desk, columns))
    return known[1]


def _worked_out(world: World, desk: Desk, columns: int) -> Needs:
    return {
        number: PANELS[number].view(world, desk).rows(world, columns)
        for number in CHOICES
        if number or world.setting("about")
    }


def paint_panel(slot: Slot, world: World, desk: Desk, palette: Palette, *, first: bool) -> Canvas:
    """A panel with its title; `first`: tell there what is wrong with an experiment."""
    canvas = Canvas(slot.width, slot.height, palette)
    focused = desk.focus == slot.panel
    columns, rows = slot.inner
    inner = Canvas(columns, max(0, rows), palette)
    playing = world.playing if slot.panel in frame.INSIDE else None
    if world.started is None or playing is not None:
        frame.paint_rule(canvas, slot, NAMES[slot.panel], focused=focused)
    else:
        panel = PANELS[slot.panel]
        view = panel.view(world, desk)
        frame.paint_title(canvas, slot, panel, view, world, desk, focused=focused)
        view.paint(inner, world, desk)
    if world.started is None and first and world.problem is not None:
        frame.paint_problem(inner, world.problem)
    elif world.started is not None and playing is not None:
        frame.paint_unrecorded(inner, slot.panel, playing)
    canvas.draw(inner, 1, slot.width - columns)
    return canvas


def is_first(home: Home, slot: Slot) -> bool:
    """Whether it is 5 Forward, or the only panel."""
    return slot.panel == FIRST or len(home.slots) == 1


def paint_frame(home: Home, world: World, desk: Desk, palette: Palette) -> dict[str, Canvas]:
    """Flow bar, headline, moment and footer, by name."""
    flow, headline, footer = (Canvas(home.width, 1, palette) for _ in range(3))
    moment = Canvas(home.width, 2, palette)
    if home.is_too_small:
        flow.put(0, 0, "too small: 24x6 at least")
    else:
        frame.paint_flow(flow, world, desk)
        frame.paint_headline(headline, world)
        frame.paint_moment(moment, world, desk, home)
        paint_footer(footer, world, desk)
    return {"flow": flow, "headline": headline, "moment": moment, "footer": footer}


def paint_home(world: World, desk: Desk, palette: Palette, size: tuple[int, int]) -> Canvas:
    """All of it."""
    home = plan(world, desk, size)
    canvas = Canvas(*size, palette)
    pieces = paint_frame(home, world, desk, palette)
    rows = {"flow": 0, "headline": 1, "moment": size[1] - 3, "footer": size[1] - 1}
    for name, piece in pieces.items():
        canvas.draw(piece, rows[name], 0)
    for slot in home.slots if not home.is_too_small else ():
        piece = paint_panel(slot, world, desk, palette, first=is_first(home, slot))
        canvas.draw(piece, slot.y, slot.x)
    return canvas
