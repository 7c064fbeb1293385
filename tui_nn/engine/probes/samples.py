"""Samples as they are in the data, in their own units."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_nn.engine.probes.activations import check_samples
from tui_nn.engine.probes.plane import own_inputs, points_of
from tui_nn.engine.probes.view import View, of_samples, spread
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Samples, SamplesFrame
from tui_nn.spec.targets import Classes


def samples(view: View, probe: Samples) -> SamplesFrame:
    """Those asked for, else as many as may be sent, evenly spread over the part."""
    part, scaling = view.data(probe.part), view.split.scaling
    total = len(part.x)
    check_samples(probe.samples, total)
    most = max(1, probe.most // prod(part.input_shape))
    asked = np.array(probe.samples[:most], np.int64)
    chosen = asked if len(asked) else spread(total, most).numpy()
    some = part.take(chosen)
    points = points_of(some, scaling)
    return SamplesFrame(
        part=probe.part,
        count=total,
        samples=Array.of(chosen),
        x=_sent(own_inputs(some.x, scaling)),
        points=None if points is None else _sent(points),
        y=_sent(scaling.own_target(some.y)),
        input_names=part.input_names,
        class_names=part.class_names,
        target_names=part.target_names,
        sample_name=part.sample_name,
        class_counts=_counts(part.y, part.kind.count) if isinstance(part.kind, Classes) else None,
        in_data=Array.of(view.indices(probe.part)[chosen]),
        sampled="" if len(asked) else of_samples(len(chosen), total),
    )


def _counts(y: NDArray[Any], classes: int) -> Array:
    return Array.of(np.bincount(y.astype(np.int64), minlength=classes).astype(np.int64))


def _sent(values: NDArray[Any]) -> Array:
    return Array.of(values if values.dtype == np.int64 else values.astype(np.float32))
