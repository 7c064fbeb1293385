"""7 Update: the views that it has."""

from tui_nn.views.panels.neuron.update import UPDATE as STEPS
from tui_nn.views.panels.panel import Panel
from tui_nn.views.panels.update_layers import LAYERS
from tui_nn.views.panels.update_next import NEXT

UPDATE = Panel(7, "Update", (STEPS, LAYERS, NEXT))
