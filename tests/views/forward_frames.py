"""Samples through the layers, told by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Activation, ActivationsFrame, WeightsFrame


def activation(name: str, call: str, values: Any) -> Activation:
    value = np.asarray(values, np.float32)
    return Activation(name=name, call=call, shape=value.shape, value=Array.of(value))


def activations(
    inputs: Any, layers: Sequence[Activation], says: str, truth: str, **changes: Any
) -> ActivationsFrame:
    """Sample 0, with a loss of 0.25."""
    given = np.asarray(inputs)
    given = given if given.dtype == np.int64 else given.astype(np.float32)
    fields: dict[str, Any] = {
        "sample": 0,
        "input": Array.of(given),
        "input_shape": given.shape,
        "layers": tuple(layers),
        "target": Array.of(np.asarray(0, np.int64)),
        "answer": says,
        "truth": truth,
        "probabilities": None,
        "loss": 0.25,
    }
    return ActivationsFrame(**(fields | changes))


def shares(*values: float) -> Array:
    return Array.of(np.array(values, np.float32))


def weights(tensor: str, values: Any) -> WeightsFrame:
    value = np.asarray(values, np.float32)
    return WeightsFrame(
        tensor=tensor, shape=value.shape, value=Array.of(value), gradient=None, before=None,
        state={}, optimizer="SGD", lr=0.1,
    )  # fmt: skip
