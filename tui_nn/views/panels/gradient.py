"""6 Gradient: the views that it has."""

from tui_nn.views.panels.gradient_histogram import HISTOGRAM
from tui_nn.views.panels.gradient_layers import LAYERS
from tui_nn.views.panels.layer_pass import BACK
from tui_nn.views.panels.neuron.gradient import GRADIENT as TERMS
from tui_nn.views.panels.panel import Panel

GRADIENT = Panel(6, "Gradient", (BACK, TERMS, LAYERS, HISTOGRAM))
