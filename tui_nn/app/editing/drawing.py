"""Which screen there is to draw on, for what is trained."""

from tui_nn.app.driving import Driving
from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.pad import PadSheet
from tui_nn.app.editing.pencil import PencilSheet
from tui_nn.app.editing.sheet import Sheet
from tui_nn.app.showing import Showing
from tui_nn.views import pad, pencil

NOTHING = "only points of a plane with classes and pictures can be drawn"


def sheet_for(app: Showing, driving: Driving) -> Sheet | str:
    """The screen, or why there is none."""
    changing = Changing(app.world, driving)
    if pencil.suits(app.world):
        return PencilSheet(app, changing)
    if pad.suits(app.world):
        return PadSheet(app, changing)
    return NOTHING
