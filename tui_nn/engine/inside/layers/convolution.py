"""Kernels slid over rows and pictures, and stamped side by side."""

import numpy as np

from tui_nn.engine.inside.lines import Ints, Line, grid, joined, summed
from tui_nn.engine.inside.rule import At, Index, Rule, Shares, plus_bias
from tui_nn.engine.inside.windows import (
    Side,
    all_places,
    looking_at,
    patch,
    seen_by,
    sides_of,
    transposed_sides,
)


class Convolution(Rule):
    """The kernel times the patch under it, over all input channels of its group."""

    def output(self, at: At, index: Index) -> list[Line]:
        out, *place = index
        sides, (inputs, _, first) = _sides(at), _group_of_output(at, out)
        kernel = tuple(side.kernel for side in sides)
        places = grid(inputs, *kernel)
        seen = np.tile(patch(sides, place), (inputs, 1))
        w = at.weight.shared(joined(out, places, count=len(places)))
        channels = np.where(seen[:, 0] < 0, -1, places[:, 0] + first)
        a = at.a.of(at.sample, joined(channels, seen, count=len(places)))
        line = summed("sum", f"w·{a.name}", w, a, layout=(inputs, *kernel))
        return plus_bias(at, line, out)

    def passed(self, at: At, index: Index) -> list[Line]:
        channel, *place = index
        sides = _sides(at)
        local, outs = _outputs_of(at, channel)
        windows, kernels = looking_at(sides, place)
        count = len(outs) * len(windows)
        out = np.repeat(outs, len(windows))
        w = at.weight.shared(joined(out, local, np.tile(kernels, (len(outs), 1)), count=count))
        where = joined(out, np.tile(windows, (len(outs), 1)), count=count)
        return [summed("passed on", "w·δ", w, at.delta.of(at.sample, where))]

    def shares(self, at: At, samples: Ints, tensor: str, index: Index) -> Shares:
        sides, out = _sides(at), index[0]
        places = all_places(sides)
        layout = tuple(side.places for side in sides)
        whose = np.repeat(samples, len(places))
        tiled = np.tile(places, (len(samples), 1))
        delta = at.delta.across(whose, joined(out, tiled, count=len(whose)))
        if tensor == "bias":
            return Shares("δ", (delta,), whose, layout=layout)
        _, local, *kernel = index
        _, _, first = _group_of_output(at, out)
        seen = np.tile(seen_by(sides, kernel), (len(samples), 1))
        channel = np.where(seen[:, 0] < 0, -1, first + local)
        a = at.a.across(whose, joined(channel, seen, count=len(whose)))
        return Shares(f"δ·{a.name}", (delta, a), whose, layout=layout)


class Transposed(Rule):
    """Every number of the input stamps the kernel, `stride` apart: what falls on a place is added.

    A place of the output is to it what a place of the input is to a convolution.
    """

    def output(self, at: At, index: Index) -> list[Line]:
        out, *place = index
        sides = _stamps(at)
        inputs, local, first = self._group_of_output(at, out)
        windows, kernels = looking_at(sides, place)
        count = inputs * len(windows)
        channel = first + np.repeat(np.arange(inputs), len(windows))
        w = at.weight.shared(joined(channel, local, np.tile(kernels, (inputs, 1)), count=count))
        where = joined(channel, np.tile(windows, (inputs, 1)), count=count)
        a = at.a.of(at.sample, where)
        return plus_bias(at, summed("sum", f"w·{a.name}", w, a), out)

    def passed(self, at: At, index: Index) -> list[Line]:
        channel, *place = index
        sides = _stamps(at)
        kernel = tuple(side.kernel for side in sides)
        outputs = at.module.out_channels // at.module.groups
        first = channel // (at.module.in_channels // at.module.groups) * outputs
        places = grid(outputs, *kernel)
        seen = np.tile(patch(sides, place), (outputs, 1))
        w = at.weight.shared(joined(channel, places, count=len(places)))
        out = np.where(seen[:, 0] < 0, -1, places[:, 0] + first)
        delta = at.delta.of(at.sample, joined(out, seen, count=len(places)))
        return [summed("passed on", "w·δ", w, delta, layout=(outputs, *kernel))]

    def shares(self, at: At, samples: Ints, tensor: str, index: Index) -> Shares:
        if tensor == "bias":
            places = grid(*at.output_shape[1:])
            whose = np.repeat(samples, len(places))
            tiled = np.tile(places, (len(samples), 1))
            delta = at.delta.across(whose, joined(index[0], tiled, count=len(whose)))
            return Shares("δ", (delta,), whose, layout=at.output_shape[1:])
        channel, local, *kernel = index
        sides = _stamps(at)
        groups = at.module.groups
        group = channel // (at.module.in_channels // groups)
        places = all_places(sides)
        whose = np.repeat(samples, len(places))
        tiled = np.tile(places, (len(samples), 1))
        seen = np.tile(seen_by(sides, kernel), (len(samples), 1))
        out = np.where(seen[:, 0] < 0, -1, group * (at.module.out_channels // groups) + local)
        delta = at.delta.across(whose, joined(out, seen, count=len(whose)))
        a = at.a.across(whose, joined(channel, tiled, count=len(whose)))
        return Shares(f"δ·{a.name}", (delta, a), whose, layout=at.input_shape[1:])

    @staticmethod
    def _group_of_output(at: At, out: int) -> tuple[int, int, int]:
        """Input channels of its group, its number in the group, the first of those channels."""
        groups = at.module.groups
        outputs, inputs = at.module.out_channels // groups, at.module.in_channels // groups
        return inputs, out % outputs, out // outputs * inputs


def _sides(at: At) -> list[Side]:
    return sides_of(at.module, at.input_shape, at.output_shape)


def _stamps(at: At) -> list[Side]:
    return transposed_sides(at.module, at.input_shape, at.output_shape)


def _group_of_output(at: At, out: int) -> tuple[int, int, int]:
    """Input channels of the group of an output channel, the group, the first of them."""
    inputs = at.module.in_channels // at.module.groups
    group = out // (at.module.out_channels // at.module.groups)
    return inputs, group, group * inputs


def _outputs_of(at: At, channel: int) -> tuple[int, Ints]:
    """The number of an input channel in its group, and the output channels of that."""
    inputs = at.module.in_channels // at.module.groups
    outputs = at.module.out_channels // at.module.groups
    group = channel // inputs
    return channel % inputs, np.arange(outputs, dtype=np.int64) + group * outputs
