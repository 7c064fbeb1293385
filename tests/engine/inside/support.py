"""Passes through small networks, and every number of them held against torch."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from tui_nn.engine.inside.number import Numbers
from tui_nn.engine.inside.passing import make_evaluation, make_pass
from tui_nn.spec.protocol.inside import Place

AS_HELD = ("a", "b", "f", "inside", "loss", "t", "w", "x", "y", "z", "δ")
"""Names of numbers that stand somewhere; others are worked out of them."""
EXACT = 1e-12
"""Of float64, relative to the numbers that are added."""


def numbers_of(
    network: nn.Sequential, loss: nn.Module, x: Tensor, target: Tensor, *, training: bool = True
) -> Numbers:
    """One pass, back too where it trains."""
    if not training:
        return Numbers(make_evaluation(network, x, target), loss, has_gradient=False)
    return Numbers(make_pass(network, loss, x, target), loss)


def places(numbers: Numbers, seed: int = 0, most: int = 4) -> Iterator[Place]:
    """Some places of every tensor of the pass, all where there are few."""
    draw, passed = np.random.default_rng(seed), numbers.passed
    for name in passed.nodes:
        for of, gradient, tensors in (
            ("output", False, passed.outputs),
            ("output", True, passed.arrives),
            ("input", False, passed.inputs),
            ("input", True, passed.passes),
        ):
            if name in tensors:
                for sample, *index in _some(tensors[name], draw, most):
                    yield Place(
                        of=of, name=name, index=tuple(index), sample=sample,  # type: ignore[arg-type]
                        gradient=gradient,
                    )  # fmt: skip
    for name, tensor in passed.leaves.items():
        for where in _some(tensor, draw, most):
            yield Place(of="parameter", name=name, index=tuple(where), gradient=True)


def _some(tensor: Tensor, draw: np.random.Generator, most: int) -> list[list[int]]:
    count = tensor.numel()
    if not count:
        return []
    chosen = draw.choice(count, min(most, count), replace=False)
    return [[int(i) for i in np.unravel_index(at, tuple(tensor.shape))] for at in chosen]


def check(numbers: Numbers, place: Place) -> None:
    """The total of the lines is what torch holds."""
    held, lines = numbers.held(place), numbers.lines(place)
    assert held is not None, place
    assert lines, place
    total, expected, most = lines[-1].total, float(held), lines[-1].most
    distance = abs(total - expected)
    if held.dtype == torch.float64:
        assert distance <= EXACT * max(lines[-1].scale, 1e-300), (place, lines[-1], expected)
    epsilon = torch.finfo(held.dtype).eps if held.is_floating_point() else 0.0
    assert distance <= epsilon * most, (place, distance / (epsilon * most), lines[-1], expected)
    assert lines[-1].is_near(expected, epsilon)


def check_shares(numbers: Numbers, place: Place) -> None:
    """What the samples leave adds up to the gradient of the batch."""
    samples = range(numbers.passed.count)
    parts = [numbers.lines(Place(
        of="parameter", name=place.name, index=place.index, gradient=True, sample=sample
    ))[-1] for sample in samples]  # fmt: skip
    whole = numbers.lines(place)[-1]
    assert abs(sum(part.total for part in parts) - whole.total) <= 1e-12 * max(
        sum(part.scale for part in parts), 1e-300
    )


def check_factors(numbers: Numbers, place: Place) -> None:
    """Every number in a line is the one that stands where it says."""
    for line in numbers.lines(place):
        told = line.tell(16, 0, "given")
        for factor in told.factors:
            assert factor.name in line.formula
            for term, value in enumerate(factor.values.numpy()):
                where = factor.place_of(term)
                if where is None or factor.name.strip("₁₂") not in AS_HELD:
                    continue  # worked out of the number there
                held = numbers.held(where)
                assert held is not None
                assert float(held) == float(value), (place, factor.name, where)
