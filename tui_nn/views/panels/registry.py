"""All panels by their number."""

from tui_nn.views.panels.data import DATA
from tui_nn.views.panels.evaluate import EVALUATE
from tui_nn.views.panels.forward import FORWARD
from tui_nn.views.panels.gradient import GRADIENT
from tui_nn.views.panels.look_for import LOOK_FOR
from tui_nn.views.panels.loss import LOSS
from tui_nn.views.panels.network import NETWORK
from tui_nn.views.panels.optimizer import OPTIMIZER
from tui_nn.views.panels.panel import Panel
from tui_nn.views.panels.update import UPDATE

PANELS: dict[int, Panel] = {
    panel.number: panel
    for panel in (
        NETWORK, DATA, LOSS, OPTIMIZER, FORWARD, GRADIENT, UPDATE, EVALUATE, LOOK_FOR
    )
}  # fmt: skip
