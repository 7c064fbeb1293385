"""8 Evaluate: the views that it has."""

from tui_nn.views.panels.evaluate_confusion import CONFUSION
from tui_nn.views.panels.evaluate_curves import CURVES, LENGTH, LR, METRIC
from tui_nn.views.panels.evaluate_predicted import PREDICTED
from tui_nn.views.panels.evaluate_worst import WORST
from tui_nn.views.panels.neuron.evaluate import EVALUATE as TRUTH_TABLE
from tui_nn.views.panels.panel import Panel

EVALUATE = Panel(
    8, "Evaluate", (TRUTH_TABLE, CURVES, METRIC, CONFUSION, PREDICTED, WORST, LR, LENGTH)
)
