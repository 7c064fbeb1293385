"""Puts every pane where the plan of the screen says."""

from textual.geometry import Offset, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from tui_nn.views.pane import Pane


class Places(Layout):
    """Each pane at its own cells; those of a higher level lie on the others."""

    name = "places"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        return [
            WidgetPlacement(child.cells, Offset(), Spacing(), child, child.level)
            for child in children
            if isinstance(child, Pane) and child.cells.area
        ]
