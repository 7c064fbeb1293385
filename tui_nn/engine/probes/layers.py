"""A row per layer: how long its gradient, weights and update are, and how much of it sleeps."""

from dataclasses import dataclass
from math import prod, sqrt
from typing import Any

import torch
from torch import Tensor

from tui_nn.engine.probes.chain import Link, kept
from tui_nn.engine.probes.numbers import gradient_of, held, histogram, length, square
from tui_nn.engine.probes.view import View, of_samples, spread
from tui_nn.spec.catalog.layers.activation import ACTIVATIONS
from tui_nn.spec.protocol import Array, split_nonfinite
from tui_nn.spec.protocol.frames import Layers, LayersFrame, LayerStatistics

MOST_SAMPLES = 2_000
MOST_NUMBERS = 2**21
"""Of all outputs together."""
MOST_NUMBERS_RUNNING = 2**19
MOST_DEAD_UNITS = 64
BENDS = frozenset(entry.name for entry in ACTIVATIONS)
NEAR_THE_END = 0.01


def layers(view: View, probe: Layers) -> LayersFrame:
    """Every layer with parameters or an activation, measured on a share of the training part."""
    if probe.focus:
        view.link(probe.focus)
    measured = [link for link in view.links if _own(link) or link.kind in BENDS]
    x = view.part("train").x
    numbers = prod(x.shape[1:]) + sum(prod(link.shape) for link in view.links)
    most = MOST_NUMBERS_RUNNING if view.running else MOST_NUMBERS
    count = min(MOST_SAMPLES, max(1, most // numbers))
    with kept(measured) as outputs:
        view.network(x if len(x) <= count else x[spread(len(x), count, x.device)])
    rows = tuple(
        _statistics(view, link, outputs[link.name], probe.bins if link.name == probe.focus else 0)
        for link in measured
    )
    return LayersFrame(layers=rows, sampled=of_samples(count, len(x)))


@dataclass(frozen=True)
class _Tensors:
    """What a layer's own parameters are made of."""

    weights: list[Tensor]
    gradients: list[Tensor]
    before: list[Tensor]
    """Before the latest update; empty where that is not known, or none is made."""

    @property
    def count(self) -> int:
        return sum(weight.numel() for weight in self.weights)


def _own(link: Link) -> dict[str, Tensor]:
    """The parameters of this very layer, by their names in torch."""
    own = link.module.named_parameters(recurse=False)
    return {f"{link.name}.{name}": parameter.detach() for name, parameter in own}


def _tensors(view: View, link: Link) -> _Tensors:
    own, known = _own(link), view.before or {}
    held_by = link.module.parameters(recurse=False)
    gradients = [gradient for p in held_by if (gradient := gradient_of(p)) is not None]
    moves = all(name in known and name not in view.trainer.plan.frozen for name in own)
    return _Tensors(list(own.values()), gradients, [known[name] for name in own] if moves else [])


def _statistics(view: View, link: Link, output: Tensor, bins: int) -> LayerStatistics:
    tensors = _tensors(view, link)
    zeros = link.by_unit(output) == 0
    dead = zeros.all(2).all(0)
    numbers = _lengths(tensors) | {
        "dead": int(dead.sum()) / len(dead),
        "zero": int(zeros.sum()) / zeros.numel(),
    }
    ends = _ends(link)
    if ends is not None:
        numbers["saturated"] = _near_the_ends(output, *ends)
    finite, words = split_nonfinite(numbers)
    fields: dict[str, Any] = {**finite, "nonfinite": words}
    if bins:
        fields |= _in_focus(tensors, output, dead, bins)
    frozen = not view.trainer.plan.frozen.isdisjoint(_own(link))
    return LayerStatistics(name=link.name, call=link.call, frozen=frozen, **fields)


def _lengths(tensors: _Tensors) -> dict[str, float]:
    """Those of gradient, weights and update that there are."""
    numbers: dict[str, float] = {}
    if tensors.gradients:
        numbers["gradient"] = length(tensors.gradients)
        values = sum(int(held(gradient).count_nonzero()) for gradient in tensors.gradients)
        numbers["zero_gradient"] = 1 - values / sum(g.numel() for g in tensors.gradients)
    if tensors.weights:
        numbers["weight"] = length(tensors.weights)
    if tensors.before:
        pairs = zip(tensors.weights, tensors.before, strict=True)
        numbers["update"] = length(after - before for after, before in pairs)
        weight = sqrt(sum(map(square, tensors.before)))
        if weight:
            numbers["ratio"] = numbers["update"] / weight
    return numbers


def _ends(link: Link) -> tuple[float, float] | None:
    """Where a bounded activation ends; None for every other layer."""
    match link.kind:
        case "Sigmoid":
            return 0.0, 1.0
        case "Tanh" | "Softsign":
            return -1.0, 1.0
        case "Hardtanh":
            return link.row.layer["min_val"], link.row.layer["max_val"]
    return None


def _near_the_ends(output: Tensor, low: float, high: float) -> float:
    margin = NEAR_THE_END * (high - low)
    near = (output <= low + margin) | (output >= high - margin)
    return int(near.sum()) / near.numel()


def _in_focus(tensors: _Tensors, output: Tensor, dead: Tensor, bins: int) -> dict[str, Any]:
    """Histograms, and which units are dead."""
    of = {
        "gradient": [held(gradient).flatten() for gradient in tensors.gradients],
        "weight": [weight.flatten() for weight in tensors.weights],
        "output": [output.flatten()],
    }
    found = {name: histogram(torch.cat(parts), bins) for name, parts in of.items() if parts}
    histograms: dict[str, Array] = {}
    ranges: dict[str, tuple[float, float]] = {}
    for name, pair in found.items():
        if pair is not None:
            histograms[f"{name}_histogram"], ranges[name] = pair
    asleep = dead.nonzero()[:MOST_DEAD_UNITS, 0].tolist()
    return {**histograms, "ranges": ranges, "dead_units": tuple(asleep)}
