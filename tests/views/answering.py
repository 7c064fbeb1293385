"""What an engine would answer to the probes of a view, made by hand."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.views.support import painted
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import (
    AnyFrame,
    Map,
    MapFrame,
    Predictions,
    PredictionsFrame,
    Probes,
    Samples,
    SamplesFrame,
    Weights,
    WeightsFrame,
)
from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK, Palette
from tui_nn.views.panels.panel import View
from tui_nn.views.world import World

Floats = NDArray[np.float64]
Network = Callable[[Floats], Floats]
"""Outputs (n, outputs) for places (n, coordinates)."""


def middles(ends: tuple[float, float], cells: int) -> Floats:
    low, high = ends
    return low + (np.arange(cells) + 0.5) * (high - low) / cells


def map_frame(probe: Map, network: Network) -> MapFrame:
    """The network's outputs over the plane, or over the line where no height is asked for."""
    assert probe.x_range
    x = middles(probe.x_range, probe.width)
    if probe.y_range is None:
        values = network(x[:, None]).T
    else:
        y = middles(probe.y_range, probe.height)
        places = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
        values = network(places).T.reshape(-1, probe.height, probe.width)
    return MapFrame(
        values=Array.of(values.astype(np.float32)),
        units=tuple(map(str, range(len(values)))),
        axes=("x1", "x2"),
        x_range=probe.x_range,
        y_range=probe.y_range,
    )


def weights_frame(tensor: str, values: Floats) -> WeightsFrame:
    packed = Array.of(np.asarray(values, np.float32))
    return WeightsFrame(
        tensor=tensor, shape=packed.shape, value=packed, gradient=None, before=None, state={},
        optimizer="SGD", lr=0.1,
    )  # fmt: skip


def predictions_frame(answers: list[int], truths: list[int]) -> PredictionsFrame:
    count, none = len(answers), Array.of(np.zeros(0, np.float32))
    whole = Array.of(np.zeros(0, np.int64))
    return PredictionsFrame(
        part="train", samples=Array.of(np.arange(count)),
        answers=Array.of(np.array(answers, np.int64)), truths=Array.of(np.array(truths, np.int64)),
        losses=Array.of(np.zeros(count, np.float32)), outputs=none, worst=whole,
        worst_losses=none, worst_answers=whole, worst_truths=whole,
    )  # fmt: skip


class Engine:
    """Answers every probe from what it was given."""

    def __init__(
        self,
        network: Network | None = None,
        weights: dict[str, Floats] | None = None,
        answers: PredictionsFrame | None = None,
        val: SamplesFrame | None = None,
    ) -> None:
        self.network, self.weights = network, weights or {}
        self.answers, self.val = answers, val

    def answer(self, probe: Probes) -> AnyFrame | None:
        match probe:
            case Map() if self.network:
                return map_frame(probe, self.network)
            case Weights() if probe.tensor in self.weights:
                return weights_frame(probe.tensor, self.weights[probe.tensor])
            case Predictions():
                return self.answers
            case Samples():
                return self.val
        return None

    def painted(
        self, view: View, world: World, size: tuple[int, int], desk: Desk | None = None,
        palette: Palette = DARK,
    ) -> list[str]:  # fmt: skip
        """The view's rows once all that it asks for has come."""
        desk = desk or Desk()
        for probe in view.probes(world, desk, size):
            frame = self.answer(probe)
            if frame is not None:
                world.take(frame, probe)
        return painted(view, world, size, desk, palette)
