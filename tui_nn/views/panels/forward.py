"""5 Forward: the views that it has."""

from tui_nn.views.panels.forward_picture import MAPS
from tui_nn.views.panels.forward_picture_filters import FILTERS, WEIGHTS
from tui_nn.views.panels.forward_plane import MAP
from tui_nn.views.panels.forward_table import SAMPLE
from tui_nn.views.panels.forward_table_matrices import MATRICES
from tui_nn.views.panels.forward_units import CLASSES, HIDDEN
from tui_nn.views.panels.layer_pass import FORTH
from tui_nn.views.panels.neuron.forward import FORWARD as SUM
from tui_nn.views.panels.panel import Panel

FORWARD = Panel(
    5,
    "Forward",
    (FORTH, SUM, MAP, HIDDEN, CLASSES, MAPS, FILTERS, WEIGHTS, MATRICES, SAMPLE),
)
