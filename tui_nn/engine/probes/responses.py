"""What each unit of a layer responds to: the samples of a part that move it most, and where."""

import numpy as np
import torch
from torch import Tensor

from tui_nn.engine.probes.chain import Link, kept, run_to
from tui_nn.engine.probes.field import field_of
from tui_nn.engine.probes.numbers import pack
from tui_nn.engine.probes.view import View, of_samples, spread
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Responses, ResponsesFrame

MOST_SAMPLES = 2_000
MOST_NUMBERS = 2**22
"""Largest outputs, one of each sample and unit."""
MOST_UNITS = 1_024


def responses(view: View, probe: Responses) -> ResponsesFrame:
    """The largest outputs of each unit over the samples; of equal ones the first sample's."""
    link, part = view.link(probe.layer), view.part(probe.part)
    units = min(link.shape[link.unit_axis], MOST_UNITS)
    count = min(MOST_SAMPLES, max(1, MOST_NUMBERS // units), len(part.x))
    if view.answers_in_batches:
        count = len(part.x)
    chosen = spread(len(part.x), count, part.x.device)
    largest, places = _largest(view, link, part.x[chosen], units, part.chunk)
    ordered, order = largest.sort(stable=True, dim=0, descending=True)
    order, values = order[: probe.top].T, ordered[: probe.top].T
    flat = len(link.shape) == 1
    sides = [size for axis, size in enumerate(link.shape) if axis != link.unit_axis]
    return ResponsesFrame(
        samples=pack(chosen[order]),
        values=pack(values.float()),
        places=None if flat else _places(places.T.gather(1, order), sides),
        field=()
        if flat
        else tuple((side.size, side.stride, side.offset) for side in field_of(view, link.name)),
        sampled="; ".join(
            word for word in (of_samples(count, len(part.x)), _of_units(link, units)) if word
        ),
    )


def _largest(view: View, link: Link, x: Tensor, units: int, chunk: int) -> tuple[Tensor, Tensor]:
    """For n samples and each unit its largest output, and at which place: both (n, units)."""
    values, places = [], []
    with kept([link]) as outputs:
        for some in x.split(chunk):
            run_to(view.network, some, link.top)
            top = link.by_unit(outputs[link.name])[:, :units].max(2)
            values.append(top.values)
            places.append(top.indices)
    return torch.cat(values), torch.cat(places)


def _places(flat: Tensor, sides: list[int]) -> Array:
    """Places counted through, as one index of each side: (units, top, sides)."""
    unravelled = np.unravel_index(flat.cpu().numpy(), sides)
    return Array.of(np.stack(unravelled, axis=-1).astype(np.int64))


def _of_units(link: Link, units: int) -> str:
    all_units = link.shape[link.unit_axis]
    return f"the first {units:,} of {all_units:,} units" if units < all_units else ""
