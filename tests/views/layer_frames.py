"""Frames of layers and of weights by hand."""

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import numpy as np

from tests.views.support import started
from tui_nn.spec.protocol import Array, Started
from tui_nn.spec.protocol.frames import LayersFrame, LayerStatistics, Weights, WeightsFrame
from tui_nn.views.layer_names import LAYERS
from tui_nn.views.panels.update_weight import MOST
from tui_nn.views.world import World


def learns(name: str, call: str, gradient: float | None = 1.0, **changes: Any) -> LayerStatistics:
    """A layer with parameters; its update is a thousandth of its weights."""
    fields: dict[str, Any] = {
        "gradient": gradient, "weight": 2.0, "zero_gradient": 0.0, "update": 0.002,
        "ratio": 0.001, "dead": 0.0, "zero": 0.0,
    }  # fmt: skip
    return LayerStatistics(name=name, call=call, **(fields | changes))


def bends(name: str, call: str, **changes: Any) -> LayerStatistics:
    """An activation."""
    return LayerStatistics(name=name, call=call, **({"dead": 0.0, "zero": 0.0} | changes))


SPIRAL = (
    learns("0", "Linear(2, 8)", 1.1247, weight=11.0),
    bends("1", "Tanh()", saturated=0.05),
    learns("2", "Linear(8, 8)", 0.4834, weight=12.0, ratio=0.002),
    bends("3", "Tanh()", saturated=0.0),
    learns("4", "Linear(8, 1)", 0.2753, weight=5.9, ratio=9e-4),
)


def layers(*rows: LayerStatistics, step: int = 1, **changes: Any) -> LayersFrame:
    return LayersFrame(layers=rows, step=step, **changes)


def sigmoids(*gradients: float) -> tuple[LayerStatistics, ...]:
    """Layers of sigmoids with these gradients."""
    rows: list[LayerStatistics] = []
    for index, gradient in enumerate(gradients):
        rows.append(learns(str(2 * index), "Linear(8, 8)", gradient))
        rows.append(bends(str(2 * index + 1), "Sigmoid()"))
    return tuple(rows[:-1])


def show(world: World, *frames: LayersFrame) -> World:
    """A world that has seen these."""
    for frame in frames:
        world.take(frame, LAYERS)
    return world


def array(values: object) -> Array:
    return Array.of(np.asarray(values, np.float32))


def weights(
    tensor: str, value: object, before: object = None, *, gradient: object = None,
    state: Mapping[str, object] | None = None, **changes: Any,
) -> WeightsFrame:  # fmt: skip
    """A tensor that Adam updates at lr 0.01."""
    fields: dict[str, Any] = {"optimizer": "Adam", "lr": 0.01, "step": 1}
    return WeightsFrame(
        tensor=tensor,
        shape=array(value).shape,
        value=array(value),
        before=None if before is None else array(before),
        gradient=None if gradient is None else array(gradient),
        state={name: array(kept) for name, kept in (state or {}).items()},
        **(fields | changes),
    )


def watch(world: World, frame: WeightsFrame) -> World:
    """A world that has seen it."""
    world.take(frame, Weights(tensor=frame.tensor, most=MOST))
    return world


def run_of(**experiment: Any) -> Started:
    return started(experiment=experiment)


def trained_on(frame: LayersFrame, **experiment: Any) -> Started:
    """A run whose network is that of a frame, its outputs numbers to be predicted."""
    network: list[str] = []
    for index, rows in groupby(frame.layers, key=lambda row: row.name.partition(".")[0]):
        calls = [row.call for row in rows]
        network += [f"Residual({', '.join(calls)})"] if f"{index}.0" in _names(frame) else calls
    sizes = [int(size) for call in network for size in re.findall(r"\d+", call)]
    settings = {
        "data": "line()", "network": network, "loss": "MSELoss()", "optimizer": "SGD(lr=0.1)",
    }  # fmt: skip
    return started(
        experiment=settings | experiment, input_shape=(sizes[0],), target_shape=(sizes[-1],)
    )


def _names(frame: LayersFrame) -> list[str]:
    return [row.name for row in frame.layers]
