"""Which screen there is to draw on, for what is trained."""

from tui_nn.app.driving import Driving
from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.pad import PadSheet
from tui_nn.app.editing.pencil import PencilSheet
from tui_nn.app.editing.sheet import Sheet
from tui_nn.app.showing import Showing
from tui_nn.views import pad, pencil

NOTHING = "points with classes, points of a curve and pictures can be drawn, this data not"


def sheet_for(app: Showing, driving: Driving) -> Sheet | str:
    """The screen, or why there is none."""
    changing = Changing(app.world, driving)
    drawn_with = pencil.pencil_of(app.world, (app.size.width, app.size.height))
    if drawn_with is not None:
        return PencilSheet(app, changing, drawn_with)
    if pad.suits(app.world):
        return PadSheet(app, changing)
    return NOTHING
