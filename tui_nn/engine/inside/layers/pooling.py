"""Windows that keep one number each: the largest, or the mean."""

from functools import reduce
from typing import Any

import numpy as np
from torch import Tensor
from torch.nn import functional as F

from tui_nn.engine.inside.lines import Column, Ints, Line, grid, joined, maximum, summed
from tui_nn.engine.inside.rule import At, Index, Rule
from tui_nn.engine.inside.windows import looking_at, patch, several, sides_of


class MaxPool(Rule):
    """The largest number of the window; only that one gets the gradient."""

    def output(self, at: At, index: Index) -> list[Line]:
        channel, *place = index
        sides = sides_of(at.module, at.input_shape, at.output_shape)
        seen = patch(sides, place)
        seen = seen[seen[:, 0] >= 0]  # padding is smaller than any number
        a = at.a.of(at.sample, joined(channel, seen, count=len(seen)))
        return [maximum("output", a.name, a)]

    def passed(self, at: At, index: Index) -> list[Line]:
        channel, *place = index
        windows, _ = looking_at(sides_of(at.module, at.input_shape, at.output_shape), place)
        delta = at.delta.of(at.sample, joined(channel, windows, count=len(windows)))
        winners = _winners(at.module, at.a.tensor[at.sample, channel][None])
        own = np.ravel_multi_index(tuple(place), at.input_shape[1:])
        won = (winners[tuple(windows.T)] == own).astype(float)
        return [summed("passed on", "δ·largest", delta, Column("largest", won))]


class AvgPool(Rule):
    """The sum of the window, divided by how many numbers count."""

    def output(self, at: At, index: Index) -> list[Line]:
        channel, *place = index
        seen, by = self._window(at, tuple(place))
        a = at.a.of(at.sample, joined(channel, seen, count=len(seen)))
        return [summed("output", a.name, a, divisor=by)]

    def passed(self, at: At, index: Index) -> list[Line]:
        channel, *place = index
        windows = self._looking_at(at, place)
        delta = at.delta.of(at.sample, joined(channel, windows, count=len(windows)))
        sizes = np.array([self._window(at, tuple(int(i) for i in one))[1] for one in windows])
        shares = Column("share", 1 / sizes if len(sizes) else sizes)
        return [summed("passed on", "δ·share", delta, shares)]

    def _window(self, at: At, place: Index) -> tuple[Ints, float]:
        """What counts in the window at a place, and by what its sum is divided."""
        module = at.module
        seen = patch(sides_of(module, at.input_shape, at.output_shape), place)
        inside = seen[seen[:, 0] >= 0]
        if module.divisor_override:
            return inside, float(module.divisor_override)
        if not module.count_include_pad:
            return inside, float(len(inside))
        kernel, stride, pad = (
            several(value, 2) for value in (module.kernel_size, module.stride, module.padding)
        )
        sizes = [  # a last window that reaches beyond the padding is smaller
            min(p * s - b + k, size + b) - (p * s - b)
            for p, k, s, b, size in zip(place, kernel, stride, pad, at.input_shape[1:], strict=True)
        ]
        return inside, float(sizes[0] * sizes[1])

    def _looking_at(self, at: At, place: list[int]) -> Ints:
        windows, _ = looking_at(sides_of(at.module, at.input_shape, at.output_shape), place)
        return windows


class AdaptiveAvgPool(AvgPool):
    """The mean of windows of the size that gives as many as were asked for."""

    def _window(self, at: At, place: Index) -> tuple[Ints, float]:
        sides = [
            np.arange(p * size // count, -(-(p + 1) * size // count))
            for p, size, count in zip(place, at.input_shape[1:], at.output_shape[1:], strict=True)
        ]
        return grid(*sides), float(reduce(lambda size, side: size * len(side), sides, 1))

    def _looking_at(self, at: At, place: list[int]) -> Ints:
        found = [
            np.array([
                p for p in range(count)
                if p * size // count <= number < -(-(p + 1) * size // count)
            ])
            for number, size, count in zip(
                place, at.input_shape[1:], at.output_shape[1:], strict=True
            )
        ]  # fmt: skip
        return grid(*found)


def _winners(module: Any, rows: Tensor) -> Any:
    """(*places): which number of the channel each window kept, as torch chose it."""
    pool = F.max_pool1d if rows.ndim == 2 else F.max_pool2d
    _, chosen = pool(
        rows[None], module.kernel_size, module.stride, module.padding, module.dilation,
        module.ceil_mode, return_indices=True,
    )  # fmt: skip
    return chosen[0, 0].cpu().numpy()
