"""The network's answer over the plane or line of its inputs, and that of each unit inside."""

from math import isfinite, prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_nn.engine.evaluation import decide
from tui_nn.engine.probes.answers import class_name, own_units
from tui_nn.engine.probes.chain import Link, kept, run_to
from tui_nn.engine.probes.plane import Plane, Range, middles, plane_of
from tui_nn.engine.probes.view import View
from tui_nn.engine.tensors import on_device
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Map, MapFrame
from tui_nn.spec.targets import Classes

MOST_NUMBERS = 2**20
"""Of all maps together."""


def maps(view: View, probe: Map) -> MapFrame:
    """A grid of points through the network; only where its inputs come from a plane or a line."""
    plane = plane_of(view.split)
    _check(view, probe)
    link = view.link(probe.layer) if probe.layer else view.links[-1]
    given = (probe.x_range, probe.y_range)
    ranges = [asked or own for asked, own in zip(given, plane.ranges, strict=False)]
    sides = (probe.width, probe.height)[: len(ranges)]
    count = max(1, MOST_NUMBERS // prod(sides))
    output = _outputs(view, link, _grid(plane, ranges, sides), count if probe.layer else None)
    if probe.layer:
        values, units = output.float().cpu().numpy(), _unit_names(link)
    else:
        values, units = _answers(view, output, discrete=probe.discrete)
    count = min(count, len(units))
    whole = f"the first {count:,} of {len(units):,} units"
    return MapFrame(
        values=Array.of(values.T[:count].reshape(count, *reversed(sides))),
        units=units[:count],
        axes=plane.axes,
        x_range=ranges[0],
        y_range=ranges[1] if len(ranges) > 1 else None,
        sampled=whole if count < len(units) else "",
    )


def _check(view: View, probe: Map) -> None:
    if view.answers_in_batches:
        raise InvalidInput(
            "a BatchNorm without running statistics answers for a batch, not for a point",
            hint="take out track_running_stats=False",
        )
    if probe.discrete and (probe.layer or not _has_classes(view)):
        raise InvalidInput("only outputs for classes can be discrete", hint="look without it")
    for ends in (probe.x_range, probe.y_range):
        if ends and not (all(map(isfinite, ends)) and ends[0] < ends[1]):
            raise InvalidInput(f"{ends[0]} to {ends[1]} is no range", hint="the lower end is first")


def _has_classes(view: View) -> bool:
    return isinstance(view.split.train.kind, Classes)


def _grid(plane: Plane, ranges: list[Range], sides: tuple[int, ...]) -> NDArray[np.float32]:
    """The network's inputs of every cell's middle, the first coordinate running fastest."""
    columns = [middles(ends, cells) for ends, cells in zip(ranges, sides, strict=True)]
    grid = np.meshgrid(*columns, indexing="xy")
    return plane.inputs(np.stack([axis.ravel() for axis in grid], axis=1))


def _outputs(view: View, link: Link, inputs: NDArray[np.float32], most: int | None) -> Tensor:
    """The layer's outputs (n, …); with `most` the first units, (n, units)."""
    trainer = view.trainer
    x = on_device(inputs, trainer.plan.experiment.train.dtype, trainer.device)
    found = []
    with kept([link]) as outputs:
        for some in x.split(view.part("train").chunk):
            run_to(view.network, some, link.top)
            output = outputs[link.name]
            found.append(output if most is None else output.flatten(1)[:, :most].clone())
    return torch.cat(found)


def _answers(
    view: View, output: Tensor, *, discrete: bool
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """(n, outputs) as told, and a name for each."""
    train = view.split.train
    if not isinstance(train.kind, Classes):
        values = own_units(output, view.split.scaling)
        if len(train.target_names) == values.shape[1]:
            return values, train.target_names
        names = ["y"] if values.shape[1] == 1 else [f"y{i + 1}" for i in range(values.shape[1])]
        return values, tuple(names)
    if discrete:
        classes = decide(output, view.trainer.plan.fit.decision)
        return classes[:, None].float().cpu().numpy(), ("class",)
    flat = output.float().cpu().numpy()
    if flat.shape[1] == 1:
        return flat, (class_name(view, 1),)
    return flat, tuple(class_name(view, index) for index in range(flat.shape[1]))


def _unit_names(link: Link) -> tuple[str, ...]:
    return tuple(",".join(map(str, index)) for index in np.ndindex(link.shape))
