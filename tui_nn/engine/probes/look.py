"""One look at one moment of training: a probe in, its frame out, and nothing changed."""

import time
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from tui_nn.engine.aside import aside
from tui_nn.engine.probes.activations import activations
from tui_nn.engine.probes.confusion import confusion
from tui_nn.engine.probes.curves import curves
from tui_nn.engine.probes.device import device
from tui_nn.engine.probes.given import given
from tui_nn.engine.probes.inside import layer_pass, number
from tui_nn.engine.probes.layers import layers
from tui_nn.engine.probes.maps import maps
from tui_nn.engine.probes.metrics import metrics
from tui_nn.engine.probes.next_steps import next_steps
from tui_nn.engine.probes.predictions import predictions
from tui_nn.engine.probes.responses import responses
from tui_nn.engine.probes.samples import samples
from tui_nn.engine.probes.training_step import training_step
from tui_nn.engine.probes.view import View
from tui_nn.engine.probes.weight_update import weight_update
from tui_nn.engine.probes.weights import weights
from tui_nn.spec.protocol import frames
from tui_nn.spec.protocol.frames import AnyFrame, Probes

_LOOKS: dict[type[frames.Probe], Callable[[View, Any], AnyFrame]] = {
    frames.Curves: curves,
    frames.TrainingStep: training_step,
    frames.Device: device,
    frames.Metrics: metrics,
    frames.Layers: layers,
    frames.Samples: samples,
    frames.Map: maps,
    frames.Responses: responses,
    frames.Weights: weights,
    frames.Activations: activations,
    frames.Given: given,
    frames.Predictions: predictions,
    frames.Confusion: confusion,
    frames.LayerPass: layer_pass,
    frames.Number: number,
    frames.NextSteps: next_steps,
    frames.WeightUpdate: weight_update,
}


def look(view: View, probe: Probes) -> AnyFrame:
    """What torch holds, as a frame with its moment and its cost; InvalidInput where the probe
    does not apply.

    Every probe runs in evaluation mode, aside: weights, buffers, gradients, generators and
    optimizers stay as they are.
    """
    began = time.perf_counter()
    with aside(view.network):
        frame = _LOOKS[type(probe)](view, probe)
    return replace(
        frame,
        branch=view.branch,
        step=view.trainer.step,
        phase=view.phase,
        cost_s=time.perf_counter() - began,
    )
